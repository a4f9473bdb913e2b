"""What the processes of a hub import: kernels are for those that compare, and take seconds and memory to load."""

import subprocess
import sys

import pytest

ASKED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(" ".join(sorted({"numpy", "numba", "llvmlite"} & set(sys.modules))))
"""


@pytest.mark.parametrize(
    "module",
    [
        "symbolon.hub.bootstrap.web",
        # The beat is started by it; the worker imports what compares once it knows which comparator it needs.
        "symbolon.hub.bootstrap.worker",
        "symbolon.hub.bootstrap.commands",
        "symbolon.hub.gateway.token_lines",
    ],
)
def test_a_process_that_compares_nothing_loads_no_kernel(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", ASKED, module], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
