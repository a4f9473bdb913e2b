"""Reviews, data subjects and files of the desk of paper: who may know of what, and nothing more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from symbolon.matching.identifiers import RecordIdentifiers
from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.records import Publication
from symbolon.node.domain.retention import RecordReview, ReviewLine
from symbolon.node.errors import NotFound
from symbolon.node.services.retention_services import FileServices, RetentionServices
from symbolon.protocol.federation import ExpiryNotice
from symbolon.protocol.handling import RecordKind, SubjectCategory
from symbolon.protocol.references import HitId, RecordReference, new_record_reference

GENERAL_RECORD = new_record_reference(UUID(int=9001))
PROTECTED_RECORD = new_record_reference(UUID(int=9002))
NO_RECORD = new_record_reference(UUID(int=9003))
NO_FILE = str(UUID(int=9100))
_PROTECTED = {GENERAL_RECORD: False, PROTECTED_RECORD: True}
_LINE = ReviewLine(
    reference=GENERAL_RECORD,
    local_id="P-9001",
    case_id="2026/118",
    kind=RecordKind.PERSON,
    category=SubjectCategory.SUSPECT,
    publication=Publication.PUBLISHED,
    review_date=date(2026, 4, 1),
    days_left=30,
    notice=ExpiryNotice.WITHIN_30,
    on_legal_hold=False,
    renewals=0,
)


def _known(*rights: Right) -> Callable[..., Any]:
    """Refuses what the actor may not know of; gives nothing."""

    def check(actor: Actor, reference: RecordReference, *_rest: object, **_named: object) -> None:
        protected = _PROTECTED.get(reference)
        if protected is None or not any(actor.permits_on_hit(right, protected=protected) for right in rights):
            raise NotFound("There is no such record in your queue.")

    return check


class _Acts:
    def __call__(self, _actor: Actor) -> tuple[()]:
        return ()

    def proofs(self, actor: Actor, reference: RecordReference) -> tuple[()]:
        _known(Right.DATA_SUBJECTS)(actor, reference)
        return ()

    def identifiers(self, actor: Actor, reference: RecordReference) -> RecordIdentifiers:
        _known(Right.DATA_SUBJECTS)(actor, reference)
        return RecordIdentifiers()


def _review(actor: Actor, reference: RecordReference) -> RecordReview:
    _known(Right.REVIEW_RETENTION, Right.LEGAL_HOLD)(actor, reference)
    return RecordReview(_LINE, (), (), (), True, True, True, True, date(2029, 1, 1))


def _exported(actor: Actor, reference: RecordReference, _form: object) -> bytes:
    _known(Right.DATA_SUBJECTS)(actor, reference)
    return b"{}"


def paper_retention() -> RetentionServices:
    """Two records, one of them protected."""
    return RetentionServices(
        list_reviews=lambda _actor, _query: (_LINE,),
        show_review=_review,
        renew_record=_known(Right.REVIEW_RETENTION),
        withdraw_record=_known(Right.REVIEW_RETENTION),
        set_legal_hold=_known(Right.LEGAL_HOLD),  # type: ignore[arg-type]  # called alike
        list_purges=lambda _actor: (),
        find_data_subject=lambda _actor, _query: (),
        export_data_subject=_exported,
        correct_data_subject=_known(Right.DATA_SUBJECTS),
        erase_data_subject=_known(Right.DATA_SUBJECTS),
        list_data_subject_acts=_Acts(),  # type: ignore[arg-type]  # called alike
    )


@dataclass
class PaperFiles:
    """No file, for whoever may see the hit."""

    view_hit: Callable[[Actor, HitId, Visit], object]

    def services(self) -> FileServices:
        return FileServices(
            attach_file=self._none,  # type: ignore[arg-type]  # called alike
            list_attachments=self._list,
            open_attachment=self._none,
            remove_attachment=self._none,
            name_in_draft=self._none,
        )

    def _list(self, actor: Actor, hit_id: HitId, visit: Visit) -> tuple[()]:
        self.view_hit(actor, hit_id, visit)
        return ()

    def _none(self, actor: Actor, hit_id: HitId, _file: object, *rest: object) -> Any:
        if rest and isinstance(rest[-1], Visit):
            self.view_hit(actor, hit_id, rest[-1])
        raise NotFound("This hit has no such file: open it from the hit's page.")
