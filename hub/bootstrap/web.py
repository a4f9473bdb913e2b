"""The web process: the members' API over mutual TLS, and the operator's desk."""

from symbolon.hub.bootstrap.api import WakeUps, build_api_services
from symbolon.hub.bootstrap.broker import create_celery
from symbolon.hub.bootstrap.comparison import IntakeByDirectory
from symbolon.hub.bootstrap.opening import CLOCK, open_hub
from symbolon.hub.bootstrap.people import registry_of
from symbolon.hub.jobs.tasks import CLEAR_AWAY
from symbolon.hub.jobs.wake_up import CeleryWakeUp
from symbolon.hub.services.initialise_hub import (
    AUTHORITY_CERTIFICATE,
    SERVER_CERTIFICATE,
    SERVER_KEY,
)
from symbolon.hub.services.list_clocks import ListClocks
from symbolon.hub.storage.delivery_bell import PostgresDeliveryBell
from symbolon.hub.web.api_app import create_api
from symbolon.hub.web.desk_app import create_desk_app
from symbolon.runtime.home import PartyHome
from symbolon.runtime.metrics import metrics_listeners
from symbolon.runtime.pages import Desk
from symbolon.runtime.serving import Listener
from symbolon.runtime.tls import TlsFiles, mutual_server_context, server_context


def build_listeners(home: PartyHome) -> list[Listener]:
    """The web process: the members' API over mutual TLS, and the operator's desk."""
    hub = open_hub(home, "web", connections=16)
    celery = create_celery(hub.settings)
    wake = WakeUps(match=CeleryWakeUp(celery), clear_away=CeleryWakeUp(celery, CLEAR_AWAY))
    services = build_api_services(hub, IntakeByDirectory(hub), wake)
    api = create_api(services, PostgresDeliveryBell(hub.settings.database))
    desk = create_desk_app(
        hub.show_status(),
        ListClocks(hub.store, CLOCK),
        registry_of(hub),
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
