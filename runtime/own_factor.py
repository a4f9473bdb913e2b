"""A signed-in person's own second factor and recovery codes: enrolled, replaced, made anew.

Each asks for the password once more, and for a code of the second factor that there is, so that a browser left open,
even with the password seen over a shoulder, cannot be made somebody else's.
"""

from dataclasses import dataclass, field

from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime import second_factor, sessions
from symbolon.runtime.accounts import AccountMistake
from symbolon.runtime.doors import Knock
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.registry import Registry
from symbolon.runtime.second_factor import Enrolment
from symbolon.runtime.sessions import Session
from symbolon.runtime.welcome import WrongCode


class WrongPassword(AccountMistake):
    """It is not the person's present password, or the code beside it is none."""

    def __init__(self) -> None:
        super().__init__(
            "This is not your present password, or the code is not one of your present authenticator: each counts once,"
            " so wait for its next one, or take a recovery code."
        )


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
    """What the person types to show that they are at this browser: the password, a code of their present authenticator
    (or a recovery code; nothing where they have none yet), and the first code of the new second factor.
    """

    password: str = field(repr=False)
    present_code: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


class OwnSecondFactor:
    """The acts of the account page."""

    def __init__(self, registry: Registry, gatekeeper: Gatekeeper) -> None:
        self._registry = registry
        self._gatekeeper = gatekeeper

    def propose(self, session: Session) -> None:
        """Draw a new secret, to be shown until its first right code."""
        factor = second_factor.new_factor(self._registry.random_bytes)
        sealed = self._registry.vault.seal(factor, second_factor.proposed_place_of(session.session_id))
        with self._registry.database.transaction() as tx:
            second_factor.propose_factor(tx, session.session_id, sealed)

    def proposed(self, session: Session) -> Enrolment | None:
        """The secret that this browser was shown and that waits for its first right code, or None."""
        factor = self._proposed_factor(session)
        return None if factor is None else second_factor.describe_factor(factor, session.login, self._registry.party)

    def enrol(self, session: Session, proof: Proof, knock: Knock) -> tuple[str, ...]:
        """Let the proposed secret be the person's second factor; sign their other browsers out.

        Returns ten new recovery codes, told this once. Raises :class:`WrongPassword`, :class:`WrongCode`,
        :class:`NothingProposed`, :class:`symbolon.runtime.gatekeeper.TriesRefused` or
        :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        login = session.login
        factor = self._proposed_factor(session)
        if factor is None:
            raise NothingProposed
        now = self._registry.clock.now()
        # First, so that a slip here does not use up the code beside the password.
        step = second_factor.step_of_code(factor, proof.code, now)
        if step is None:
            raise WrongCode
        if not self._gatekeeper.confirm(session, proof.password, proof.present_code, knock):
            raise WrongPassword
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

        Raises :class:`WrongPassword`, :class:`NothingToRecover`, :class:`symbolon.runtime.gatekeeper.TriesRefused` or
        :class:`symbolon.runtime.passwords.TooManySignIns`.
        """
        if not self.has_factor(session):
            raise NothingToRecover
        if not self._gatekeeper.confirm(session, proof.password, proof.present_code, knock):
            raise WrongPassword
        with self._registry.database.transaction() as tx:
            now = self._registry.clock.now()
            codes = second_factor.renew_recovery_codes(tx, session.login, self._registry.random_bytes, now)
            detail = {"recovery_codes": len(codes)}
            self._registry.audit.record(tx, AuditAct.USER_CHANGED, session.login, session.login, detail)
        return codes

    def has_factor(self, session: Session) -> bool:
        """Whether the person has a second factor already, which a new one would replace."""
        return self._gatekeeper.show_account(session).account.second_factor_since is not None

    def _proposed_factor(self, session: Session) -> bytes | None:
        with self._registry.database.transaction() as tx:
            sealed = second_factor.find_proposed_factor(tx, session.session_id)
        if sealed is None:
            return None
        return self._registry.vault.open(sealed, second_factor.proposed_place_of(session.session_id))
