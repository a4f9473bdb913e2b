"""The coverage-guided fuzzer runs for some seconds with the tests, and says what is lacking where it cannot run."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz.coverage_guided import NO_ATHERIS

PROGRAM = Path(__file__).parent / "coverage_guided.py"
SECONDS = 6
HAS_ATHERIS = importlib.util.find_spec("atheris") is not None


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(PROGRAM), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.skipif(not HAS_ATHERIS, reason=NO_ATHERIS)
def test_some_seconds_of_coverage_guided_fuzzing_break_no_decoder(tmp_path: Path) -> None:
    done = run("--together", "--seconds", str(SECONDS), "--corpus", str(tmp_path))
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    assert outcome["findings"] == 0
    assert outcome["executions"] > 100


@pytest.mark.skipif(HAS_ATHERIS, reason="atheris is here")
def test_where_atheris_is_not_the_program_says_what_to_do_instead() -> None:
    done = run("--seconds", "1")
    assert (done.returncode, done.stderr.strip()) == (2, NO_ATHERIS)
