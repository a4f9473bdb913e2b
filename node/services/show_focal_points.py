"""Shows all states' desks, and says whom to call now; from what is kept here, whether or not the hub answers."""

from symbolon.node.domain.actors import Actor, Right
from symbolon.node.domain.desks import CallAnswer, DeskQuery, DutyLine, FocalPointView, duty_lines, lines_of
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.ports.outside import Draws
from symbolon.node.ports.storage import UnitOfWork
from symbolon.protocol.focal_points import CallQuery, who_to_call
from symbolon.protocol.references import MemberCode


class ShowFocalPoints:
    """The book, for any officer."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, query: DeskQuery) -> FocalPointView:
        """Every desk that the query admits, and how old that is.

        Raises:
            Forbidden: the actor's roles do not include the desks.

        """
        require_desks(actor)
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            directories, lives = work.focal_points.directories(), work.focal_points.lives()
            age, refused = work.focal_points.age(), work.focal_points.refused()
        lines = tuple(line for line in lines_of(directories, lives, now) if query.admits(line))
        members = tuple(kept.directory.member for kept in directories)
        return FocalPointView(lines, age, age is not None and age.is_old(now), refused, members)

    def roster(self, actor: Actor) -> tuple[DutyLine, ...]:
        """Whose turn it is, in every state, now and later, the first to begin first.

        Raises:
            Forbidden: the actor's roles do not include the desks.

        """
        require_desks(actor)
        with self._unit_of_work.begin() as work:
            directories = work.focal_points.directories()
        return duty_lines(directories, self._draws.now())


class WhoToCall:
    """Whom to call in one state, at this hour."""

    def __init__(self, unit_of_work: UnitOfWork, draws: Draws) -> None:
        self._unit_of_work = unit_of_work
        self._draws = draws

    def __call__(self, actor: Actor, member: MemberCode, query: CallQuery) -> CallAnswer:
        """Every desk of the state, the first to try first.

        Raises:
            Forbidden: the actor's roles do not include the desks.
            NotFound: the state has published no desk that is known here.

        """
        require_desks(actor)
        now = self._draws.now()
        with self._unit_of_work.begin() as work:
            kept, lives, age = work.focal_points.directory(member), work.focal_points.lives(), work.focal_points.age()
        if kept is None:
            raise NotFound("No desk of this state is known here: choose a state from the list of focal points.")
        directory = kept.directory
        return CallAnswer(
            member=member,
            calls=who_to_call(directory, lives, query, now),
            version=directory.version,
            valid_until=directory.valid_until.isoformat(),
            taken_at=kept.taken_at,
            age=age,
            is_old=age is not None and age.is_old(now),
            asked_at=now,
        )


def require_desks(actor: Actor) -> None:
    """Refuse those whose work has nothing to do with other states' desks; raises :class:`Forbidden`."""
    if not actor.permits(Right.VIEW_FOCAL_POINTS):
        raise Forbidden("Your role does not include the focal points: ask your administrator who may see them.")
