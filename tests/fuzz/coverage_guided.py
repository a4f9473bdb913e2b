"""Coverage-guided fuzzing of the decoders, with atheris: ``make fuzz MINUTES=10``.

Each group of decoders is a process of its own; as many run at once as there are processors. The corpus lies in
``build/fuzz`` and grows from run to run. An input that breaks a decoder is written there (``crash-…``, ``timeout-…`` or
``oom-…``), and the run fails. A crash that is mended becomes a test: put what mattered of it into ``test_found.py``.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
NO_ATHERIS = (
    "atheris is not installed: it has packages for CPython 3.11 to 3.13 on Linux alone, where `make setup` brings it."
    " The same decoders are tried without it by: pytest tests/fuzz/test_decoders.py"
)
LONGEST_INPUT_S = 10
MOST_MEMORY_MB = 2_048
_FINDINGS = ("crash", "timeout", "oom")
_RUNS = re.compile(r"^stat::number_of_executed_units:\s+(\d+)", re.MULTILINE)
_COVERED = re.compile(r"\bcov: (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one process."""

    group: str
    executions: int
    covered: int
    findings: tuple[str, ...]
    told: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz for a while; 0 where nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long altogether")
    parser.add_argument("--groups", nargs="*", default=[], help="only these groups of decoders")
    parser.add_argument("--together", action="store_true", help="all groups in one process: for a short run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many processes at once")
    parser.add_argument("--corpus", type=Path, default=ROOT / "build" / "fuzz")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside is not None:
        return _fuzz(tuple(filter(None, options.inside.split(","))), options.corpus, options.seconds)
    try:
        import atheris  # noqa: F401 - whether it is there
    except ImportError:
        sys.stderr.write(f"{NO_ATHERIS}\n")
        return 2
    sys.path.insert(0, str(ROOT))
    from tests.fuzz.registry import GROUPS

    wanted = tuple(options.groups) or GROUPS
    parts = [wanted] if options.together else [(group,) for group in wanted]
    at_once = min(len(parts), options.jobs)
    # Each part gets the same share of the time; parts beyond the processors wait for one.
    share = options.seconds * at_once / len(parts)
    with ThreadPoolExecutor(at_once) as pool:
        outcomes = list(pool.map(lambda groups: _run(groups, options.corpus, share), parts))
    found = [outcome for outcome in outcomes if outcome.findings]
    for outcome in found:
        sys.stderr.write(f"{outcome.told}\n")
    lines = [{key: value for key, value in asdict(outcome).items() if key != "told"} for outcome in outcomes]
    executions = sum(outcome.executions for outcome in outcomes)
    print(json.dumps({"executions": executions, "findings": len(found), "groups": lines}))
    return 1 if found else 0


def _run(groups: tuple[str, ...], corpus: Path, seconds: float) -> Outcome:
    name = groups[0] if len(groups) == 1 else "together"
    folder = corpus / name
    folder.mkdir(parents=True, exist_ok=True)
    inside = ["--inside", ",".join(groups), "--corpus", str(folder), "--seconds", str(seconds)]
    # A process that hangs where no alarm of its own reaches it is a finding too.
    try:
        done = subprocess.run(
            [sys.executable, str(Path(__file__)), *inside],
            capture_output=True,
            text=True,
            errors="replace",
            cwd=ROOT,
            timeout=seconds * 1.5 + 120,
            check=False,
        )
        told, code = done.stdout + done.stderr, done.returncode
    except subprocess.TimeoutExpired:
        told, code = f"{name}: the process did not end", 1
    findings = tuple(sorted(file.name for kind in _FINDINGS for file in folder.glob(f"{kind}-*")))
    runs, covered = _RUNS.search(told), _COVERED.findall(told)
    return Outcome(
        group=name,
        executions=int(runs.group(1)) if runs else 0,
        covered=int(covered[-1]) if covered else 0,
        findings=findings or ((f"exit status {code}",) if code else ()),
        told="\n".join(line for line in told.splitlines() if not line.startswith(("#", "INFO")))[-8_000:],
    )


def _fuzz(groups: tuple[str, ...], folder: Path, seconds: float) -> int:
    """One process of libFuzzer; does not return."""
    import atheris

    sys.path.insert(0, str(ROOT))
    with atheris.instrument_imports(include=["symbolon"], enable_loader_override=False):
        from tests.fuzz.registry import decoders_of

    decoders = decoders_of(groups)
    inputs = folder / "corpus"
    inputs.mkdir(exist_ok=True)
    # The first byte says which decoder the rest is for.
    for number, decoder in enumerate(decoders):
        for place, seed in enumerate(decoder.seeds):
            (inputs / f"seed-{decoder.name}-{place}").write_bytes(bytes([number]) + seed)
    words = folder / "words"
    distinct = dict.fromkeys(word for decoder in decoders for word in decoder.words if 0 < len(word) <= 64)
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in distinct))

    def target(data: bytes) -> None:
        if data:
            decoders[data[0] % len(decoders)].try_on(data[1:])

    flags = [
        f"-max_total_time={max(1, round(seconds))}",
        f"-timeout={LONGEST_INPUT_S}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        f"-artifact_prefix={folder}/",
        *((f"-dict={words}",) if distinct else ()),
        "-max_len=8192",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *flags, str(inputs)], target)
    atheris.Fuzz()
    return 0


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


if __name__ == "__main__":
    sys.exit(main())
