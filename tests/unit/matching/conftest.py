"""The shipped schema, and encoders under test keys."""

import hmac
from collections.abc import Callable
from importlib import resources

import pytest

from symbolon.matching.encoding import RecordEncoder
from symbolon.matching.linkage_schema import DEFAULT_SCHEMA_RESOURCE, LinkageSchema


@pytest.fixture(scope="session")
def schema_bytes() -> bytes:
    package, name = DEFAULT_SCHEMA_RESOURCE
    return resources.files(package).joinpath(name).read_bytes()


@pytest.fixture(scope="session")
def schema(schema_bytes: bytes) -> LinkageSchema:
    return LinkageSchema.from_bytes(schema_bytes)


def _subkeys(secret: bytes) -> Callable[[str], bytes]:
    return lambda label: hmac.digest(secret, label.encode(), "sha256")


@pytest.fixture(scope="session")
def encoder(schema: LinkageSchema) -> RecordEncoder:
    return RecordEncoder(schema, _subkeys(b"test linkage key, epoch 1"))


@pytest.fixture(scope="session")
def encoder_under_another_key(schema: LinkageSchema) -> RecordEncoder:
    return RecordEncoder(schema, _subkeys(b"test linkage key, epoch 2"))
