"""What was said in a linkage key's ceremony, in the node's home until the key is made.

`keys/ceremony-<epoch>`: canonical JSON, sealed like every key; the contributions in it are as secret as the key.
"""

from symbolon.node.domain.ceremony import CeremonyFacts
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.runtime.home import SecretFolder


class CeremonyFiles:
    """One file an epoch, replaced whole."""

    def __init__(self, folder: SecretFolder) -> None:
        self._folder = folder

    def read(self, epoch: int) -> CeremonyFacts:
        """What is known of the ceremony for an epoch's key; nothing, where it did not begin."""
        name = _file_name(epoch)
        if not self._folder.has(name):
            return CeremonyFacts()
        return from_wire(CeremonyFacts, parse_json(self._folder.read(name)))

    def write(self, epoch: int, facts: CeremonyFacts) -> None:
        """Keep what is known, in the place of what was."""
        self._folder.replace(_file_name(epoch), canonical_bytes(to_wire(facts)))

    def forget(self, epoch: int) -> None:
        """Throw away what is needed no longer."""
        self._folder.remove(_file_name(epoch))


def _file_name(epoch: int) -> str:
    return f"ceremony-{epoch}"
