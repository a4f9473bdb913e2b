"""What fuzzing found once, and must not find again: input that ended in an error nobody had words for."""

import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.fuzz.matching_decoders import SCHEMA_BYTES
from tests.fuzz.party_decoders import MAPPING
from tests.fuzz.registry import DECODERS

from symbolon.runtime.certificates import new_private_key, new_signing_request

BY_NAME = {decoder.name: decoder for decoder in DECODERS}
PART = b'--b\r\nContent-Disposition: form-data; name="reason"\r\n\r\nprot\xffect\r\n--b--\r\n'


@pytest.mark.parametrize("charset", [b"undefined", b"a\0b"])
def test_a_form_in_a_character_set_that_decodes_nothing_is_refused(charset: bytes) -> None:
    form = b"multipart/form-data; boundary=b; charset=" + charset + b"\n" + PART
    assert not BY_NAME["desk-form"].try_on(form)


@pytest.mark.parametrize("encoding", ["undefined", "idna", "a\\u0000b", "utf-16"])
def test_an_encoding_that_cannot_read_the_file_is_named_as_a_mistake(encoding: str) -> None:
    mapping = MAPPING.replace('"utf-8"', f'"{encoding}"')
    assert not BY_NAME["import-mapping"].try_on(mapping.encode())


@pytest.mark.parametrize("delimiter", ['\\"', "\\n", "\\r"])
def test_a_delimiter_that_has_another_meaning_in_the_file_is_named_as_a_mistake(delimiter: str) -> None:
    mapping = MAPPING.replace('delimiter = ","', f'delimiter = "{delimiter}"')
    assert not BY_NAME["import-mapping"].try_on(mapping.encode())


@pytest.mark.parametrize("value", [b"[" * 20_000, b"9" * 5_000], ids=["nested", "huge number"])
def test_a_mapping_beyond_measure_is_named_as_a_mistake(value: bytes) -> None:
    assert not BY_NAME["import-mapping"].try_on(b"a = " + value)


def test_a_linkage_schema_nested_without_end_is_refused() -> None:
    assert not BY_NAME["linkage-schema"].try_on(b"[" * 100_000)


def test_a_linkage_schema_without_a_kind_of_token_encodes_records_that_have_it() -> None:
    schema = json.loads(SCHEMA_BYTES)
    del schema["decisive_tokens"]["account"]
    assert BY_NAME["linkage-schema"].try_on(json.dumps(schema).encode())


def test_a_certificate_request_for_a_kind_of_key_that_nobody_knows_is_refused() -> None:
    known, unknown = bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8659ce3d0201")
    request = x509.load_pem_x509_csr(new_signing_request(new_private_key(), "XA")).public_bytes(Encoding.DER)
    assert not BY_NAME["certificate-request"].try_on(_as_request(request.replace(known, unknown)))


def test_a_certificate_request_of_a_version_that_there_is_not_is_refused() -> None:
    request = x509.load_pem_x509_csr(new_signing_request(new_private_key(), "XA")).public_bytes(Encoding.DER)
    changed = request.replace(b"\x02\x01\x00", b"\x02\x01\x01", 1)
    assert not BY_NAME["certificate-request"].try_on(_as_request(changed))


def test_a_section_of_a_backup_whose_name_is_no_text_is_refused() -> None:
    assert not BY_NAME["backup-sections"].try_on(b"\0\1\xff\0\0\0\0")


def _as_request(der: bytes) -> bytes:
    return ssl.DER_cert_to_PEM_cert(der).replace("CERTIFICATE", "CERTIFICATE REQUEST").encode()
