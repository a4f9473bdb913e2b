"""Hits of two states as far as a test needs them, at a hub on a real PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from tests.simulators.hub_members import SimulatedMember, item

from symbolon.protocol.handling import Namespace, Urgency
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import Purpose
from symbolon.protocol.references import HitId, RequestId, new_request_id


def a_hit(bench: Any, person: Any, **other: Any) -> HitId:
    """Both states have the same person; `belanu_namespace`: of Belanu's record, `other`: of both."""
    namespace = other.pop("belanu_namespace", Namespace.GENERAL)
    bench.submit(bench.amara, item(person, **other))
    bench.submit(bench.belanu, item(person, namespace=namespace, **other))
    bench.worker.find_matches()
    hits = {alert.hit_id for member in (bench.amara, bench.belanu) for alert in bench.alerts(member)}
    return hits.pop()


def vote(bench: Any, member: SimulatedMember, hit_id: HitId) -> None:
    other = bench.belanu if member is bench.amara else bench.amara
    bench.api.deposit_vote(member.code, member.vote(hit_id, other))


def take(bench: Any, member: SimulatedMember, hit_id: HitId, event: Event, **other: Any) -> None:
    """A step of the hit's own track."""
    follows = bench.hit(hit_id).ledger.version
    bench.api.take_step(member.code, member.step(member.notice(hit_id, event, follows, **other)))


def confirmed(bench: Any, person: Any, **other: Any) -> HitId:
    """A hit on which both have voted SAME."""
    hit_id = a_hit(bench, person, **other)
    for member in (bench.amara, bench.belanu):
        vote(bench, member, hit_id)
    take(bench, bench.amara, hit_id, Event.CONFIRMED)
    return hit_id


_PURPOSES = {
    Event.REQUESTED: Purpose.REQUEST,
    Event.CLARIFY: Purpose.CLARIFICATION,
    Event.CLARIFIED: Purpose.CLARIFICATION_ANSWER,
    Event.ACCEPTED: Purpose.REQUEST_DECISION,
    Event.PARTIAL: Purpose.REPLY,
    Event.RESPONDED: Purpose.REPLY,
    Event.RECALLED: Purpose.RECALL,
}


def send(bench: Any, member: SimulatedMember, hit_id: HitId, exchange_id: RequestId, event: Event) -> None:
    """A sealed step of an exchange."""
    other = bench.belanu if member is bench.amara else bench.amara
    exchange = bench.hit(hit_id).ledger.exchange(exchange_id)
    follows, urgency = (0, Urgency.U3) if exchange is None else (exchange.version, None)
    notice = member.notice(hit_id, event, follows, exchange_id=exchange_id, urgency=urgency)
    bench.api.relay_message(member.code, member.sealed(other, _PURPOSES[event], hit_id, notice))


def requested(bench: Any, hit_id: HitId) -> RequestId:
    """Amara asks."""
    exchange_id = new_request_id(uuid4())
    send(bench, bench.amara, hit_id, exchange_id, Event.REQUESTED)
    return exchange_id


def taken_at(bench: Any, hit_id: HitId) -> datetime:
    """When the newest step of a hit was taken."""
    with bench.hub.store.work() as work:
        _hit, history = work.clocks.of(hit_id)
    moment: datetime = history.steps[-1].taken_at
    return moment
