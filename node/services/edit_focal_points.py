"""The own desks: shown to whoever looks after them, changed as a draft, signed by the state and sent to the hub."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.desk_text import DirectoryDraft, read_toml, write_toml
from symbolon.node.domain.desks import KeptDirectory, KeptDraft, OwnDirectory
from symbolon.node.domain.outbox import OutgoingMessage
from symbolon.node.errors import Forbidden, InvalidDraft, NoDirectory, NotAllowedNow
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork, Work
from symbolon.node.services.correspondence import Correspondence
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.focal_points import sign_focal_points
from symbolon.protocol.purposes import Purpose
from symbolon.protocol.references import HUB, DeskId, new_message_id

NOTHING_SEEN = ""


class EditFocalPoints:
    """The draft of the own directory, and who works at which desk."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._own = correspondence.code

    def show(self, actor: Actor) -> OwnDirectory:
        """The own desks as they would be signed, and as they are published.

        Raises:
            Forbidden: the actor does not look after the desks. So do the others.

        """
        require_own_desks(actor)
        with self._unit_of_work.begin() as work:
            draft, published = work.focal_points.draft(), work.focal_points.directory(self._own)
            staff, pings, age = work.focal_points.staff(), work.focal_points.pings(), work.focal_points.age()
        text = _text_of(draft, published)
        return OwnDirectory(
            draft=read_toml(text) if text else None,
            toml=text,
            mark=_mark(text),
            is_changed=draft is not None,
            changed_by=None if draft is None else draft.changed_by,
            published=published,
            handed_out=None if age is None else age.own_version,
            staff=staff,
            pings=pings,
        )

    def save(self, actor: Actor, draft: DirectoryDraft, seen: str) -> None:
        """Keep a draft; `seen` is the mark of what was changed (`NOTHING_SEEN`: whatever there is).

        Raises:
            InvalidDraft: it could not be signed; the sentence says where.
            NotAllowedNow: somebody else changed it meanwhile.

        """
        require_own_desks(actor)
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            kept, published = work.focal_points.draft(), work.focal_points.directory(self._own)
            if seen != NOTHING_SEEN and seen != _mark(_text_of(kept, published)):
                raise NotAllowedNow("Somebody changed the desks meanwhile: load the page again, then make your change.")
            draft.as_directory(self._own, _next_version(published), now)
            text = write_toml(draft)
            is_published = published is not None and text == write_toml(DirectoryDraft.of(published.directory))
            work.focal_points.save_draft(None if is_published else KeptDraft(text, actor.login, now))
            detail = {"desks": len(draft.desks), "turns": len(draft.roster)}
            work.audit.record(AuditAct.FOCAL_POINTS_CHANGED, actor.login, None, detail)

    def staff(self, actor: Actor, desk_id: DeskId, logins: Collection[str]) -> None:
        """Say who works at a desk; nobody outside the node learns it."""
        require_own_desks(actor)
        with self._unit_of_work.begin() as work:
            known = frozenset(work.notices.officers())
            unknown = set(logins) - known
            if unknown:
                raise InvalidDraft("staff", "Somebody of this list has no account here: ask the administrator for one.")
            work.focal_points.set_staff(desk_id, logins)
            detail: Detail = {"desk": desk_id, "people": len(set(logins))}
            work.audit.record(AuditAct.FOCAL_POINTS_CHANGED, actor.login, None, detail)


class PublishFocalPoints:
    """Signs the own directory and puts it into the outbox: one transaction, one version."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws, correspondence: Correspondence) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws
        self._correspondence = correspondence

    def __call__(self, actor: Actor) -> int:
        """Publish what is drafted, or the same once more with a new time; gives the version.

        Raises:
            Forbidden: the actor does not look after the desks.
            InvalidDraft: there is nothing to publish, or it is out of date.
            NoDirectory: no directory lists this node's key yet.

        """
        require_own_desks(actor)
        now, own = self._draws.now(), self._correspondence.code
        with self._unit_of_work.begin() as work:
            federation = work.directory.find()
            if federation is None:
                raise NoDirectory
            published = work.focal_points.directory(own)
            text = _text_of(work.focal_points.draft(), published)
            if not text:
                raise InvalidDraft("directory", "There is no desk to publish yet: enter one, or hand in a TOML file.")
            directory = read_toml(text).as_directory(own, _next_version(published), _whole(now))
            signed = sign_focal_points(directory, self._correspondence.generation(federation).signing_key)
            work.focal_points.keep(signed, now)
            work.focal_points.save_draft(None)
            self._send(work, canonical_bytes(to_wire(signed)), now)
            detail = {"version": directory.version, "desks": len(directory.desks)}
            work.audit.record(AuditAct.FOCAL_POINTS_SIGNED, actor.login, None, detail)
            return directory.version

    def _send(self, work: Work, body: bytes, now: datetime) -> None:
        message_id = new_message_id(self._draws.uuid())
        work.outbox.add_message(OutgoingMessage(message_id, Purpose.FOCAL_POINT_PUBLICATION, HUB, None, body), now)


def require_own_desks(actor: Actor) -> None:
    """Refuse those who do not look after the own desks; raises :class:`Forbidden`."""
    if not actor.permits(Right.MANAGE_FOCAL_POINTS):
        raise Forbidden("The own desks are the focal point's to change.")


def _text_of(draft: KeptDraft | None, published: KeptDirectory | None) -> str:
    """What would be signed, as TOML; empty where there is nothing."""
    if draft is not None:
        return draft.text
    return "" if published is None else write_toml(DirectoryDraft.of(published.directory))


def _mark(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _next_version(published: KeptDirectory | None) -> int:
    return 1 if published is None else published.directory.version + 1


def _whole(now: datetime) -> datetime:
    """The wire counts milliseconds."""
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
