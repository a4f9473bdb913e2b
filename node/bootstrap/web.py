"""The web process: the officers' pages."""

from fastapi import FastAPI

from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.people import registry_of
from symbolon.node.gateway.enrolment import (
    DESK_CERTIFICATE,
    DESK_KEY,
)
from symbolon.node.web.app import create_app
from symbolon.runtime.metrics import metrics_listeners
from symbolon.runtime.pages import Desk
from symbolon.runtime.serving import Listener
from symbolon.runtime.tls import TlsFiles, server_context


def build_web(node: Node) -> FastAPI:
    """The desk's web application."""
    with node.unit_of_work.begin() as work:
        membership = work.directory.membership()
    desk = Desk(node.settings.code, node.settings.name, "node", membership is not None and membership.exercise)
    return create_app(node.services, registry_of(node), desk, node.member_names)


def build_listeners(node: Node) -> list[Listener]:
    """Where the desk's pages are served (TLS, no client certificate), and the metrics if they are wanted."""
    tls = node.home.tls
    own = TlsFiles(tls.file(DESK_CERTIFICATE), tls.private_file(DESK_KEY))
    desk = Listener(build_web(node), node.settings.listen_host, node.settings.desk_port, server_context(own))
    return [desk, *metrics_listeners(node.settings.metrics_port)]
