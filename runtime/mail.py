"""Mail through the party's own SMTP server: one plain text to one person at a time.

A mail has one `Message-ID` for all its tries (RFC 5322, section 3.6.4), so that a server, or a reader, knows a second
copy: where the connection breaks after the text was handed over, nobody can say whether it was taken.
"""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from symbolon.runtime.errors import ConfigurationMistake, RuntimeFault
from symbolon.runtime.settings import SettingsReader

LONGEST_ADDRESS: Final = 254
"""Characters of a mail address (RFC 5321, section 4.5.3.1.3, without the angle brackets)."""
_PATIENCE_S: Final = 20.0
_PERMANENT: Final = range(500, 600)


class MailSecurity(StrEnum):
    """How the connection to the mail server is kept private."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Which server takes the party's mails, and from whom they come."""

    host: str
    port: int
    security: MailSecurity
    login: str | None
    password: str | None = field(repr=False)
    sender: str
    authority_file: Path | None
    """The authority of the server's certificate, where it is the party's own."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `message_id` is the part before the @, the same in each try."""

    message_id: str
    recipient: str = field(repr=False)
    subject: str
    text: str
    written_at: datetime


class MailUnavailable(RuntimeFault):
    """The mail server cannot be reached, or takes nothing now: try again later."""


class MailRefused(RuntimeFault):
    """The mail server refused this one mail for good: its recipient's address, most likely."""


class SmtpPost:
    """Hands mails to one server, each over a connection of its own: there are a few of them an hour."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def __call__(self, mail: Mail) -> None:
        """Hand over one mail.

        Raises:
            MailUnavailable: it may be handed over later.
            MailRefused: it never will.

        """
        message = self._written(mail)
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _of_code(max(code for code, _text in refusal.recipients.values())) from None
        except smtplib.SMTPResponseException as refusal:
            # A login or a sender that the server refuses is a mistake of the settings: the mail itself is not at fault.
            settings = isinstance(refusal, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused)
            raise _of_code(0 if settings else refusal.smtp_code) from None
        except (smtplib.SMTPException, OSError) as away:
            raise MailUnavailable("The mail server does not answer: its settings begin with smtp_.") from away

    def _connect(self) -> smtplib.SMTP:
        wanted = self._settings
        context = ssl.create_default_context(cafile=wanted.authority_file)
        if wanted.security is MailSecurity.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=_PATIENCE_S, context=context)
        else:
            server = smtplib.SMTP(wanted.host, wanted.port, timeout=_PATIENCE_S)
        try:
            if wanted.security is MailSecurity.STARTTLS:
                server.starttls(context=context)
            if wanted.login is not None and wanted.password is not None:
                server.login(wanted.login, wanted.password)
        except BaseException:
            server.close()
            raise
        return server

    def _written(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._settings.sender
        message["To"] = mail.recipient
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.written_at)
        domain = parseaddr(self._settings.sender)[1].rpartition("@")[2]
        message["Message-ID"] = f"<{mail.message_id}@{domain}>"
        # So that no holiday notice answers a program (RFC 3834, section 5).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


Post = Callable[[Mail], None]
"""Hands over one mail; raises as :class:`SmtpPost` does."""


def read_mail_settings(reader: SettingsReader) -> MailSettings | None:
    """The settings ``smtp_*``; None where no server is named, and no mail is sent.

    Raises:
        ConfigurationMistake: one sentence that names the setting and says what to do.

    """
    host = reader.optional_text("smtp_host")
    security = reader.text("smtp_security", MailSecurity.STARTTLS.value)
    port = reader.port("smtp_port", 465 if security == MailSecurity.TLS else 587)
    login = reader.optional_text("smtp_login")
    password = reader.optional_secret_of_file("smtp_password_file")
    sender = reader.optional_text("smtp_from")
    authority = reader.optional_text("smtp_authority_file")
    if host is None:
        return None
    if security not in set(MailSecurity):
        raise ConfigurationMistake("The setting 'smtp_security' must be 'starttls', 'tls', or 'none' on this machine.")
    if security == MailSecurity.NONE and not _is_this_machine(host):
        raise ConfigurationMistake(
            "The setting 'smtp_security' may be 'none' for a server on this machine alone: use 'starttls' or 'tls'."
        )
    if (login is None) != (password is None):
        raise ConfigurationMistake("The settings 'smtp_login' and 'smtp_password_file' go together: set both or none.")
    if sender is None or not is_mail_address(sender):
        raise ConfigurationMistake("The setting 'smtp_from' must be the address that mails come from.")
    authority_file = None if authority is None else Path(authority).expanduser()
    return MailSettings(host, port, MailSecurity(security), login, password, sender, authority_file)


def is_mail_address(text: str) -> bool:
    """Whether a mail can be addressed so: one address, without a name, in ASCII.

    >>> is_mail_address("desk@police.example"), is_mail_address("Desk <desk@police.example>"), is_mail_address("desk")
    (True, False, False)
    """
    name, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(' ,;:<>()[]\\"') & set(text)
    return bool(plain and at and name and domain and "@" not in name) and len(text) <= LONGEST_ADDRESS


def _of_code(code: int) -> RuntimeFault:
    if code in _PERMANENT:
        return MailRefused("The mail server refuses the address for good: check it in the person's notices.")
    return MailUnavailable("The mail server takes nothing now: it is tried again.")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
