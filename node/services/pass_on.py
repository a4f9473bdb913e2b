"""Passes received information on to another state: only with its originator's leave, and under its restrictions."""

from datetime import date

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.direction import Direction
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.justification import Visit
from symbolon.node.domain.messages import StoredMessage, of_kind
from symbolon.node.domain.pack import Pack, PackLine, PackSection
from symbolon.node.domain.pack_sections import message_section
from symbolon.node.domain.restricted import restrictions_on, why_not_exported
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NoDirectory, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.printing import PackPrinter
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.hit_officers import officers_of
from symbolon.node.services.justified_look import hit_to_take_out
from symbolon.node.services.print_pack import page_marks
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.disclosure_rules import Export, Restrictions, check_forward
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.lifecycle_problems import NotDisclosed
from symbolon.protocol.messages import (
    FederationDirectory,
    OnwardUseDecision,
    OnwardUseRequest,
    OnwardUseToken,
    Reply,
    Request,
    SpontaneousInformation,
)
from symbolon.protocol.onward_use import verify_onward_use
from symbolon.protocol.problems import Problem, ProtocolError
from symbolon.protocol.references import HUB, HitId, MemberCode, RequestId


class PassOn:
    """Four eyes: who may release passes on, and with a token it is another officer than the one who asked for it."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, printer: PackPrinter) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._printer = printer

    def __call__(self, actor: Actor, hit_id: HitId, exchange_id: RequestId, member: MemberCode, visit: Visit) -> bytes:
        """What the other side gave in an exchange and this member may have, as a PDF to hand over.

        Raises:
            NotFound: there is no such hit or information, or the actor may not know of it.
            Forbidden: the actor may not release, or asked for the leave themselves.
            InvalidDraft: there is no such other member.
            NodeError: its originator does not permit it: ask for onward use.

        """
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            hit = hit_to_take_out(work, actor, hit_id, visit, now)
            if not actor.permits_on_hit(Right.APPROVE_RELEASE, protected=hit.protected):
                raise Forbidden("Your role does not allow this: ask the authoriser or the protection officer.")
            directory = work.directory.find()
            if directory is None:
                raise NoDirectory
            known = directory.member_of(member)
            if member in (HUB, hit.own) or known is None or not known.is_active:
                raise InvalidDraft("member", "Choose another member of the federation.")
            permitted = _permitted(work, hit, actor, (exchange_id, member, now.date()), directory)
            detail: Detail = {"hit": hit_id, "to": member, "messages": len(permitted)}
            work.audit.record(AuditAct.PASSED_ON, actor.login, exchange_id, detail)
        leave = PackLine("Passed on", f"by {hit.own} to {member}, with the leave of {hit.counterpart}")
        sections = (PackSection("Passed on", lines=(leave,)), *(message_section(each, hit) for each in permitted))
        marks = page_marks(hit, permitted, evidence=False)
        return self._printer(Pack(f"For {member}", marks, now, actor.login, sections))


def _permitted(
    work: Work,
    hit: Hit,
    actor: Actor,
    wanted: tuple[RequestId, MemberCode, date],
    directory: FederationDirectory,
) -> tuple[StoredMessage, ...]:
    """The information of the exchange that may be passed on; raises `NodeError` where none may, and says why."""
    exchange_id, member, today = wanted
    messages = work.messages.of_hit(hit.hit_id)
    officers = officers_of(work, hit)
    refusal: NodeError = NotFound("The other side gave nothing in this exchange.")
    permitted: list[StoredMessage] = []
    for stored in messages:
        if stored.exchange_id != exchange_id or stored.direction is not Direction.RECEIVED:
            continue
        given = restrictions_on(stored.message, hit.counterpart)
        if given is None or not isinstance(stored.message, Request | Reply | SpontaneousInformation):
            continue
        reason = why_not_exported(stored, hit, actor, officers, (Export.PRINT, today))
        if reason is not None:
            refusal = NodeError(Problem.NOT_DISCLOSED, reason)
            continue
        try:
            token = _token(messages, given, (hit.own, member, today), directory)
            check_forward(given, hit.own, member, None if token is None else token[0], today)
        except NotDisclosed as refused:
            refusal = NodeError(Problem.NOT_DISCLOSED, str(refused))
            continue
        if token is not None and token[1] == actor.login:
            refusal = Forbidden("Who asked for the leave does not pass it on alone: ask another officer.")
            continue
        permitted.append(stored)
    if not permitted:
        raise refusal
    return tuple(permitted)


def _token(
    messages: tuple[StoredMessage, ...],
    given: Restrictions,
    wanted: tuple[MemberCode, MemberCode, date],
    directory: FederationDirectory,
) -> tuple[OnwardUseToken, str | None] | None:
    """The originator's leave for this content, holder and member, with the officer who asked for it; None without."""
    holder, member, today = wanted
    asked = {request.onward_use_id: stored.sent_by for stored, request in of_kind(messages, OnwardUseRequest)}
    originator = directory.member_of(given.originator)
    for stored, decision in of_kind(messages, OnwardUseDecision):
        signed = decision.granted
        if stored.direction is not Direction.RECEIVED or signed is None or originator is None:
            continue
        token = signed.token
        fits = (token.content_digest, token.holder, token.originator) == (
            given.content_digest,
            holder,
            given.originator,
        )
        if not fits or member not in token.recipients:
            continue
        try:
            verify_onward_use(signed, key_that_signed(originator, signed.key_id, token.issued_at), today)
        except ProtocolError:
            # Ended, or not the originator's: it permits nothing.
            continue
        return token, asked.get(token.onward_use_id)
    return None
