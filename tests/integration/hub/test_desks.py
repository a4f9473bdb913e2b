"""Focal points, proof of life and pair profiles at a hub on a real PostgreSQL."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.desks import DAY_DESK, NIGHT_DESK, SetClock, a_desk, desks_of, signed
from tests.simulators.hub_members import SimulatedMember

from symbolon.hub.bootstrap.commands import expel_member
from symbolon.hub.errors import NotOfThePair, UnknownPing
from symbolon.hub.services.ask_desks import AskDesks
from symbolon.protocol.allowances import Counting
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.focal_points import ANSWER_WITHIN, PING_EVERY, Liveness, liveness
from symbolon.protocol.handling import Urgency
from symbolon.protocol.lifecycle_times import ClockName
from symbolon.protocol.membership_problems import BrokenSuccession, OlderVersion
from symbolon.protocol.messages import (
    AgreedTime,
    FocalPointBook,
    PairProfile,
    PairProfileBook,
    ProofOfLifeAnswer,
    ProofOfLifePing,
    Purpose,
    SignedPairProfile,
)
from symbolon.protocol.pair_profiles import sign_pair_profile
from symbolon.protocol.problems import BadSignature, MalformedMessage, WrongSender
from symbolon.protocol.references import DeskId, PingId


def publish(bench: Any, member: SimulatedMember, *desks: Any, version: int = 1, **other: Any) -> None:
    publication = signed(desks_of(member.code, *desks, version=version, **other), member.signing_key)
    bench.api.desks.publish_focal_points(member.code, member.envelope(publication, Purpose.FOCAL_POINT_PUBLICATION))


def book_of(bench: Any, member: SimulatedMember) -> FocalPointBook:
    return Envelope.from_bytes(bench.api.desks.show_focal_points(member.code)).read(FocalPointBook)


def test_every_member_reads_the_newest_desks_of_every_state_as_their_states_signed_them(bench: Any) -> None:
    publish(bench, bench.amara)
    publish(bench, bench.belanu)
    publish(bench, bench.belanu, a_desk(DeskId("new")), version=2)
    directories = book_of(bench, bench.cassor).directories
    assert [(each.directory.member, each.directory.version) for each in directories] == [("XA", 1), ("XB", 2)]
    for each, member in zip(directories, (bench.amara, bench.belanu), strict=True):
        member.signing_key.public.verify(each.signature, each.directory.signed_bytes())


def test_the_same_publication_again_changes_nothing_and_an_older_one_is_refused(bench: Any) -> None:
    publish(bench, bench.amara, version=2)
    publish(bench, bench.amara, version=2)
    with pytest.raises(OlderVersion):
        publish(bench, bench.amara, version=1)
    with pytest.raises(OlderVersion):
        publish(bench, bench.amara, a_desk(DeskId("other")), version=2)
    assert bench.acts().count(AuditAct.FOCAL_POINTS_TAKEN) == 1


def test_a_state_publishes_its_own_desks_with_its_own_key_and_hours_that_can_be_counted_by(bench: Any) -> None:
    amara, belanu = bench.amara, bench.belanu

    def hand_in(directory: Any, key: Any) -> None:
        envelope = belanu.envelope(signed(directory, key), Purpose.FOCAL_POINT_PUBLICATION)
        bench.api.desks.publish_focal_points(belanu.code, envelope)

    with pytest.raises(WrongSender):
        hand_in(desks_of(amara.code), amara.signing_key)
    with pytest.raises(BadSignature):
        hand_in(desks_of(belanu.code), amara.signing_key)
    with pytest.raises(MalformedMessage, match="time zone"):
        hand_in(desks_of(belanu.code, a_desk(zone="Asia/Nowhere")), belanu.signing_key)
    assert book_of(bench, amara).directories == ()


def asking(bench: Any, clock: SetClock) -> AskDesks:
    return AskDesks(bench.hub.store, bench.hub.post_message(), clock, uuid4, "exercise-tests")


def answer(bench: Any, member: SimulatedMember, ping_id: PingId, desk_id: DeskId) -> None:
    message = ProofOfLifeAnswer(ping_id, desk_id, datetime.now(UTC))
    bench.api.desks.note_proof_of_life(member.code, member.envelope(message, Purpose.PROOF_OF_LIFE_ANSWER))


def test_a_desk_is_asked_at_once_and_then_every_thirty_days(bench: Any) -> None:
    publish(bench, bench.amara)
    clock = SetClock(bench.now())
    ask = asking(bench, clock)
    assert ask() == 2
    assert ask() == 0
    pings = bench.messages(bench.amara, ProofOfLifePing)
    assert {ping.desk_id for ping in pings} == {DAY_DESK, NIGHT_DESK}
    assert {ping.answer_by - ping.asked_at for ping in pings} == {ANSWER_WITHIN}
    for ping in pings:
        answer(bench, bench.amara, ping.ping_id, ping.desk_id)
    clock.move(days=PING_EVERY.days - 1)
    assert ask() == 0
    clock.move(days=1)
    assert ask() == 2


def test_who_answers_lives_and_who_does_not_is_stale_until_it_does(bench: Any) -> None:
    publish(bench, bench.amara)
    clock = SetClock(bench.now() - timedelta(days=40))
    ask = asking(bench, clock)
    ask()
    pings = {ping.desk_id: ping for ping in bench.messages(bench.amara, ProofOfLifePing)}
    answer(bench, bench.amara, pings[DAY_DESK].ping_id, DAY_DESK)
    answer(bench, bench.amara, pings[DAY_DESK].ping_id, DAY_DESK)
    clock.move(days=3)
    ask()

    def lives(now: datetime) -> dict[str, Liveness]:
        return {life.desk_id: liveness(life, now) for life in book_of(bench, bench.belanu).lives}

    assert lives(clock.now()) == {DAY_DESK: Liveness.ALIVE, NIGHT_DESK: Liveness.STALE}
    # To be asked once more makes nobody alive.
    clock.move(days=27)
    ask()
    assert lives(clock.now())[NIGHT_DESK] is Liveness.STALE
    newest = [ping for ping in bench.messages(bench.amara, ProofOfLifePing) if ping.desk_id == NIGHT_DESK][-1]
    answer(bench, bench.amara, newest.ping_id, NIGHT_DESK)
    assert lives(bench.now())[NIGHT_DESK] is Liveness.ALIVE
    assert bench.acts().count(AuditAct.DESK_ANSWERED) == 2


def test_of_a_stale_desk_the_facilitator_and_its_deputy_are_told_once(bench: Any) -> None:
    publish(bench, bench.amara, a_desk(deputy=NIGHT_DESK), a_desk(NIGHT_DESK))
    clock = SetClock(bench.now())
    ask = asking(bench, clock)
    ask()
    clock.move(days=3)
    ask()
    ask()
    with bench.hub.store.work() as work:
        waiting = work.notices.take_waiting()
        mails = [work.notices.take_due_mail(clock.now())]
    assert sorted(notice.subject for notice in waiting) == [DAY_DESK, NIGHT_DESK]
    # The desk by night has no deputy of its own.
    assert [mail.recipient for mail in mails if mail is not None] == ["night@desk.example"]
    assert bench.acts().count(AuditAct.DESK_STALE) == 2


def test_only_the_newest_question_is_answered_and_only_by_its_own_state(bench: Any) -> None:
    publish(bench, bench.amara)
    clock = SetClock(bench.now())
    ask = asking(bench, clock)
    ask()
    old = bench.messages(bench.amara, ProofOfLifePing)[0]
    clock.move(days=30)
    ask()
    for member, ping_id, desk_id in (
        (bench.amara, old.ping_id, old.desk_id),
        (bench.belanu, old.ping_id, old.desk_id),
        (bench.amara, old.ping_id, DeskId("none")),
    ):
        with pytest.raises(UnknownPing):
            answer(bench, member, ping_id, desk_id)


def test_a_desk_that_is_listed_no_longer_is_not_asked_and_one_that_stays_keeps_its_life(bench: Any) -> None:
    publish(bench, bench.amara)
    clock = SetClock(bench.now())
    ask = asking(bench, clock)
    ask()
    publish(bench, bench.amara, a_desk(), a_desk(DeskId("new")), version=2)
    assert ask() == 1
    assert {life.desk_id for life in book_of(bench, bench.amara).lives} == {DAY_DESK, "new"}


def profile(bench: Any, version: int = 1, previous: PairProfile | None = None, days: int = 10) -> PairProfile:
    return PairProfile(
        members=(bench.amara.code, bench.belanu.code),
        version=version,
        previous_digest=None if previous is None else previous.digest(),
        effective_from=date(2026, 1, 1),
        times=(AgreedTime(ClockName.RESPOND, Urgency.U3, Counting.WORKING_DAYS, days),),
    )


def hand_in(bench: Any, sender: SimulatedMember, of: PairProfile, *signers: SimulatedMember) -> None:
    signatures = tuple(sign_pair_profile(of, signer.code, signer.signing_key) for signer in signers or (sender,))
    envelope = sender.envelope(SignedPairProfile(of, signatures), Purpose.PAIR_PROFILE)
    bench.api.desks.agree_pair_profile(sender.code, envelope)


def profiles_of(bench: Any, member: SimulatedMember) -> list[tuple[int, int]]:
    """Version and number of signatures of each profile that a member is shown."""
    shown = Envelope.from_bytes(bench.api.desks.show_pair_profiles(member.code)).read(PairProfileBook)
    return [(each.profile.version, len(each.signatures)) for each in shown.profiles]


def test_a_proposal_is_sent_to_the_other_state_and_agreed_once_it_signs_the_same(bench: Any) -> None:
    amara, belanu, cassor = bench.amara, bench.belanu, bench.cassor
    hand_in(bench, amara, profile(bench))
    hand_in(bench, amara, profile(bench))
    assert bench.purposes(amara) == []
    assert bench.purposes(belanu) == [Purpose.PAIR_PROFILE]
    assert profiles_of(bench, belanu) == [(1, 1)]
    hand_in(bench, belanu, profile(bench))
    assert profiles_of(bench, amara) == profiles_of(bench, belanu) == [(1, 2)]
    assert [len(each.signatures) for each in bench.messages(amara, SignedPairProfile)] == [2]
    assert [len(each.signatures) for each in bench.messages(belanu, SignedPairProfile)] == [1, 2]
    assert profiles_of(bench, cassor) == []


def test_a_version_follows_the_agreed_one_and_every_version_is_handed_out_oldest_first(bench: Any) -> None:
    amara, belanu = bench.amara, bench.belanu
    first = profile(bench)
    hand_in(bench, amara, first, amara, belanu)
    hand_in(bench, belanu, profile(bench, 2, first, days=12))
    assert profiles_of(bench, amara) == [(1, 2), (2, 1)]
    # A counter-proposal takes the place of the proposal.
    hand_in(bench, amara, profile(bench, 2, first, days=8))
    assert profiles_of(bench, amara) == [(1, 2), (2, 1)]
    hand_in(bench, belanu, profile(bench, 2, first, days=8))
    assert profiles_of(bench, amara) == [(1, 2), (2, 2)]
    for wrong in (profile(bench, 2, first, days=9), profile(bench, 4, first)):
        with pytest.raises(BrokenSuccession):
            hand_in(bench, amara, wrong)
    hand_in(bench, amara, first)
    assert profiles_of(bench, amara) == [(1, 2), (2, 2)]


def test_nobody_signs_for_another_or_hands_in_what_others_agree_on(bench: Any) -> None:
    amara, belanu, cassor = bench.amara, bench.belanu, bench.cassor
    with pytest.raises(NotOfThePair):
        hand_in(bench, cassor, profile(bench), amara)
    with pytest.raises(NotOfThePair):
        hand_in(bench, belanu, profile(bench), amara)
    forged = replace(sign_pair_profile(profile(bench), amara.code, belanu.signing_key), key_id=amara.signing_key.key_id)
    own = sign_pair_profile(profile(bench), belanu.code, belanu.signing_key)
    envelope = belanu.envelope(SignedPairProfile(profile(bench), (forged, own)), Purpose.PAIR_PROFILE)
    with pytest.raises(BadSignature):
        bench.api.desks.agree_pair_profile(belanu.code, envelope)
    assert profiles_of(bench, amara) == []


def test_desks_of_an_expelled_state_are_handed_out_no_longer(bench: Any) -> None:
    publish(bench, bench.amara)
    assert len(book_of(bench, bench.belanu).directories) == 1
    expel_member(bench.hub)(bench.amara.code)
    assert len(book_of(bench, bench.belanu).directories) == 1
    bench.co_sign("XB", "XC")
    assert book_of(bench, bench.belanu).directories == ()
    assert book_of(bench, bench.belanu).lives == ()
