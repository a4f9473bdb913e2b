"""Takes one record back at a person's word, with a ground; every holder is then asked to purge what it received."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.retention import WithdrawalByPerson, WithdrawalGround
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.node.services.record_access import record_to_act_on, refuse_on_legal_hold, words
from symbolon.node.services.withdraw_records import WithdrawalReport, WithdrawRecords
from symbolon.protocol.handling import WithdrawalReason
from symbolon.protocol.references import RecordReference


class WithdrawRecord:
    """Withdraws one record from its page."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, withdraw_records: WithdrawRecords) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._withdraw_records = withdraw_records

    def __call__(
        self, actor: Actor, reference: RecordReference, ground: WithdrawalGround, text: str
    ) -> WithdrawalReport:
        """Withdraw the record; a record of which the hub never heard stays as it is.

        Raises:
            NotFound: there is no such record that the actor may know of.
            NotAllowedNow: a legal hold lies on it.
            InvalidDraft: the words are missing, or too many.

        """
        said = words(text, "text", "Say in a few words why the record is taken back.")
        with self._unit_of_work.begin() as work:
            record = record_to_act_on(work, actor, reference, Right.REVIEW_RETENTION)
            refuse_on_legal_hold(work, record)
            now = self._draws.now()
            work.retention.add_withdrawal(
                self._draws.uuid(), reference, WithdrawalByPerson(ground, said, actor.login, now)
            )
            return self._withdraw_records.within(work, actor.login, (reference,), WithdrawalReason.OWNER_REQUEST)
