"""The web process: the members' API over mutual TLS, and the operator's desk."""

from symbolon.hub.bootstrap.broker import create_celery
from symbolon.hub.bootstrap.opening import CLOCK, Hub, agreed_schema, open_hub
from symbolon.hub.jobs.wake_up import CeleryWakeUp
from symbolon.hub.ports import EncodingIntake, MatchingWakeUp
from symbolon.hub.services.accept_submission import AcceptSubmission
from symbolon.hub.services.acknowledge_deliveries import AcknowledgeDeliveries
from symbolon.hub.services.admit_batches import AdmitBatches
from symbolon.hub.services.answer_batch import AnswerBatch
from symbolon.hub.services.api_services import ApiServices
from symbolon.hub.services.decide_hold import DecideHold
from symbolon.hub.services.deposit_vote import DepositVote
from symbolon.hub.services.describe_federation import DescribeFederation
from symbolon.hub.services.erase_records import EraseRecords
from symbolon.hub.services.hand_over_votes import HandOverVotes
from symbolon.hub.services.identify_member import IdentifyMember
from symbolon.hub.services.initialise_hub import (
    AUTHORITY_CERTIFICATE,
    SERVER_CERTIFICATE,
    SERVER_KEY,
)
from symbolon.hub.services.list_deliveries import ListDeliveries
from symbolon.hub.services.open_envelope import OpenEnvelope
from symbolon.hub.services.relay_message import RelayMessage
from symbolon.hub.services.withdraw_records import WithdrawRecords
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.storage.open_encodings import OpenEncodings
from symbolon.hub.web.api_app import create_api
from symbolon.hub.web.desk_app import create_desk_app
from symbolon.runtime.gatekeeper import Gatekeeper
from symbolon.runtime.home import PartyHome
from symbolon.runtime.metrics import metrics_listeners
from symbolon.runtime.pages import Desk
from symbolon.runtime.serving import Listener
from symbolon.runtime.tls import TlsFiles, mutual_server_context, server_context


def build_listeners(home: PartyHome) -> list[Listener]:
    """The web process: the members' API over mutual TLS, and the operator's desk."""
    hub = open_hub(home, "web", connections=16)
    schema, _terms = agreed_schema()
    wake = CeleryWakeUp(create_celery(hub.settings))
    api = create_api(build_api_services(hub, OpenEncodings(schema), wake), PostgresDeliveryBell(hub.settings.database))
    desk = create_desk_app(
        hub.show_status(),
        Gatekeeper(hub.database, CLOCK, hub.audit_log),
        Desk(code="hub", name=hub.settings.federation, kind="Hub", exercise=hub.settings.exercise),
    )
    files = TlsFiles(certificate=home.tls.file(SERVER_CERTIFICATE), private_key=home.tls.private_file(SERVER_KEY))
    mutual = mutual_server_context(files, home.tls.file(AUTHORITY_CERTIFICATE))
    host = hub.settings.listen_host
    return [
        Listener(api, host, hub.settings.api_port, mutual),
        Listener(desk, host, hub.settings.desk_port, server_context(files)),
        *metrics_listeners(hub.settings.metrics_port),
    ]


def build_api_services(hub: Hub, intake: EncodingIntake, wake: MatchingWakeUp) -> ApiServices:
    """The use cases of the members' API."""
    store, post = hub.store, hub.post_message()
    open_envelope = OpenEnvelope(hub.identity)
    answer = AnswerBatch(store, AdmitBatches(), open_envelope, hub.sign_message(), CLOCK)
    change_hits = hub.change_hits()
    hand_over = HandOverVotes(post)
    return ApiServices(
        identify_member=IdentifyMember(store),
        describe_federation=DescribeFederation(store, hub.identity, hub.sign_message(), CLOCK),
        accept_submission=AcceptSubmission(answer, intake, change_hits, wake),
        withdraw_records=WithdrawRecords(answer, EraseRecords(intake, change_hits), wake),
        deposit_vote=DepositVote(store, open_envelope, hand_over, CLOCK),
        relay_message=RelayMessage(store, open_envelope, post, CLOCK),
        decide_hold=DecideHold(store, open_envelope, change_hits, hand_over, CLOCK),
        list_deliveries=ListDeliveries(store, CLOCK),
        acknowledge_deliveries=AcknowledgeDeliveries(store, open_envelope, CLOCK),
    )
