"""The SAP landscape that the labs work in: its people and systems, a working day, and one night."""

from __future__ import annotations

from lablib.estate.callers import as_key, as_role, as_user
from lablib.estate.cis import CONTROLS, Control
from lablib.estate.cover_up import cover_up
from lablib.estate.day import Day, working_day
from lablib.estate.drift import drift
from lablib.estate.drills import drill, meddling
from lablib.estate.night import night, night_record
from lablib.estate.people import ADDRESSES, PEOPLE, Person
from lablib.estate.plunder import plunder
from lablib.estate.systems import SYSTEMS, Landscape, build

__all__ = [
    "ADDRESSES",
    "CONTROLS",
    "PEOPLE",
    "SYSTEMS",
    "Control",
    "Day",
    "Landscape",
    "Person",
    "as_key",
    "as_role",
    "as_user",
    "build",
    "cover_up",
    "drift",
    "drill",
    "meddling",
    "night",
    "night_record",
    "plunder",
    "working_day",
]
