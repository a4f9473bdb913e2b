"""The hub's processes are killed amid matching where the broker is RabbitMQ, as in production."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.faults.kills import assert_nothing_is_lost_or_doubled, begin_round, killed_amid
from tests.integration.compose.system_packages import RABBITMQ_PROGRAMS, SystemRabbitMq, missing_packages

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.state_desk import StateDesk
from symbolon.exercise.supervisor import Supervisor
from symbolon.protocol.references import MemberCode

pytestmark = pytest.mark.system_services

ADDRESS = "127.0.83.1"
PORT = 5672


@pytest.fixture(scope="module")
def rabbitmq_supervisor(run_folder: Path) -> Iterator[Supervisor]:
    """RabbitMQ from the system's packages, on an address of its own."""
    if "rabbitmq-server" in missing_packages():
        reason = "needs the system's package rabbitmq-server: apt-get install rabbitmq-server"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    broker = SystemRabbitMq("rabbitmq", run_folder / "kills-rabbitmq", ADDRESS, *free_ports(2))
    broker.prepare()
    process = broker.process(
        run_folder / "kills-rabbitmq.log",
        (str(RABBITMQ_PROGRAMS / "rabbitmq-server"),),
        {},
    )
    with Supervisor() as supervisor:
        supervisor.start(broker.port_mapper(run_folder / "kills-epmd.log"))
        supervisor.start(replace(process, is_ready=lambda: accepts_connections(PORT, ADDRESS)))
        yield supervisor


@pytest.fixture(scope="module")
def broker_to_use(rabbitmq_supervisor: Supervisor) -> str:
    """The hub's broker is that RabbitMQ."""
    return f"amqp://guest:guest@{ADDRESS}:{PORT}//"


@pytest.mark.parametrize("process", ["hub-web", "hub-worker", "hub-beat", "rabbitmq"])
def test_nothing_is_lost_or_doubled_when_a_process_of_the_hub_is_killed_amid_matching(
    federation: Federation, desks: dict[MemberCode, StateDesk], rabbitmq_supervisor: Supervisor, process: str
) -> None:
    supervisor = rabbitmq_supervisor if process == "rabbitmq" else federation.servers.supervisor
    round_ = begin_round(federation, desks)
    with killed_amid(supervisor, process):
        round_.publish()
        round_.await_hits()
    for state in (AMARA, BELANU):
        round_.vote(state)
    round_.await_confirmed()
    round_.ask()
    round_.answer()
    round_.await_answer()
    assert_nothing_is_lost_or_doubled(round_)
