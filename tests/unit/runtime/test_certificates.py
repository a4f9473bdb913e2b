"""Certificates of the development authority: the member is who the authority wrote, for its own key."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from symbolon.runtime import certificates
from symbolon.runtime.certificates import BadCertificate
from symbolon.runtime.errors import ConfigurationMistake

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority():
    return certificates.new_authority("exercise CA", NOW)


@pytest.fixture(scope="module")
def member_key():
    return certificates.new_private_key()


def issue(authority, member_key, name="XA"):
    request = certificates.new_signing_request(member_key, name)
    return certificates.issue_client_certificate(authority, request, name, NOW)


def test_a_client_certificate_names_the_member(authority, member_key):
    assert certificates.common_name(issue(authority, member_key)) == "XA"


def test_a_client_certificate_is_for_the_members_own_key(authority, member_key):
    certificate = x509.load_pem_x509_certificate(issue(authority, member_key))
    own = serialization.load_pem_private_key(member_key, None).public_key()
    assert certificate.public_key() == own


def test_a_client_certificate_serves_clients_only(authority, member_key):
    certificate = x509.load_pem_x509_certificate(issue(authority, member_key))
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca


def test_a_server_certificate_names_its_hosts(authority):
    issued = certificates.issue_server_certificate(authority, ("hub.example", "127.0.0.1", "::1"), NOW)
    certificate = x509.load_pem_x509_certificate(issued.certificate_pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["hub.example"]
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]


def test_a_certificate_is_valid_at_once_and_for_thirteen_months(authority, member_key):
    certificate = issue(authority, member_key)
    assert x509.load_pem_x509_certificate(certificate).not_valid_before_utc < NOW
    assert certificates.expires_at(certificate) == NOW + certificates.CERTIFICATE_LIFETIME


def test_a_certificate_does_not_outlive_its_authority(authority, member_key):
    late = NOW + certificates.AUTHORITY_LIFETIME - timedelta(days=5)
    request = certificates.new_signing_request(member_key, "XA")
    certificate = certificates.issue_client_certificate(authority, request, "XA", late)
    assert certificates.expires_at(certificate) == certificates.expires_at(authority.certificate_pem)


def test_the_fingerprint_is_the_sha_256_of_the_der_bytes(authority):
    der = x509.load_pem_x509_certificate(authority.certificate_pem).public_bytes(serialization.Encoding.DER)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(der)
    assert certificates.fingerprint(authority.certificate_pem) == digest.finalize().hex()


def test_a_request_of_another_member_is_refused(authority, member_key):
    request = certificates.new_signing_request(member_key, "XB")
    with pytest.raises(BadCertificate, match="another member"):
        certificates.issue_client_certificate(authority, request, "XA", NOW)


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()])
def test_a_request_for_another_kind_of_key_is_refused(authority, key):
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "XA")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, algorithm)
    with pytest.raises(BadCertificate, match="P-256"):
        certificates.issue_client_certificate(authority, request.public_bytes(serialization.Encoding.PEM), "XA", NOW)


def test_a_request_whose_signature_was_changed_is_refused(authority, member_key):
    request = x509.load_pem_x509_csr(certificates.new_signing_request(member_key, "XA"))
    der = bytearray(request.public_bytes(serialization.Encoding.DER))
    der[-1] ^= 1
    changed = x509.load_der_x509_csr(bytes(der)).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(BadCertificate):
        certificates.issue_client_certificate(authority, changed, "XA", NOW)


@pytest.mark.parametrize("garbage", [b"", b"garbage", b"-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END"])
def test_garbage_is_not_a_request(authority, garbage):
    with pytest.raises(BadCertificate):
        certificates.issue_client_certificate(authority, garbage, "XA", NOW)


@pytest.mark.parametrize("read", [certificates.common_name, certificates.fingerprint, certificates.expires_at])
def test_garbage_is_not_a_certificate(read):
    with pytest.raises(BadCertificate):
        read(b"garbage")


def test_a_certificate_with_two_common_names_is_refused(authority, member_key):
    key = serialization.load_pem_private_key(member_key, None)
    two = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, code) for code in ("XA", "XB")])
    builder = x509.CertificateBuilder(two, two, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    with pytest.raises(BadCertificate, match="exactly one common name"):
        certificates.common_name(pem)


def test_a_private_key_hides_itself(authority):
    assert "PRIVATE" not in repr(authority)


@pytest.mark.parametrize("garbage", [b"garbage", b""])
def test_an_unreadable_private_key_is_a_configuration_mistake(garbage):
    with pytest.raises(ConfigurationMistake):
        certificates.new_signing_request(garbage, "XA")
