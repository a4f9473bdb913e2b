"""Keeps the book of all states' desks at the node: fetched from the hub, believed by each state's own signature."""

from symbolon.node.domain.desks import BookAge
from symbolon.node.ports.storage import Work
from symbolon.node.services.hub_line import HubLine
from symbolon.protocol.audit_log import AuditAct, Detail
from symbolon.protocol.federation import key_that_signed
from symbolon.protocol.focal_points import verify_focal_points
from symbolon.protocol.messages import FederationDirectory, MemberStanding, Purpose
from symbolon.protocol.messages_focal_points import FocalPointBook, SignedFocalPoints
from symbolon.protocol.problems import BadSignature, ProtocolError
from symbolon.protocol.references import HUB

BOOK_PATH = "/v1/focal-points"


class KeepFocalPoints:
    """Takes what is newer and believed; what is here stays while the hub is away, or hands out something else."""

    def __init__(self, line: HubLine) -> None:
        self._unit_of_work = line.unit_of_work
        self._draws = line.draws
        self._hub = line.hub
        self._correspondence = line.correspondence

    def __call__(self) -> int:
        """Look at the hub's book; of how many states something newer was taken.

        Raises:
            HubUnavailable: the book stays as it is, and says how old that is.
            ProtocolError: the answer is not the hub's.

        """
        with self._unit_of_work.begin() as work:
            directory = work.directory.find()
        own = None if directory is None else directory.member_of(self._correspondence.code)
        if directory is None or own is None or not own.is_active:
            return 0
        envelope = self._hub.fetch_page(BOOK_PATH, None)
        now = self._draws.now()
        self._correspondence.verify_from_hub(envelope, Purpose.FOCAL_POINT_BOOK, directory, now)
        book = envelope.read(FocalPointBook)
        with self._unit_of_work.begin() as work:
            age = work.focal_points.age()
            if age is not None and envelope.issued_at < age.issued_at:
                # An answer of before, or of a hub that was set back: it says nothing new.
                return 0
            taken = sum(self._take(work, signed, directory) for signed in book.directories)
            for kept in work.focal_points.directories():
                member = directory.member_of(kept.directory.member)
                if member is None or member.standing is MemberStanding.EXPELLED:
                    work.focal_points.drop(kept.directory.member)
            work.focal_points.save_lives(book.lives)
            ours = (each.directory.version for each in book.directories if each.directory.member == own.code)
            work.focal_points.note_age(BookAge(envelope.issued_at, now, next(ours, 0)))
        return taken

    def _take(self, work: Work, offered: SignedFocalPoints, directory: FederationDirectory) -> bool:
        code, version = offered.directory.member, offered.directory.version
        kept = work.focal_points.directory(code)
        if kept is not None and version <= kept.directory.version:
            if kept.signed == offered:
                work.focal_points.forget_refused(code)
            return False
        try:
            member = directory.member_of(code)
            if member is None or member.standing is MemberStanding.EXPELLED:
                raise BadSignature("The directory lists no member that could have signed this.")
            key = key_that_signed(member, offered.key_id, offered.directory.issued_at)
            verify_focal_points(None if kept is None else kept.directory, offered, key)
        except ProtocolError as refusal:
            if work.focal_points.note_refused(code, version, refusal.problem, self._draws.now()):
                detail: Detail = {"member": code, "version": version, "problem": refusal.problem.value}
                work.audit.record(AuditAct.FOCAL_POINTS_REFUSED, str(HUB), None, detail)
            return False
        work.focal_points.forget_refused(code)
        work.focal_points.keep(offered, self._draws.now())
        work.audit.record(AuditAct.FOCAL_POINTS_TAKEN, str(HUB), None, {"member": code, "version": version})
        return True
