"""EventBridge as pure decisions: which events a rule takes and why, and what its targets are sent.

Read in this order: envelope (a CloudTrail record as an event), pattern and operators (does it
match?), rule (does the rule take it?), template (what a target gets).
"""
