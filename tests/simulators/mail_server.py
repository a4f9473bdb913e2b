"""A real SMTP server in a process of its own: keeps each mail that it takes as a file, and prints its port.

Whom a mail is for says how it goes: `refused@…` is refused for good, `later@…` for now, `twice@…` is taken while the
connection breaks before the sender hears of it; everybody else's is taken.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class MailServer:
    """The server as a test sees it."""

    port: int
    folder: Path

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, in the order of its coming."""
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    def mails_for(self, address: str) -> list[EmailMessage]:
        """What was taken for one person."""
        return [mail for mail in self.mails if mail["To"] == address]


@contextmanager
def mail_server(folder: Path, port: int = 0) -> Iterator[MailServer]:
    """A server until the block ends."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, __file__, str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield MailServer(int(process.stdout.readline()), folder)
        finally:
            process.terminate()


class _Keeper:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_RCPT(  # noqa: N802 - the server's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("refused@"):
            return "550 5.1.1 nobody has this address"
        if address.startswith("later@"):
            return "451 4.3.2 not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        number = len(list(self._folder.glob("*.eml"))) + 1
        assert isinstance(envelope.content, bytes)
        (self._folder / f"{number:06}.eml").write_bytes(envelope.content)
        if any(address.startswith("twice@") for address in envelope.rcpt_tos) and server.transport is not None:
            server.transport.abort()
        return "250 OK"


def _admits(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=getattr(data, "password", b"") == b"right", handled=False)


async def _serve(folder: Path, port: int) -> None:
    def protocol() -> SMTP:
        return SMTP(
            _Keeper(folder),
            hostname="mail.test",
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=_admits,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
