"""A node's own keys and certificates in its home, generation by generation.

`keys/signing-N`, `keys/sealing-N`, `keys/hybrid-sealing-N`, `tls/member-N.key`, `tls/member-N.csr`, and, once the hub
has issued it, `tls/member-N.pem`. Nothing is switched by moving files: which generation is in use, the directory says.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509

from symbolon.node.domain.key_generations import KeyGeneration
from symbolon.node.errors import NodeError
from symbolon.node.ports.outside import Draws
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.protocol.keys import KEY_BYTES, KeyPurpose, SealingKey, SigningKey
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates
from symbolon.runtime.home import PartyHome
from symbolon.runtime.tls import TlsFiles

_SIGNING: Final = re.compile(rf"{KeyPurpose.SIGNING.value}-([1-9][0-9]{{0,5}})")
_PURPOSES: Final = (KeyPurpose.SEALING, KeyPurpose.HYBRID_SEALING, KeyPurpose.SIGNING)


@dataclass(frozen=True, slots=True)
class MemberKeyFiles:
    """The keys of the member `code`. Opened keys are kept in memory: a generation never changes."""

    home: PartyHome
    code: MemberCode
    _opened: dict[int, KeyGeneration] = field(default_factory=dict, compare=False, repr=False)

    def generations(self) -> tuple[KeyGeneration, ...]:
        """Every complete generation, the oldest first."""
        return tuple(self._generation(number) for number in self._numbers() if self._is_complete(number))

    def make(self, number: int, draws: Draws) -> KeyGeneration:
        """Make a generation's keys and the request for its certificate; what is there of it stays."""
        for purpose in _PURPOSES:
            name = f"{purpose.value}-{number}"
            if not self.home.keys.has(name):
                self.home.keys.write(name, draws.random_bytes(KEY_BYTES))
        tls = self.home.tls
        if not tls.has(_tls_key(number)):
            tls.write(_tls_key(number), certificates.new_private_key())
        if not tls.has(_request(number)):
            tls.write(_request(number), certificates.new_signing_request(tls.read(_tls_key(number)), self.code))
        return self._generation(number)

    def certificate_request(self, number: int) -> str:
        """The request for the generation's certificate (PKCS #10 PEM)."""
        return self.home.tls.read(_request(number)).decode("ascii")

    def keep_certificate(self, number: int, certificate_pem: str) -> None:
        """Keep the certificate that the hub issued for this generation's key.

        Raises:
            NodeError: it is made out to another member, or for another key.

        """
        certificate = certificate_pem.encode()
        request = self.home.tls.read(_request(number))
        if not _same_key(certificate, request) or certificates.common_name(certificate) != self.code:
            raise NodeError(
                Problem.UNKNOWN_MEMBER, "The certificate was made for another member or key: enrol this node's own."
            )
        self.home.tls.replace(_certificate(number), certificate)

    def certificate_fingerprint(self, number: int) -> str | None:
        """The SHA-256 of the generation's certificate; None before the hub issued it."""
        tls = self.home.tls
        return certificates.fingerprint(tls.read(_certificate(number))) if tls.has(_certificate(number)) else None

    def tls_files(self, number: int) -> TlsFiles:
        """The files that a TLS connection of this generation shows."""
        return TlsFiles(self.certificate_file(number), self.home.tls.private_file(_tls_key(number)))

    def certificate_file(self, number: int) -> Path:
        """Where the generation's certificate lies."""
        return self.home.tls.file(_certificate(number))

    def _numbers(self) -> list[int]:
        matches = (_SIGNING.fullmatch(name) for name in self.home.keys.names())
        return sorted(int(match[1]) for match in matches if match is not None)

    def _is_complete(self, number: int) -> bool:
        keys, tls = self.home.keys, self.home.tls
        return all(keys.has(f"{purpose.value}-{number}") for purpose in _PURPOSES) and tls.has(_request(number))

    def _generation(self, number: int) -> KeyGeneration:
        if number not in self._opened:
            self._opened[number] = KeyGeneration(
                number,
                SigningKey.from_bytes(self._key(KeyPurpose.SIGNING, number)),
                SealingKey.from_bytes(self._key(KeyPurpose.SEALING, number)),
                HybridSealingKey.from_bytes(self._key(KeyPurpose.HYBRID_SEALING, number)),
            )
        return self._opened[number]

    def _key(self, purpose: KeyPurpose, number: int) -> bytes:
        return self.home.keys.read(f"{purpose.value}-{number}")


def _same_key(certificate_pem: bytes, request_pem: bytes) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_pem)
    except ValueError:
        return False
    return certificate.public_key() == x509.load_pem_x509_csr(request_pem).public_key()


def _tls_key(number: int) -> str:
    return f"member-{number}.key"


def _request(number: int) -> str:
    return f"member-{number}.csr"


def _certificate(number: int) -> str:
    return f"member-{number}.pem"
