"""What a restored hub makes of what its members tell it of their hits."""

from dataclasses import replace
from datetime import timedelta

from tests.unit.hub.test_hits import AMARA, BELANU, EXCHANGE, NOW, by, by_hub, confirmed, hit, record

from symbolon.hub.domain.hit_steps import after_step
from symbolon.hub.domain.hits import Hit, alert_of, protect
from symbolon.hub.domain.reconciliation import (
    behind,
    believable,
    carried_on,
    is_word_of_party,
    renewed_hit,
    untold,
)
from symbolon.protocol.handling import Urgency
from symbolon.protocol.hit_ledger import TrackStep
from symbolon.protocol.known_ledgers import furthest, known_ledger, ledger_from
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import KnownHit
from symbolon.protocol.references import MemberCode, RecordReference

RECORDS = {record(member).reference: record(member) for member in (AMARA, BELANU)}


def known(found: Hit, member: MemberCode, *, safety_hold: bool = False, released: bool = False) -> KnownHit:
    alert = alert_of(found, member, exercise=True)
    return KnownHit(alert, known_ledger(found.ledger), found.opened_round, safety_hold, released)


def asked(found: Hit) -> Hit:
    return after_step(found, TrackStep(EXCHANGE, Event.REQUESTED, AMARA, 0, NOW, Urgency.U2), NOW)


def test_a_ledger_is_told_and_read_as_it_was() -> None:
    ledger = asked(confirmed(hit())).ledger
    assert ledger_from(known_ledger(ledger), ledger.hit_id, ledger.parties) == ledger


def test_of_each_track_the_furthest_word_counts() -> None:
    base = confirmed(hit())
    further = by_hub(base, Event.CLOSED)
    exchanging = asked(base)
    together = furthest((further.ledger, exchanging.ledger))
    assert (together.state, together.version) == (JointState.CLOSED, 3)
    assert together.exchanges == exchanging.ledger.exchanges


def test_the_hub_goes_on_from_where_its_members_are_and_tells_who_lags() -> None:
    forgetful, base = hit(), confirmed(hit())
    told = {AMARA: known(asked(base), AMARA), BELANU: known(base, BELANU)}
    after = carried_on(forgetful, told)
    assert after.ledger == asked(base).ledger
    assert behind(after, told) == (BELANU,)


def test_a_hit_that_the_hub_forgot_is_known_again_and_whoever_does_not_know_it_is_told() -> None:
    told = {AMARA: known(asked(confirmed(hit())), AMARA)}
    renewed = renewed_hit(told, RECORDS)
    assert renewed is not None
    assert renewed.ledger.joint_state is JointState.REQUESTED
    assert untold(renewed, told, {AMARA, BELANU}) == (BELANU,)
    assert untold(renewed, told, {AMARA}) == ()


def test_nobody_but_its_owner_says_that_a_hold_was_released() -> None:
    free = confirmed(hit())
    held = by_hub(protect(free, RecordReference("reference of XA")), Event.HELD)
    released = by_hub(held, Event.RELEASED)
    lie = known(released, BELANU)
    for told in ({AMARA: known(held, AMARA), BELANU: lie}, {BELANU: lie}):
        after = carried_on(held, told)
        assert (after.state, after.ledger.version) == (JointState.HELD, held.ledger.version)
    truth = {AMARA: known(released, AMARA, released=True), BELANU: lie}
    assert carried_on(held, truth).state is JointState.CONFIRMED


def test_a_safety_hold_outlasts_the_restore() -> None:
    free = confirmed(hit())
    told = {AMARA: known(free, AMARA, safety_hold=True), BELANU: known(free, BELANU)}
    assert carried_on(free, told).ledger.frozen_by == {AMARA}
    frozen = replace(free, ledger=replace(free.ledger, frozen_by=frozenset({AMARA, BELANU})))
    assert carried_on(frozen, {BELANU: known(free, BELANU)}).ledger.frozen_by == {AMARA}


def test_votes_that_reached_one_side_alone_are_handed_over_once_more() -> None:
    found = hit()
    told = {AMARA: known(replace(found, opened_round=1), AMARA), BELANU: known(found, BELANU)}
    assert carried_on(found, told).opened_round == 0


def test_a_withdrawn_hit_is_not_renewed() -> None:
    gone = by_hub(confirmed(hit()), Event.WITHDRAWN)
    for found in (gone, by_hub(gone, Event.CLOSED)):
        assert renewed_hit({AMARA: known(found, AMARA)}, RECORDS) is None


def test_a_step_after_the_restore_goes_on_with_the_version_that_was_told() -> None:
    told = {AMARA: known(confirmed(hit()), AMARA)}
    after = carried_on(hit(), told)
    closed = after_step(after, by(BELANU, Event.CLOSED, 2, NOW + timedelta(minutes=1)), NOW + timedelta(minutes=1))
    assert closed.state is JointState.CLOSED


def test_what_cannot_be_is_not_believed() -> None:
    honest = known(asked(confirmed(hit())), AMARA)
    [one] = honest.ledger.exchanges
    impossible = [
        replace(honest.ledger, version=2**21),
        replace(honest.ledger, state=JointState.REQUESTED),
        replace(honest.ledger, closed_from=JointState.CONFIRMED),
        replace(honest.ledger, first_round=2),
        replace(honest.ledger, since=NOW + timedelta(minutes=6)),
        replace(honest.ledger, since=NOW.replace(year=1)),
        replace(honest.ledger, exchanges=(one, one)),
        replace(honest.ledger, exchanges=(replace(one, receiver=MemberCode("XC")),)),
        replace(honest.ledger, exchanges=(replace(one, state=JointState.ALERTED),)),
    ]
    assert believable({AMARA: honest}, NOW) == {AMARA: honest}
    for ledger in impossible:
        assert believable({AMARA: replace(honest, ledger=ledger)}, NOW) == {}
    assert believable({AMARA: replace(honest, opened_round=5)}, NOW) == {}


def test_nobody_tells_of_hits_between_others() -> None:
    found = confirmed(hit())
    word = known(found, AMARA)
    assert is_word_of_party(found, AMARA, word)
    assert not is_word_of_party(found, MemberCode("XC"), word)
    assert not is_word_of_party(found, AMARA, replace(word, alert=replace(word.alert, counterpart=MemberCode("XC"))))
