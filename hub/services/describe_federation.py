"""The members and what they agreed on, as the hub knows them now."""

from symbolon.hub.ports import Store, Work
from symbolon.hub.services.sign_message import HubIdentity, SignMessage
from symbolon.protocol.messages import FederationDirectory
from symbolon.protocol.references import MemberCode
from symbolon.runtime.clock import Clock


class DescribeFederation:
    """The use case of `GET /v1/federation`."""

    def __init__(self, store: Store, identity: HubIdentity, sign_message: SignMessage, clock: Clock) -> None:
        self._store = store
        self._identity = identity
        self._sign = sign_message
        self._clock = clock

    def __call__(self, member: MemberCode) -> bytes:
        """The directory, signed for this member."""
        with self._store.work() as work:
            directory = directory_of(work, self._identity)
        return self._sign(directory, member, self._clock.now()).to_bytes()


def directory_of(work: Work, identity: HubIdentity) -> FederationDirectory:
    """The directory as it stands in this transaction."""
    federation = work.members.federation()
    return FederationDirectory(
        federation=federation.name,
        exercise=federation.exercise,
        version=federation.directory_version,
        members=work.members.all(),
        hub_signing_key=identity.signing_key.public.to_bytes(),
        schema_id=federation.terms.schema_id,
        schema_digest=federation.terms.schema_digest,
        key_epoch=federation.terms.key_epoch,
    )
