from symbolon.node.domain.ceremony import FOLLOWED_UNASKED, CeremonyFacts, follows
from symbolon.protocol.canonical import canonical_bytes, parse_json
from symbolon.protocol.ceremony import Ceremony, commitment_to
from symbolon.protocol.codec import from_wire, to_wire
from symbolon.protocol.key_ceremony import begin, hear, join, restart, share_linkage_key
from symbolon.protocol.keys import LinkageKey
from symbolon.protocol.messages import KeyCommitment, KeyConfirmation, KeyReveal
from symbolon.protocol.references import CeremonyId, MemberCode

XA, XB, XC = (MemberCode(code) for code in ("XA", "XB", "XC"))
CEREMONY = Ceremony(CeremonyId("1" * 64), "exercise-facts", 1, (XA, XB, XC), 2)


def commitment(member: MemberCode, attempt: int) -> KeyCommitment:
    bound = commitment_to(CEREMONY.ceremony_id, attempt, member, b"c" * 32)
    return KeyCommitment(CEREMONY.ceremony_id, 1, attempt, bound)


def test_what_is_stored_is_what_is_known() -> None:
    state = join(begin(CEREMONY, XA), b"a" * 32)
    state = hear(state, XB, commitment(XB, 1))
    state = hear(state, XB, KeyReveal(CEREMONY.ceremony_id, 1, 1, b"b" * 32, bytes(32)))
    state = hear(state, XC, KeyConfirmation(CEREMONY.ceremony_id, 1, 1, bytes(16)))
    facts = CeremonyFacts().with_state(state).with_share(XB, share_linkage_key(LinkageKey(1, bytes(32)), "x"))
    stored = canonical_bytes(to_wire(facts))
    assert from_wire(CeremonyFacts, parse_json(stored)) == facts
    assert facts.state(CEREMONY, XA) == state


def test_secrets_are_not_in_what_is_shown_of_the_facts() -> None:
    facts = CeremonyFacts(contribution=b"secret-secret-secret-secret-secr")
    facts = facts.with_share(XB, share_linkage_key(LinkageKey(1, b"hidden-hidden-hidden-hidden-hidd"), "x"))
    assert "secret-" not in repr(facts)
    assert "hidden-" not in repr(facts)


def test_a_newer_share_of_a_member_takes_the_place_of_its_older_one() -> None:
    facts = CeremonyFacts()
    for byte in (b"1", b"2"):
        facts = facts.with_share(XB, share_linkage_key(LinkageKey(1, byte * 32), "x"))
    assert [heard.share.key[:1] for heard in facts.shares] == [b"2"]


def test_who_did_not_join_follows_nobody() -> None:
    state = hear(begin(CEREMONY, XA), XB, commitment(XB, 2))
    assert follows(CeremonyFacts().with_state(state), state) is None


def test_who_joined_follows_to_the_next_attempt_without_those_who_were_left_out() -> None:
    state = join(restart(begin(CEREMONY, XA), [XC]), b"a" * 32)
    state = hear(state, XB, commitment(XB, 3))
    following = follows(CeremonyFacts().with_state(state), state)
    assert following is not None
    assert (following.attempt, following.without) == (3, frozenset({XC}))


def test_a_member_that_was_left_out_leads_nobody() -> None:
    state = join(restart(begin(CEREMONY, XA), [XC]), b"a" * 32)
    state = hear(state, XC, commitment(XC, 3))
    assert follows(CeremonyFacts().with_state(state), state) is None


def test_attempts_that_no_administrator_asked_for_are_followed_a_few_times_only() -> None:
    state = hear(join(begin(CEREMONY, XA), b"a" * 32), XB, commitment(XB, 50))
    facts = CeremonyFacts().with_state(state)
    while (following := follows(facts, state)) is not None:
        state = join(following, bytes([following.attempt]) * 32)
        facts = facts.with_state(state)
    assert state.attempt == 1 + FOLLOWED_UNASKED
