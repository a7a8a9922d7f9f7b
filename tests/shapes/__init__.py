"""Compares our records with the shapes of real ones: `python -m tests.shapes FILE`.

FILE holds, for each `<eventSource>:<eventName>`, which fields real records had, of which JSON type
and how often. Two ways lead to a record of ours:

- from the service model alone: the call sends what the real callers sent, found by trying every
  member of the model. This judges the rules.
- with `--moto` from an account of the lab, in which some teams do their work (`scenario/`); with
  `--try` it also gets each other call of FILE, with parameters of the real shape.

Counted are the fields of the real shape that our record has with a right type, those that it lacks
and those that no real record had; and the same for the fields of the record itself.
"""
