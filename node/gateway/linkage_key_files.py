"""The linkage keys in the node's home: one file an epoch, readable by its owner alone."""

from symbolon.node.errors import NodeError
from symbolon.protocol.keys import KeyPurpose, LinkageKey
from symbolon.protocol.problems import Problem
from symbolon.runtime.home import SecretFolder


class LinkageKeyFiles:
    """`keys/linkage-<epoch>`: 32 bytes, mode 0600."""

    def __init__(self, folder: SecretFolder) -> None:
        self._folder = folder

    def find(self, epoch: int) -> LinkageKey | None:
        """The key of an epoch."""
        name = _file_name(epoch)
        return LinkageKey(epoch, self._folder.read(name)) if self._folder.has(name) else None

    def add(self, key: LinkageKey) -> None:
        """Store the key of a new epoch; the same key again changes nothing.

        Raises:
            NodeError: another key of that epoch is there.

        """
        known = self.find(key.epoch)
        if known is None:
            self._folder.write(_file_name(key.epoch), key.secret)
        elif known.check_value() != key.check_value():
            raise NodeError(
                Problem.WRONG_KEY_EPOCH,
                f"Another linkage key of epoch {key.epoch} is here: agree with the other states on one of them.",
            )

    def remove(self, epoch: int) -> None:
        """Throw away the key of a closed epoch, if it is here."""
        self._folder.remove(_file_name(epoch))


def _file_name(epoch: int) -> str:
    return f"{KeyPurpose.LINKAGE.value}-{epoch}"
