"""Pictures and panels. Each has a twin in text and a table; one style file; both themes."""
