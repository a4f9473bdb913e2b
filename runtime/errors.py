"""The error tree of the runtime room."""


class RuntimeFault(Exception):
    """Something that both roles stand on does not hold. The message is one safe sentence, without identifiers."""


class ConfigurationMistake(RuntimeFault):
    """A setting, a key file or a certificate is wrong: one sentence that names it and says what to do.

    The command line prints the sentence and exits with status 2.
    """


class DatabaseUnavailable(RuntimeFault):
    """PostgreSQL cannot be reached, or broke off the transaction: nothing is known to be committed, try again."""


class UnknownQuery(RuntimeFault):
    """A named query is missing from its ``.sql`` file, or the file is not written as the loader expects."""


class MigrationFault(RuntimeFault):
    """The database's version and the program's migrations do not fit together."""
