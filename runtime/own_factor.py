"""A signed-in person's own second factor and recovery codes: enrolled, replaced, made anew.

Each asks for the password once more, so that a browser left open cannot be made somebody else's.
"""

from dataclasses import dataclass, field

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import accounts, second_factor, sessions
from symbolon.runtime.accounts import AccountMistake
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.registry import Registry
from symbolon.runtime.second_factor import Enrolment
from symbolon.runtime.sessions import Session
from symbolon.runtime.welcome import WrongCode


class WrongPassword(AccountMistake):
    """It is not the person's present password."""

    def __init__(self) -> None:
        super().__init__("This is not your present password.")


class NothingProposed(AccountMistake):
    """No new second factor was begun."""

    def __init__(self) -> None:
        super().__init__("Begin with the new second factor first: load the page again.")


class NothingToRecover(AccountMistake):
    """Recovery codes were asked for by a person without a second factor."""

    def __init__(self) -> None:
        super().__init__("Recovery codes stand in for a second factor: set up an authenticator first.")


@dataclass(frozen=True, slots=True)
class Proof:
    """What the person types to show that they are at this browser, and have the new second factor."""

    password: str = field(repr=False)
    code: str = field(default="", repr=False)


class OwnSecondFactor:
    """The acts of the account page."""

    def __init__(self, registry: Registry, gatekeeper: Gatekeeper) -> None:
        self._registry = registry
        self._gatekeeper = gatekeeper

    def propose(self, session: Session) -> None:
        """Draw a new secret, to be shown until its first right code."""
        factor = second_factor.new_factor(self._registry.random_bytes)
        sealed = self._registry.vault.seal(factor, second_factor.proposed_place_of(session.login))
        with self._registry.database.transaction() as tx:
            second_factor.propose_factor(tx, session.login, sealed)

    def proposed(self, session: Session) -> Enrolment | None:
        """The secret that waits for its first right code, or None."""
        factor = self._proposed_factor(session.login)
        return None if factor is None else second_factor.describe_factor(factor, session.login, self._registry.party)

    def enrol(self, session: Session, proof: Proof, knock: Knock) -> tuple[str, ...]:
        """Let the proposed secret be the person's second factor; sign their other browsers out.

        Returns ten new recovery codes, told this once. Raises :class:`WrongPassword`, :class:`WrongCode`,
        :class:`NothingProposed` or :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        login = session.login
        factor = self._proposed_factor(login)
        if factor is None:
            raise NothingProposed
        if not self._gatekeeper.confirm(session, proof.password, knock):
            raise WrongPassword
        now = self._registry.clock.now()
        step = second_factor.step_of_code(factor, proof.code, now)
        if step is None:
            raise WrongCode
        sealed = self._registry.vault.seal(factor, second_factor.place_of(login))
        with self._registry.database.transaction() as tx:
            second_factor.enrol_factor(tx, login, sealed, step, now)
            codes = second_factor.renew_recovery_codes(tx, login, self._registry.random_bytes, now)
            ended = sessions.end_all(tx, login, now, keep=session)
            detail = {"recovery_codes": len(codes), "sessions": ended}
            self._registry.audit.record(tx, AuditAct.SECOND_FACTOR_ENROLLED, login, login, detail)
        return codes

    def renew_codes(self, session: Session, proof: Proof, knock: Knock) -> tuple[str, ...]:
        """Ten new recovery codes in place of those that are left, told this once.

        Raises :class:`WrongPassword`, :class:`NothingToRecover` or
        :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        if self._gatekeeper.show_account(session).account.second_factor_since is None:
            raise NothingToRecover
        if not self._gatekeeper.confirm(session, proof.password, knock):
            raise WrongPassword
        with self._registry.database.transaction() as tx:
            now = self._registry.clock.now()
            codes = second_factor.renew_recovery_codes(tx, session.login, self._registry.random_bytes, now)
            detail = {"recovery_codes": len(codes)}
            self._registry.audit.record(tx, AuditAct.USER_CHANGED, session.login, session.login, detail)
        return codes

    def _proposed_factor(self, login: str) -> bytes | None:
        with self._registry.database.transaction() as tx:
            credentials = accounts.find_credentials(tx, login)
        if credentials is None or credentials.proposed_factor_sealed is None:
            return None
        return self._registry.vault.open(credentials.proposed_factor_sealed, second_factor.proposed_place_of(login))
