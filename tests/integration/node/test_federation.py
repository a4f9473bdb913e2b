from dataclasses import replace
from uuid import uuid4

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError
from symbolon.node.services.correspondence import Correspondence, NodeIdentity
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.codec import from_wire
from symbolon.protocol.handling import Verdict
from symbolon.protocol.key_ceremony import share_linkage_key
from symbolon.protocol.keys import LinkageKey, SealingKey, SigningKey
from symbolon.protocol.messages import Delivery, MemberCard, Purpose, Sealed, card_fingerprint
from symbolon.protocol.problems import BadSignature, Problem
from symbolon.protocol.references import MemberCode, new_message_id

from .conftest import ADMINISTRATOR, FOCAL_POINT, NodeUnderTest, Pair


def without_linkage_key(node: NodeUnderTest) -> None:
    (node.folder / node.code / "keys" / "linkage-1").unlink()


def fingerprint_of(pair: Pair, code: str) -> str:
    return card_fingerprint(pair.hub.cards[MemberCode(code)])


def share_a_new_key(pair: Pair) -> LinkageKey:
    """XA makes a linkage key, and shares it with XB, which has none."""
    without_linkage_key(pair.xa)
    without_linkage_key(pair.xb)
    made = pair.xa.services.create_linkage_key(ADMINISTRATOR)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.exchange()
    return made


def accept(pair: Pair, sender: str = "XA", fingerprint: str | None = None) -> LinkageKey:
    """XB's administrator accepts the key."""
    return pair.xb.services.accept_linkage_key(
        ADMINISTRATOR, MemberCode(sender), fingerprint or fingerprint_of(pair, sender)
    )


def leaves(node: NodeUnderTest, act: AuditAct) -> list[object]:
    return [row["detail"] for row in node.rows("audit_leaf") if row["act"] == act]


def test_the_linkage_key_reaches_the_other_node_sealed_and_is_taken_once_it_is_accepted(pair: Pair) -> None:
    made = share_a_new_key(pair)
    assert pair.xb.keys.find(1) is None
    assert pair.xb.services.show_status().keys_to_accept == ("XA",)
    accept(pair)
    assert pair.xb.services.show_status().keys_to_accept == ()
    received = pair.xb.keys.find(1)
    assert received is not None
    assert received.check_value() == made.check_value()
    assert made.secret not in b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in)
    assert made.secret.hex() not in repr([pair.xb.rows(table) for table in ("inbox_delivery", "audit_leaf")])


def test_a_linkage_key_is_not_accepted_on_a_wrong_fingerprint_and_stays(pair: Pair) -> None:
    share_a_new_key(pair)
    with pytest.raises(InvalidDraft, match="do not accept"):
        accept(pair, fingerprint=fingerprint_of(pair, "XB"))
    assert pair.xb.keys.find(1) is None
    assert leaves(pair.xb, AuditAct.LINKAGE_KEY_REFUSED) == [{"sender": "XA", "problem": Problem.INVALID_INPUT}]
    assert pair.xb.services.show_status().keys_to_accept == ("XA",)


def test_a_member_that_the_hub_made_up_plants_no_linkage_key(pair: Pair) -> None:
    without_linkage_key(pair.xb)
    ghost = NodeIdentity(MemberCode("XZ"), SigningKey.generate(b"s" * 32), SealingKey.generate(b"e" * 32))
    public = (ghost.signing_key.public.to_bytes(), ghost.sealing_key.public.to_bytes())
    pair.hub.enrol(MemberCard(ghost.code, "Ghost", *public, "1" * 64))
    planted = LinkageKey.generate(1, b"h" * 32)
    directory, message_id = pair.hub.directory(), new_message_id(uuid4())
    card = directory.card_of(pair.xb.code)
    assert card is not None
    letters = Correspondence(ghost)
    sealed = letters.seal_message(share_linkage_key(planted, directory.federation), card, directory, message_id)
    message = from_wire(Sealed, parse_json(sealed.body))
    stamp = (message_id, pair.draws.now())
    pair.hub.put(pair.xb.code, letters.sign_for(card.code, message, Purpose.LINKAGE_KEY, directory, stamp))
    pair.xb.receive()
    assert pair.xb.keys.find(1) is None
    assert pair.xb.services.show_status().keys_to_accept == ("XZ",)


def swap_card_of_xb(pair: Pair) -> MemberCard:
    """The hub gives out another sealing key as XB's."""
    card = pair.hub.cards[MemberCode("XB")]
    swapped = replace(card, sealing_key=SealingKey.generate(b"z" * 32).public.to_bytes())
    pair.hub.enrol(swapped)
    return swapped


def test_a_changed_card_is_not_taken_until_its_fingerprint_was_compared(pair: Pair) -> None:
    pinned = pair.hub.cards[MemberCode("XB")]
    swapped = swap_card_of_xb(pair)
    assert pair.xa.hub_services.refresh_directory()

    def card_in_use() -> MemberCard | None:
        with pair.xa.unit_of_work.begin() as work:
            directory = work.directory.find()
        return None if directory is None else directory.card_of(MemberCode("XB"))

    assert card_in_use() == pinned
    assert pair.xa.services.show_status().cards_not_taken == ("XB",)
    assert {"refused_card_of": "XB"} in leaves(pair.xa, AuditAct.DIRECTORY_CHANGED)
    with pytest.raises(InvalidDraft):
        pair.xa.services.trust_member(ADMINISTRATOR, MemberCode("XB"), card_fingerprint(pinned))
    assert card_in_use() == pinned
    pair.xa.services.trust_member(ADMINISTRATOR, MemberCode("XB"), card_fingerprint(swapped))
    assert card_in_use() == swapped
    assert pair.xa.services.show_status().cards_not_taken == ()
    with pytest.raises(NodeError, match="No changed card"):
        pair.xa.services.trust_member(ADMINISTRATOR, MemberCode("XB"), card_fingerprint(swapped))


def test_a_vote_stays_sealed_for_the_member_itself_whatever_key_the_hub_gives_out(pair: Pair) -> None:
    hit_id = pair.hit()
    swap_card_of_xb(pair)
    for node in (pair.xa, pair.xb):
        node.hub_services.refresh_directory()
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.exchange()
    (theirs,) = pair.xb.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes
    assert theirs.verdict is Verdict.SAME


def test_a_member_that_left_and_came_back_is_known_by_its_old_card(pair: Pair) -> None:
    card = pair.hub.cards.pop(MemberCode("XB"))
    pair.hub.version += 1
    pair.xa.hub_services.refresh_directory()
    pair.hub.enrol(replace(card, signing_key=SigningKey.generate(b"y" * 32).public.to_bytes()))
    pair.xa.hub_services.refresh_directory()
    assert pair.xa.services.show_status().cards_not_taken == ("XB",)


def test_what_a_member_signed_with_its_new_key_is_taken_once_the_card_is_trusted(pair: Pair) -> None:
    hit_id = pair.hit()
    renewed = NodeIdentity(
        MemberCode("XB"), SigningKey.generate(b"y" * 32), pair.xb.correspondence._identity.sealing_key
    )
    card = replace(pair.hub.cards[MemberCode("XB")], signing_key=renewed.signing_key.public.to_bytes())
    pair.xa.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.correspondence._identity = renewed
    pair.hub.enrol(card)
    pair.exchange()
    assert pair.xa.hub_services.refresh_directory()
    assert pair.xa.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes == ()
    pair.xa.services.trust_member(ADMINISTRATOR, MemberCode("XB"), card_fingerprint(card))
    pair.xa.hub_services.receive_deliveries.retry_waiting()
    assert pair.xa.services.show_hit(FOCAL_POINT, hit_id).counterpart_votes != ()


def test_another_linkage_key_never_takes_the_place_of_the_one_that_is_here(pair: Pair) -> None:
    without_linkage_key(pair.xa)
    pair.xa.services.create_linkage_key(ADMINISTRATOR)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.exchange()
    with pytest.raises(NodeError, match="Another linkage key"):
        accept(pair)
    kept = pair.xb.keys.find(1)
    assert kept is not None
    assert kept.check_value() == LinkageKey.generate(1, bytes(32)).check_value()
    assert leaves(pair.xb, AuditAct.LINKAGE_KEY_REFUSED) == [{"sender": "XA", "problem": Problem.WRONG_KEY_EPOCH}]
    assert pair.xb.services.show_status().keys_to_accept == ()


def test_the_key_is_not_shared_when_the_fingerprint_differs(pair: Pair) -> None:
    with pytest.raises(InvalidDraft):
        pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XA"))


def test_only_the_administrator_makes_and_shares_the_key(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.services.create_linkage_key(FOCAL_POINT)
    with pytest.raises(Forbidden):
        pair.xa.services.share_linkage_key(Actor("x", frozenset({Role.AUDITOR})), MemberCode("XB"), "")
    with pytest.raises(Forbidden):
        pair.xa.services.accept_linkage_key(FOCAL_POINT, MemberCode("XB"), "")
    with pytest.raises(Forbidden):
        pair.xa.services.trust_member(FOCAL_POINT, MemberCode("XB"), "")


def let_xa_join_unseen_by_xb(pair: Pair) -> None:
    """XB has a directory without XA, whose share of the linkage key lies at the hub for it."""
    without_linkage_key(pair.xb)
    newer = pair.hub.directory()
    older = replace(newer, version=1, members=tuple(card for card in newer.members if card.code == "XB"))
    with pair.xb.database.transaction() as tx:
        for table in ("member_directory", "refused_card", "pinned_card"):
            tx._connection.execute(f"delete from {table}")  # noqa: S608 - names of our own
    pair.xb.services.join_federation("admin", older, pair.xb.correspondence._identity)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.xa.deliver()


def test_a_member_that_joined_later_is_heard_at_once(pair: Pair) -> None:
    let_xa_join_unseen_by_xb(pair)
    pair.xb.receive()
    assert pair.xb.services.show_status().keys_to_accept == ("XA",)
    assert {row["state"] for row in pair.xb.rows("inbox_delivery")} == {"done"}


def test_a_member_is_heard_whose_joining_another_thread_learned_of_meanwhile(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_xa_join_unseen_by_xb(pair)
    receiver = pair.xb.hub_services.receive_deliveries
    fetch = receiver._hub.fetch_deliveries

    def fetch_while_the_ticker_refreshes(wait_s: int, limit: int) -> tuple[Delivery, ...]:
        assert pair.xb.hub_services.refresh_directory()
        return fetch(wait_s, limit)

    monkeypatch.setattr(receiver._hub, "fetch_deliveries", fetch_while_the_ticker_refreshes)
    pair.xb.receive()
    assert pair.xb.services.show_status().keys_to_accept == ("XA",)


def test_a_directory_that_another_key_signed_is_refused(pair: Pair) -> None:
    pair.hub.version += 1
    pair.hub.signing_key = SigningKey.generate(b"\x07" * 32)
    with pytest.raises(BadSignature):
        pair.xa.hub_services.refresh_directory()


def test_a_newer_directory_is_kept_and_the_same_one_changes_nothing(pair: Pair) -> None:
    pair.hub.version += 1
    assert pair.xa.hub_services.refresh_directory()
    assert not pair.xa.hub_services.refresh_directory()
    assert pair.xa.services.show_status().directory_version == pair.hub.version


def test_a_node_does_not_join_with_other_keys_or_a_second_federation(pair: Pair) -> None:
    with pytest.raises(NodeError, match="own request"):
        pair.xa.services.join_federation(
            "admin",
            pair.hub.directory(),
            pair.xb.correspondence._identity.__class__(
                MemberCode("XA"),
                SigningKey.generate(bytes(32)),
                pair.xa.correspondence._identity.sealing_key,
            ),
        )
    other = replace(pair.hub.directory(), federation="exercise-other")
    with pytest.raises(NodeError, match="another federation"):
        pair.xa.services.join_federation("admin", other, pair.xa.correspondence._identity)
