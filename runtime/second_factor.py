"""The second factor: six digits that an authenticator application makes from a shared secret and the time (RFC 6238).

The secret lies in the database sealed by the party's vault, bound to its row. A code counts for its half
minute and the ones before and after it, and once: the step of the newest code that was used is kept, and no step up to
it counts again (RFC 6238, section 5.2). For a lost telephone there are ten recovery codes, each good once.
"""

import hmac
from base64 import b32encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import pyotp
import segno

from symbolon.runtime.database import Transaction
from symbolon.runtime.spelled_secrets import SECRET_BYTES, spell, spelled_digest
from symbolon.runtime.sql_loader import load_queries
from symbolon.runtime.vault import Place

QUERIES: Final = load_queries("symbolon.runtime", "second_factors")

FACTOR_BYTES: Final = 20
"""The length of a secret, that of SHA-1's output (RFC 4226, section 4): every authenticator takes it."""
STEP_S: Final = 30
CODE_DIGITS: Final = 6
RECOVERY_CODES: Final = 10
_RECOVERY_LABEL: Final = "recovery code"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What a person is shown of a new second factor: the secret as text, and all of it as a picture to scan."""

    secret: str = field(repr=False)
    qr_svg: str = field(repr=False)


def new_factor(random_bytes: Callable[[int], bytes]) -> bytes:
    """A fresh secret."""
    return random_bytes(FACTOR_BYTES)


def describe_factor(factor: bytes, login: str, party: str) -> Enrolment:
    """How to bring a secret into an authenticator: by hand, or by its camera."""
    address = _totp(factor).provisioning_uri(name=login, issuer_name=f"Symbolon {party}")
    picture = segno.make(address, error="m").svg_inline(omitsize=True, light="white", svgclass="qr", lineclass=None)
    secret = _totp(factor).secret.lower()
    return Enrolment(" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)), picture)


def step_of_code(factor: bytes, code: str, now: datetime) -> int | None:
    """The half minute, counted from 1970, that a code is of; None when it is of none that counts now."""
    present = int(now.timestamp()) // STEP_S
    totp = _totp(factor)
    typed = code.replace(" ", "").encode("utf-8", "replace")
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), typed):
            return step
    return None


def looks_like_code(typed: str) -> bool:
    """Whether what was typed is an authenticator's code; what is not is taken for a recovery code.

    >>> looks_like_code("123 456"), looks_like_code("7k3d-x0me-93tq-hvb2")
    (True, False)
    """
    digits = typed.replace(" ", "")
    return len(digits) == CODE_DIGITS and digits.isascii() and digits.isdigit()


def use_step(tx: Transaction, login: str, step: int) -> bool:
    """Use up the code of a step; False when it, or a later one, was used before."""
    return tx.fetch_one(QUERIES["use_step"], login=login, step=step) is not None


def propose_factor(tx: Transaction, session_id: UUID, sealed: bytes) -> None:
    """Keep a secret that a session's browser is shown, until its first right code."""
    tx.execute(QUERIES["propose_factor"], session_id=session_id, sealed=sealed)


def find_proposed_factor(tx: Transaction, session_id: UUID) -> bytes | None:
    """The secret that this session's browser was shown, sealed; None when it was shown none."""
    sealed = tx.fetch_value(QUERIES["find_proposed_factor"], session_id=session_id)
    return sealed if isinstance(sealed, bytes) else None


def enrol_factor(tx: Transaction, login: str, sealed: bytes, step: int, now: datetime) -> None:
    """Let this secret be the person's second factor; ``step`` is that of the code that showed that they have it."""
    tx.execute(QUERIES["enrol_factor"], login=login, sealed=sealed, step=step, now=now)
    tx.execute(QUERIES["forget_proposed_factors"], login=login)


def forget_factor(tx: Transaction, login: str) -> bool:
    """Take a person's second factor and recovery codes away; False when they had none."""
    tx.execute(QUERIES["forget_recovery_codes"], login=login)
    tx.execute(QUERIES["forget_proposed_factors"], login=login)
    return tx.fetch_one(QUERIES["forget_factor"], login=login) is not None


def renew_recovery_codes(
    tx: Transaction, login: str, random_bytes: Callable[[int], bytes], now: datetime
) -> tuple[str, ...]:
    """Ten new recovery codes in place of those that are left. They are told here and never again."""
    codes = tuple(spell(random_bytes(SECRET_BYTES)) for _ in range(RECOVERY_CODES))
    tx.execute(QUERIES["forget_recovery_codes"], login=login)
    for code in codes:
        tx.execute(
            QUERIES["add_recovery_code"], login=login, code_digest=spelled_digest(code, _RECOVERY_LABEL), now=now
        )
    return codes


def use_recovery_code(tx: Transaction, login: str, typed: str, now: datetime) -> bool:
    """Use up a recovery code; False when it is none of this person's, or was used before."""
    digest = spelled_digest(typed, _RECOVERY_LABEL)
    return tx.fetch_one(QUERIES["use_recovery_code"], login=login, code_digest=digest, now=now) is not None


def count_recovery_codes(tx: Transaction, login: str) -> int:
    """How many recovery codes a person has left."""
    return int(str(tx.fetch_value(QUERIES["count_recovery_codes"], login=login)))


def place_of(login: str) -> Place:
    """Where an account's secret lies."""
    return Place("account", "second_factor_sealed", login)


def proposed_place_of(session_id: UUID) -> Place:
    """Where the secret that a session's browser was shown lies until its first right code."""
    return Place("web_session", "proposed_factor_sealed", str(session_id))


def _totp(factor: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(b32encode(factor).decode("ascii"), digits=CODE_DIGITS, interval=STEP_S)
