"""How somebody wants to be told by mail: for themselves alone."""

from dataclasses import replace

from symbolon.node.domain.actors import Actor
from symbolon.node.domain.desk_lines import checked_zone
from symbolon.node.domain.notices import Manner, NoticePreference
from symbolon.node.errors import InvalidDraft
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.audit_log import AuditAct
from symbolon.runtime.mail import is_mail_address


class SetNotices:
    """Shows and keeps a person's wishes."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def show(self, actor: Actor) -> NoticePreference | None:
        """What this person said; None: they never did, and get no mail."""
        with self._unit_of_work.begin() as work:
            return work.notices.preference(actor.login)

    def save(self, actor: Actor, wishes: NoticePreference) -> None:
        """Keep what this person wants from now on.

        Raises:
            InvalidDraft: a mail could not be sent so.

        """
        if wishes.manner is not Manner.OFF and not is_mail_address(wishes.address):
            raise InvalidDraft("address", "Write one mail address, such as desk@police.example.")
        checked_zone(wishes.zone, "zone")
        own = replace(wishes, login=actor.login, since=self._draws.now())
        with self._unit_of_work.begin() as work:
            work.notices.set_preference(own)
            work.audit.record(AuditAct.NOTICES_CHANGED, actor.login, None, {"manner": wishes.manner.value})
