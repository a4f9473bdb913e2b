"""What a member that means harm, a race or an accident must not bring about at the hub."""

import threading
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.simulators.hub_members import SimulatedMember, item

from symbolon.hub.bootstrap.commands import (
    close_epoch,
    expel_member,
    open_epoch,
    reinstate_member,
    suspend_member,
)
from symbolon.hub.domain.members import Standing
from symbolon.hub.errors import EnrolmentRefused, NotPossible
from symbolon.hub.services.open_epoch import Because, EpochDraft
from symbolon.node.services.review_directory import view_proposal
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.membership_problems import NotCoSigned
from symbolon.protocol.messages import DirectoryProposal, MemberStanding, Purpose, RotationRequest, SignedDirectory
from symbolon.protocol.problems import MalformedMessage
from symbolon.protocol.references import MemberCode

XC = MemberCode("XC")


def _hits(bench: Any) -> int:
    return sum(state.hits for state in bench.hub.show_status()().hits_by_state)


def _standing(bench: Any, code: str) -> Standing:
    with bench.hub.store.work() as work:
        standing: Standing = work.members.find(MemberCode(code)).standing
        return standing


def test_reinstating_while_a_worker_has_the_record_in_hand_loses_no_hit(bench: Any, person: Any) -> None:
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    bench.submit(bench.cassor, item(person))
    suspend_member(bench.hub)(XC)
    reinstated = threading.Event()

    def reinstate() -> None:
        reinstate_member(bench.hub)(XC)
        reinstated.set()

    with bench.hub.store.work() as work:
        # Taken while XC is suspended: there is nothing to compare it with.
        handles = work.records.take_waiting(1000, datetime.now(UTC))
        thread = threading.Thread(target=reinstate)
        thread.start()
        assert not reinstated.wait(1), "reinstating waits for the comparison that is under way"
        work.records.settle(handles)
    thread.join(20)
    bench.worker.find_matches()
    assert _hits(bench) == 1


def test_a_state_whose_keys_cannot_be_used_or_are_anothers_is_not_enrolled(bench: Any) -> None:
    good = SimulatedMember(MemberCode("XD")).enrolment_request()
    for keys in ({"sealing_key": bytes(32)}, {"signing_key": bench.amara.signing_key.public.to_bytes()}):
        with pytest.raises(MalformedMessage):
            bench.hub.enrol_member()(replace(good, **keys), None)
    with bench.hub.store.work() as work:
        assert work.members.find(MemberCode("XD")) is None


def test_a_member_does_not_ask_for_keys_that_cannot_be_used(bench: Any) -> None:
    request = bench.cassor.rotation(SimulatedMember(XC)).read(RotationRequest)
    unusable = replace(request, sealing_key=bytes(32))
    with pytest.raises(MalformedMessage):
        bench.api.rotate_keys(XC, bench.cassor.envelope(unusable, Purpose.ROTATION_REQUEST))


def test_a_member_that_asked_for_new_keys_cannot_make_its_own_expulsion_unsignable(bench: Any) -> None:
    bench.api.rotate_keys(XC, bench.cassor.rotation(SimulatedMember(XC)))
    expel_member(bench.hub)(XC)
    proposal = bench.proposal()
    assert proposal.member_of(XC) == replace(
        bench.directory().member_of(XC),
        standing=MemberStanding.EXPELLED,
        standing_since=proposal.member_of(XC).standing_since,
    )
    view = view_proposal(bench.directory(), DirectoryProposal(proposal, ()), MemberCode("XA"), frozenset())
    assert view is not None
    assert view.to_compare == ()


def test_a_member_that_is_reinstated_asks_for_new_keys_again(bench: Any) -> None:
    new = SimulatedMember(XC)
    asked = bench.cassor.rotation(new)
    bench.api.rotate_keys(XC, asked)
    suspend_member(bench.hub)(XC)
    reinstate_member(bench.hub)(XC)
    bench.api.rotate_keys(XC, bench.cassor.again(asked))
    bench.co_sign("XA", "XB")
    assert bench.directory().card_of(XC).signing_key == new.signing_key.public.to_bytes()


def test_in_the_middle_of_a_change_one_command_expels_and_begins_another_epoch(bench: Any) -> None:
    open_epoch(bench.hub)(EpochDraft(None, Because.ROTATION))
    bench.co_sign("XA", "XB")
    open_epoch(bench.hub)(EpochDraft(None, Because.EXPULSION, (XC,)))
    assert _standing(bench, "XC") is Standing.SUSPENDED
    bench.co_sign("XA", "XB")
    assert [epoch.epoch for epoch in bench.directory().epochs] == [1, 3]
    bench.worker.clear_away()
    assert [(epoch.epoch, epoch.erased_at is None) for epoch in bench.hub.show_status()().epochs] == [
        (1, True),
        (2, False),
        (3, True),
    ]


def test_an_epoch_whose_ceremony_died_is_replaced(bench: Any) -> None:
    open_epoch(bench.hub)(EpochDraft(None, Because.ROTATION))
    bench.co_sign("XA", "XB")
    with pytest.raises(NotPossible):
        open_epoch(bench.hub)(EpochDraft(None, Because.ROTATION))
    open_epoch(bench.hub)(EpochDraft(None, Because.ROTATION, replace=True))
    bench.co_sign("XA", "XB")
    assert [epoch.epoch for epoch in bench.directory().epochs] == [1, 3]


def test_the_emergency_command_stops_serving_even_where_no_epoch_can_be_opened(bench: Any) -> None:
    with pytest.raises(NotPossible, match="Suspended at this hub"):
        open_epoch(bench.hub)(EpochDraft(b"no schema", Because.EXPULSION, (XC,)))
    assert _standing(bench, "XC") is Standing.SUSPENDED
    assert bench.proposal().member_of(XC).standing is MemberStanding.EXPELLED


def test_of_two_members_one_is_suspended_at_the_hub_alone(bench: Any) -> None:
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    for act in (suspend_member, expel_member):
        with pytest.raises(NotPossible, match="two members at least stay active"):
            act(bench.hub)(MemberCode("XB"))
        assert _standing(bench, "XB") is Standing.SUSPENDED


def test_an_expelled_state_is_enrolled_anew_only_when_its_records_are_erased(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person))
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    again = bench.members["XC"] = SimulatedMember(XC)
    with pytest.raises(EnrolmentRefused, match="still being erased"):
        bench.hub.enrol_member()(again.enrolment_request(), None)
    bench.worker.clear_away()
    bench.hub.enrol_member()(again.enrolment_request(), None)
    bench.co_sign("XA", "XB")
    bench.submit(bench.belanu, item(person))
    bench.worker.find_matches()
    assert _hits(bench) == 0


def test_a_candidate_that_was_taken_off_is_enrolled_again_with_the_same_request(bench: Any) -> None:
    request = SimulatedMember(MemberCode("XD")).enrolment_request()
    bench.hub.enrol_member()(request, None)
    expel_member(bench.hub)(MemberCode("XD"))
    bench.hub.enrol_member()(request, None)
    assert _standing(bench, "XD") is Standing.CANDIDATE
    assert bench.proposal().member_of(MemberCode("XD")) is not None


def test_encodings_of_a_closed_epoch_raise_no_hit_any_more(bench: Any, person: Any) -> None:
    open_epoch(bench.hub)(EpochDraft(None, Because.ROTATION))
    bench.co_sign("XA", "XB")
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    close_epoch(bench.hub)(1, leave_behind=True)
    bench.co_sign("XA", "XB")
    # The worker compares before it erases.
    bench.worker.find_matches()
    assert _hits(bench) == 0


def test_of_a_proposal_that_is_amended_again_and_again_only_the_newest_waits(bench: Any) -> None:
    for _ in range(5):
        suspend_member(bench.hub)(XC)
        reinstate_member(bench.hub)(XC)
    suspend_member(bench.hub)(XC)
    assert bench.purposes(bench.amara) == [Purpose.DIRECTORY_PROPOSAL]


def test_a_version_that_was_issued_by_a_clock_that_ran_ahead_has_a_successor(bench: Any) -> None:
    with bench.hub.store.work() as work:
        ahead = replace(bench.directory(), version=2, previous_digest=bench.directory().digest())
        ahead = replace(ahead, issued_at=ahead.issued_at.replace(year=2100))
        work.directory.put_in_effect(SignedDirectory(ahead, ()), bench.now())
    suspend_member(bench.hub)(XC)
    with pytest.raises(NotCoSigned):
        verify_succession(ahead, SignedDirectory(bench.proposal(), ()))
