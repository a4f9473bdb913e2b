"""What docker-compose.yml promises about secrets, networks and health, read from the file itself."""

import re

import pytest
from tests.integration.compose.compose_file import (
    COMPOSE_FILE,
    ContainerService,
    read_compose_file,
    secret_variables,
)

SERVICES = read_compose_file()
STATES = ("xa", "xb", "xc")
OPERATORS = ("operator0", "operator1", "operator2")
PARTIES = ("hub", *OPERATORS, *STATES)
PLAYING_SEVERAL = ("setup", "founding")
"""They play several parties, as people with a telephone would, and end."""
ROLES = [
    service for service in SERVICES.values() if service.command[:1] != () and "symbolon" in " ".join(service.command)
]


def party_of(service: ContainerService) -> str:
    return service.name.partition("-")[0]


def test_hub_operators_and_nodes_are_there_with_all_their_processes() -> None:
    nodes = {f"{party}-{process}" for party in STATES for process in ("postgres", "web", "worker")}
    operators = {f"{party}-{process}" for party in OPERATORS for process in ("postgres", "server")}
    hub = {"rabbitmq", "hub-postgres", "hub-web", "hub-worker", "hub-beat"}
    assert set(SERVICES) == {*PLAYING_SEVERAL} | hub | operators | nodes


def test_every_lasting_service_has_a_health_check() -> None:
    assert [name for name, service in SERVICES.items() if not service.health_check] == [*PLAYING_SEVERAL]


def test_every_secret_comes_from_the_environment_and_none_stands_in_the_file() -> None:
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    assert all(re.fullmatch(r"[A-Z0-9_]+_PASSWORD", variable) for variable in secret_variables().values())
    assert not re.search(r"(?i)password: *[^{/\s]|password=(?!\W)", text)


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_a_service_gets_only_its_own_partys_secrets(service: ContainerService) -> None:
    if service.name in PLAYING_SEVERAL:
        return
    others = {f"{party}_database_password" for party in PARTIES if party != party_of(service)}
    assert not others & set(service.secrets.values())


@pytest.mark.parametrize("service", SERVICES.values(), ids=lambda service: service.name)
def test_a_service_reaches_no_other_partys_database(service: ContainerService) -> None:
    if service.name in PLAYING_SEVERAL:
        return
    reachable = {other.name for other in SERVICES.values() if other.networks & service.networks}
    others = {f"{party}-postgres" for party in PARTIES if party != party_of(service)}
    if service.name == "rabbitmq":
        others -= {"hub-postgres"}
    assert not others & reachable


def test_the_broker_is_the_hubs_alone() -> None:
    reaching = {name for name, service in SERVICES.items() if service.networks & SERVICES["rabbitmq"].networks}
    assert reaching == {"setup", "rabbitmq", "hub-postgres", "hub-web", "hub-worker", "hub-beat"}


def test_a_home_is_mounted_by_its_own_party_alone() -> None:
    for service in SERVICES.values():
        if service.name not in PLAYING_SEVERAL:
            assert {volume.partition("-")[0] for volume in service.volumes.values()} <= {party_of(service)}


def test_nodes_reach_no_operator_and_operators_no_node() -> None:
    for party in OPERATORS:
        server = SERVICES[f"{party}-server"]
        reaching = {name for name, service in SERVICES.items() if service.networks & server.networks}
        others = {f"{other}-server" for other in OPERATORS}
        assert reaching == {"setup", "hub-web", "hub-worker", f"{party}-postgres", *others}


@pytest.mark.parametrize("name", ["hub-worker", *(f"{party}-server" for party in OPERATORS)])
def test_who_compares_keeps_what_is_compiled_where_the_process_may_write(name: str) -> None:
    assert SERVICES[name].environment["NUMBA_CACHE_DIR"].startswith("/tmp/")  # noqa: S108 -- the container's
