"""Two real nodes and the real hub around one hit, over a line that breaks: in the end all three agree."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest
from tests.integration.backup.federation import Federation, State, found
from tests.integration.node.asking import reason_given
from tests.simulators.broken_line import BrokenLine, Died

from symbolon.node.bootstrap.services import build_hub_services, build_services
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftAction
from symbolon.node.domain.forms import (
    ClarificationAnswerForm,
    DecisionForm,
    DraftForm,
    FeedbackForm,
    InformationForm,
    ReplyForm,
    RequestForm,
)
from symbolon.node.domain.hit import Hit
from symbolon.node.domain.hit_views import ExchangeView
from symbolon.node.errors import HubUnavailable, NodeError
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.exchange_terms import FormalChannel, RecallReason, RefusalGround, RequestRuling, Usefulness
from symbolon.protocol.handling import HandlingCode, HoldRuling, IdentifierKind, SubjectCategory, Urgency, Verdict
from symbolon.protocol.hit_ledger import HitLedger
from symbolon.protocol.lifecycle import HitAction
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.problems import ProtocolError
from symbolon.protocol.references import HitId, RequestId

STEPS = 160
GENERAL = (
    Actor("fp", frozenset({Role.FOCAL_POINT})),
    Actor("auth", frozenset({Role.AUTHORISER})),
    Actor("inv", frozenset({Role.INVESTIGATOR})),
)
PROTECTION = tuple(Actor(login, frozenset({Role.PROTECTION_OFFICER})) for login in ("vpo", "vpo-2"))
RARE = frozenset({HitAction.SAFETY_HOLD, HitAction.CLOSE, HitAction.CLOSE_HOLD, HitAction.REFUSE, HitAction.RECALL})
REQUEST = RequestForm(
    purpose="to find her",
    relevance="the same person",
    facts="seen in May",
    questions=("Where is she?",),
    why_this_state="her last address",
    urgency=Urgency.U2,
    urgency_reason="she moves on",
    legal_basis="the agreement",
)
INFORMATION = InformationForm(information="She was seen", relevance="the same person")


@dataclass
class Walk:
    """A federation with one hit, and everything that may happen to it; each act is drawn by chance."""

    federation: Federation
    hit_id: HitId
    chance: Random
    lines: dict[str, BrokenLine]

    def step(self) -> None:
        """Somebody acts, or a worker does its round; either may fail, and a process may die."""
        state = self.chance.choice(list(self.federation.states.values()))
        act = self.chance.choice((*(self.officer,) * 8, *(self.out,) * 4, *(self.into,) * 4, self.hub))
        try:
            act(state)
        except Died:
            self.restart(state)
        except HubUnavailable:
            return
        self.check()

    def restart(self, state: State) -> None:
        """A new process knows nothing but what is stored."""
        state.node = replace(state.node, services=build_services(state.node.tools))
        state.worker = build_hub_services(state.node.tools, self.lines[state.code])

    def out(self, state: State) -> None:
        with state.node.database.transaction() as tx:
            # Time passes: what was postponed is due.
            tx._connection.execute("update outbox_message set next_attempt_at = now() - interval '1 s'")
        state.worker.deliver_outbox()

    def into(self, state: State) -> None:
        state.worker.receive_deliveries(0)
        state.worker.receive_deliveries.retry_waiting()

    def hub(self, _state: State) -> None:
        self.federation.hub.worker.close_waiting()

    def officer(self, state: State) -> None:
        """One of the acts that the pages offer, by one of the officers to whom they offer it."""
        hit = self.hit(state)
        if hit is None:
            return
        if self.chance.random() < 0.002 and not hit.protected:
            change = RecordChange(category=SubjectCategory.VICTIM)
            state.node.services.revise_record(GENERAL[0], f"{state.code}-1", change)
            return
        people = PROTECTION if hit.protected else (*GENERAL, PROTECTION[0])
        actor = self.chance.choice(people)
        try:
            if self.chance.random() < 0.4 and self.four_eyes(state, actor):
                return
            self.act(state, actor)
        except (NodeError, ProtocolError):
            # It changed between the look and the act, or was never theirs: they look again.
            return

    def act(self, state: State, actor: Actor) -> None:
        services = state.node.services
        if actor is PROTECTION[0] and not (self.hit_here(state)).protected:
            if self.chance.random() < 0.1:
                services.hold_for_safety(actor, self.hit_id, self.chance.random() < 0.5, "somebody was threatened")
            return
        view = services.show_hit(actor, self.hit_id)
        offered = [each for each in view.summary.actions if each not in RARE or self.chance.random() < 0.1]
        if not offered:
            return
        # Most walks are to come to an exchange.
        eager = [each for each in offered if each in (HitAction.VOTE, HitAction.RELEASE, HitAction.REOPEN)]
        action = self.chance.choice(eager if eager and self.chance.random() < 0.5 else offered)
        exchange = next((each for each in view.exchanges if action in each.actions), None)
        if exchange is not None:
            self.act_in(state, actor, action, exchange)
        elif action in (HitAction.REQUEST, HitAction.INFORM):
            if len(view.exchanges) < 3:
                self.draft(state, actor, None, REQUEST if action is HitAction.REQUEST else INFORMATION)
        else:
            self.act_on(state, actor, action)

    def act_on(self, state: State, actor: Actor, action: HitAction) -> None:
        services, hit_id = state.node.services, self.hit_id
        acts: dict[HitAction, Callable[[], object]] = {
            HitAction.ACKNOWLEDGE: lambda: services.acknowledge_hit(actor, hit_id),
            HitAction.ASSIGN: lambda: services.assign_hit(actor, hit_id, "inv"),
            HitAction.RECOMMEND: lambda: services.recommend(actor, hit_id, Verdict.SAME, "the scar fits"),
            HitAction.VOTE: lambda: services.cast_vote(actor, hit_id, self.verdict(), "as I see it"),
            HitAction.PROPOSE_FIELD: lambda: services.propose_extra_fields(
                actor, hit_id, [IdentifierKind.BIRTH_DATE], "the day decides"
            ),
            HitAction.ANSWER_FIELD: lambda: services.answer_extra_fields(actor, hit_id, True),
            HitAction.SHOW_FIELD: lambda: services.show_extra_fields(actor, hit_id),
            HitAction.RELEASE: lambda: services.release_hold(actor, hit_id, HoldRuling.RELEASE),
            HitAction.CLOSE_HOLD: lambda: services.release_hold(actor, hit_id, HoldRuling.CLOSE),
            HitAction.SAFETY_HOLD: lambda: services.hold_for_safety(actor, hit_id, True, "threatened"),
            HitAction.LIFT_SAFETY_HOLD: lambda: services.hold_for_safety(actor, hit_id, False, "she is safe"),
            HitAction.CLOSE: lambda: services.close_hit(actor, hit_id),
            HitAction.REOPEN: lambda: services.reopen_hit(actor, hit_id, "there is more"),
        }
        acts.get(action, lambda: None)()

    def act_in(self, state: State, actor: Actor, action: HitAction, exchange: ExchangeView) -> None:
        services, place = state.node.services, (self.hit_id, exchange.exchange_id)
        accept = DecisionForm(RequestRuling.ACCEPT)
        refuse = DecisionForm(RequestRuling.REFUSE, RefusalGround.NOT_HELD)
        acts: dict[HitAction, Callable[[], object]] = {
            HitAction.ACCEPT: lambda: services.decide_request(actor, *place, accept),
            HitAction.REFUSE: lambda: services.decide_request(actor, *place, refuse),
            HitAction.CLARIFY: lambda: services.ask_clarification(actor, *place, "Which one?", HandlingCode.H1),
            HitAction.ANSWER_CLARIFICATION: lambda: self.draft(
                state, actor, exchange.exchange_id, ClarificationAnswerForm(answer="The elder")
            ),
            HitAction.REPLY: lambda: self.draft(
                state, actor, exchange.exchange_id, ReplyForm(answers=("In the harbour",))
            ),
            HitAction.RECALL: lambda: services.recall_request(actor, *place, RecallReason.NO_LONGER_NEEDED),
            HitAction.FORMAL_ROUTE: lambda: services.go_formal(actor, *place, FormalChannel.INTERPOL, "I-1"),
            HitAction.FEEDBACK: lambda: services.give_feedback(actor, *place, FeedbackForm(Usefulness.USEFUL)),
            HitAction.CLOSE: lambda: services.close_hit(actor, *place),
        }
        acts.get(action, lambda: None)()

    def draft(self, state: State, actor: Actor, exchange_id: RequestId | None, form: DraftForm) -> None:
        services = state.node.services
        services.submit_draft(actor, services.save_draft(actor, self.hit_id, exchange_id, form, None))

    def four_eyes(self, state: State, actor: Actor) -> bool:
        services = state.node.services
        waiting = [each for each in services.list_drafts(actor) if DraftAction.APPROVE in each.actions]
        if not waiting:
            return False
        draft_id = waiting[0].draft_id
        shown = services.show_draft(actor, draft_id, reason_given(state.node, actor, draft_id))
        if shown.content_digest is not None:
            services.approve_draft(actor, waiting[0].draft_id, shown.content_digest)
        return True

    def verdict(self) -> Verdict:
        return self.chance.choice((*(Verdict.SAME,) * 8, Verdict.UNSURE, Verdict.DIFFERENT))

    def hit(self, state: State) -> Hit | None:
        with state.node.unit_of_work.begin() as work:
            return work.hits.find(self.hit_id)

    def hit_here(self, state: State) -> Hit:
        hit = self.hit(state)
        assert hit is not None
        return hit

    def kept(self) -> HitLedger:
        with self.federation.hub.hub.store.work() as work:
            ledger: HitLedger = work.hits.lock(self.hit_id).ledger
            return ledger

    def check(self) -> None:
        """Nobody is ahead of the order that the hub keeps, and no vote is known before its time."""
        kept = self.kept()
        for state in self.federation.states.values():
            hit = self.hit(state)
            if hit is None:
                continue
            assert hit.ledger.version <= kept.version
            for exchange in hit.ledger.exchanges:
                there = kept.exchange(exchange.exchange_id)
                assert there is not None
                assert exchange.version <= there.version
            with state.node.unit_of_work.begin() as work:
                own, counterpart = work.hits.votes(self.hit_id)
                said = work.messages.of_hit(self.hit_id)
            # 5: a vote of the other's is known only beside an own one that lies at the hub.
            assert {vote.round for vote in counterpart} <= {vote.round for vote in own if not vote.on_its_way}
            # 1: words come only after both said SAME.
            if any(isinstance(each.message, Request | Reply) for each in said):
                assert {vote.verdict for vote in (own[-1], counterpart[-1])} == {Verdict.SAME}

    def calm(self) -> None:
        """Let every hold for safety end, and everything arrive."""
        for line in self.lines.values():
            line.is_calm = True
        for state in self.federation.states.values():
            if self.hit_here(state).holds_for_safety:
                state.node.services.hold_for_safety(PROTECTION[0], self.hit_id, False, "she is safe")
        for _ in range(8):
            for state in self.federation.states.values():
                self.out(state)
                self.into(state)

    def check_agreement(self) -> None:
        """Both sides and the hub have come to the same, and nothing is left on its way."""
        kept = self.kept()
        for state in self.federation.states.values():
            hit = self.hit_here(state)
            assert _in_common(hit.ledger) == _in_common(kept)
            assert hit.joint_state is kept.joint_state
            assert not hit.is_frozen
            with state.node.database.transaction() as tx:
                waiting = tx._connection.execute(
                    "select state, problem, count(*) from inbox_delivery where state <> 'done' group by 1, 2"
                ).fetchall()
                stuck = tx._connection.execute(
                    "select kind from outbox_message where delivered_at is null and not on_hold"
                ).fetchall()
            assert (waiting, stuck) == ([], [])


def _in_common(ledger: HitLedger) -> HitLedger:
    ordered = tuple(sorted(ledger.exchanges, key=lambda exchange: exchange.exchange_id))
    parties = (min(ledger.parties), max(ledger.parties))
    return replace(ledger, parties=parties, frozen_by=frozenset(), exchanges=ordered)


def begun(federation: Federation, seed: int) -> Walk:
    for code, name in (("XA", "Somchai Jaidee"), ("XB", "Somchai Jaidee")):
        federation[code].publish(f"{code}-1,C-1,{name},1990-05-03,suspect,all")
    federation.pump()
    chance, lines = Random(seed), {}  # noqa: S311 - a walk that can be repeated
    hit_id = federation["XA"].hit_on("XA-1")
    for state in federation.states.values():
        lines[state.code] = BrokenLine(state.worker.deliver_outbox._hub, chance)
        state.worker = build_hub_services(state.node.tools, lines[state.code])
    return Walk(federation, hit_id, chance, lines)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_breaks_both_sides_and_the_hub_agree_in_the_end(
    tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str, seed: int
) -> None:
    federation = found(tmp_path, fresh_database, broker_url)
    walk = begun(federation, seed)
    for _ in range(STEPS):
        walk.step()
    walk.calm()
    walk.check_agreement()
    assert sum(sum(line.faults.values()) for line in walk.lines.values()) > STEPS // 20
    federation.close()
