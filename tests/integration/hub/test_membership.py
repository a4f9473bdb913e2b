"""Members sign each version of the directory, and the hub serves each state as it stands in it."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.simulators.hub_members import SimulatedMember, body_of, item

from symbolon.hub.bootstrap.commands import (
    change_policies,
    drop_rotation,
    expel_member,
    reinstate_member,
    replace_card,
    suspend_member,
)
from symbolon.hub.domain.ids import CertificateFingerprint
from symbolon.hub.domain.members import Standing
from symbolon.hub.errors import (
    CertificateRefused,
    EnrolmentRefused,
    HubError,
    MemberExpelled,
    MemberSuspended,
    NotPossible,
    NotYetAMember,
    ProposalChanged,
    RotationPending,
    TooFewFounders,
    UnknownMember,
)
from symbolon.hub.services.replace_card import ReplaceCard
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.lifecycle import Event
from symbolon.protocol.messages import (
    DirectoryProposal,
    FederationHistory,
    MemberStanding,
    Purpose,
    RotationAnswer,
    RotationRequest,
)
from symbolon.protocol.problems import BadSignature, ProtocolError, WrongSender
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates

XB, XC = MemberCode("XB"), MemberCode("XC")


def _standing(bench: Any, code: str) -> Standing:
    with bench.hub.store.work() as work:
        standing: Standing = work.members.find(MemberCode(code)).standing
        return standing


def _history(bench: Any, code: str, after: int = 0) -> FederationHistory:
    history: FederationHistory = body_of(bench.api.describe_federation(MemberCode(code), after), FederationHistory)
    return history


def _enrol(bench: Any, code: str) -> SimulatedMember:
    member = SimulatedMember(MemberCode(code))
    bench.members[code] = member
    bench.welcomes[code] = bench.hub.enrol_member()(member.enrolment_request(), None)
    return member


def _caller(bench: Any, code: str, pem: str | None = None) -> Any:
    certificate = (pem or bench.welcomes[code].certificate_pem).encode()
    return bench.api.identify_member(code, CertificateFingerprint(certificates.fingerprint(certificate)))


def _hits(bench: Any) -> int:
    return sum(state.hits for state in bench.hub.show_status()().hits_by_state)


# Founding and signing


def test_a_federation_is_founded_when_every_state_that_it_lists_has_signed(initialised_hub: Any, bench: Any) -> None:
    directory = bench.directory()
    assert (directory.version, directory.previous_digest) == (1, None)
    assert [member.code for member in directory.active_members] == ["XA", "XB", "XC"]
    assert {_standing(bench, code) for code in bench.members} == {Standing.ACTIVE}


def test_every_version_that_is_handed_out_follows_from_the_one_before(bench: Any) -> None:
    _enrol(bench, "XD")
    bench.co_sign("XA", "XB")
    suspend_member(bench.hub)(XC)
    bench.co_sign("XA", "XB", "XD")
    known = None
    for signed in _history(bench, "XA").versions:
        verify_succession(known, signed)
        known = signed.directory
    assert known == bench.directory()
    assert [signed.directory.version for signed in _history(bench, "XA", after=2).versions] == [3]


def test_one_state_alone_founds_no_federation(founding: Any) -> None:
    _enrol(founding, "XA")
    with pytest.raises(TooFewFounders):
        founding.sign("XA")
    _enrol(founding, "XB")
    founding.co_sign("XA", "XB")


def test_a_state_that_was_enrolled_is_no_member_before_the_others_have_signed(bench: Any, person: Any) -> None:
    newcomer = _enrol(bench, "XD")
    assert _caller(bench, "XD").standing is Standing.CANDIDATE
    with pytest.raises(NotYetAMember):
        bench.submit(newcomer, item(person))
    assert _history(bench, "XD").versions
    bench.co_sign("XA", "XB")
    bench.submit(newcomer, item(person))


def test_a_candidate_has_no_say_in_its_own_admission(bench: Any) -> None:
    _enrol(bench, "XD")
    with pytest.raises(ProtocolError):
        bench.sign("XD")
    assert bench.proposal().version == 2


def test_fewer_signatures_than_the_quorum_put_nothing_in_effect(bench: Any) -> None:
    _enrol(bench, "XD")
    bench.sign("XA")
    assert bench.directory().version == 1
    proposal = body_of(bench.api.show_proposal(MemberCode("XB")), DirectoryProposal)
    assert proposal.signed_by == ("XA",)


def test_a_member_that_signs_twice_counts_once(bench: Any) -> None:
    _enrol(bench, "XD")
    bench.sign("XA")
    bench.sign("XA")
    assert bench.directory().version == 1
    assert bench.acts().count(AuditAct.DIRECTORY_SIGNED) == 4


def test_a_member_hands_in_no_signature_of_another(bench: Any) -> None:
    _enrol(bench, "XD")
    theirs = bench.belanu.approval(bench.proposal()).read(_approval())
    with pytest.raises(WrongSender):
        bench.api.approve_directory(bench.amara.code, bench.amara.envelope(theirs, Purpose.DIRECTORY_APPROVAL))


def test_a_signature_by_another_key_is_refused(bench: Any) -> None:
    _enrol(bench, "XD")
    stranger = SimulatedMember(bench.amara.code)
    forged = stranger.approval(bench.proposal()).read(_approval())
    with pytest.raises(BadSignature):
        bench.api.approve_directory(bench.amara.code, bench.amara.envelope(forged, Purpose.DIRECTORY_APPROVAL))


def test_amending_the_proposal_discards_the_signatures_under_it(bench: Any) -> None:
    _enrol(bench, "XD")
    before = bench.proposal()
    bench.sign("XA")
    suspend_member(bench.hub)(XC)
    with pytest.raises(ProposalChanged):
        bench.api.approve_directory(bench.belanu.code, bench.belanu.approval(before))
    bench.sign("XB")
    assert bench.directory().version == 1
    bench.co_sign("XA")


def test_a_signature_whose_answer_was_lost_is_taken_again_after_the_version_is_in_effect(bench: Any) -> None:
    _enrol(bench, "XD")
    last = bench.belanu.approval(bench.proposal())
    bench.sign("XA")
    bench.api.approve_directory(bench.belanu.code, last)
    bench.api.approve_directory(bench.belanu.code, bench.belanu.again(last))
    assert bench.directory().version == 2


@pytest.mark.parametrize("_try", range(3))
def test_two_last_signatures_at_once_put_the_version_in_effect_once(bench: Any, _try: int) -> None:
    _enrol(bench, "XD")
    approvals = [
        (member.code, member.approval(bench.proposal())) for member in (bench.amara, bench.belanu, bench.cassor)
    ]
    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(bench.api.approve_directory, code, approval) for code, approval in approvals]
        for run in runs:
            run.result()
    assert bench.acts().count(AuditAct.DIRECTORY_IN_EFFECT) == 2
    assert len(_history(bench, "XA").versions) == 2


def test_members_are_told_at_once_of_a_proposal_and_of_a_version_in_effect(bench: Any) -> None:
    _enrol(bench, "XD")
    [proposed] = bench.mail(bench.cassor)
    directory = body_of(proposed.envelope, DirectoryProposal).directory
    assert directory is not None
    assert directory.version == 2
    bench.co_sign("XA", "XB")
    [in_effect] = bench.mail(bench.cassor)
    assert body_of(in_effect.envelope, DirectoryProposal).directory is None


def test_the_same_request_is_given_the_same_certificate_and_is_proposed_once(bench: Any) -> None:
    request = SimulatedMember(MemberCode("XD")).enrolment_request()
    first = bench.hub.enrol_member()(request, None)
    before = bench.proposal()
    assert bench.hub.enrol_member()(request, None) == first
    assert bench.proposal() == before


# Suspension


def test_a_suspended_member_is_refused_from_the_next_request_on(bench: Any, person: Any) -> None:
    suspend_member(bench.hub)(XC)
    with pytest.raises(MemberSuspended):
        bench.submit(bench.cassor, item(person))
    with pytest.raises(MemberSuspended):
        bench.mail(bench.cassor)
    assert _caller(bench, "XC").standing is Standing.SUSPENDED


def test_a_suspended_member_still_reads_the_directory_and_has_its_say(bench: Any) -> None:
    suspend_member(bench.hub)(XC)
    assert _history(bench, "XC").versions
    bench.sign("XC")
    assert bench.directory().version == 1


def test_a_batch_that_waits_for_its_turn_while_its_sender_is_suspended_is_refused(bench: Any, person: Any) -> None:
    batch = bench.cassor.submission(item(person))
    with ThreadPoolExecutor(1) as pool:
        with bench.hub.store.work() as work:
            work.records.order_commits()
            in_flight = pool.submit(bench.api.accept_submission, XC, batch)
            while not bench.waits_for_turn():
                pass
            work.members.set_standing(XC, Standing.SUSPENDED, bench.now())
        with pytest.raises(MemberSuspended):
            in_flight.result()
    assert sum(count.live for count in bench.hub.show_status()().records) == 0


def test_a_suspended_members_records_are_compared_with_nothing(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person))
    suspend_member(bench.hub)(XC)
    bench.submit(bench.amara, item(person))
    assert bench.worker.find_matches() == 0


def test_what_was_found_before_a_suspension_raises_no_alert_after_it(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person))
    bench.submit(bench.amara, item(person))
    finder = bench.worker.find_matches.job._finder
    compare = finder.compare

    def compare_then_suspend(*arguments: Any) -> Any:
        pairs = compare(*arguments)
        suspend_member(bench.hub)(XC)
        return pairs

    finder.compare = compare_then_suspend
    assert bench.worker.find_matches() == 0
    assert Purpose.ALERT not in bench.purposes(bench.amara)


def test_suspending_twice_is_done_and_audited_once(bench: Any) -> None:
    suspend_member(bench.hub)(XC)
    before = bench.proposal()
    suspend_member(bench.hub)(XC)
    assert bench.proposal() == before
    assert bench.acts().count(AuditAct.MEMBER_SUSPENDED) == 1


def test_a_dry_run_says_what_would_happen_and_changes_nothing(bench: Any) -> None:
    outlook = suspend_member(bench.hub)(XC, dry_run=True)
    assert outlook.changes[0] == "XC (State XC) is suspended."
    assert (outlook.signers, outlook.quorum) == (("XA", "XB", "XC"), 2)
    assert _standing(bench, "XC") is Standing.ACTIVE
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None
    assert AuditAct.MEMBER_SUSPENDED not in bench.acts()


def test_a_reinstated_member_takes_part_at_once_where_nobody_confirmed_its_suspension(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person))
    suspend_member(bench.hub)(XC)
    bench.submit(bench.amara, item(person))
    assert bench.worker.find_matches() == 0
    reinstate_member(bench.hub)(XC)
    assert bench.worker.find_matches() == 1
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None


def test_a_member_whose_suspension_was_confirmed_takes_part_again_when_the_others_have_signed(
    bench: Any, person: Any
) -> None:
    bench.submit(bench.cassor, item(person))
    suspend_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    reinstate_member(bench.hub)(XC)
    assert _standing(bench, "XC") is Standing.SUSPENDED
    bench.co_sign("XA", "XB")
    assert _standing(bench, "XC") is Standing.ACTIVE
    assert bench.worker.find_matches() == 1
    assert [act for act in bench.acts() if act.value.startswith("member-") and act is not AuditAct.MEMBER_ENROLLED] == [
        AuditAct.MEMBER_SUSPENDED,
        AuditAct.MEMBER_REINSTATED,
    ]


def test_a_hit_of_before_the_suspension_is_not_doubled_by_the_reinstatement(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person))
    bench.submit(bench.amara, item(person))
    assert bench.worker.find_matches() == 1
    suspend_member(bench.hub)(XC)
    reinstate_member(bench.hub)(XC)
    assert bench.worker.find_matches() == 0
    assert _hits(bench) == 1


def test_reinstating_while_records_are_compared_neither_waits_for_ever_nor_loses_a_hit(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, *[item(person) for _ in range(3)])
    bench.submit(bench.amara, *[item(person) for _ in range(3)])
    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            suspend_member(bench.hub)(XC)
            runs = [pool.submit(bench.worker.find_matches), pool.submit(reinstate_member(bench.hub), XC)]
            for run in runs:
                run.result(30)
    bench.worker.find_matches()
    assert _hits(bench) == 9


# Expulsion


def test_an_expelled_member_is_suspended_at_once_and_expelled_when_the_others_have_signed(
    bench: Any, person: Any
) -> None:
    expel_member(bench.hub)(XC)
    assert _standing(bench, "XC") is Standing.SUSPENDED
    bench.co_sign("XA", "XB")
    assert bench.directory().member_of(XC).standing is MemberStanding.EXPELLED
    with pytest.raises(MemberExpelled):
        _caller(bench, "XC")
    with pytest.raises(MemberExpelled):
        bench.submit(bench.cassor, item(person))


def test_an_expelled_members_records_and_hits_and_mail_are_gone(bench: Any, person: Any) -> None:
    bench.submit(bench.cassor, item(person), item(person))
    bench.submit(bench.amara, item(person))
    bench.worker.find_matches()
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    assert bench.worker.erase_expelled() == 2
    assert bench.told(bench.amara) == [Event.WITHDRAWN] * 2
    assert [count.member for count in bench.hub.show_status()().records] == ["XA"]
    bench.worker.refresh_index()
    assert len(bench.worker.find_matches.job._finder) == 1
    assert bench.waiting_for("XC") == 0


def test_records_of_an_expelled_member_are_erased_though_the_worker_was_killed_between_two_chunks(
    bench: Any, person: Any, monkeypatch: Any
) -> None:
    from symbolon.hub.services import erase_expelled

    monkeypatch.setattr(erase_expelled, "RECORDS_PER_RUN", 2)
    bench.submit(bench.cassor, *[item(person) for _ in range(5)])
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    service = bench.worker.erase_expelled
    with bench.hub.store.work() as work:
        assert service._run(work) == 2
    # Killed here, and started anew.
    assert service() == 3
    assert service() == 0


def test_nothing_is_posted_to_an_expelled_member(bench: Any, person: Any) -> None:
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    with pytest.raises(UnknownMember):
        bench.api.relay_message(bench.amara.code, bench.sealed(bench.amara, bench.cassor, Purpose.LINKAGE_KEY))
    assert bench.waiting_for("XC") == 0


def test_an_expulsion_that_is_only_proposed_is_taken_back(bench: Any, person: Any) -> None:
    expel_member(bench.hub)(XC)
    reinstate_member(bench.hub)(XC)
    bench.submit(bench.cassor, item(person))
    with pytest.raises(AssertionError):
        bench.proposal()


def test_a_candidate_that_was_enrolled_by_mistake_is_taken_off_the_proposal(bench: Any) -> None:
    _enrol(bench, "XD")
    expel_member(bench.hub)(MemberCode("XD"))
    with pytest.raises(MemberExpelled):
        _caller(bench, "XD")
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None


def test_a_state_that_was_expelled_comes_back_by_a_new_request(bench: Any, person: Any) -> None:
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    with pytest.raises(NotPossible):
        reinstate_member(bench.hub)(XC)
    _enrol(bench, "XC")
    bench.co_sign("XA", "XB")
    bench.submit(bench.cassor, item(person))


def test_its_old_certificate_does_not_come_back_with_it(bench: Any) -> None:
    old = bench.welcomes["XC"].certificate_pem
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    _enrol(bench, "XC")
    bench.co_sign("XA", "XB")
    with pytest.raises(HubError):
        _caller(bench, "XC", old)


# Rotation


def _rotate(bench: Any, **other: Any) -> tuple[SimulatedMember, str]:
    new = SimulatedMember(bench.amara.code)
    answer = bench.api.rotate_keys(bench.amara.code, bench.amara.rotation(new, **other))
    return new, body_of(answer, RotationAnswer).certificate_pem


def test_both_certificates_serve_until_the_new_card_is_in_effect(bench: Any) -> None:
    _new, pem = _rotate(bench)
    assert _caller(bench, "XA", pem) == _caller(bench, "XA")
    bench.co_sign("XA", "XB")
    assert _caller(bench, "XA", pem).standing is Standing.ACTIVE
    with pytest.raises(HubError):
        _caller(bench, "XA")


def test_the_new_key_signs_once_the_new_card_is_in_effect_and_the_old_one_for_what_waited(
    bench: Any, person: Any
) -> None:
    old, waited = bench.amara, bench.amara.submission(item(person))
    new, _pem = _rotate(bench)
    with pytest.raises(BadSignature):
        bench.api.accept_submission(new.code, new.submission(item(person)))
    bench.co_sign("XA", "XB")
    bench.api.accept_submission(old.code, waited)
    bench.api.accept_submission(new.code, new.submission(item(person)))
    assert AuditAct.KEYS_ROTATED in bench.acts()


def test_after_a_compromise_the_old_key_signs_nothing_any_more(bench: Any, person: Any) -> None:
    waited = bench.amara.submission(item(person))
    _rotate(bench, retire_old_at_once=True)
    bench.co_sign("XA", "XB")
    with pytest.raises(BadSignature):
        bench.api.accept_submission(bench.amara.code, waited)


def test_the_same_rotation_asked_for_again_gets_the_same_certificate(bench: Any) -> None:
    request = bench.amara.rotation(SimulatedMember(bench.amara.code))
    first = body_of(bench.api.rotate_keys(bench.amara.code, request), RotationAnswer)
    again = body_of(bench.api.rotate_keys(bench.amara.code, bench.amara.again(request)), RotationAnswer)
    assert first == again


def test_one_members_rotations_do_not_discard_the_others_signatures_again_and_again(bench: Any) -> None:
    _rotate(bench)
    bench.sign("XB")
    before = bench.proposal()
    with pytest.raises(RotationPending):
        _rotate(bench)
    assert bench.proposal() == before


def test_after_a_compromise_a_member_does_not_wait_for_the_rotation_before(bench: Any) -> None:
    _first, first_pem = _rotate(bench)
    second, second_pem = _rotate(bench, retire_old_at_once=True)
    with pytest.raises(RotationPending):
        _rotate(bench, retire_old_at_once=True)
    with pytest.raises(RotationPending):
        _rotate(bench)
    assert bench.proposal().member_of(second.code).retired_keys == ()
    with pytest.raises(HubError):
        _caller(bench, "XA", first_pem)
    assert _caller(bench, "XA", second_pem).standing is Standing.ACTIVE


def test_a_member_asks_for_other_keys_when_the_operator_dropped_those_that_waited(bench: Any) -> None:
    _first, first_pem = _rotate(bench)
    drop_rotation(bench.hub)(bench.amara.code)
    second, second_pem = _rotate(bench)
    with pytest.raises(HubError):
        _caller(bench, "XA", first_pem)
    bench.co_sign("XA", "XB")
    assert bench.directory().card_of(second.code).signing_key == second.signing_key.public.to_bytes()
    assert _caller(bench, "XA", second_pem).standing is Standing.ACTIVE


def test_a_rotation_with_a_certificate_request_of_another_is_refused(bench: Any) -> None:
    stranger = SimulatedMember(MemberCode("XB"))
    request = bench.amara.rotation(SimulatedMember(bench.amara.code)).read(RotationRequest)
    theirs = replace(request, csr_pem=stranger.enrolment_request().csr_pem)
    with pytest.raises(CertificateRefused):
        bench.api.rotate_keys(bench.amara.code, bench.amara.envelope(theirs, Purpose.ROTATION_REQUEST))
    with bench.hub.store.work() as work:
        assert work.directory.proposal() is None


def test_a_certificate_lasts_as_long_as_the_members_agreed(bench: Any) -> None:
    change_policies(bench.hub)(certificate_lifetime_days=90)
    bench.co_sign("XA", "XB")
    _new, pem = _rotate(bench)
    days = (certificates.expires_at(pem.encode()) - bench.now()).days
    assert days in (89, 90)


# Coming back with new keys


def _come_back(bench: Any, code: str) -> SimulatedMember:
    member = SimulatedMember(MemberCode(code))
    bench.welcomes[code] = replace_card(bench.hub)(member.enrolment_request(), None)
    bench.members[code] = member
    return member


def test_a_member_that_lost_its_keys_comes_back_and_its_records_stay(bench: Any, person: Any) -> None:
    lost, lost_pem = bench.cassor, bench.welcomes["XC"].certificate_pem
    bench.submit(lost, item(person))
    waited = lost.submission(item(person))
    member = _come_back(bench, "XC")
    assert _caller(bench, "XC").standing is Standing.ACTIVE
    bench.co_sign("XA", "XB")
    with pytest.raises(BadSignature):
        bench.api.accept_submission(XC, waited)
    with pytest.raises(HubError):
        _caller(bench, "XC", lost_pem)
    assert bench.directory().card_of(XC).signing_key == member.signing_key.public.to_bytes()
    bench.submit(bench.amara, item(person))
    assert bench.worker.find_matches() == 1
    bench.submit(member, item(person))


def test_a_member_that_comes_back_is_audited_as_enrolled_in_its_own_place(bench: Any) -> None:
    _come_back(bench, "XC")
    bench.worker.sequence_audit()
    with bench.hub.database.transaction() as tx:
        leaves = [entry.leaf for entry in bench.hub.audit_log.entries(tx)]
    enrolled = [leaf.detail for leaf in leaves if leaf.act is AuditAct.MEMBER_ENROLLED and leaf.subject == XC]
    assert enrolled == [{}, {"replaced": True}]


def test_the_same_request_to_come_back_gets_the_same_welcome_before_and_after_the_members_signed(bench: Any) -> None:
    request = SimulatedMember(XC).enrolment_request()
    replace_anew = replace_card(bench.hub)
    before = replace_anew(request, None)
    proposal = bench.proposal()
    assert replace_anew(request, None) == before
    assert bench.proposal() == proposal
    bench.co_sign("XA", "XB")
    assert replace_anew(request, None) == before
    assert bench.acts().count(AuditAct.MEMBER_ENROLLED) == 4


def test_a_member_whose_certificate_lapsed_is_given_a_new_one_for_the_keys_of_before(bench: Any) -> None:
    class NextYear:
        def now(self) -> datetime:
            moment: datetime = bench.now() + timedelta(days=400)
            return moment

    member = SimulatedMember(MemberCode("XD"))
    request = member.enrolment_request()
    first = bench.hub.enrol_member()(request, None)
    bench.members["XD"] = member
    bench.co_sign("XA", "XB")
    hub = bench.hub
    again = ReplaceCard(hub.store, hub.founder(), hub.draft_directory(), NextYear())(request, None)
    assert again.certificate_pem != first.certificate_pem
    assert bench.proposal().card_of(member.code).signing_key == request.signing_key


def test_another_request_to_come_back_takes_the_place_of_the_one_before(bench: Any) -> None:
    _come_back(bench, "XC")
    first = bench.welcomes["XC"].certificate_pem
    _come_back(bench, "XC")
    with pytest.raises(HubError):
        _caller(bench, "XC", first)
    assert _caller(bench, "XC").standing is Standing.ACTIVE


def test_the_operator_takes_the_new_card_of_a_member_that_came_back_off_the_proposal(bench: Any) -> None:
    _come_back(bench, "XC")
    assert drop_rotation(bench.hub)(XC).version is None
    with pytest.raises(HubError):
        _caller(bench, "XC")


def test_a_suspended_member_that_comes_back_stays_suspended_until_the_others_have_signed(
    bench: Any, person: Any
) -> None:
    suspend_member(bench.hub)(XC)
    member = _come_back(bench, "XC")
    assert _standing(bench, "XC") is Standing.SUSPENDED
    bench.co_sign("XA", "XB")
    assert _standing(bench, "XC") is Standing.ACTIVE
    bench.submit(member, item(person))


def test_a_member_whose_suspension_was_confirmed_comes_back_with_new_keys(bench: Any, person: Any) -> None:
    suspend_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    member = _come_back(bench, "XC")
    bench.co_sign("XA", "XB")
    bench.submit(member, item(person))


def test_nobody_comes_back_who_is_a_candidate_or_expelled_or_no_member(bench: Any) -> None:
    _enrol(bench, "XD")
    expel_member(bench.hub)(XC)
    bench.co_sign("XA", "XB")
    _enrol(bench, "XE")
    before = bench.proposal()
    for code in ("XC", "XE", "XF"):
        with pytest.raises(EnrolmentRefused):
            _come_back(bench, code)
    assert bench.proposal() == before


def test_a_request_to_come_back_with_another_fingerprint_is_refused(bench: Any) -> None:
    with pytest.raises(EnrolmentRefused):
        replace_card(bench.hub)(SimulatedMember(XC).enrolment_request(), "0000 1111")


def _approval() -> Any:
    from symbolon.protocol.messages import DirectoryApproval

    return DirectoryApproval


def test_a_version_that_no_node_would_take_is_not_put_in_effect(bench: Any) -> None:
    _enrol(bench, "XD")
    with bench.hub.store.work() as work:
        broken = replace(bench.proposal(), previous_digest="0" * 64)
        work.directory.propose(broken, bench.now())
    bench.sign("XA")
    with pytest.raises(ProtocolError), contextlib.suppress(HubError):
        bench.sign("XB")
    assert bench.directory().version == 1
