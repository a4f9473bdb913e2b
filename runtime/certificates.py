"""Certificates of the parties: a development authority, requests, issuing, fingerprints (X.509, RFC 5280; EC P-256).

A member is who its client certificate says: the common name is the member's code, written by the authority and not
taken from the request. A production federation uses its own authority with the same profile.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault

AUTHORITY_LIFETIME: Final = timedelta(days=3650)
CERTIFICATE_LIFETIME: Final = timedelta(days=397)
# Two machines' clocks may differ a little.
_CLOCK_DIFFERENCE: Final = timedelta(minutes=10)


class BadCertificate(RuntimeFault):
    """A certificate or a request for one cannot be read, or is not of the agreed profile."""


@dataclass(frozen=True, slots=True)
class KeyAndCertificate:
    """A private key (PKCS #8 PEM, unencrypted) and the certificate for it (PEM)."""

    private_key_pem: bytes = field(repr=False)
    certificate_pem: bytes


def new_private_key() -> bytes:
    """A new private key on the curve P-256, as unencrypted PKCS #8 PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def new_authority(name: str, now: datetime) -> KeyAndCertificate:
    """A development certificate authority that may issue end certificates only."""
    private_key_pem = new_private_key()
    key = _load_key(private_key_pem)
    subject = _name(name)
    certificate = (
        _builder(subject, subject, key.public_key(), now, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(issues=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return KeyAndCertificate(private_key_pem, _pem(certificate))


def new_signing_request(private_key_pem: bytes, common_name: str) -> bytes:
    """A certificate signing request (PKCS #10 PEM), which proves the possession of the private key."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_name(common_name))
    return builder.sign(_load_key(private_key_pem), hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def issue_client_certificate(
    authority: KeyAndCertificate,
    request_pem: bytes,
    common_name: str,
    now: datetime,
    lifetime: timedelta = CERTIFICATE_LIFETIME,
) -> bytes:
    """A client certificate (PEM) whose common name is ``common_name``, for the key of the request.

    Raises :class:`BadCertificate` when the request is not signed by its own key, has another name, or a key that is
    not on the curve P-256.
    """
    public_key = _requested_key(request_pem, common_name)
    profile = _EndProfile(ExtendedKeyUsageOID.CLIENT_AUTH, (), lifetime)
    return _issue(authority, public_key, common_name, profile, now)


def issue_server_certificate(authority: KeyAndCertificate, hosts: Sequence[str], now: datetime) -> KeyAndCertificate:
    """A new key and a server certificate for ``hosts`` (names or addresses; the first is the common name)."""
    private_key_pem = new_private_key()
    profile = _EndProfile(ExtendedKeyUsageOID.SERVER_AUTH, hosts, CERTIFICATE_LIFETIME)
    certificate_pem = _issue(authority, _load_key(private_key_pem).public_key(), hosts[0], profile, now)
    return KeyAndCertificate(private_key_pem, certificate_pem)


def fingerprint(certificate_pem: bytes) -> str:
    """The SHA-256 of the certificate's DER encoding, in lower-case hexadecimal."""
    return _load_certificate(certificate_pem).fingerprint(hashes.SHA256()).hex()


def common_name(certificate_pem: bytes) -> str:
    """The common name: at a client certificate, the member's code. Raises :class:`BadCertificate` unless it has one."""
    return _single_common_name(_load_certificate(certificate_pem).subject)


def expires_at(certificate_pem: bytes) -> datetime:
    """Until when the certificate is valid, as an aware datetime in UTC."""
    return _load_certificate(certificate_pem).not_valid_after_utc


def hosts_of(certificate_pem: bytes) -> tuple[str, ...]:
    """The names and addresses that a server certificate is for. Raises :class:`BadCertificate` where it has none."""
    extensions = _load_certificate(certificate_pem).extensions
    try:
        names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        raise BadCertificate("A server certificate of this federation has the server's names in it.") from None
    return tuple(str(name.value) for name in names)


def is_for_request(certificate_pem: bytes, request_pem: bytes) -> bool:
    """Whether the certificate is for the key that the request asks one for; False where that cannot be read."""
    try:
        key = x509.load_pem_x509_csr(request_pem).public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return False
    return _load_certificate(certificate_pem).public_key() == key


@dataclass(frozen=True, slots=True)
class _EndProfile:
    """What a certificate is for, the host names in it, and for how long it is valid at most."""

    usage: x509.ObjectIdentifier
    hosts: Sequence[str]
    lifetime: timedelta


def _issue(
    authority: KeyAndCertificate,
    public_key: ec.EllipticCurvePublicKey,
    name: str,
    profile: _EndProfile,
    now: datetime,
) -> bytes:
    issuer = _load_certificate(authority.certificate_pem)
    issuer_key = _load_key(authority.private_key_pem)
    lifetime = min(profile.lifetime, issuer.not_valid_after_utc - now)
    builder = (
        _builder(_name(name), issuer.subject, public_key, now, lifetime)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(issues=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([profile.usage]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if profile.hosts:
        names = x509.SubjectAlternativeName([_host(host) for host in profile.hosts])
        builder = builder.add_extension(names, critical=False)
    return _pem(builder.sign(issuer_key, hashes.SHA256()))


def _requested_key(request_pem: bytes, name: str) -> ec.EllipticCurvePublicKey:
    try:
        request = x509.load_pem_x509_csr(request_pem)
        signed = request.is_signature_valid
        key = request.public_key()
        subject = request.subject
    except (ValueError, InvalidSignature, UnsupportedAlgorithm, x509.InvalidVersion):
        raise BadCertificate("The certificate request cannot be read: make it anew at the node.") from None
    if not signed or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificate("The certificate request is not signed by a key of its own on the curve P-256.")
    if _single_common_name(subject) != name:
        raise BadCertificate("The certificate request is made out to another member than the one to be enrolled.")
    return key


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    now: datetime,
    lifetime: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_DIFFERENCE)
        .not_valid_after(now + lifetime)
    )


def _key_usage(*, issues: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issues,
        crl_sign=issues,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _single_common_name(name: x509.Name) -> str:
    values = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(values) != 1 or not isinstance(values[0].value, str):
        raise BadCertificate("A certificate of this federation has exactly one common name.")
    return values[0].value


def _load_key(private_key_pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(private_key_pem, password=None)
    except (ValueError, TypeError):
        raise ConfigurationMistake("A TLS private key cannot be read: it must be unencrypted PKCS #8 PEM.") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigurationMistake("A TLS private key of this federation is on the curve P-256.")
    return key


def _load_certificate(certificate_pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(certificate_pem)
    except (ValueError, x509.InvalidVersion):
        raise BadCertificate("A certificate cannot be read: it must be PEM.") from None


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
