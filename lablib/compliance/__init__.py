"""AWS Config's rules: is the account as it should be? Values in, verdicts out, time handed in.

Read in this order: rules (the table: what a managed rule looks at, and its verdict), rule (one as
it was put), results (verdicts that are kept, and their history), evaluations (when), answers (the
API).
"""
