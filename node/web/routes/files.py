"""Files of a hit: listed, attached as a stream, opened as a download, named in a draft, taken away."""

import re
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from symbolon.node.domain.actors import Right
from symbolon.node.domain.attachments import ENDINGS, FileToAttach
from symbolon.node.domain.drafts import DraftAction
from symbolon.node.errors import InvalidDraft
from symbolon.node.web import retention_wording
from symbolon.node.web.desk_context import DeskContext, actor_of, draft_in_path, hit_in_path, visit_of
from symbolon.protocol.handling import HandlingCode
from symbolon.protocol.messages_case import LARGEST_ATTACHMENT
from symbolon.protocol.problems import MalformedMessage, Problem
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import AttachmentId, HitId, RequestId, parse_attachment_id, parse_request_id
from symbolon.runtime import sessions
from symbolon.runtime.desk_access import doer, visitor
from symbolon.runtime.file_upload import uploaded_file
from symbolon.runtime.form_fields import NO_MISTAKES, Fields
from symbolon.runtime.problem_responses import Refusal
from symbolon.runtime.sessions import Session

UPLOAD_ADDRESS: Final = re.compile(r"/hits/[^/]+/files")
LARGEST_UPLOAD: Final = LARGEST_ATTACHMENT + 256 * 1024
"""Bytes: the largest file, and the rest of its form."""
_WITH_FILES: Final = frozenset({Purpose.REQUEST, Purpose.REPLY, Purpose.SPONTANEOUS_INFORMATION, Purpose.NOTE})
Hit = Annotated[HitId, Depends(hit_in_path)]
Visitor = Annotated[Session, Depends(visitor)]
Doer = Annotated[Session, Depends(doer)]


def file_in_path(attachment_id: str) -> AttachmentId:
    """The file that an address names. Raises :class:`Refusal` (not found) for what cannot be one."""
    try:
        return parse_attachment_id(attachment_id)
    except MalformedMessage as error:
        raise Refusal(Problem.NOT_FOUND, "No file has such an address. Open it from its hit.") from error


FileInPath = Annotated[AttachmentId, Depends(file_in_path)]


def file_routes(desk: DeskContext) -> APIRouter:
    """``/hits/{hit_id}/files…``."""
    router = APIRouter(prefix="/hits/{hit_id}/files", include_in_schema=False)
    services = desk.services.files

    def page(
        request: Request, session: Session, hit_id: HitId, filled: Mapping[str, str], mistake: InvalidDraft | None
    ) -> Response:
        actor = actor_of(session)
        drafts_here = actor.permits(Right.DRAFT_RELEASE)
        lines = services.list_attachments(actor, hit_id, visit_of(session))
        return desk.render(
            request,
            "files.html",
            session,
            status=200 if mistake is None else 422,
            hit_id=hit_id,
            lines=lines,
            drafts=[]
            if not drafts_here
            else [
                line
                for line in desk.services.list_drafts(actor)
                if line.hit_id == hit_id and DraftAction.CHANGE in line.actions and line.purpose in _WITH_FILES
            ],
            may_attach=drafts_here,
            accept=",".join(ENDINGS),
            most_mib=LARGEST_ATTACHMENT // 1_048_576,
            filled=filled,
            mistakes=NO_MISTAKES if mistake is None else {mistake.field: mistake.sentence},
            names=retention_wording,
        )

    @router.get("")
    def list_files(request: Request, session: Visitor, hit_id: Hit) -> Response:
        return page(request, session, hit_id, NO_MISTAKES, None)

    @router.post("")
    def attach(request: Request, session: Visitor, hit_id: Hit) -> Response:
        upload = uploaded_file(request)
        if not sessions.is_own_form(session.csrf_token, upload.fields.get("csrf_token", "")):
            raise Refusal(
                Problem.CSRF,
                "This form is from an earlier sign-in: nothing was changed. Go back, reload, and send it again.",
            )
        # Before a byte of the file is read: whether they may know of the hit, and have said why they look.
        services.list_attachments(actor_of(session), hit_id, visit_of(session))
        try:
            what = FileToAttach(_exchange(upload.fields), upload.name, "", _code(upload.fields))
            services.attach_file(actor_of(session), hit_id, what, upload.content)
        except InvalidDraft as mistake:
            # What is still to come of the file is read and dropped: a browser shows no answer before it has sent all.
            for _piece in upload.content:
                continue
            return page(request, session, hit_id, upload.fields, mistake)
        return desk.return_to(f"/hits/{hit_id}/files", "attached")

    @router.get("/{attachment_id}")
    def open_file(session: Visitor, hit_id: Hit, attachment_id: FileInPath) -> Response:
        opened = services.open_attachment(actor_of(session), hit_id, attachment_id, visit_of(session))
        # Whatever it is, a browser is to keep it as a file and show nothing of it: the type says no more than that.
        return StreamingResponse(
            opened.pieces,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(opened.file_name)}",
                "Content-Length": str(opened.size),
                "X-Content-Type-Options": "nosniff",
                "X-Handling": quote(opened.mark, safe=" :;,.+"),
            },
        )

    @router.post("/{attachment_id}/name")
    def name_in_draft(session: Doer, hit_id: Hit, attachment_id: FileInPath, fields: Fields) -> Response:
        services.list_attachments(actor_of(session), hit_id, visit_of(session))
        draft_id = draft_in_path(fields.text("draft"))
        services.name_in_draft(actor_of(session), hit_id, attachment_id, draft_id)
        return desk.return_to(f"/hits/{hit_id}/drafts/{draft_id}", "file-named")

    @router.post("/{attachment_id}/remove")
    def remove(session: Doer, hit_id: Hit, attachment_id: FileInPath) -> Response:
        services.list_attachments(actor_of(session), hit_id, visit_of(session))
        services.remove_attachment(actor_of(session), hit_id, attachment_id)
        return desk.return_to(f"/hits/{hit_id}/files", "file-removed")

    return router


def _exchange(fields: Mapping[str, str]) -> RequestId | None:
    given = fields.get("exchange_id", "")
    try:
        return parse_request_id(given) if given else None
    except MalformedMessage:
        raise Refusal(Problem.UNKNOWN_REQUEST, "No exchange has such an id. Open the form from its hit.") from None


def _code(fields: Mapping[str, str]) -> HandlingCode:
    try:
        return HandlingCode(fields.get("handling_code", ""))
    except ValueError:
        raise InvalidDraft("handling_code", "Choose one of these.") from None
