"""What a proposed version of the directory means to a node: what it changes, what is to be compared, who signs it."""

from symbolon.node.domain.key_generations import KeyGeneration
from symbolon.node.domain.membership import CardToCompare, Membership, ProposalView
from symbolon.node.errors import NodeError
from symbolon.node.ports.outside import MemberKeys
from symbolon.node.ports.storage import Work
from symbolon.protocol.directory_changes import changes_between
from symbolon.protocol.federation import required_signatures, verify_succession
from symbolon.protocol.membership_problems import NotCoSigned
from symbolon.protocol.messages import (
    DirectoryProposal,
    FederationDirectory,
    MemberCard,
    SignedDirectory,
    card_fingerprint,
    directory_fingerprint,
)
from symbolon.protocol.problems import Problem, WrongFederation
from symbolon.protocol.references import MemberCode


def view_proposal(
    known: FederationDirectory | None, proposal: DirectoryProposal, own: MemberCode, compared: frozenset[str]
) -> ProposalView | None:
    """How a proposal looks to the member `own`; None where nothing is proposed, or what is has come into effect."""
    proposed = proposal.directory
    if proposed is None or (known is not None and proposed.version <= known.version):
        return None
    required = required_signatures(known, proposed)
    changes = changes_between(known, proposed)
    # A member that is not listed active keeps the card that it had (`verify_succession`): nothing is to be compared.
    listed = proposed.members if known is None else proposed.active_members
    others = {member.code for member in listed} - {own}
    cards = [change.card for change in changes if change.card is not None and change.card.code in others]
    fingerprints = [(card.code, card_fingerprint(card)) for card in cards]
    return ProposalView(
        version=proposed.version,
        fingerprint=directory_fingerprint(proposed),
        changes=changes,
        signed_by=proposal.signed_by,
        signers=tuple(sorted(required.signers)),
        quorum=required.quorum,
        to_compare=tuple(CardToCompare(code, text) for code, text in fingerprints if text not in compared),
        waits_for_this_node=own in required.signers and own not in proposal.signed_by,
    )


def check_follows(known: FederationDirectory | None, proposed: FederationDirectory, membership: Membership) -> None:
    """Refuse to look further at what could never come into effect, or be taken here.

    Raises:
        ProtocolError: it does not follow from the newest version, or belongs to another federation.

    """
    if (proposed.federation, proposed.exercise) != (membership.federation, membership.exercise):
        raise WrongFederation("The directory belongs to another federation, or mixes exercise and live data.")
    if known is None and proposed.hub_signing_key != membership.hub_signing_key:
        raise WrongFederation("The directory names another key of the hub than the welcome.")
    try:
        verify_succession(known, SignedDirectory(proposed, ()))
    except NotCoSigned:
        # The last of the checks: nobody has signed it yet.
        return


def check_own_card(directory: FederationDirectory, own: MemberCode, keys: MemberKeys) -> None:
    """Refuse a version that lists keys or a certificate for this state that are not here.

    Raises:
        NodeError: somebody else would speak in this state's name.

    """
    card = directory.card_of(own)
    if card is not None and not any(_is_own(card, generation, keys) for generation in keys.generations()):
        raise NodeError(
            Problem.UNKNOWN_MEMBER,
            "The proposed directory lists keys or a certificate for this state that are not here: do not sign it, and"
            " tell the other members.",
        )


def _is_own(card: MemberCard, generation: KeyGeneration, keys: MemberKeys) -> bool:
    return generation.is_on(card) and keys.certificate_fingerprint(generation.number) == card.certificate_fingerprint


def proposal_view(work: Work, own: MemberCode) -> ProposalView | None:
    """The proposal as it was last seen."""
    proposal = work.directory.proposal()
    if proposal is None:
        return None
    return view_proposal(work.directory.find(), proposal, own, work.directory.compared())
