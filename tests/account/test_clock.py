"""Lab time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lablib.account.clock import Clock, Setting, parse_time, show_time

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class World:
    """Real time that a test moves, and a log of the instants that were entered."""

    def __init__(self) -> None:
        self.real = TEN
        self.entered: list[tuple[datetime, str]] = []

    def clock(self, frozen: bool = False) -> Clock:
        setting = Setting(TEN, TEN, 1.0, frozen)
        return Clock(setting, lambda: self.real, lambda m, n: self.entered.append((m, n)))


def test_a_running_clock_goes_with_real_time() -> None:
    world = World()
    clock = world.clock()
    world.real += 3 * MINUTE
    assert clock.now() == TEN + 3 * MINUTE


def test_a_frozen_clock_stands_until_it_is_set() -> None:
    world = World()
    clock = world.clock(frozen=True)
    world.real += MINUTE
    assert clock.now() == TEN
    clock.set_to(TEN + 5 * MINUTE)
    assert clock.now() == TEN + 5 * MINUTE


def test_a_clock_that_was_wound_stays_ahead() -> None:
    world = World()
    clock = world.clock()
    clock.set_to(TEN + 60 * MINUTE)
    world.real += MINUTE
    assert clock.now() == TEN + 61 * MINUTE


def test_real_time_that_jumps_back_does_not_take_lab_time_with_it() -> None:
    world = World()
    clock = world.clock()
    world.real += 10 * MINUTE
    clock.now()
    world.real -= 60 * MINUTE
    assert clock.now() == TEN + 10 * MINUTE


def test_played_at_sixty_a_minute_takes_a_second() -> None:
    world = World()
    clock = world.clock()
    clock.play(60)
    world.real += timedelta(seconds=1)
    assert clock.now() == TEN + MINUTE


def test_due_things_happen_at_their_own_instants_in_order() -> None:
    world = World()
    clock = world.clock(frozen=True)
    told: list[str] = []
    clock.agenda.at(TEN + 2 * MINUTE, "second", lambda now: told.append(f"second {now:%M}"))
    clock.agenda.at(TEN + MINUTE, "first", lambda now: told.append(f"first {now:%M}"))
    clock.agenda.at(TEN + 2 * MINUTE, "third", lambda now: told.append(f"third {now:%M}"))
    clock.agenda.at(TEN + 9 * MINUTE, "later", lambda now: told.append("later"))
    happened = list(clock.visit(TEN + 5 * MINUTE))
    assert told == ["first 01", "second 02", "third 02"]
    assert [h.what for h in happened] == ["first", "second", "third"]
    assert [m for m, _ in world.entered] == [TEN + MINUTE, TEN + 2 * MINUTE, TEN + 2 * MINUTE]


def test_what_becomes_due_on_the_way_happens_on_the_way() -> None:
    clock = World().clock(frozen=True)
    told: list[datetime] = []

    def hourly(now: datetime) -> None:
        told.append(now)
        clock.agenda.at(now + 60 * MINUTE, "again", hourly)

    clock.agenda.at(TEN, "start", hourly)
    list(clock.visit(TEN + 180 * MINUTE))
    assert [t.hour for t in told] == [10, 11, 12, 13]


def test_a_standing_clock_waits_for_nothing() -> None:
    clock = World().clock(frozen=True)
    clock.agenda.at(TEN + MINUTE, "soon", lambda now: None)
    assert clock.wait() is None


def test_a_fast_clock_waits_less() -> None:
    clock = World().clock()
    clock.agenda.at(TEN + MINUTE, "soon", lambda now: None)
    assert clock.wait() == MINUTE
    clock.play(60)
    assert clock.wait() == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000Z"),
        ("2026-11-23T10:00:00.1234+01:00", "2026-11-23T09:00:00.123Z"),
        ("2026-11-23", "2026-11-23T00:00:00.000Z"),
    ],
)
def test_times_are_read_and_shown_in_iso_8601_utc(text: str, shown: str) -> None:
    assert show_time(parse_time(text)) == shown


def test_what_fails_stops_neither_the_clock_nor_what_comes_after_it() -> None:
    world = World()
    clock = world.clock(frozen=True)
    done: list[datetime] = []

    def fail(at: datetime) -> None:
        raise ValueError("a mistake of ours")

    clock.agenda.at(TEN + MINUTE, "a delivery", fail)
    clock.agenda.at(TEN + 2 * MINUTE, "the next one", done.append)
    happened = list(clock.visit(TEN + 5 * MINUTE))
    assert [one.what for one in happened] == ["a delivery (failed: ValueError)", "the next one"]
    assert done == [TEN + 2 * MINUTE]
