"""Votes wait for each other, holds wait for their owners, and strangers get nowhere."""

from dataclasses import replace
from typing import Any

import pytest
from tests.simulators.hub_members import item

from symbolon.hub.errors import AlreadyVoted, MessageReused, NotNow, NotTheCounterpart, NotTheProtector, UnknownHit
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import HoldRuling, Namespace, WithdrawalReason
from symbolon.protocol.lifecycle import Event, JointState
from symbolon.protocol.messages import Purpose, Sealed
from symbolon.protocol.references import HitId

pytestmark = pytest.mark.parametrize("comparison", ["open", "blind"])


def _hit(bench: Any, person: Any, *, amara: Any = Namespace.GENERAL, belanu: Any = Namespace.GENERAL) -> Any:
    own = item(person, namespace=amara)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person, namespace=belanu))
    bench.worker.find_matches()
    told = (
        bench.amara if amara is Namespace.PROTECTED else bench.belanu if belanu is Namespace.PROTECTED else bench.amara
    )
    return bench.alerts(told)[0].hit_id, own.reference


def _vote(bench: Any, member: Any, counterpart: Any, hit_id: HitId, number: int = 1) -> None:
    bench.api.deposit_vote(member.code, member.vote(hit_id, counterpart, number=number))


def _decide(bench: Any, member: Any, hit_id: HitId, ruling: HoldRuling) -> None:
    bench.api.decide_hold(member.code, member.hold_decision(hit_id, ruling))


def test_one_vote_is_shown_to_nobody(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    _vote(bench, bench.amara, bench.belanu, hit_id)
    assert Purpose.VOTE not in bench.purposes(bench.belanu)


def test_both_votes_are_handed_over_together(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    _vote(bench, bench.amara, bench.belanu, hit_id)
    _vote(bench, bench.belanu, bench.amara, hit_id)
    assert bench.purposes(bench.amara) == bench.purposes(bench.belanu) == [Purpose.ALERT, Purpose.VOTE]


def test_the_same_vote_sent_again_changes_nothing(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    envelope = bench.amara.vote(hit_id, bench.belanu)
    bench.api.deposit_vote(bench.amara.code, envelope)
    bench.api.deposit_vote(bench.amara.code, bench.amara.again(envelope))
    _vote(bench, bench.belanu, bench.amara, hit_id)
    bench.api.deposit_vote(bench.amara.code, bench.amara.again(envelope))
    assert bench.purposes(bench.belanu).count(Purpose.VOTE) == 1


def test_a_side_votes_once_in_a_round(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    _vote(bench, bench.amara, bench.belanu, hit_id)
    with pytest.raises(AlreadyVoted):
        _vote(bench, bench.amara, bench.belanu, hit_id)


def test_a_stranger_cannot_vote_on_a_hit(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    with pytest.raises(UnknownHit):
        _vote(bench, bench.cassor, bench.amara, hit_id)


def test_a_vote_cannot_be_addressed_to_a_third_state(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    with pytest.raises(NotTheCounterpart):
        _vote(bench, bench.amara, bench.cassor, hit_id)


def test_a_message_id_is_not_used_for_two_contents(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    first = bench.amara.vote(hit_id, bench.belanu)
    bench.api.deposit_vote(bench.amara.code, first)
    other = bench.amara.vote(hit_id, bench.belanu).read(Sealed)
    again = bench.amara.envelope(other, Purpose.VOTE, bench.belanu.code, message_id=first.message_id)
    with pytest.raises(MessageReused):
        bench.api.deposit_vote(bench.amara.code, again)


def test_a_linkage_key_goes_from_any_member_to_any_other(bench: Any) -> None:
    bench.api.relay_message(bench.amara.code, bench.amara.sealed(bench.cassor, Purpose.LINKAGE_KEY, None))
    assert bench.purposes(bench.cassor) == [Purpose.LINKAGE_KEY]


def test_a_hit_on_a_protected_record_is_told_to_its_owner_alone(bench: Any, person: Any) -> None:
    _hit(bench, person, amara=Namespace.PROTECTED)
    [alert] = bench.alerts(bench.amara)
    assert (alert.state, alert.namespace) == (JointState.HELD, Namespace.PROTECTED)
    assert bench.mail(bench.belanu) == ()


def test_releasing_a_hold_alerts_the_other_side_without_telling_the_category(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person, amara=Namespace.PROTECTED)
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    [alert] = bench.alerts(bench.belanu)
    assert (alert.state, alert.namespace) == (JointState.ALERTED, Namespace.GENERAL)
    assert bench.told(bench.amara) == [Event.RELEASED]


def test_a_hit_on_two_protected_records_waits_for_both_owners(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person, amara=Namespace.PROTECTED, belanu=Namespace.PROTECTED)
    assert [alert.state for alert in bench.alerts(bench.belanu)] == [JointState.HELD]
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    assert bench.told(bench.amara) == bench.told(bench.belanu) == []
    _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    for member in (bench.amara, bench.belanu):
        assert bench.told(member) == [Event.RELEASED]


def test_closing_a_hold_tells_the_other_side_nothing(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person, amara=Namespace.PROTECTED)
    _decide(bench, bench.amara, hit_id, HoldRuling.CLOSE)
    _decide(bench, bench.amara, hit_id, HoldRuling.CLOSE)
    assert bench.mail(bench.belanu) == ()
    with pytest.raises(NotNow):
        _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)


def test_the_side_that_was_not_told_of_a_held_hit_cannot_touch_it(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person, amara=Namespace.PROTECTED)
    with pytest.raises(UnknownHit):
        _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    with pytest.raises(UnknownHit):
        _vote(bench, bench.belanu, bench.amara, hit_id)


def test_withdrawing_a_held_record_tells_the_other_side_nothing(bench: Any, person: Any) -> None:
    _, reference = _hit(bench, person, amara=Namespace.PROTECTED)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(reference))
    assert bench.mail(bench.belanu) == ()


def test_votes_are_not_handed_over_while_the_hit_is_held_and_are_on_its_release(bench: Any, person: Any) -> None:
    hit_id, reference = _hit(bench, person)
    _vote(bench, bench.amara, bench.belanu, hit_id)
    reclassification = bench.amara.withdrawal(reference, reason=WithdrawalReason.RECLASSIFIED)
    bench.api.withdraw_records(bench.amara.code, reclassification)
    _vote(bench, bench.belanu, bench.amara, hit_id)
    assert Purpose.VOTE not in bench.purposes(bench.amara) + bench.purposes(bench.belanu)
    with pytest.raises(NotTheProtector):
        _decide(bench, bench.belanu, hit_id, HoldRuling.RELEASE)
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    assert bench.purposes(bench.amara)[-2:] == bench.purposes(bench.belanu)[-2:] == [Purpose.STEP_TAKEN, Purpose.VOTE]


def test_nothing_is_voted_on_a_withdrawn_hit(bench: Any, person: Any) -> None:
    hit_id, reference = _hit(bench, person)
    _vote(bench, bench.belanu, bench.amara, hit_id)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(reference))
    with pytest.raises(NotNow):
        _vote(bench, bench.amara, bench.belanu, hit_id)


def test_a_delivery_comes_until_it_is_acknowledged(bench: Any, person: Any) -> None:
    _hit(bench, person)
    [first], [again] = bench.mail(bench.amara), bench.mail(bench.amara)
    assert first == again
    bench.api.acknowledge_deliveries(bench.amara.code, bench.amara.acknowledgement(first.delivery_id))
    assert bench.mail(bench.amara) == ()


def test_a_member_cannot_acknowledge_for_another(bench: Any, person: Any) -> None:
    _hit(bench, person)
    [delivery] = bench.mail(bench.amara)
    bench.api.acknowledge_deliveries(bench.belanu.code, bench.belanu.acknowledgement(delivery.delivery_id))
    assert len(bench.mail(bench.amara)) == 1


def test_each_act_leaves_a_leaf_and_the_log_verifies(bench: Any, person: Any) -> None:
    hit_id, _ = _hit(bench, person)
    _vote(bench, bench.amara, bench.belanu, hit_id)
    _vote(bench, bench.belanu, bench.amara, hit_id)
    assert bench.worker.sequence_audit() > 0
    with bench.hub.database.transaction() as tx:
        acts = [entry.leaf.act.value for entry in bench.hub.audit_log.entries(tx)]
        bench.hub.audit_log.verify(tx)
    assert acts == [
        "party-initialised",
        *["member-enrolled", "directory-proposed"] * 3,
        *["directory-signed"] * 3,
        "directory-in-effect",
        "epoch-opened",
        *["deliveries-acknowledged"] * 3,
        *["submission-accepted"] * 2,
        "alert-raised",
        "comparison-run",
        *["vote-deposited"] * 2,
        "votes-handed-over",
    ]


def _open_votes(bench: Any, hit_id: HitId) -> None:
    _vote(bench, bench.amara, bench.belanu, hit_id)
    _vote(bench, bench.belanu, bench.amara, hit_id)


def _reclassify(bench: Any, reference: Any) -> None:
    withdrawal = bench.amara.withdrawal(reference, reason=WithdrawalReason.RECLASSIFIED)
    bench.api.withdraw_records(bench.amara.code, withdrawal)


def _details(bench: Any, act: AuditAct) -> list[Any]:
    bench.worker.sequence_audit()
    with bench.hub.database.transaction() as tx:
        return [dict(entry.leaf.detail) for entry in bench.hub.audit_log.entries(tx) if entry.leaf.act is act]


def _state(bench: Any, hit_id: HitId) -> JointState:
    with bench.hub.store.work() as work:
        state: JointState = work.hits.lock(hit_id).state
        return state


def test_a_release_sent_again_does_not_lift_a_later_hold(bench: Any, person: Any) -> None:
    hit_id, reference = _hit(bench, person)
    _reclassify(bench, reference)
    release = bench.amara.hold_decision(hit_id, HoldRuling.RELEASE)
    bench.api.decide_hold(bench.amara.code, release)
    _reclassify(bench, reference)
    bench.api.decide_hold(bench.amara.code, bench.amara.again(release))
    assert _state(bench, hit_id) is JointState.HELD


def test_a_released_hit_is_not_held_again_when_its_protected_record_is_published(bench: Any, person: Any) -> None:
    own = item(person)
    bench.submit(bench.amara, own)
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    hit_id = bench.alerts(bench.amara)[0].hit_id
    _reclassify(bench, own.reference)
    _decide(bench, bench.amara, hit_id, HoldRuling.RELEASE)
    for version in (2, 3):
        bench.submit(bench.amara, replace(own, version=version, namespace=Namespace.PROTECTED))
    assert _state(bench, hit_id) is JointState.ALERTED
