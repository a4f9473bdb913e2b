"""Every act x state x role x protection over the node's real services: what the tables allow is done, and nothing else.

The tables are the protocol's (`lifecycle_rights`, `lifecycle_table`); a hit is put into each state in turn, each role
tries each act, and whatever it did is taken back. What is refused has changed no row.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from typing import NoReturn

import pytest
from tests.integration.node.asking import REPLY, REQUEST, ask
from tests.integration.node.conftest import Pair
from tests.integration.node.hit_stories import confirmed
from tests.integration.node.undisclosed.two_worlds import FILE

from symbolon.node.bootstrap.services import NodeServices, build_services
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.attachments import FileToAttach
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    DraftForm,
    FeedbackForm,
    InformationForm,
    MeetingForm,
    NoteForm,
)
from symbolon.node.domain.justification import ViewReason, Visit
from symbolon.node.errors import NodeError
from symbolon.node.ports.storage import Work
from symbolon.node.storage.unit_of_work import PostgresUnitOfWork
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason, RefusalGround, RequestRuling, Usefulness
from symbolon.protocol.handling import HandlingCode, HoldRuling, IdentifierKind, Verdict
from symbolon.protocol.lifecycle import (
    ENDED,
    SIDE_TRANSITIONS,
    VOTING,
    Event,
    HitAction,
    JointState,
    Office,
    Party,
    SideState,
    stops_under_safety_hold,
)
from symbolon.protocol.lifecycle_rights import (
    SIDE_OFFICES,
    Caller,
    approving_offices,
    events_open_to,
    may_act_on_side,
)
from symbolon.protocol.lifecycle_table import STEPS
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HitId, RequestId
from symbolon.runtime.database import Transaction

OF_HIT = frozenset({JointState.HELD, JointState.ALERTED, JointState.NEEDS_MORE, JointState.NOT_SAME}) | {
    JointState.UNRESOLVED,
    JointState.EXPIRED,
    JointState.CONFIRMED,
    JointState.WITHDRAWN,
    JointState.CLOSED,
}
"""What a hit's own track can be in at a node: DETECTED and SUPPRESSED are the hub's alone."""
HUBS_OWN = frozenset({JointState.DETECTED, JointState.SUPPRESSED})
OF_EXCHANGE = (*sorted({step.source for step in STEPS} - OF_HIT - HUBS_OWN), JointState.CLOSED)
TRACK_ACTS = {
    HitAction.REQUEST: Event.REQUESTED,
    HitAction.INFORM: Event.SPONTANEOUS,
    HitAction.CLOSE: Event.CLOSED,
    HitAction.REOPEN: Event.REOPENED,
}
EXCHANGE_ACTS = {
    HitAction.ACCEPT: {Event.ACCEPTED},
    HitAction.REFUSE: {Event.REFUSED},
    HitAction.CLARIFY: {Event.CLARIFY},
    HitAction.ANSWER_CLARIFICATION: {Event.CLARIFIED},
    HitAction.REPLY: {Event.PARTIAL, Event.RESPONDED},
    HitAction.RECALL: {Event.RECALLED},
    HitAction.FORMAL_ROUTE: {Event.FORMAL_ROUTE},
    HitAction.FEEDBACK: {Event.FEEDBACK_GIVEN},
    HitAction.CLOSE: {Event.CLOSED},
}
VISIT = Visit("a visit")
WATCHED = (
    "hit",
    "vote",
    "exchange_message",
    "outbox_message",
    "release_draft",
    "act_reason",
    "attachment",
    "audit_leaf",
)
PICTURE = " union all ".join(
    f"select '{table}', md5(string_agg(t::text, '|' order by t::text)) from {table} as t"  # noqa: S608 - these names
    for table in WATCHED
)


class WithinOne:
    """Every transaction of the services is a part of one that is never kept."""

    def __init__(self, inner: PostgresUnitOfWork, tx: Transaction) -> None:
        self._inner = inner
        self._tx = tx

    @contextmanager
    def begin(self) -> Iterator[Work]:
        with self._tx.savepoint():
            yield self._inner.work_in(self._tx)


class TakenBack(Exception):
    """What was tried is undone."""


def take_back() -> NoReturn:
    raise TakenBack


@dataclass
class Trial:
    """A node whose hit is put into one state after the other."""

    services: NodeServices
    tx: Transaction
    inner: PostgresUnitOfWork
    hit_id: HitId
    asked_by_us: RequestId
    asked_by_them: RequestId

    def put(
        self,
        state: JointState,
        side: SideState,
        lies_over: tuple[bool, bool],
        exchange: tuple[RequestId, JointState] | None = None,
    ) -> None:
        """Put the hit into a state; what lies over it is whether it is protected here, and frozen by the other side."""
        protected, frozen = lies_over
        work = self.inner.work_in(self.tx)
        hit = work.hits.lock(self.hit_id)
        assert hit is not None
        kept = tuple(
            replace(each, state=exchange[1], clarifications=int(exchange[1] is JointState.CLARIFY))
            for each in hit.ledger.exchanges
            if exchange is not None and each.exchange_id == exchange[0]
        )
        held_from = JointState.ALERTED if state is JointState.HELD else None
        closed_from = JointState.UNRESOLVED if state is JointState.CLOSED else None
        ledger = replace(hit.ledger, state=state, exchanges=kept, held_from=held_from, closed_from=closed_from)
        after = replace(hit, ledger=ledger, side_state=side, protected=protected, is_frozen=frozen)
        work.hits.save(after)
        self.tx._connection.execute("delete from vote")

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Whatever is done within is undone at the end."""
        try:
            with self.tx.savepoint():
                yield
                take_back()
        except TakenBack:
            return

    def picture(self) -> list[object]:
        return [tuple(row.values()) for row in self.tx._connection.execute(PICTURE.encode()).fetchall()]

    def tried(self, act: Callable[[], object]) -> bool:
        """Whether an act was done; one that was refused has changed nothing."""
        before = self.picture()
        try:
            with self.taken_back():
                act()
                assert self.picture() != before
                return True
        except (NodeError, ProtocolError):
            assert self.picture() == before
        return False


@pytest.fixture
def trial(pair: Pair) -> Iterator[Trial]:
    hit_id = confirmed(pair)
    by_us = ask(pair.xa, hit_id)
    by_them = ask(pair.xb, hit_id)
    pair.exchange()
    node = pair.xa
    with node.database.transaction() as tx:
        services = build_services(replace(node.tools, unit_of_work=WithinOne(node.unit_of_work, tx)))
        yield Trial(services, tx, node.unit_of_work, hit_id, by_us, by_them)


ROLES = tuple(Role)
WHO = {role: Actor(f"a-{role.value}", frozenset({role})) for role in ROLES}
SECOND = {
    False: Actor("second-authoriser", frozenset({Role.AUTHORISER})),
    True: Actor("second-officer", frozenset({Role.PROTECTION_OFFICER})),
}


def offices_of(role: Role, *, protected: bool) -> frozenset[Office]:
    """In which office a role works on a hit: of a protected one the protection officer alone, of others all else."""
    if role.value not in {office.value for office in Office}:
        return frozenset()
    return frozenset({Office(role.value)}) if (role is Role.PROTECTION_OFFICER) == protected else frozenset()


def release(trial: Trial, actor: Actor, form: DraftForm, exchange_id: RequestId | None, *, protected: bool) -> None:
    """Drafted and submitted by this officer, approved by a second of the office that it needs."""
    draft_id = trial.services.save_draft(actor, trial.hit_id, exchange_id, form, None)
    trial.services.submit_draft(actor, draft_id)
    trial.services.approve_draft(SECOND[protected], draft_id, digest_of(trial, SECOND[protected], draft_id))


def digest_of(trial: Trial, actor: Actor, draft_id: DraftId) -> str:
    """Of what a draft shows to somebody who said why they look at it, where that is asked."""
    if Role.PROTECTION_OFFICER in actor.roles:
        trial.services.give_justification(actor, trial.hit_id, VISIT, ViewReason.EXCHANGE, "A second pair of eyes")
    digest = trial.services.show_draft(actor, draft_id, VISIT).content_digest
    assert digest is not None
    return digest


def act_on_hit(trial: Trial, action: HitAction, actor: Actor, *, protected: bool) -> Callable[[], object]:
    services, hit_id = trial.services, trial.hit_id
    information = InformationForm(information="She was seen", relevance="the same person")
    meeting = MeetingForm(
        "How we go on", datetime(2031, 6, 2, 2, tzinfo=UTC), datetime(2031, 6, 2, 3, tzinfo=UTC), "UTC", ("A. Officer",)
    )
    file = FileToAttach(None, "statement.pdf", "", HandlingCode.H2)
    return {
        HitAction.ACKNOWLEDGE: lambda: services.acknowledge_hit(actor, hit_id),
        HitAction.ASSIGN: lambda: services.assign_hit(actor, hit_id, "somebody"),
        HitAction.RECOMMEND: lambda: services.recommend(actor, hit_id, Verdict.SAME, "the scar fits"),
        HitAction.VOTE: lambda: services.cast_vote(actor, hit_id, Verdict.SAME, "as I see it"),
        HitAction.PROPOSE_FIELD: lambda: services.propose_extra_fields(
            actor, hit_id, [IdentifierKind.BIRTH_DATE], "the day decides"
        ),
        HitAction.REQUEST: lambda: release(trial, actor, REQUEST, None, protected=protected),
        HitAction.INFORM: lambda: release(trial, actor, information, None, protected=protected),
        HitAction.NOTE: lambda: release(trial, actor, NoteForm(text="Call first."), None, protected=protected),
        HitAction.MEETING: lambda: services.propose_meeting(actor, hit_id, meeting),
        HitAction.ATTACH: lambda: services.files.attach_file(actor, hit_id, file, iter([FILE])),
        HitAction.SAFETY_HOLD: lambda: services.hold_for_safety(actor, hit_id, True, "threatened"),
        HitAction.RELEASE: lambda: services.release_hold(actor, hit_id, HoldRuling.RELEASE),
        HitAction.CLOSE_HOLD: lambda: services.release_hold(actor, hit_id, HoldRuling.CLOSE),
        HitAction.CLOSE: lambda: services.close_hit(actor, hit_id),
        HitAction.REOPEN: lambda: services.reopen_hit(actor, hit_id, "there is more"),
    }[action]


ON_HIT = (
    HitAction.ACKNOWLEDGE,
    HitAction.ASSIGN,
    HitAction.RECOMMEND,
    HitAction.VOTE,
    HitAction.PROPOSE_FIELD,
    HitAction.REQUEST,
    HitAction.INFORM,
    HitAction.NOTE,
    HitAction.MEETING,
    HitAction.ATTACH,
    HitAction.SAFETY_HOLD,
    HitAction.RELEASE,
    HitAction.CLOSE_HOLD,
    HitAction.CLOSE,
    HitAction.REOPEN,
)


STOPPED = frozenset({HitAction.VOTE, HitAction.RELEASE, HitAction.PROPOSE_FIELD, HitAction.NOTE, HitAction.MEETING})
"""What a safety hold stops, beside the steps that the protocol names (`stops_under_safety_hold`).

A file is only laid ready, as a draft is: it leaves with a message, which is stopped.
"""


def _drafting(protected: bool) -> Office:
    return Office.PROTECTION_OFFICER if protected else Office.FOCAL_POINT


def allowed_on_hit(
    action: HitAction, tracks: tuple[JointState, SideState], role: Role, lies_over: tuple[bool, bool]
) -> bool:
    """What the protocol's tables say, and nothing else."""
    (state, side), (protected, frozen) = tracks, lies_over
    if frozen and action in STOPPED:
        return False
    offices = offices_of(role, protected=protected)
    if action in SIDE_OFFICES:
        known = action in SIDE_TRANSITIONS[side]
        return state in VOTING and known and may_act_on_side(action, offices, protected=protected)
    if action in (HitAction.RELEASE, HitAction.CLOSE_HOLD):
        return state is JointState.HELD and protected and Office.PROTECTION_OFFICER in offices
    if action is HitAction.SAFETY_HOLD:
        # Of general hits too: a protection officer is told of one by its id, and may stop it before seeing it.
        return role is Role.PROTECTION_OFFICER and state not in ENDED
    if action is HitAction.PROPOSE_FIELD:
        return state is JointState.NEEDS_MORE and _drafting(protected) in offices
    if action in (HitAction.NOTE, HitAction.MEETING, HitAction.ATTACH):
        return state is JointState.CONFIRMED and _drafting(protected) in offices
    caller = Caller(frozenset({Party.EITHER, Party.RECEIVER, Party.GIVER}), offices, protected)
    return TRACK_ACTS[action] in events_open_to(state, caller) and not (
        frozen and stops_under_safety_hold(TRACK_ACTS[action])
    )


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("protected", [False, True])
def test_each_act_on_a_hit_in_each_state_by_each_role_is_done_or_refused_without_effect(
    trial: Trial, protected: bool, frozen: bool
) -> None:
    wrong: list[tuple[object, ...]] = []
    done = 0
    for state, side in product(sorted(OF_HIT), SideState):
        if state not in VOTING and side is not SideState.VOTED:
            continue
        with trial.taken_back():
            trial.put(state, side, (protected, frozen))
            for action, role in product(ON_HIT, ROLES):
                was_done = trial.tried(act_on_hit(trial, action, WHO[role], protected=protected))
                expected = allowed_on_hit(action, (state, side), role, (protected, frozen))
                done += was_done
                if was_done != expected:
                    wrong.append((action.value, state.value, side.value, role.value, was_done))
    assert wrong == []
    assert done > 10


def act_in_exchange(
    trial: Trial, action: HitAction, actor: Actor, exchange_id: RequestId, *, protected: bool
) -> Callable[[], object]:
    services, place = trial.services, (trial.hit_id, exchange_id)
    answer = ClarificationAnswerForm(answer="The elder")
    return {
        HitAction.ACCEPT: lambda: services.decide_request(actor, *place, DecisionForm(RequestRuling.ACCEPT)),
        HitAction.REFUSE: lambda: services.decide_request(
            actor, *place, DecisionForm(RequestRuling.REFUSE, RefusalGround.NOT_HELD)
        ),
        HitAction.CLARIFY: lambda: services.ask_clarification(actor, *place, "Which one?", HandlingCode.H1),
        HitAction.ANSWER_CLARIFICATION: lambda: release(trial, actor, answer, exchange_id, protected=protected),
        HitAction.REPLY: lambda: release(trial, actor, REPLY, exchange_id, protected=protected),
        HitAction.RECALL: lambda: services.recall_request(actor, *place, RecallReason.NO_LONGER_NEEDED),
        HitAction.FORMAL_ROUTE: lambda: services.go_formal(actor, *place, FormalChannel.INTERPOL, "I-1"),
        HitAction.FEEDBACK: lambda: services.give_feedback(actor, *place, FeedbackForm(Usefulness.USEFUL)),
        HitAction.CLOSE: lambda: services.close_hit(actor, *place),
    }[action]


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("protected", [False, True])
@pytest.mark.parametrize("ours", [True, False])
def test_each_act_in_an_exchange_in_each_state_by_each_role_is_done_or_refused_without_effect(
    trial: Trial, protected: bool, frozen: bool, ours: bool
) -> None:
    exchange_id = trial.asked_by_us if ours else trial.asked_by_them
    party = Party.RECEIVER if ours else Party.GIVER
    wrong: list[tuple[object, ...]] = []
    done = 0
    for state in OF_EXCHANGE:
        with trial.taken_back():
            trial.put(JointState.CONFIRMED, SideState.VOTED, (protected, frozen), (exchange_id, state))
            for action, role in product(EXCHANGE_ACTS, ROLES):
                was_done = trial.tried(act_in_exchange(trial, action, WHO[role], exchange_id, protected=protected))
                caller = Caller(frozenset({party}), offices_of(role, protected=protected), protected)
                open_now = EXCHANGE_ACTS[action] & events_open_to(state, caller)
                expected = any(not (frozen and stops_under_safety_hold(event)) for event in open_now)
                done += was_done
                if was_done != expected:
                    wrong.append((action.value, state.value, role.value, was_done))
    assert wrong == []
    assert done > 1


@pytest.mark.parametrize("protected", [False, True])
def test_each_role_approves_what_its_office_approves_and_nobody_their_own(trial: Trial, protected: bool) -> None:
    (step,) = (each for each in STEPS if (each.source, each.event) == (JointState.CONFIRMED, Event.REQUESTED))
    drafter = WHO[Role.PROTECTION_OFFICER if protected else Role.FOCAL_POINT]
    with trial.taken_back():
        trial.put(JointState.CONFIRMED, SideState.VOTED, (protected, False))
        draft_id = trial.services.save_draft(drafter, trial.hit_id, None, REQUEST, None)
        trial.services.submit_draft(drafter, draft_id)
        digest = digest_of(trial, drafter, draft_id)
        for role in ROLES:
            other = Actor(f"other-{role.value}", frozenset({role}))
            approves = trial.tried(lambda other=other: trial.services.approve_draft(other, draft_id, digest))
            needed = approving_offices(step, protected=protected)
            assert approves == bool(needed & offices_of(role, protected=protected)), role
        everything = Actor(drafter.login, frozenset({Role.FOCAL_POINT, Role.AUTHORISER, Role.PROTECTION_OFFICER}))
        assert not trial.tried(lambda: trial.services.approve_draft(everything, draft_id, digest))
