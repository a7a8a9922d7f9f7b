"""Chance follows from the seed."""

from __future__ import annotations

import random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from lablib.account.chance import Chance, SystemRandomness, rsa_key


def test_the_same_seed_and_name_draw_the_same() -> None:
    assert Chance(1).stream("a").random() == Chance(1).stream("a").random()


def test_another_name_or_seed_draws_something_else() -> None:
    drawn = {Chance(s).stream(n).random() for s, n in [(1, "a"), (1, "b"), (2, "a")]}
    assert len(drawn) == 3


def test_what_is_drawn_aside_does_not_disturb_the_running_stream() -> None:
    undisturbed, disturbed = Chance(1), Chance(1)
    undisturbed.begin("call:1")
    disturbed.begin("call:1")
    with disturbed.aside("region"):
        disturbed.bytes(100)
    assert disturbed.bytes(8) == undisturbed.bytes(8)


def test_the_systems_randomness_is_used_outside_of_calls() -> None:
    randomness = SystemRandomness()
    assert randomness(16) != randomness(16)
    randomness.chance = Chance(1)
    assert randomness(16) == Chance(1).bytes(16)


def test_an_rsa_key_follows_from_its_stream_and_signs() -> None:
    key, again = rsa_key(random.Random(5), 1024), rsa_key(random.Random(5), 1024)
    assert key.private_numbers() == again.private_numbers()
    assert key.key_size == 1024
    signature = key.sign(b"digest", padding.PKCS1v15(), hashes.SHA256())
    key.public_key().verify(signature, b"digest", padding.PKCS1v15(), hashes.SHA256())
