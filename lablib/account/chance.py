"""The account's only source of chance: everything random follows from one seed.

Each call and each due thing starts its own stream, named by its number, so an account that sees
the same calls at the same lab times draws the same ids, tokens and keys, whatever else ran.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import secrets
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.asymmetric import rsa

SMALL_PRIMES = [p for p in range(3, 2000, 2) if all(p % d for d in range(3, int(p**0.5) + 1, 2))]
MILLER_RABIN_ROUNDS = 5  # FIPS 186-5, table B.1: enough for random 1024-bit candidates


def draw_seed() -> int:
    """A new seed from the system's own randomness (128 bits)."""
    return secrets.randbits(128)


class Chance:
    """Named streams of chance that follow from a seed.

    `begin(name)` starts the stream that the running call draws from; `bytes(n)` continues it.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = hashlib.sha256(f"cloudtrail-lab:{seed}".encode()).digest()
        self._current = self.stream("birth")

    def stream(self, name: str) -> random.Random:
        """A generator of its own for `name`: the same for the same seed and name."""
        digest = hashlib.blake2b(name.encode(), key=self._key, digest_size=32).digest()
        return random.Random(int.from_bytes(digest, "big"))

    def begin(self, name: str) -> random.Random:
        self._current = self.stream(name)
        return self._current

    @contextlib.contextmanager
    def aside(self, name: str) -> Iterator[random.Random]:
        """Inside, chance comes from the stream `name`; afterwards the running one goes on."""
        running, self._current = self._current, self.stream(name)
        try:
            yield self._current
        finally:
            self._current = running

    def bytes(self, count: int) -> bytes:
        return self._current.randbytes(count)


class SystemRandomness:
    """Stands in for `os.urandom` in the account process: the account's chance while a call is
    being answered, the system's own the rest of the time (TLS, temporary files)."""

    def __init__(self) -> None:
        self._real: Callable[[int], bytes] = os.urandom
        self.chance: Chance | None = None

    def __call__(self, count: int) -> bytes:
        return self._real(count) if self.chance is None else self.chance.bytes(count)

    def install(self) -> None:
        """Before moto is imported: modules that bind the name early then bind this one."""
        os.urandom = self


def rsa_key(rng: random.Random, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key pair drawn from `rng`: OpenSSL cannot be seeded, so the primes are drawn here.

    Source: FIPS 186-5, A.1.3 (two probable primes with their top two bits set, p ≠ q, e = 65537).
    """
    exponent = 65537
    p = _prime(rng, bits // 2, exponent)
    q = _prime(rng, bits // 2, exponent)
    while p == q:
        q = _prime(rng, bits // 2, exponent)
    p, q = max(p, q), min(p, q)
    d = pow(exponent, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(exponent, p * q)
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    ).private_key()


def _prime(rng: random.Random, bits: int, exponent: int) -> int:
    while True:
        candidate = rng.getrandbits(bits) | (3 << (bits - 2)) | 1
        plausible = (candidate - 1) % exponent and all(candidate % p for p in SMALL_PRIMES)
        if plausible and _probably_prime(candidate, rng):
            return candidate


def _probably_prime(n: int, rng: random.Random) -> bool:
    """Miller–Rabin."""
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(n, rng.randrange(2, n - 1), odd, twos) for _ in range(MILLER_RABIN_ROUNDS))


def _passes(n: int, base: int, odd: int, twos: int) -> bool:
    x = pow(base, odd, n)
    if x in (1, n - 1):
        return True
    for _ in range(twos - 1):
        x = x * x % n
        if x == n - 1:
            return True
    return False
