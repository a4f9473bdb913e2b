"""The directory that the members sign: joined, signed, followed version by version, and what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.simulators.hub_in_memory import FEDERATION
from tests.simulators.lying_hub import LyingClient, followed_by, signed_by, with_card

from symbolon.hub.domain.directory_drafts import with_standing
from symbolon.node.errors import Forbidden, InvalidDraft, NodeError, NotJoined
from symbolon.protocol.audit_log import AuditAct
from symbolon.protocol.handling import Verdict
from symbolon.protocol.keys import SealingKey, SigningKey
from symbolon.protocol.membership_problems import BrokenSuccession, NotCoSigned, OlderVersion
from symbolon.protocol.messages import (
    FederationDirectory,
    MemberStanding,
    Welcome,
    card_fingerprint,
    directory_fingerprint,
    welcome_fingerprint,
)
from symbolon.protocol.problems import BadSignature, Problem, ProtocolError, WrongFederation
from symbolon.protocol.references import MemberCode
from symbolon.runtime import certificates

from .conftest import (
    ADMINISTRATOR,
    FOCAL_POINT,
    STATES,
    NodeUnderTest,
    Pair,
    SettableDraws,
    Trio,
    founded,
    join,
    new_hub,
    new_node,
)


def lie_to(node: NodeUnderTest, trio: Trio) -> LyingClient:
    """From now on this node hears from the hub what the test says."""
    lying = LyingClient(trio.hub, node.code)
    node.client = lying
    node.restart()
    return lying


def keys_of(*nodes: NodeUnderTest) -> dict[str, SigningKey]:
    return {str(node.code): node.member_keys.generations()[-1].signing_key for node in nodes}


def welcome_for(node: NodeUnderTest, trio: Trio, authority: certificates.KeyAndCertificate) -> Welcome:
    request = node.member_keys.certificate_request(1).encode()
    pem = certificates.issue_client_certificate(authority, request, node.code, node.draws.now())
    hub_key = trio.hub.signing_key.public.to_bytes()
    return Welcome(pem.decode(), authority.certificate_pem.decode(), "https://localhost:1", hub_key, FEDERATION, True)


# Joining.


def test_a_welcome_is_taken_only_with_the_fingerprint_that_the_operator_read_out(
    trio: Trio, authority: certificates.KeyAndCertificate
) -> None:
    welcome = welcome_for(trio.xa, trio, authority)
    read_out = welcome_fingerprint(welcome)
    forged = replace(welcome, hub_signing_key=SigningKey.generate(b"h" * 32).public.to_bytes())
    with pytest.raises(InvalidDraft, match="changed it on its way"):
        trio.xa.services.join_federation("admin", forged, read_out)
    trio.xa.services.join_federation("admin", welcome, read_out.upper().replace(" ", ""))


def test_a_welcome_with_a_certificate_for_another_key_is_refused(
    trio: Trio, authority: certificates.KeyAndCertificate
) -> None:
    welcome = welcome_for(trio.xb, trio, authority)
    with pytest.raises(NodeError, match="another member or key"):
        trio.xa.services.join_federation("admin", welcome, welcome_fingerprint(welcome))


def test_a_node_belongs_to_one_federation(trio: Trio, authority: certificates.KeyAndCertificate) -> None:
    other = replace(welcome_for(trio.xa, trio, authority), federation="exercise-other")
    with pytest.raises(NodeError, match="another federation"):
        trio.xa.services.join_federation("admin", other, welcome_fingerprint(other))


# Signing.


@pytest.fixture
def candidates(node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate) -> Trio:
    """Three nodes with their welcomes, before anybody signed anything."""
    draws = SettableDraws()
    hub = new_hub(draws)
    nodes = [new_node(code, hub, draws, node_databases[code], tmp_path) for code in STATES]
    for node in nodes:
        join(hub, node, authority)
    return Trio(hub, nodes[0], nodes[1], nodes[2], draws)


def read_out_to(node: NodeUnderTest, *others: NodeUnderTest) -> dict[MemberCode, str]:
    """What the others' officers read out of their own keys."""
    return {other.code: card_fingerprint(other.card(len(other.member_keys.generations()))) for other in others}


def test_the_federation_is_founded_when_every_member_has_signed(candidates: Trio) -> None:
    reports = [
        node.hub_services.sign_directory(
            ADMINISTRATOR, read_out_to(node, *(other for other in candidates.nodes if other is not node)), dry_run=False
        )
        for node in candidates.nodes
    ]
    assert [report.in_effect for report in reports] == [False, False, True]
    candidates.refresh()
    assert {directory_fingerprint(node.directory()) for node in candidates.nodes} == {
        directory_fingerprint(candidates.hub.directory())
    }
    assert candidates.xa.leaves(AuditAct.DIRECTORY_SIGNED)
    assert candidates.xa.services.show_federation().membership.is_confirmed


def test_nobody_signs_for_a_card_that_was_not_compared(candidates: Trio) -> None:
    with pytest.raises(NodeError, match=r"Compare the card of XC first"):
        candidates.xa.hub_services.sign_directory(
            ADMINISTRATOR, read_out_to(candidates.xa, candidates.xb), dry_run=False
        )
    assert candidates.hub.signatures == {}


def test_a_card_that_the_hub_made_up_is_found_when_its_fingerprint_is_compared(candidates: Trio) -> None:
    compared = read_out_to(candidates.xa, candidates.xb, candidates.xc)
    forged = replace(candidates.hub.cards[MemberCode("XB")], sealing_key=SealingKey.generate(b"z" * 32).public.raw)
    candidates.hub.enrol(forged)
    with pytest.raises(InvalidDraft, match="proposed for XB"):
        candidates.xa.hub_services.sign_directory(ADMINISTRATOR, compared, dry_run=False)
    assert candidates.hub.signatures == {}


def test_a_node_does_not_sign_for_foreign_keys_in_its_own_name(candidates: Trio) -> None:
    forged = replace(candidates.hub.cards[MemberCode("XA")], sealing_key=SealingKey.generate(b"z" * 32).public.raw)
    candidates.hub.enrol(forged)
    compared = read_out_to(candidates.xa, candidates.xb, candidates.xc)
    with pytest.raises(NodeError, match="for this state that are not here"):
        candidates.xa.hub_services.sign_directory(ADMINISTRATOR, compared, dry_run=False)


def test_a_dry_run_shows_what_is_to_be_compared_and_signs_nothing(candidates: Trio) -> None:
    report = candidates.xa.hub_services.sign_directory(ADMINISTRATOR, {}, dry_run=True)
    assert {card.member for card in report.proposal.to_compare} == {"XB", "XC"}
    assert not report.signed
    assert candidates.hub.signatures == {}
    assert candidates.xa.leaves(AuditAct.DIRECTORY_SIGNED) == []


def test_signing_again_changes_nothing(candidates: Trio) -> None:
    compared = read_out_to(candidates.xa, candidates.xb, candidates.xc)
    candidates.xa.hub_services.sign_directory(ADMINISTRATOR, compared, dry_run=False)
    report = candidates.xa.hub_services.sign_directory(ADMINISTRATOR, {}, dry_run=False)
    assert (report.signed, report.proposal.signed_by) == (False, ("XA",))


def test_only_the_administrator_signs(candidates: Trio) -> None:
    with pytest.raises(Forbidden):
        candidates.xa.hub_services.sign_directory(FOCAL_POINT, {}, dry_run=False)


def test_an_amended_proposal_need_not_be_compared_anew_but_for_what_is_new_in_it(candidates: Trio) -> None:
    candidates.xa.hub_services.sign_directory(
        ADMINISTRATOR, read_out_to(candidates.xa, candidates.xb, candidates.xc), dry_run=False
    )
    candidates.hub.enrol(replace(candidates.hub.cards[MemberCode("XC")], name="Cassor"))
    report = candidates.xa.hub_services.sign_directory(ADMINISTRATOR, {}, dry_run=True)
    assert [card.member for card in report.proposal.to_compare] == ["XC"]


def test_before_the_founding_the_node_says_who_has_still_to_sign(candidates: Trio) -> None:
    candidates.xa.hub_services.refresh_directory()
    view = candidates.xa.services.show_federation()
    assert view.directory is None
    assert view.proposal is not None
    assert view.proposal.signers == STATES
    assert candidates.xa.services.show_status().awaits_signature == 1


# Following, and refusing.


def suspend(trio: Trio, code: str) -> None:
    known = trio.hub.directory()
    trio.hub.propose(with_standing(known, MemberCode(code), MemberStanding.SUSPENDED, trio.draws.now()))


def test_a_newer_version_is_taken_when_a_quorum_signed_it_and_the_same_one_changes_nothing(trio: Trio) -> None:
    suspend(trio, "XC")
    for node in (trio.xa, trio.xb):
        node.hub_services.sign_directory(ADMINISTRATOR, {}, dry_run=False)
    assert trio.xa.directory().version == 1
    trio.refresh(trio.xa)
    assert trio.xa.directory().version == 2
    assert not trio.xa.hub_services.refresh_directory()
    assert trio.xa.leaves(AuditAct.MEMBER_SUSPENDED) == [{"member": "XC", "version": 2}]
    assert [view.version for view in trio.xa.services.show_federation.history()] == [1, 2]


def test_versions_that_came_while_the_node_was_away_are_taken_one_after_the_other(trio: Trio) -> None:
    for standing in (MemberStanding.SUSPENDED, MemberStanding.ACTIVE):
        known = trio.hub.directory()
        trio.hub.propose(with_standing(known, MemberCode("XC"), standing, trio.draws.now()))
        trio.hub.co_sign()
    assert trio.xa.hub_services.refresh_directory()
    assert [view.version for view in trio.xa.services.show_federation.history()] == [1, 2, 3]


def refused(node: NodeUnderTest, expected: type[ProtocolError], problem: Problem) -> None:
    before = node.directory()
    with pytest.raises(expected):
        node.hub_services.refresh_directory()
    assert node.directory() == before
    assert [leaf["problem"] for leaf in node.leaves(AuditAct.DIRECTORY_REFUSED)] == [problem]  # type: ignore[index]


def test_an_older_directory_is_refused_and_audited(trio: Trio) -> None:
    first = trio.hub.history[0]
    suspend(trio, "XC")
    trio.hub.co_sign()
    trio.refresh(trio.xa)
    lie_to(trio.xa, trio).versions = (first,)
    refused(trio.xa, OlderVersion, Problem.OLDER_DIRECTORY)


def test_a_directory_that_nobody_signed_is_refused_and_audited(trio: Trio) -> None:
    lie_to(trio.xa, trio).versions = (signed_by(followed_by(trio.hub.directory(), trio.hub)),)
    refused(trio.xa, NotCoSigned, Problem.NOT_CO_SIGNED)


def test_a_directory_that_one_of_three_signed_is_refused(trio: Trio) -> None:
    offered = followed_by(trio.hub.directory(), trio.hub)
    lie_to(trio.xa, trio).versions = (signed_by(offered, **keys_of(trio.xb)),)
    refused(trio.xa, NotCoSigned, Problem.NOT_CO_SIGNED)


def test_a_directory_with_a_swapped_card_does_not_carry_the_signatures_of_the_true_one(trio: Trio) -> None:
    suspend(trio, "XC")
    trio.hub.co_sign()
    truth = trio.hub.history[-1]
    swapped = replace(truth.directory.members[1].card, sealing_key=SealingKey.generate(b"z" * 32).public.raw)
    lie_to(trio.xa, trio).versions = (replace(truth, directory=with_card(truth.directory, swapped)),)
    refused(trio.xa, BadSignature, Problem.BAD_SIGNATURE)


def test_a_directory_that_leaves_a_version_out_is_refused(trio: Trio) -> None:
    offered = followed_by(trio.hub.directory(), trio.hub, version=3)
    lie_to(trio.xa, trio).versions = (signed_by(offered, **keys_of(trio.xb, trio.xc)),)
    refused(trio.xa, BrokenSuccession, Problem.BROKEN_SUCCESSION)


def test_a_directory_of_another_federation_is_refused(trio: Trio) -> None:
    offered = followed_by(trio.hub.directory(), trio.hub, federation="exercise-other")
    lie_to(trio.xa, trio).versions = (signed_by(offered, **keys_of(trio.xb, trio.xc)),)
    refused(trio.xa, WrongFederation, Problem.WRONG_FEDERATION)


def test_the_same_lie_told_again_leaves_one_leaf(trio: Trio) -> None:
    lie_to(trio.xa, trio).versions = (signed_by(followed_by(trio.hub.directory(), trio.hub)),)
    for _ in range(3):
        with pytest.raises(NotCoSigned):
            trio.xa.hub_services.refresh_directory()
    assert len(trio.xa.leaves(AuditAct.DIRECTORY_REFUSED)) == 1


def test_a_history_that_another_key_than_the_hubs_signed_is_refused(trio: Trio) -> None:
    trio.hub.signing_key = SigningKey.generate(b"\x07" * 32)
    with pytest.raises(BadSignature):
        trio.xa.hub_services.refresh_directory()


def test_a_new_key_of_the_hub_speaks_once_the_members_have_signed_for_it(trio: Trio) -> None:
    renewed = SigningKey.generate(b"\x07" * 32)
    offered = followed_by(trio.hub.directory(), trio.hub, hub_signing_key=renewed.public.to_bytes())
    trio.hub.history.append(signed_by(offered, **keys_of(trio.xb, trio.xc)))
    trio.hub.signing_key = renewed
    assert trio.xa.hub_services.refresh_directory()
    assert trio.xa.directory().hub_signing_key == renewed.public.to_bytes()


def test_a_proposal_that_does_not_follow_is_not_signed(trio: Trio) -> None:
    forked = replace(followed_by(trio.hub.directory(), trio.hub), previous_digest="0" * 64)
    lie_to(trio.xa, trio).proposal = forked
    with pytest.raises(BrokenSuccession):
        trio.xa.hub_services.sign_directory(ADMINISTRATOR, {}, dry_run=False)


def test_a_new_version_is_fetched_as_soon_as_the_hub_tells_of_it(trio: Trio) -> None:
    suspend(trio, "XC")
    trio.hub.co_sign()
    trio.xa.receive()
    assert trio.xa.directory().version == 2


def test_what_members_sent_is_taken_while_the_hub_lies_about_the_directory(trio: Trio) -> None:
    for node in trio.nodes:
        node.services.ceremony.join(ADMINISTRATOR, None, dry_run=False)
        node.deliver()
    suspend(trio, "XC")
    lie_to(trio.xa, trio).versions = (signed_by(followed_by(trio.hub.directory(), trio.hub)),)
    trio.xa.receive()
    assert {row["state"] for row in trio.xa.rows("inbox_delivery")} == {"done"}
    assert len(trio.xa.tools.ceremony.vault.read(1).commitments) == 2


def test_the_founding_is_looked_for_until_it_is_there(candidates: Trio) -> None:
    assert not candidates.xa.hub_services.refresh_directory.first()
    candidates.hub.co_sign()
    assert candidates.xa.hub_services.refresh_directory.first()
    assert not candidates.xa.hub_services.refresh_directory.first()


# A member that joins a federation that exists.


@pytest.fixture
def latecomer(pair: Pair, node_databases: dict[str, str], tmp_path: Path) -> NodeUnderTest:
    return new_node("XC", pair.hub, pair.draws, node_databases["XC"], tmp_path)


def test_who_joined_later_is_told_to_compare_the_directory_with_a_member_first(
    pair: Pair, latecomer: NodeUnderTest, authority: certificates.KeyAndCertificate
) -> None:
    join(pair.hub, latecomer, authority)
    pair.hub.co_sign()
    latecomer.hub_services.refresh_directory()
    assert not latecomer.services.show_federation().membership.is_confirmed
    (ceremony,) = latecomer.services.ceremony.status()
    assert "federation confirm" in ceremony.what_to_do
    with pytest.raises(InvalidDraft, match="do not go on"):
        latecomer.services.confirm_directory(ADMINISTRATOR, "0" * 32)
    pair.xa.hub_services.refresh_directory()
    read_out = pair.xa.services.show_federation().fingerprint
    assert read_out is not None
    latecomer.services.confirm_directory(ADMINISTRATOR, read_out)
    assert latecomer.services.show_federation().membership.is_confirmed


# Members that are suspended or expelled.


def stand(pair_or_trio: Trio, code: str, standing: MemberStanding) -> FederationDirectory:
    known = pair_or_trio.hub.directory()
    pair_or_trio.hub.propose(with_standing(known, MemberCode(code), standing, pair_or_trio.draws.now()))
    return pair_or_trio.hub.co_sign()


def test_an_expelled_members_message_is_refused_whenever_it_was_written(pair: Pair) -> None:
    hit_id = pair.hit()
    pair.xb.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    pair.xb.deliver()
    vote = next(iter(pair.hub.votes[hit_id, 1].values()))
    pair.hub.enrol_on_paper(MemberCode("XC"))
    pair.hub.propose(with_standing(pair.hub.directory(), pair.xb.code, MemberStanding.EXPELLED, pair.draws.now()))
    pair.hub.co_sign()
    pair.xa.hub_services.refresh_directory()
    pair.hub.put(pair.xa.code, vote)
    pair.xa.receive()
    problems = [row["problem"] for row in pair.xa.rows("inbox_delivery") if row["state"] == "refused"]
    assert problems == [Problem.MEMBER_EXPELLED]


def test_a_suspended_member_is_told_and_its_node_keeps_what_waits(trio: Trio) -> None:
    stand(trio, "XC", MemberStanding.SUSPENDED)
    trio.refresh()
    assert trio.xc.services.show_status().standing == "suspended"
    assert trio.xc.hub_services.report_progress() == 0


def test_a_node_that_joined_nothing_says_so(
    node_databases: dict[str, str], tmp_path: Path, authority: certificates.KeyAndCertificate
) -> None:
    draws = SettableDraws()
    hub = new_hub(draws)
    lonely = new_node("XA", hub, draws, node_databases["XA"], tmp_path)
    with pytest.raises(NotJoined, match="node join"):
        lonely.hub_services.refresh_directory()
    founded(hub, [lonely, new_node("XB", hub, draws, node_databases["XB"], tmp_path)], authority)
    assert lonely.directory().version == 1
