"""Calls that nobody would make, by the thousand."""
