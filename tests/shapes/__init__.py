"""Compares our records with the shapes of real ones: `python -m tests.shapes FILE`.

FILE holds, for each `<eventSource>:<eventName>`, which fields real records had, of which JSON type
and how often. For each call the tool sends what the real callers sent (found by trying every
member of the service model), describes it, and counts: fields of the real shape that our record
has with a right type, fields that it lacks, and fields that no real record had.
"""
