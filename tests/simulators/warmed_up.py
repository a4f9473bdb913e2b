"""What processes of a hub and of operators import and compile when they begin (see `warm_processes`)."""

import symbolon.cli
import symbolon.hub.bootstrap.web
import symbolon.hub.bootstrap.worker
import symbolon.hub.cli.operator
import symbolon.hub.operators.bootstrap.opening
import symbolon.hub.storage.open_comparator
import symbolon.runtime.serving  # noqa: F401
from symbolon.matching.blind.warm_up import warm_up

warm_up()
