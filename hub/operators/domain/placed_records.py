"""Which records lie in an operator's rows, by one name for all of them: at all three, jobs are about the same ones.

So what one operator erased, or has not proved yet, is not compared by the shares of the other two, whatever the hub
says.
"""

import hashlib
from collections import defaultdict
from typing import Final

_OF_A_PART: Final = 256


class PlacedRecords:
    """Records by handle, each with the digest of where its vectors lie."""

    def __init__(self) -> None:
        self._parts: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
        self._names: dict[int, bytes] = {}
        """Of each part that did not change since: of a million records, a change hashes a few hundred."""

    def __contains__(self, handle: int) -> bool:
        return handle in self._parts.get(handle // _OF_A_PART, ())

    def add(self, handle: int, place: bytes) -> None:
        """A record was put into its rows; `place`: 32 bytes."""
        self._parts[handle // _OF_A_PART][handle] = place
        self._names.pop(handle // _OF_A_PART, None)

    def remove(self, handle: int) -> None:
        """It was taken out."""
        part = handle // _OF_A_PART
        self._parts[part].pop(handle, None)
        self._names.pop(part, None)
        if not self._parts[part]:
            del self._parts[part]

    def clear(self) -> None:
        """All were."""
        self._parts.clear()
        self._names.clear()

    def name(self) -> bytes:
        """SHA-256 of them all, the same for the same records however they came."""
        for part in self._parts.keys() - self._names.keys():
            entries = sorted(self._parts[part].items())
            listed = b"".join(handle.to_bytes(8, "big") + place for handle, place in entries)
            self._names[part] = hashlib.sha256(listed).digest()
        named = (part.to_bytes(8, "big") + name for part, name in sorted(self._names.items()))
        return hashlib.sha256(b"symbolon/1/blind/rows\n" + b"".join(named)).digest()
