"""How a record is written, rule by rule and table by table; `event.describe` puts it together.

Names and versions in `names`, who called in `identity`, parameters and answers in `shape` (with
`shape_ec2` and `shape_s3`, `quirks` for single operations, `answers` for what a simulator answers
otherwise), secrets in `redact`, refusals in `refusal`, resources in `resources` and `lookup`.
"""
