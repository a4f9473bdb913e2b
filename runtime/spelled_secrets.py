"""Secrets that people read, write down and type: one-time tokens and recovery codes.

Each is 80 random bits in Crockford's alphabet (https://www.crockford.com/base32.html), which has no letter that looks
like another, in groups of four: ``7k3d-x0me-93tq-hvb2``. So much randomness needs no slow hash: the database holds the
SHA-256 with a label for what it is, and nobody finds the secret from that.
"""

import hashlib
from typing import Final

SECRET_BYTES: Final = 10
_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_GROUP: Final = 4
_MISREAD: Final = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


def spell(random_bytes: bytes) -> str:
    """The secret of ten random bytes, as it is shown.

    >>> spell(bytes(10)), spell(bytes(range(10)))
    ('0000-0000-0000-0000', '0004-1061-050r-3g89')
    """
    if len(random_bytes) != SECRET_BYTES:
        raise ValueError(f"a spelled secret is made of {SECRET_BYTES} random bytes")
    number = int.from_bytes(random_bytes)
    letters = "".join(_ALPHABET[number >> shift & 31] for shift in range(SECRET_BYTES * 8 - 5, -1, -5))
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def spelled_digest(typed: str, label: str) -> bytes:
    """The 32 bytes by which a secret is known, however it was typed: case, blanks, hyphens and look-alikes aside.

    >>> spelled_digest("7K3D X0ME 93TQ HVB2", "token") == spelled_digest("7k3d-xome-93tq-hvb2", "token")
    True
    """
    letters = typed.lower().translate(_MISREAD)
    return hashlib.sha256(f"symbolon/1 {label}\n{letters}".encode("utf-8", "replace")).digest()
