"""Seals values before they are stored: what a copy of the database, or a look into it, shows is ciphertext.

AES-256-GCM under data keys that lie wrapped in the table ``data_key``; the node key that opens them is outside the
database (:mod:`symbolon.runtime.key_services`). Each value is bound to its table, column and row as associated data, so
that one cannot be put in the place of another. A sealed value::

    1 (one byte) | id of the data key (4 bytes) | nonce (12, random) | AES-256-GCM ciphertext
"""

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from symbolon.runtime.database import Database, Transaction
from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault
from symbolon.runtime.key_services import KEY_BYTES, KeyService
from symbolon.runtime.sql_loader import load_queries

QUERIES: Final = load_queries("symbolon.runtime", "vault")
_FORMAT: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = len(_FORMAT) + _KEY_ID_BYTES + _NONCE_BYTES
# Any constant will do, as long as every process takes the same.
_DATA_KEY_LOCK: Final = 0x53594D42_44415441


class SealBroken(RuntimeFault):
    """A sealed value was changed, or is another row's, or its data key is gone: restore the database from a backup."""

    def __init__(self, place: "Place") -> None:
        super().__init__(
            f"A sealed value of {place.table}.{place.column} cannot be opened: it was changed in the database, or its "
            "data key is gone; restore the database from a backup."
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies: `row` is the row's key as text."""

    table: str
    column: str
    row: str

    def associated_data(self) -> bytes:
        """What the value is bound to, without two places that read alike."""
        return b"symbolon/1 sealed column\n" + "\n".join((self.table, self.column, self.row)).encode()


@dataclass(frozen=True, slots=True)
class DataKeys:
    """The data keys in clear: only ever in memory."""

    sealing: Mapping[int, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)

    @property
    def newest(self) -> int:
        """The id of the key that seals."""
        return max(self.sealing)


class Vault:
    """Seals and opens. Safe for several threads; keys that another process added are read when they are met."""

    def __init__(self, read_keys: Callable[[], DataKeys], random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._read_keys = read_keys
        self._random_bytes = random_bytes
        self._keys = read_keys()

    def seal(self, plain: bytes, place: Place) -> bytes:
        """The sealed value for this place."""
        key_id, nonce = self._keys.newest, self._random_bytes(_NONCE_BYTES)
        head = _FORMAT + key_id.to_bytes(_KEY_ID_BYTES) + nonce
        return head + AESGCM(self._keys.sealing[key_id]).encrypt(nonce, plain, place.associated_data())

    def open(self, sealed: bytes, place: Place) -> bytes:
        """The value in clear. Raises `SealBroken`."""
        head, ciphertext = sealed[:_HEAD_BYTES], sealed[_HEAD_BYTES:]
        if len(head) < _HEAD_BYTES or head[:1] != _FORMAT:
            raise SealBroken(place)
        key_id = int.from_bytes(head[1 : 1 + _KEY_ID_BYTES])
        if key_id not in self._keys.sealing:
            self._keys = self._read_keys()
        key = self._keys.sealing.get(key_id)
        if key is None:
            raise SealBroken(place)
        try:
            return AESGCM(key).decrypt(head[-_NONCE_BYTES:], ciphertext, place.associated_data())
        except InvalidTag:
            raise SealBroken(place) from None

    def lookup_digest(self, label: str, text: str) -> bytes:
        """By HMAC-SHA256: how a value is found that is sealed (32 bytes); without the key nobody can try guesses."""
        return hmac.digest(self._keys.lookup, f"symbolon/1 lookup {label}\n{text}".encode(), sha256)


def open_vault(
    database: Database, key_service: KeyService, now: datetime, random_bytes: Callable[[int], bytes] = os.urandom
) -> Vault:
    """The vault of a party's database; the first one makes its data keys.

    Raises `ConfigurationMistake` where the node key is not the one that wrapped them.
    """
    with database.transaction() as tx:
        tx.execute(QUERIES["take_turn"], lock=_DATA_KEY_LOCK)
        known = {row["purpose"] for row in tx.fetch_all(QUERIES["list_data_keys"])}
        for purpose in ("sealing", "lookup"):
            if purpose not in known:
                _add_key(tx, key_service, purpose, random_bytes(KEY_BYTES), now)

    def read_keys() -> DataKeys:
        with database.transaction() as tx:
            rows = tx.fetch_all(QUERIES["list_data_keys"])
        keys = {row["key_id"]: (row["purpose"], key_service.unwrap(bytes(row["wrapped"]))) for row in rows}
        lookup = next((key for purpose, key in keys.values() if purpose == "lookup"), None)
        if lookup is None:
            raise ConfigurationMistake("The table data_key lost its lookup key: restore the database from a backup.")
        return DataKeys({key_id: key for key_id, (purpose, key) in keys.items() if purpose == "sealing"}, lookup)

    return Vault(read_keys, random_bytes)


def wrap_data_keys_again(
    tx: Transaction, key_service: KeyService, now: datetime, random_bytes: Callable[[int], bytes] = os.urandom
) -> int:
    """Wrap every data key under the newest node key, and begin a new one for what is sealed from now on.

    Returns how many were wrapped again. A vault that is open meets the new one when it meets a value sealed under it.
    """
    tx.execute(QUERIES["take_turn"], lock=_DATA_KEY_LOCK)
    rows = tx.fetch_all(QUERIES["list_data_keys"])
    for row in rows:
        data_key = key_service.unwrap(bytes(row["wrapped"]))
        tx.execute(QUERIES["wrap_again"], key_id=row["key_id"], wrapped=key_service.wrap(data_key))
    _add_key(tx, key_service, "sealing", random_bytes(KEY_BYTES), now)
    return len(rows)


def wrapped_data_keys(tx: Transaction) -> tuple[bytes, ...]:
    """Every data key as it is stored, the oldest first: after a rotation of the node key none is the same."""
    return tuple(bytes(row["wrapped"]) for row in tx.fetch_all(QUERIES["list_data_keys"]))


def count_data_keys(tx: Transaction, key_service: KeyService) -> int:
    """How many data keys there are, each unwrapped once to see that it can be."""
    rows = tx.fetch_all(QUERIES["list_data_keys"])
    for row in rows:
        key_service.unwrap(bytes(row["wrapped"]))
    return len(rows)


def _add_key(tx: Transaction, key_service: KeyService, purpose: str, data_key: bytes, now: datetime) -> None:
    tx.execute(QUERIES["add_data_key"], purpose=purpose, wrapped=key_service.wrap(data_key), made_at=now)
