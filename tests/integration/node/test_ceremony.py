"""The linkage key, made by three nodes together, whatever is killed, lost or said twice."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from symbolon.hub.domain.directory_drafts import with_epoch, with_member, with_standing
from symbolon.node.domain.ceremony import FOLLOWED_UNASKED, CeremonyView
from symbolon.node.errors import Forbidden, NodeError, NoLinkageKey
from symbolon.node.services.correspondence import stamp
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.key_ceremony import Ceremony, Stage, commitment_to, share_linkage_key
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.membership_problems import CeremonyStepRefused
from symbolon.protocol.messages import (
    KeyCommitment,
    KeyConfirmation,
    LinkageKeyShare,
    MemberStanding,
    Purpose,
    Sealed,
)
from symbolon.protocol.problems import Problem
from symbolon.protocol.references import CeremonyId, MemberCode, new_message_id

from .conftest import ADMINISTRATOR, FOCAL_POINT, NodeUnderTest, Trio

Said = KeyCommitment | KeyConfirmation | LinkageKeyShare


def join_all(trio: Trio, *nodes: NodeUnderTest) -> None:
    for node in nodes or trio.nodes:
        node.services.ceremony.join(ADMINISTRATOR, None, dry_run=False)


def status(node: NodeUnderTest, epoch: int = 1) -> CeremonyView:
    return next(view for view in node.services.ceremony.status() if view.epoch == epoch)


def checks(trio: Trio) -> list[bytes | None]:
    keys = [node.keys.find(1) for node in trio.nodes]
    return [None if key is None else key.check_value() for key in keys]


def all_have_one_key(trio: Trio) -> bool:
    found = checks(trio)
    return None not in found and len(set(found)) == 1


def say(trio: Trio, speaker: NodeUnderTest, listener: NodeUnderTest, message: Said) -> None:
    """A member says something that its program would not, signed and sealed as it must be."""
    directory = trio.hub.directory()
    card = directory.card_of(listener.code)
    assert card is not None
    message_id = new_message_id(uuid4())
    sealed = speaker.correspondence.seal_message(message, card, directory, message_id)
    body = from_wire(Sealed, parse_json(sealed.body))
    sent = stamp(trio.draws, message_id)
    envelope = speaker.correspondence.sign_for(listener.code, body, message.PURPOSE, directory, sent)
    trio.hub.put(listener.code, envelope)


def ceremony_of(trio: Trio) -> Ceremony:
    return Ceremony.authorised_by(trio.hub.history[0].directory, 1)


def test_the_key_is_made_by_all_and_is_the_same_at_all(trio: Trio) -> None:
    join_all(trio)
    trio.exchange(times=5)
    assert all_have_one_key(trio)
    for node in trio.nodes:
        acts = [row["act"] for row in node.rows("audit_leaf")]
        for act in (AuditAct.CEREMONY_JOINED, AuditAct.KEY_COMMITTED, AuditAct.KEY_REVEALED, AuditAct.KEY_AGREED):
            assert acts.count(act) == 1
        assert status(node).key_check == (checks(trio)[0] or b"").hex()


def test_neither_key_nor_contribution_is_in_anything_that_the_hub_gets_or_the_database_keeps(trio: Trio) -> None:
    join_all(trio)
    secrets = [node.tools.ceremony.vault.read(1).contribution for node in trio.nodes]
    trio.exchange(times=5)
    key = trio.xa.keys.find(1)
    assert key is not None
    sent = b"".join(envelope.to_bytes() for envelope in trio.hub.handed_in)
    stored = repr([node.rows(table) for node in trio.nodes for table in ("audit_leaf", "ceremony_step")])
    for secret in (key.secret, *(each for each in secrets if each is not None)):
        assert secret not in sent
        assert secret.hex() not in stored


def test_the_contributions_are_thrown_away_once_the_key_is_made_and_everything_was_sent(trio: Trio) -> None:
    join_all(trio)
    trio.exchange(times=6)
    for node in trio.nodes:
        assert "ceremony-1" not in node.home.keys.names()


def test_nobody_shows_its_contribution_before_all_have_committed(trio: Trio) -> None:
    join_all(trio, trio.xa, trio.xb)
    trio.exchange(times=4)
    assert {envelope.purpose for envelope in trio.hub.handed_in} == {Purpose.KEY_COMMITMENT}
    assert status(trio.xa).stage is Stage.COMMITTING
    assert status(trio.xa).awaited == ("XC",)
    join_all(trio, trio.xc)
    trio.exchange(times=5)
    assert all_have_one_key(trio)


def test_a_node_that_dies_after_each_step_goes_on_where_it_was(trio: Trio) -> None:
    join_all(trio)
    for _ in range(14):
        for node in trio.nodes:
            node.restart()
            node.services.advance_ceremonies()
            node.restart()
            node.deliver()
            node.restart()
            node.receive()
    assert all_have_one_key(trio)
    for node in trio.nodes:
        commitments = [each for each in trio.hub.handed_in if each.sender == node.code]
        assert len({each.message_id for each in commitments}) == len(commitments)


def test_a_node_killed_between_its_file_and_its_database_says_nothing_twice(
    trio: Trio, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The contribution was drawn and kept, and the transaction that was to say so never committed.
    with monkeypatch.context() as patched:
        patched.setattr(trio.xa.correspondence, "seal_message", _killed)
        with pytest.raises(KeyboardInterrupt):
            trio.xa.services.ceremony.join(ADMINISTRATOR, None, dry_run=False)
    drawn = trio.xa.tools.ceremony.vault.read(1).contribution
    assert drawn is not None
    assert trio.xa.rows("ceremony_step") == []
    trio.xa.restart()
    join_all(trio)
    assert trio.xa.tools.ceremony.vault.read(1).contribution == drawn
    trio.exchange(times=5)
    assert all_have_one_key(trio)


def _killed(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_deliveries_that_come_twice_change_nothing(trio: Trio) -> None:
    join_all(trio)
    for _ in range(6):
        for node in trio.nodes:
            node.deliver()
            kept = list(trio.hub.queues[node.code])
            node.receive()
            trio.hub.queues[node.code] = [*kept, *trio.hub.queues[node.code]]
            node.receive()
    assert all_have_one_key(trio)


def test_two_of_three_go_on_without_the_third_which_takes_the_key_from_another_later(trio: Trio) -> None:
    join_all(trio, trio.xa, trio.xb)
    trio.exchange(trio.xa, trio.xb)
    for node in (trio.xa, trio.xb):
        node.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    trio.exchange(trio.xa, trio.xb, times=4)
    assert checks(trio)[0] == checks(trio)[1] is not None
    trio.exchange(times=2)
    assert trio.xc.keys.find(1) is None
    assert "ceremony share XC" in status(trio.xc).what_to_do
    trio.xa.services.ceremony.share(ADMINISTRATOR, MemberCode("XC"), None, dry_run=False)
    trio.exchange(times=2)
    assert all_have_one_key(trio)
    assert trio.xc.leaves(AuditAct.LINKAGE_KEY_RECEIVED)


def test_no_key_is_made_of_fewer_than_the_quorum(trio: Trio) -> None:
    join_all(trio, trio.xa)
    with pytest.raises(CeremonyStepRefused, match="2 members"):
        trio.xa.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XB"), MemberCode("XC")], None, dry_run=False)


def test_members_that_count_on_different_commitments_stop_the_ceremony_and_are_named(trio: Trio) -> None:
    join_all(trio)
    trio.xa.deliver()
    trio.xb.deliver()
    # XC's commitment reaches XA only, who counts on it; XB was told to go on without XC.
    trio.xc.deliver()
    trio.hub.queues[trio.xb.code] = [
        each for each in trio.hub.queues[trio.xb.code] if each.envelope["sender"] != trio.xc.code
    ]
    trio.xb.receive()
    trio.xb.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    trio.exchange(trio.xa, trio.xb, times=3)
    assert status(trio.xa).stage is Stage.DISPUTED
    assert [dispute.member for dispute in status(trio.xa).disputes] == ["XB"]
    assert [leaf["member"] for leaf in trio.xa.leaves(AuditAct.KEY_REFUSED)] == ["XB"]  # type: ignore[index]
    assert checks(trio)[:2] == [None, None]


def test_a_member_that_commits_to_two_things_is_named_and_a_new_attempt_without_it_gives_a_key(trio: Trio) -> None:
    join_all(trio)
    trio.exchange(times=1)
    ceremony_id = ceremony_of(trio).ceremony_id
    second = KeyCommitment(ceremony_id, 1, 1, commitment_to(ceremony_id, 1, trio.xc.code, b"c" * 32))
    say(trio, trio.xc, trio.xa, second)
    trio.xa.receive()
    if status(trio.xa).key_check is None:
        assert [dispute.member for dispute in status(trio.xa).disputes] == ["XC"]
    for node in (trio.xa, trio.xb):
        if node.keys.find(1) is None:
            node.services.ceremony.restart(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    trio.exchange(trio.xa, trio.xb, times=5)
    assert checks(trio)[0] == checks(trio)[1] is not None


def test_a_member_that_vanishes_after_committing_is_left_out_of_the_next_attempt(trio: Trio) -> None:
    join_all(trio)
    for node in trio.nodes:
        node.deliver()
    for node in (trio.xa, trio.xb):
        node.receive()
    trio.exchange(trio.xa, trio.xb, times=3)
    assert status(trio.xa).stage is Stage.REVEALING
    assert status(trio.xa).awaited == ("XC",)
    first = trio.xa.tools.ceremony.vault.read(1).contribution
    for node in (trio.xa, trio.xb):
        node.services.ceremony.restart(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    assert trio.xa.tools.ceremony.vault.read(1).contribution != first
    trio.exchange(trio.xa, trio.xb, times=5)
    assert checks(trio)[0] == checks(trio)[1] is not None


def test_an_attempt_that_another_began_is_followed(trio: Trio) -> None:
    join_all(trio)
    trio.xa.services.ceremony.restart(ADMINISTRATOR, [], None, dry_run=False)
    trio.exchange(times=6)
    assert all_have_one_key(trio)
    assert {"followed": True, "epoch": 1, "attempt": 2} in trio.xb.leaves(AuditAct.CEREMONY_RESTARTED)


def test_nobody_uses_up_a_ceremonys_attempts_by_beginning_one_after_the_other(trio: Trio) -> None:
    join_all(trio, trio.xa, trio.xb)
    ceremony_id = ceremony_of(trio).ceremony_id
    for attempt in range(2, 40):
        commitment = commitment_to(ceremony_id, attempt, trio.xc.code, bytes([attempt]) * 32)
        say(trio, trio.xc, trio.xa, KeyCommitment(ceremony_id, 1, attempt, commitment))
    trio.xa.receive()
    assert status(trio.xa).attempt == 1 + FOLLOWED_UNASKED
    assert "ceremony restart" in status(trio.xa).what_to_do


def test_a_share_that_no_quorum_confirmed_is_not_taken(trio: Trio) -> None:
    planted = LinkageKey.generate(1, b"h" * 32)
    say(trio, trio.xb, trio.xa, share_linkage_key(planted, trio.hub.directory().federation))
    check = KeyConfirmation(ceremony_of(trio).ceremony_id, 1, 1, planted.check_value())
    say(trio, trio.xb, trio.xa, check)
    trio.exchange(trio.xa)
    assert trio.xa.keys.find(1) is None
    assert status(trio.xa).shared_by == ("XB",)


def test_another_key_than_the_confirmed_one_is_refused_and_audited(trio: Trio) -> None:
    join_all(trio, trio.xa, trio.xb)
    trio.exchange(trio.xa, trio.xb)
    for node in (trio.xa, trio.xb):
        node.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=False)
    trio.exchange(trio.xa, trio.xb, times=4)
    planted = LinkageKey.generate(1, b"h" * 32)
    say(trio, trio.xb, trio.xc, share_linkage_key(planted, trio.hub.directory().federation))
    trio.exchange(times=2)
    assert trio.xc.keys.find(1) is None
    problems = [leaf["problem"] for leaf in trio.xc.leaves(AuditAct.KEY_REFUSED)]  # type: ignore[index]
    assert problems == [Problem.KEY_NOT_CONFIRMED]


def test_that_a_member_has_another_key_does_not_go_unseen(trio: Trio) -> None:
    join_all(trio)
    trio.exchange(times=5)
    other = KeyConfirmation(ceremony_of(trio).ceremony_id, 1, 1, b"\x00" * 16)
    say(trio, trio.xc, trio.xa, other)
    trio.xa.receive()
    assert all_have_one_key(trio)
    assert trio.xa.leaves(AuditAct.KEY_REFUSED)[-1]["sender"] == "XC"  # type: ignore[index]


def test_a_word_of_another_ceremony_is_refused(trio: Trio) -> None:
    strange = KeyCommitment(CeremonyId("0" * 64), 1, 1, bytes(32))
    say(trio, trio.xb, trio.xa, strange)
    trio.xa.receive()
    assert [row["problem"] for row in trio.xa.rows("inbox_delivery")] == [Problem.UNKNOWN_CEREMONY]


def test_what_is_said_of_an_epoch_that_the_directory_does_not_list_yet_waits(trio: Trio) -> None:
    say(trio, trio.xb, trio.xa, KeyCommitment(ceremony_of(trio).ceremony_id, 2, 1, bytes(32)))
    trio.xa.receive()
    assert [row["state"] for row in trio.xa.rows("inbox_delivery")] == ["waiting"]


def test_a_suspended_members_commitment_does_not_count(trio: Trio) -> None:
    known = trio.hub.directory()
    trio.hub.propose(with_standing(known, trio.xc.code, MemberStanding.SUSPENDED, trio.draws.now()))
    trio.hub.co_sign()
    trio.refresh(trio.xa)
    say(trio, trio.xc, trio.xa, KeyCommitment(ceremony_of(trio).ceremony_id, 1, 1, bytes(32)))
    trio.hub.queues[trio.xa.code] = [
        each for each in trio.hub.queues[trio.xa.code] if each.envelope["sender"] == trio.xc.code
    ]
    trio.xa.receive()
    assert [row["problem"] for row in trio.xa.rows("inbox_delivery")] == [Problem.MEMBER_SUSPENDED]


Act = Callable[[NodeUnderTest], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda node: node.services.ceremony.join(ADMINISTRATOR, None, dry_run=True),
        lambda node: node.services.ceremony.proceed(ADMINISTRATOR, [MemberCode("XC")], None, dry_run=True),
        lambda node: node.services.ceremony.restart(ADMINISTRATOR, [], None, dry_run=True),
    ],
)
def test_a_dry_run_changes_nothing(trio: Trio, act: Act) -> None:
    act(trio.xa)
    assert "ceremony-1" not in trio.xa.home.keys.names()
    assert trio.xa.rows("ceremony_step") == []
    assert trio.xa.rows("outbox_message") == []
    assert [row for row in trio.xa.rows("audit_leaf") if str(row["act"]).startswith("ceremony")] == []


def test_only_the_administrator_holds_a_ceremony(trio: Trio) -> None:
    with pytest.raises(Forbidden):
        trio.xa.services.ceremony.join(FOCAL_POINT, None, dry_run=False)
    with pytest.raises(Forbidden):
        trio.xa.services.ceremony.share(FOCAL_POINT, MemberCode("XB"), None, dry_run=False)


def test_a_key_that_is_here_is_not_made_again_and_one_that_is_not_is_not_shared(trio: Trio) -> None:
    with pytest.raises(NoLinkageKey):
        trio.xa.services.ceremony.share(ADMINISTRATOR, MemberCode("XB"), None, dry_run=False)
    join_all(trio)
    trio.exchange(times=5)
    with pytest.raises(NodeError, match="new epoch"):
        trio.xa.services.ceremony.restart(ADMINISTRATOR, [], None, dry_run=False)
    with pytest.raises(NodeError, match="no other active member"):
        trio.xa.services.ceremony.share(ADMINISTRATOR, MemberCode("XA"), None, dry_run=False)


def test_a_clock_that_is_set_back_in_a_ceremony_does_not_stop_it(trio: Trio) -> None:
    join_all(trio)
    for node in trio.nodes:
        node.deliver()
    trio.draws.later(seconds=-3)
    trio.exchange(times=6)
    assert all(node.keys.find(1) is not None for node in trio.nodes)


def test_a_state_that_comes_back_with_another_card_hears_again_which_key_the_others_hold(trio: Trio) -> None:
    join_all(trio)
    trio.exchange(times=6)
    card = trio.xc.card()
    trio.hub.propose(with_standing(trio.hub.directory(), card.code, MemberStanding.EXPELLED, trio.draws.now()))
    trio.hub.co_sign()
    listed = trio.hub.directory().member_of(card.code)
    assert listed is not None
    new_card = replace(card, certificate_fingerprint="ab" * 32)
    trio.hub.propose(with_member(replace(listed, standing=MemberStanding.ACTIVE, card=new_card)))
    trio.hub.co_sign()
    before = len(sent_to(trio.xa, "XC"))
    trio.refresh(trio.xa)
    trio.xa.services.advance_ceremonies()
    assert [row["kind"] for row in sent_to(trio.xa, "XC")[before:]] == ["key-confirmation"]


def sent_to(node: NodeUnderTest, member: str) -> list[dict[str, object]]:
    rows = [row for row in node.rows("outbox_message") if row["audience"] == member]
    return sorted(rows, key=lambda row: str(row["created_at"]))


def rekey(trio: Trio, node: NodeUnderTest) -> None:
    """Give a node the next generation of its keys, with the members' signatures."""
    node.hub_services.rotate_keys(ADMINISTRATOR, compromised=False, dry_run=False)
    trio.hub.co_sign()


def test_a_key_of_the_older_epoch_that_waits_is_sealed_again_as_that_key(trio: Trio) -> None:
    epoch = trio.hub.directory().newest_epoch
    trio.hub.propose(with_epoch(epoch.schema_id, epoch.schema_digest))
    trio.hub.co_sign()
    trio.refresh()
    for number in (1, 2):
        trio.xa.keys.add(LinkageKey.generate(number, bytes([number]) * 32))
    trio.xa.services.ceremony.share(ADMINISTRATOR, MemberCode("XC"), 1, dry_run=False)
    rekey(trio, trio.xc)
    trio.refresh()
    trio.xa.deliver()
    trio.xc.receive()
    heard = trio.xc.tools.ceremony.vault
    assert [share.share.epoch for share in heard.read(1).shares] == [1]
    assert heard.read(2).shares == ()


def test_a_commitment_of_an_attempt_that_is_over_is_dropped_and_not_sent_to_old_keys(trio: Trio) -> None:
    trio.xa.services.ceremony.join(ADMINISTRATOR, None, dry_run=False)
    trio.xa.services.ceremony.restart(ADMINISTRATOR, [], None, dry_run=False)
    rekey(trio, trio.xc)
    trio.refresh()
    trio.xa.deliver()
    to_xc = sorted(sent_to(trio.xa, "XC"), key=lambda row: int(str(row["place"])))
    assert [(row["key_attempt"], row["problem"]) for row in to_xc[:2]] == [(1, Problem.UNSEAL_FAILED), (2, None)]
    trio.xc.receive()
    heard = trio.xc.tools.ceremony.vault.read(1).commitments
    assert [each.message.attempt for each in heard] == [2]
