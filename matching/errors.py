"""Everything that `symbolon.matching` refuses, as one tree. No message ever holds an identifier's value."""

from __future__ import annotations


class MatchingError(Exception):
    """Root of the room's errors."""


class IdentifierError(MatchingError):
    """An identifier cannot be read: which field, what is wrong, what to do. The value itself is never repeated."""

    def __init__(self, field: str, what: str, what_to_do: str) -> None:
        super().__init__(f"{field}: {what}; {what_to_do}")
        self.field = field
        self.what = what
        self.what_to_do = what_to_do


class SchemaError(MatchingError):
    """A linkage schema is not valid: where (a path such as `profiles[1].threshold`) and why."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path
        self.what = what


class TooLittleToMatch(MatchingError):
    """A record holds too little for any profile or token: publishing it would match nothing, or everything."""

    def __init__(self, what_to_do: str) -> None:
        super().__init__(f"too little to match on: {what_to_do}")
        self.what_to_do = what_to_do


class MalformedEncoding(MatchingError):
    """Bytes that claim to be an encoded record are not one of this schema."""
