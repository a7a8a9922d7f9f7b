"""Restores: how long they take, how long the copy stays, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from lablib.archive.restoring import TIERS, NotRestored, Restore, ask

NOW = datetime(2027, 1, 15, 10, 30, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def begin(
    storage_class: str = "GLACIER", tier: str | None = None, days: int | None = 3, seed: int = 1
) -> Restore:
    return ask(storage_class, None, tier, days, NOW, Random(seed))


@pytest.mark.parametrize(
    ("storage_class", "tier", "shortest", "longest"),
    [
        ("GLACIER", "Expedited", MINUTE, 5 * MINUTE),
        ("GLACIER", "Standard", 3 * HOUR, 5 * HOUR),
        ("GLACIER", None, 3 * HOUR, 5 * HOUR),
        ("GLACIER", "Bulk", 5 * HOUR, 12 * HOUR),
        ("DEEP_ARCHIVE", "Standard", 12 * HOUR, 12 * HOUR),
        ("DEEP_ARCHIVE", "Bulk", 48 * HOUR, 48 * HOUR),
    ],
)
def test_each_tier_takes_its_time(
    storage_class: str, tier: str | None, shortest: timedelta, longest: timedelta
) -> None:
    for seed in range(50):
        took = begin(storage_class, tier, seed=seed).ready - NOW
        assert shortest <= took <= longest


def test_the_copy_expires_at_a_midnight_days_after_it_is_ready() -> None:
    restore = begin(tier="Expedited")
    assert restore.expires == datetime(2027, 1, 19, tzinfo=UTC)
    assert restore.state(NOW) == "ongoing"
    assert restore.state(restore.ready) == "restored"
    assert restore.state(restore.expires) == "archived"


def test_asking_again_while_it_goes_on_is_refused() -> None:
    with pytest.raises(NotRestored) as refused:
        ask("GLACIER", begin(), "Standard", 3, NOW + MINUTE, Random(2))
    assert (refused.value.code, refused.value.status) == ("RestoreAlreadyInProgress", 409)


def test_a_faster_tier_hurries_it() -> None:
    hurried = ask("GLACIER", begin(tier="Bulk"), "Expedited", None, NOW + MINUTE, Random(2))
    assert hurried.ready <= NOW + 6 * MINUTE


def test_asking_again_for_a_restored_copy_counts_from_now() -> None:
    first = begin(tier="Expedited")
    later = datetime(2027, 1, 16, 8, tzinfo=UTC)
    again = ask("GLACIER", first, None, 10, later, Random(2))
    assert again.expires == datetime(2027, 1, 27, tzinfo=UTC)
    assert again.state(later) == "restored"


def test_after_the_copy_is_gone_a_restore_begins_anew() -> None:
    first = begin(tier="Expedited")
    again = ask("GLACIER", first, "Expedited", 1, first.expires, Random(2))
    assert again.state(first.expires) == "ongoing"


@pytest.mark.parametrize("storage_class", ["STANDARD", "GLACIER_IR", "STANDARD_IA"])
def test_what_is_not_archived_is_not_restored(storage_class: str) -> None:
    with pytest.raises(NotRestored) as refused:
        begin(storage_class)
    assert (refused.value.code, refused.value.status) == ("InvalidObjectState", 403)


def test_deep_archive_has_no_expedited_tier() -> None:
    assert "Expedited" not in TIERS["DEEP_ARCHIVE"]
    with pytest.raises(NotRestored) as refused:
        begin("DEEP_ARCHIVE", "Expedited")
    assert refused.value.code == "InvalidArgument"


@pytest.mark.parametrize("days", [None, 0, -1])
def test_a_restore_needs_days(days: int | None) -> None:
    with pytest.raises(NotRestored) as refused:
        begin(days=days)
    assert refused.value.code == "MalformedXML"
