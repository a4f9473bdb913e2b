from dataclasses import replace

import pytest

from symbolon.node.domain.actors import Actor, Role
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError
from symbolon.protocol.keys import LinkageKey, SigningKey
from symbolon.protocol.messages import Delivery, card_fingerprint
from symbolon.protocol.problems import BadSignature, Problem
from symbolon.protocol.references import MemberCode

from .conftest import ADMINISTRATOR, FOCAL_POINT, NodeUnderTest, Pair


def without_linkage_key(node: NodeUnderTest) -> None:
    (node.folder / node.code / "keys" / "linkage-1").unlink()


def fingerprint_of(pair: Pair, code: str) -> str:
    return card_fingerprint(pair.hub.cards[MemberCode(code)])


def test_the_linkage_key_reaches_the_other_node_sealed(pair: Pair) -> None:
    without_linkage_key(pair.xa)
    without_linkage_key(pair.xb)
    made = pair.xa.services.create_linkage_key(ADMINISTRATOR)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.exchange()
    received = pair.xb.keys.find(1)
    assert received is not None
    assert received.check_value() == made.check_value()
    assert made.secret not in b"".join(envelope.to_bytes() for envelope in pair.hub.handed_in)
    assert made.secret.hex() not in repr([pair.xb.rows(table) for table in ("inbox_delivery", "audit_leaf")])


def test_another_linkage_key_never_takes_the_place_of_the_one_that_is_here(pair: Pair) -> None:
    without_linkage_key(pair.xa)
    pair.xa.services.create_linkage_key(ADMINISTRATOR)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.exchange()
    kept = pair.xb.keys.find(1)
    assert kept is not None
    assert kept.check_value() == LinkageKey.generate(1, bytes(32)).check_value()
    assert [row["problem"] for row in pair.xb.rows("inbox_delivery")] == [Problem.WRONG_KEY_EPOCH]


def test_the_key_is_not_shared_when_the_fingerprint_differs(pair: Pair) -> None:
    with pytest.raises(InvalidDraft):
        pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XA"))


def test_only_the_administrator_makes_and_shares_the_key(pair: Pair) -> None:
    with pytest.raises(Forbidden):
        pair.xa.services.create_linkage_key(FOCAL_POINT)
    with pytest.raises(Forbidden):
        pair.xa.services.share_linkage_key(Actor("x", frozenset({Role.AUDITOR})), MemberCode("XB"), "")


def let_xa_join_unseen_by_xb(pair: Pair) -> None:
    """XB has a directory without XA, whose share of the linkage key lies at the hub for it."""
    without_linkage_key(pair.xb)
    newer = pair.hub.directory()
    older = replace(newer, version=1, members=tuple(card for card in newer.members if card.code == "XB"))
    with pair.xb.database.transaction() as tx:
        tx._connection.execute("delete from member_directory")
    pair.xb.services.join_federation("admin", older, pair.xb.correspondence._identity)
    pair.xa.services.share_linkage_key(ADMINISTRATOR, MemberCode("XB"), fingerprint_of(pair, "XB"))
    pair.xa.deliver()


def test_a_member_that_joined_later_is_heard_at_once(pair: Pair) -> None:
    let_xa_join_unseen_by_xb(pair)
    pair.xb.receive()
    assert pair.xb.keys.find(1) is not None
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
    assert pair.xb.keys.find(1) is not None


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
