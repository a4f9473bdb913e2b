"""The error tree of the exercise room."""


class ExerciseError(Exception):
    """The exercise federation cannot go on. The message is a sentence that says what to do."""


class ComponentMissing(ExerciseError):
    """A server that should have come with the installation is not there."""


class ProcessFailed(ExerciseError):
    """A process of the federation ended, or did not become ready in its time."""
