"""The error tree of the runtime room."""


class RuntimeRoomError(Exception):
    """Something that both roles stand on does not hold. The message is one safe sentence, without identifiers."""


class ConfigurationMistake(RuntimeRoomError):
    """A setting, a key file or a certificate is wrong: one sentence that names it and says what to do.

    The command line prints the sentence and exits with status 2.
    """


class DatabaseUnavailable(RuntimeRoomError):
    """PostgreSQL cannot be reached, or broke off the transaction: nothing is known to be committed, try again."""


class UnknownQuery(RuntimeRoomError):
    """A named query is missing from its ``.sql`` file, or the file is not written as the loader expects."""


class MigrationFault(RuntimeRoomError):
    """The database's version and the program's migrations do not fit together."""


class AuditLogBroken(RuntimeRoomError):
    """The stored audit log is not the one that was written: ``place`` is where it breaks, counted from 1."""

    def __init__(self, place: int, reason: str) -> None:
        super().__init__(f"The audit log breaks at place {place}: {reason}.")
        self.place = place
