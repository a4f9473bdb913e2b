"""``user``: the commands about people, the same at both roles. Each parses, calls and prints."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

import typer

from symbolon.runtime.accounts import Account
from symbolon.runtime.errors import ConfigurationMistake
from symbolon.runtime.password_file import read_password
from symbolon.runtime.people import PeopleOffice
from symbolon.runtime.welcome import IssuedToken

COMMAND: Final = "command"
"""Stands in the audit log for whoever runs a command in the party's home."""

OpenOffice = Callable[[Path], AbstractContextManager[PeopleOffice]]
"""Opens the party of a home folder, and closes it in the end."""

HomeOption = Annotated[Path, typer.Option("--home", envvar="SYMBOLON_HOME", help="The party's home folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RoleOption = Annotated[list[str], typer.Option(help="A role; may be repeated.")]


def people_commands(open_office: OpenOffice, help_text: str) -> typer.Typer:
    """The group of commands for one role of the federation."""
    app = typer.Typer(no_args_is_help=True, help=help_text)

    @app.command("add")
    def add(
        login: str,
        home: HomeOption,
        role: RoleOption,
        name: Annotated[str, typer.Option(help="How the person is called on the pages.")] = "",
        password_file: Annotated[
            Path | None,
            typer.Option(help="A file with the password, for automation in an exercise: no token is made then."),
        ] = None,
        without_second_factor: Annotated[
            bool, typer.Option("--without-second-factor", help="Sign in with the password alone: exercises only.")
        ] = False,
    ) -> None:
        """Make an account, and print the one-time token with which its person begins."""
        if (password_file is None) == without_second_factor:
            raise ConfigurationMistake(
                "The options --password-file and --without-second-factor go together, for exercises: give both or none."
            )
        with open_office(home) as office:
            if password_file is None:
                _tell_token(login, office.invite(COMMAND, login, name, frozenset(role)))
                return
            office.add_with_password(COMMAND, login, read_password(password_file), frozenset(role), name)
            typer.echo(f"{login} may sign in, with a password alone.")

    @app.command("list")
    def list_people(home: HomeOption, as_json: JsonOption = False) -> None:
        """List everybody with an account: login, roles, how the account stands, and where they are signed in."""
        with open_office(home) as office:
            open_sessions = office.count_sessions()
            for account in office.list():
                if as_json:
                    typer.echo(json.dumps(_plain(account, open_sessions.get(account.login, 0)), ensure_ascii=False))
                    continue
                typer.echo(
                    f"{account.login:<24} {account.state:<22} {','.join(sorted(account.roles)):<30}"
                    f" {open_sessions.get(account.login, 0)} signed in  {account.display_name}"
                )

    @app.command("roles")
    def change_roles(login: str, home: HomeOption, role: RoleOption) -> None:
        """Give a person these roles in place of theirs, and sign them out."""
        with open_office(home) as office:
            office.change_roles(COMMAND, login, frozenset(role))
            typer.echo(f"{login} has these roles from now on, and is signed out: {', '.join(sorted(set(role)))}.")

    @app.command("disable")
    def disable(login: str, home: HomeOption) -> None:
        """Let nobody sign in with this login any more, and sign its person out."""
        with open_office(home) as office:
            office.disable(COMMAND, login)
            typer.echo(f"{login} is disabled and signed out.")

    @app.command("enable")
    def enable(login: str, home: HomeOption) -> None:
        """Let a disabled person in again."""
        with open_office(home) as office:
            office.enable(COMMAND, login)
            typer.echo(f"{login} may sign in again.")

    @app.command("reset-second-factor")
    def reset_second_factor(login: str, home: HomeOption) -> None:
        """Take a lost second factor away, sign its person out, and print a token with which they begin anew."""
        with open_office(home) as office:
            _tell_token(login, office.reset_second_factor(COMMAND, login))

    @app.command("sign-out")
    def sign_out(login: str, home: HomeOption) -> None:
        """Sign a person out of every browser."""
        with open_office(home) as office:
            ended = office.sign_out(COMMAND, login)
            typer.echo(f"{login} is signed out of {ended} {'browser' if ended == 1 else 'browsers'}.")

    @app.command("token")
    def issue_token(login: str, home: HomeOption) -> None:
        """Print a one-time token for a person who has not begun yet, or has forgotten the password."""
        with open_office(home) as office:
            _tell_token(login, office.issue_token(COMMAND, login))

    return app


def first_token_text(issued: IssuedToken) -> str:
    """What a party's first administrator is told when the party is made."""
    return (
        f"The first administrator begins at /welcome of the desk with this token, good once and until"
        f" {_minute(issued)}: {issued.token}"
    )


def _tell_token(login: str, issued: IssuedToken) -> None:
    typer.echo(
        f"{login} begins at /welcome of the desk with this token, good once and until {_minute(issued)}; hand it to"
        f" nobody else: {issued.token}"
    )


def _minute(issued: IssuedToken) -> str:
    return issued.expires_at.isoformat(sep=" ", timespec="minutes")


def _plain(account: Account, open_sessions: int) -> dict[str, object]:
    last = account.last_sign_in_at
    return {
        "login": account.login,
        "name": account.display_name,
        "roles": sorted(account.roles),
        "state": account.state,
        "open_sessions": open_sessions,
        "last_sign_in_at": None if last is None else last.isoformat(timespec="seconds"),
    }
