"""The hub's one error tree.

Every message is one sentence that says what to do and names no record, hit or member: it may reach a log.
`problem` is the protocol's closed code, which the edge turns into a status and a document.
"""

from symbolon.protocol.problems import Problem


class HubError(Exception):
    """Something that the hub refuses."""

    def __init__(self, problem: Problem, sentence: str) -> None:
        super().__init__(sentence)
        self.problem = problem
        self.sentence = sentence


class Unauthenticated(HubError):
    """The connection's certificate is not one of an enrolled member."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNAUTHENTICATED,
            "The client certificate is not one that this hub issued to an enrolled member: join with the member's own.",
        )


class NotYetAMember(HubError):
    """A state is enrolled, and the directory that lists it is not in effect yet."""

    def __init__(self) -> None:
        super().__init__(
            Problem.NOT_YET_A_MEMBER,
            "The members have not signed the directory that lists this state: sign it too, and wait for the others.",
        )


class MemberSuspended(HubError):
    """The caller is suspended."""

    def __init__(self) -> None:
        super().__init__(
            Problem.MEMBER_SUSPENDED, "This member is suspended: nothing was done; ask the hub's operator why."
        )


class MemberExpelled(HubError):
    """The caller was expelled."""

    def __init__(self) -> None:
        super().__init__(
            Problem.MEMBER_EXPELLED,
            "This member was expelled from the federation: to come back, it is enrolled anew by a new request.",
        )


class ProposalChanged(HubError):
    """A signature is under another draft than the one that is proposed now."""

    def __init__(self) -> None:
        super().__init__(
            Problem.PROPOSAL_CHANGED, "Another directory is proposed now than the one that was signed: look at it anew."
        )


class TooFewFounders(HubError):
    """One state signs a founding directory that lists nobody else."""

    def __init__(self) -> None:
        super().__init__(
            Problem.PROPOSAL_CHANGED, "A federation is founded by two states at least: wait until another is enrolled."
        )


class EpochNotOpen(HubError):
    """A node tells of an epoch that the directory in effect does not list."""

    def __init__(self) -> None:
        super().__init__(Problem.WRONG_KEY_EPOCH, "No such epoch is open: take the newest directory, and look again.")


class EpochNotReady(HubError):
    """An epoch cannot be closed while members are not through."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.EPOCH_NOT_READY, sentence)


class RotationPending(HubError):
    """A member asks for new keys while others that it asked for wait for signatures."""

    def __init__(self) -> None:
        super().__init__(
            Problem.FORBIDDEN,
            "New keys of this member wait for the others to sign: wait until they are in effect, or have the hub's "
            "operator drop them.",
        )


class NotPossible(HubError):
    """Something that the operator asked for does not fit the federation as it is."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.INVALID_INPUT, sentence)


class StillReconciling(HubError):
    """The hub was restored from a backup, and does not know all of its hits again yet."""

    def __init__(self) -> None:
        super().__init__(
            Problem.SERVICE_UNAVAILABLE,
            "The hub was restored from a backup and waits for its members to reconcile: send this again later.",
        )


class UnknownMember(HubError):
    """A message names a member that is not enrolled."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNKNOWN_MEMBER, "The addressee is no member of this federation: refresh the directory."
        )


class BatchReused(HubError):
    """A batch id comes again with another content."""

    def __init__(self) -> None:
        super().__init__(Problem.BATCH_REUSED, "This batch id was used before for another content: take a new id.")


class MessageReused(HubError):
    """A message id comes again with another content."""

    def __init__(self) -> None:
        super().__init__(Problem.MESSAGE_REUSED, "This message id was used before for another content: take a new id.")


class RefusedBefore(HubError):
    """A message comes again that was refused: it gets the same answer, whatever became of its hit since."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem, "This message was refused before: look at the hit again, and decide again.")


class BatchTooLarge(HubError):
    """More items than a batch may have."""

    def __init__(self, largest: int) -> None:
        super().__init__(Problem.BATCH_TOO_LARGE, f"A batch has at most {largest} items: send the rest in another.")


class TooManyBatches(HubError):
    """More batches wait than the hub keeps waiting."""

    def __init__(self) -> None:
        super().__init__(
            Problem.SERVICE_UNAVAILABLE, "Too many batches wait at the hub: nothing was done, send it again."
        )


class UnknownHit(HubError):
    """No such hit, or none that this member was told of: the two are told apart to nobody."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNKNOWN_HIT,
            "The hub knows no such hit of this member: take what waits, it may have been withdrawn meanwhile.",
        )


class NotTheCounterpart(HubError):
    """A message about a hit is addressed to a member that is not its other party."""

    def __init__(self) -> None:
        super().__init__(
            Problem.NOT_A_PARTY,
            "The addressee is not the other party of this hit: address the counterpart of its alert.",
        )


class NotTheProtector(HubError):
    """Only the owner of the protected record decides a hold."""

    def __init__(self) -> None:
        super().__init__(
            Problem.FORBIDDEN, "The hold is not this member's: wait, only the protected record's owner decides."
        )


class AlreadyVoted(HubError):
    """A side votes once in each round, and there are no more than two rounds."""

    def __init__(self) -> None:
        super().__init__(
            Problem.ALREADY_VOTED,
            "This side's vote already lies here, or both rounds are over: wait for the other side, or ask it directly.",
        )


class NotNow(HubError):
    """The hit's state does not allow this act."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.ILLEGAL_TRANSITION, sentence)


class WrongPurposeHere(HubError):
    """A message came to an address that takes other purposes."""

    def __init__(self) -> None:
        super().__init__(Problem.WRONG_PURPOSE, "This address does not take messages of this purpose.")


class CertificateRefused(HubError):
    """A certificate request that is not the member's own, or not of the agreed profile."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.MALFORMED_MESSAGE, sentence)


class EnrolmentRefused(HubError):
    """A state cannot be enrolled as asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(Problem.FORBIDDEN, sentence)


class NotInitialised(HubError):
    """The database holds no federation yet."""

    def __init__(self) -> None:
        super().__init__(Problem.SERVICE_UNAVAILABLE, "This hub has no federation yet: run `symbolon hub init` first.")


class UnknownPing(HubError):
    """An answer that names no desk of its state, or another question than the last one."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNKNOWN_PING, "This is not the last question that was put to the desk: answer the newest one."
        )


class UnknownAttachment(HubError):
    """No such file, or none of this member's, or not any more: they are told apart to nobody."""

    def __init__(self) -> None:
        super().__init__(
            Problem.UNKNOWN_ATTACHMENT,
            "The hub has no such file, or not this part of it, or has it no longer: ask for its progress, or offer it.",
        )


class QuotaExceeded(HubError):
    """Two members have too many files waiting for each other."""

    def __init__(self) -> None:
        super().__init__(
            Problem.QUOTA_EXCEEDED,
            "Too many files of these two members wait at the hub: offer it again when some were received.",
        )


class NotOfThePair(HubError):
    """A state hands in an agreement of others, or one that it has not signed."""

    def __init__(self) -> None:
        super().__init__(
            Problem.NOT_A_PARTY,
            "A state hands in what it agreed on itself: sign the profile as one of its two members.",
        )
