"""The federation of docker-compose.yml, running without Docker on the system's PostgreSQL and RabbitMQ."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.integration.compose.compose_file import Stage, read_compose_file
from tests.integration.compose.containers import Containers, start_everything
from tests.integration.compose.system_packages import SystemRabbitMq, missing_packages

from symbolon.exercise.ports import free_ports
from symbolon.exercise.run_folder import make_run_folder
from symbolon.exercise.supervisor import Supervisor


@pytest.fixture(scope="session")
def containers() -> Iterator[Containers]:
    """Everything of the file, started in the order of its dependencies, healthy."""
    missing = missing_packages()
    if missing:
        reason = f"needs the system's packages {' and '.join(missing)}: apt-get install {' '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with ExitStack() as stack:
        folder = make_run_folder()
        stack.callback(shutil.rmtree, folder)
        supervisor = stack.enter_context(Supervisor())
        stage = Stage(folder, read_compose_file())
        rabbitmq = SystemRabbitMq("rabbitmq", folder / "rabbitmq", stage.addresses["rabbitmq"], *free_ports(2))
        running = Containers(stage, rabbitmq, supervisor)
        start_everything(running)
        yield running
