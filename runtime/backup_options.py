"""What backup and restore are told on the command line: how they are sealed, and where things go."""

from base64 import b64decode, b64encode
from pathlib import Path
from typing import Annotated

import typer

from symbolon.protocol.hybrid_keys import HybridSealingKey, HybridSealingPublicKey
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.backup_container import Lock, Passphrase, PrivateKey, Recipient, Unlock
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.secret_files import read_secret, write_new_secret

PassphraseFileOption = Annotated[Path | None, typer.Option("--passphrase-file", help="A file with the passphrase.")]
RecipientOption = Annotated[
    Path | None, typer.Option("--recipient", metavar="FILE.pub", help="The public key that `backup-key` wrote.")
]
KeyFileOption = Annotated[Path | None, typer.Option("--key-file", help="The private key that `backup-key` wrote.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where to write the sealed backup; the file must be new.")]
DatabaseOption = Annotated[str | None, typer.Option("--database", help="An empty database; left out: the old one's.")]
DatabasePasswordFileOption = Annotated[
    Path | None, typer.Option("--database-password-file", help="A file with the password of --database.")
]
FederationOption = Annotated[str, typer.Option("--federation", help="The federation whose backup this must be.")]
ExerciseOption = Annotated[bool, typer.Option("--exercise/--live", help="Whether it must be an exercise's.")]
ToolsOption = Annotated[Path | None, typer.Option("--postgres-tools", help="The folder of pg_restore, if not on PATH.")]


def lock_of(passphrase_file: Path | None, recipient: Path | None) -> Lock:
    """What seals a new backup. Raises `ConfigurationMistake` unless exactly one was given."""
    if (passphrase_file is None) == (recipient is None):
        raise ConfigurationMistake("Give either --passphrase-file or --recipient: the backup is sealed with one.")
    if recipient is None:
        return _passphrase(passphrase_file)
    try:
        return Recipient(HybridSealingPublicKey.from_bytes(b64decode(_text(recipient, "--recipient"), validate=True)))
    except (ValueError, MalformedMessage):
        raise ConfigurationMistake(
            "The file of --recipient is no public key for backups: `backup-key` writes one."
        ) from None


def unlock_of(passphrase_file: Path | None, key_file: Path | None) -> Unlock:
    """What opens a backup. Raises `ConfigurationMistake` unless exactly one was given."""
    if (passphrase_file is None) == (key_file is None):
        raise ConfigurationMistake("Give either --passphrase-file or --key-file: the backup was sealed with one.")
    if key_file is None:
        return _passphrase(passphrase_file)
    try:
        return PrivateKey(HybridSealingKey.from_bytes(b64decode(read_secret(key_file).strip(), validate=True)))
    except (ValueError, MalformedMessage):
        raise ConfigurationMistake(
            "The file of --key-file is no private key for backups: `backup-key` writes one."
        ) from None


def write_backup_key(out: Path, drawn: bytes) -> Path:
    """Write a new private key of 32 drawn bytes for its owner alone, and its public half beside it; where that is.

    Raises `ConfigurationMistake` where one of them exists.
    """
    key = HybridSealingKey.generate(drawn)
    public = out.with_name(f"{out.name}.pub")
    write_new_secret(out, b64encode(key.to_bytes()) + b"\n")
    write_new_secret(public, b64encode(key.public.to_bytes()) + b"\n")
    return public


def new_settings(database: str | None, password_file: Path | None) -> dict[str, str | None]:
    """What takes the place of the settings in the backup; a new database takes the old one's password along."""
    if database is None:
        return {}
    return {
        "database": database,
        "database_password_file": None if password_file is None else str(password_file.resolve()),
    }


def _passphrase(file: Path | None) -> Passphrase:
    return Passphrase("" if file is None else _text(file, "--passphrase-file"))


def _text(file: Path, option: str) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationMistake(f"The file of {option} cannot be read: name a text file that is there.") from None
