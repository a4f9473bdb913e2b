"""What an administrator does about people: let them in, change their roles, take them out, help who lost something.

Each act and its audit leaf are one transaction, and every act that takes something away signs the person out
everywhere in it. Nobody changes their own rights, and the last person who manages people stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.problems import Problem
from symbolon.runtime import accounts, doors, second_factor, sessions
from symbolon.runtime.accounts import Account, AccountMistake, UnknownPerson
from symbolon.runtime.database import Transaction
from symbolon.runtime.registry import Registry
from symbolon.runtime.sessions import OpenSession
from symbolon.runtime.welcome import IssuedToken, issue_token


class NotOnYourself(AccountMistake):
    """Somebody would change their own rights."""

    problem = Problem.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("Nobody changes their own roles or account here: ask another administrator.")


class LastManager(AccountMistake):
    """Nobody would be left who manages people."""

    problem = Problem.FORBIDDEN

    def __init__(self) -> None:
        super().__init__("This is the last person who manages people: give another the role first.")


class NotInExercise(AccountMistake):
    """An account without a second factor was asked for where it may not be."""

    def __init__(self) -> None:
        super().__init__(
            "An account with a password alone may be made at a party of an exercise whose setting 'second_factor' is "
            "'optional': leave --without-second-factor out, and hand over the token."
        )


class NoSuchSession(AccountMistake):
    """The session is none of this person's, or has ended."""

    problem = Problem.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("This person is not signed in there, or not any more: load the page again.")


@dataclass(frozen=True, slots=True)
class PersonView:
    """One person with where they are signed in."""

    account: Account
    open_sessions: tuple[OpenSession, ...]
    recovery_codes_left: int


class PeopleOffice:
    """The acts on accounts. ``by`` is always the login of who acts, or ``command`` for the command line."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list(self) -> tuple[Account, ...]:
        """Everyone with an account, by login."""
        with self._registry.database.transaction() as tx:
            return accounts.list_users(tx)

    def count_sessions(self) -> Mapping[str, int]:
        """In how many browsers each person is signed in now; who is in none is left out."""
        with self._registry.database.transaction() as tx:
            return sessions.count_open(tx, self._registry.clock.now())

    def show(self, login: str) -> PersonView:
        """One person. Raises :class:`UnknownPerson`."""
        with self._registry.database.transaction() as tx:
            account = accounts.find_user(tx, login)
            if account is None:
                raise UnknownPerson
            return PersonView(
                account,
                sessions.list_open(tx, login, self._registry.clock.now()),
                second_factor.count_recovery_codes(tx, login),
            )

    def invite(self, by: str, login: str, display_name: str, roles: frozenset[str]) -> IssuedToken:
        """A new account, and the token with which its person begins. Raises :class:`AccountMistake`."""
        self._require_roles(roles)
        with self._registry.database.transaction() as tx:
            accounts.invite_user(tx, login, roles, display_name)
            self._note(tx, AuditAct.USER_ADDED, by, login, {"roles": _text(roles)})
            return issue_token(tx, self._registry, by, login, tuple(sorted(roles)))

    def add_with_password(
        self, by: str, login: str, password: str, roles: frozenset[str], display_name: str = ""
    ) -> None:
        """A new account with a password and no second factor, for exercises. Raises :class:`AccountMistake`."""
        if self._registry.needs_second_factor:
            raise NotInExercise
        self._require_roles(roles)
        with self._registry.database.transaction() as tx:
            accounts.add_user(tx, login, password, roles, display_name)
            self._note(tx, AuditAct.USER_ADDED, by, login, {"roles": _text(roles), "second_factor": False})

    def change_roles(self, by: str, login: str, roles: frozenset[str]) -> None:
        """Give a person other roles, and sign them out. Raises :class:`AccountMistake`."""
        with self._registry.database.transaction() as tx:
            account = self._take(tx, by, login, keeps_managing=self._registry.rules.manager in roles)
            self._require_roles(roles)
            if account.roles == roles:
                return
            accounts.set_roles(tx, login, roles)
            ended = self._sign_out(tx, login)
            detail: Detail = {"before": _text(account.roles), "roles": _text(roles), "sessions": ended}
            self._note(tx, AuditAct.USER_CHANGED, by, login, detail)

    def disable(self, by: str, login: str) -> None:
        """Take a person out: no sign-in, no session, no token. Raises :class:`AccountMistake`."""
        with self._registry.database.transaction() as tx:
            account = self._take(tx, by, login, keeps_managing=False)
            if account.disabled_at is not None:
                return
            accounts.set_disabled(tx, login, self._registry.clock.now())
            doors.forget_browsers(tx, login)
            self._note(tx, AuditAct.USER_DISABLED, by, login, {"sessions": self._sign_out(tx, login)})

    def enable(self, by: str, login: str) -> None:
        """Let a person in again, with what they had. Raises :class:`AccountMistake`."""
        with self._registry.database.transaction() as tx:
            if self._take(tx, by, login).disabled_at is None:
                return
            accounts.set_disabled(tx, login, None)
            self._note(tx, AuditAct.USER_CHANGED, by, login, {"enabled": True})

    def reset_second_factor(self, by: str, login: str) -> IssuedToken:
        """Take a lost second factor away, sign its person out, and let them begin anew with a token.

        Raises :class:`AccountMistake`.
        """
        with self._registry.database.transaction() as tx:
            self._require_enabled(self._take(tx, by, login))
            had_one = second_factor.forget_factor(tx, login)
            doors.forget_browsers(tx, login)
            detail: Detail = {"had_one": had_one, "sessions": self._sign_out(tx, login)}
            self._note(tx, AuditAct.SECOND_FACTOR_RESET, by, login, detail)
            return self._token(tx, by, login)

    def issue_token(self, by: str, login: str) -> IssuedToken:
        """A token for who has not begun yet, or has lost their password. Raises :class:`AccountMistake`."""
        with self._registry.database.transaction() as tx:
            self._require_enabled(self._take(tx, by, login))
            return self._token(tx, by, login)

    def issue_first_token(self, by: str) -> IssuedToken | None:
        """The token for a party's first account, as long as nobody has managed people here; None afterwards."""
        manager = self._registry.rules.manager
        with self._registry.database.transaction() as tx:
            if accounts.has_anybody(tx, manager):
                return None
            return issue_token(tx, self._registry, by, None, (manager,))

    def sign_out(self, by: str, login: str) -> int:
        """Sign a person out everywhere; returns of how many browsers. Raises :class:`UnknownPerson`."""
        with self._registry.database.transaction() as tx:
            accounts.lock_user(tx, login)
            ended = self._sign_out(tx, login)
            self._note(tx, AuditAct.SESSIONS_ENDED, by, login, {"sessions": ended})
            return ended

    def end_session(self, by: str, login: str, session_id: UUID) -> None:
        """Sign one browser of a person out. Raises :class:`NoSuchSession`."""
        with self._registry.database.transaction() as tx:
            if not sessions.end(tx, login, session_id, self._registry.clock.now()):
                raise NoSuchSession
            self._note(tx, AuditAct.SESSIONS_ENDED, by, login, {"sessions": 1})

    def _take(self, tx: Transaction, by: str, login: str, *, keeps_managing: bool = True) -> Account:
        """The account for a change that somebody else may make; ``keeps_managing`` False where it may be the last's."""
        if by == login:
            raise NotOnYourself
        manager = self._registry.rules.manager
        # Locked in one order by everybody, so that two who take each other's role wait for one another.
        managers = frozenset() if keeps_managing else accounts.lock_holders_of(tx, manager)
        account = accounts.lock_user(tx, login)
        if managers == {login}:
            raise LastManager
        return account

    def _require_roles(self, roles: frozenset[str]) -> None:
        rules = self._registry.rules
        unknown = sorted(roles - set(rules.roles))
        if unknown or not roles:
            known = ", ".join(rules.roles)
            raise AccountMistake(f"Give one role at least, out of these: {known}.")
        conflict = rules.conflict(roles)
        if conflict is not None:
            raise AccountMistake(conflict)

    def _require_enabled(self, account: Account) -> None:
        if account.disabled_at is not None:
            raise AccountMistake("This account is disabled: enable it first.")

    def _token(self, tx: Transaction, by: str, login: str) -> IssuedToken:
        return issue_token(tx, self._registry, by, login, ())

    def _sign_out(self, tx: Transaction, login: str) -> int:
        return sessions.end_all(tx, login, self._registry.clock.now())

    def _note(self, tx: Transaction, act: AuditAct, by: str, login: str, detail: Detail) -> None:
        self._registry.audit.record(tx, act, by, login, detail)


def _text(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))
