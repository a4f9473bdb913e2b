"""What operators' processes import and compile when they begin; importing this does it (see `warm_processes`)."""

import symbolon.cli
import symbolon.hub.cli.operator
import symbolon.hub.operators.bootstrap.opening  # noqa: F401
from symbolon.matching.blind.warm_up import warm_up

warm_up()
