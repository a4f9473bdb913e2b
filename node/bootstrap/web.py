"""The web process: the officers' pages."""

from fastapi import FastAPI

from symbolon.node.bootstrap.api import build_api_services
from symbolon.node.bootstrap.opening import Node
from symbolon.node.bootstrap.people import registry_of
from symbolon.node.gateway.enrolment import (
    DESK_CERTIFICATE,
    DESK_KEY,
)
from symbolon.node.storage.joined_work import JoinedUnitOfWork
from symbolon.node.web.api.app import create_api
from symbolon.node.web.app import create_app
from symbolon.node.web.front import Front
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


def build_api(node: Node) -> FastAPI:
    """The API's application."""
    joined = JoinedUnitOfWork(node.database, node.audit_log, node.vault)
    return create_api(build_api_services(node.tools, joined, registry_of(node)), node.clock)


def build_listeners(node: Node) -> list[Listener]:
    """Where the desk's pages are served (TLS, no client certificate), and the metrics if they are wanted."""
    tls = node.home.tls
    own = TlsFiles(tls.file(DESK_CERTIFICATE), tls.private_file(DESK_KEY))
    front = Front(build_web(node), build_api(node))
    desk = Listener(front, node.settings.listen_host, node.settings.desk_port, server_context(own))
    return [desk, *metrics_listeners(node.settings.metrics_port)]
