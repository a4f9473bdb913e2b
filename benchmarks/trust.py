"""What TLS, signatures and the audit log cost on the way of a submission: `make bench-trust`.

Two hubs on one real PostgreSQL: the product's own process, and the same use cases without mutual TLS, signatures,
replay checks and audit leaves (`bare_hub.py`). The same batches go to both, one after the other, in an order that
alternates. A batch's time runs from the node's message to the receipt that the node has read: signing, sending, all
that the hub does, answering, verifying. Encoding comes before, is the same for both, and is not in it: with it, the
share would be smaller.

Prints one JSON object. `overhead_fraction` is for full batches: those with trust over those without, less one, summed
over the quieter half of the pairs (by a pair's two times added up), since on a machine that others use a disturbance
is many times what is measured. `of_all_pairs` is the same over all of them.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import httpx
from bare_hub import LOOPBACK, unsigned
from hub_members import FEDERATION, WireMember, co_sign, item

from symbolon.exercise.hub_party import ExerciseHub
from symbolon.exercise.party import party_environment
from symbolon.exercise.ports import accepts_connections, free_ports
from symbolon.exercise.servers import ExerciseServers
from symbolon.exercise.supervisor import ProcessSpec
from symbolon.matching.identifier_types import BirthDate, Document, DocumentType, PersonName, RecordIdentifiers
from symbolon.protocol.envelope import Envelope, Expectation, verify
from symbolon.protocol.keys import VerifyingKey
from symbolon.protocol.messages import MAX_BATCH_ITEMS, ItemOutcome, Submission, SubmissionItem, SubmissionReceipt
from symbolon.protocol.references import HUB, new_batch_id

BARE_HUB = Path(__file__).with_name("bare_hub.py")
TARGET = 0.20
WARM_UP = 3
SYLLABLES = ("ka", "mi", "to", "ran", "sel", "vu", "dor", "an", "pe", "lin", "sho", "ba", "rey", "zu", "mon", "chi")
Send = Callable[[tuple[SubmissionItem, ...]], float]
Took = tuple[list[float], list[float]]
"""Milliseconds of each batch, with trust and without."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=30, help="full batches of 1,000 records to each hub")
    parser.add_argument("--small", type=int, default=100, help="batches of one record to each hub")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = stack.enter_context(ExerciseServers())
        hub, node = _start(servers, "hub", folder)
        stack.callback(hub.close)
        port = _start_bare(servers, folder)
        client = stack.enter_context(httpx.Client(base_url=f"http://{LOOPBACK}:{port}", timeout=60, trust_env=False))
        senders: tuple[Send, Send] = (lambda items: _with_trust(node, items), lambda items: _without(client, items))
        full = _side_by_side(senders, options.batches, MAX_BATCH_ITEMS)
        small = _side_by_side(senders, options.small, 1)
        parts = _parts(node)
    print(
        json.dumps(
            {
                "records_a_batch": MAX_BATCH_ITEMS,
                "batches": options.batches,
                "with_trust_ms": _median(_quieter_half(full)[0]),
                "without_ms": _median(_quieter_half(full)[1]),
                "overhead_fraction": _overhead(_quieter_half(full)),
                "of_all_pairs": _overhead(full),
                "target": TARGET,
                "single_record": {
                    "with_trust_ms": _median(_quieter_half(small)[0]),
                    "without_ms": _median(_quieter_half(small)[1]),
                    "overhead_fraction": _overhead(_quieter_half(small)),
                },
                "steps_of_a_full_batch_ms": parts,
            }
        )
    )


def _start(servers: ExerciseServers, name: str, folder: Path) -> tuple[ExerciseHub, WireMember]:
    """A hub of the product with two members, and the first of them."""
    hub = ExerciseHub(servers.folder / name, FEDERATION)
    hub.found(servers.postgres.create_party(name), servers.broker_url)
    web, *_matchers = hub.processes(servers.logs, lambda: 0)
    servers.supervisor.start(replace(web, name=name))
    (folder / name).mkdir()
    members = [WireMember(hub, code, folder / name) for code in ("XA", "XB")]
    co_sign(*members)
    return hub, members[0]


def _start_bare(servers: ExerciseServers, folder: Path) -> int:
    """A hub that was founded as every hub is, and now trusts everybody; its port."""
    hub, _member = _start(servers, "founded", folder)
    hub.close()
    servers.supervisor.hold("founded")
    (port,) = free_ports(1)
    certificate = folder / "founded" / "XA.pem"
    command = (sys.executable, str(BARE_HUB), str(hub.home.path), str(port), str(certificate))
    environment = {**party_environment(), "PYTHONPATH": str(BARE_HUB.parents[1])}
    log = servers.logs / "bare.log"
    servers.supervisor.start(ProcessSpec("bare", command, log, environment, lambda: accepts_connections(port)))
    return port


def _side_by_side(senders: tuple[Send, Send], batches: int, size: int) -> Took:
    """Milliseconds of each batch at each of the two; the first few of each are not counted."""
    took: Took = ([], [])
    for number in range(WARM_UP + batches):
        items = tuple(item(_person(number * size + place)) for place in range(size))
        order = (0, 1) if number % 2 else (1, 0)
        for which in order:
            took[which].append(1000 * senders[which](items))
    return took[0][WARM_UP:], took[1][WARM_UP:]


def _with_trust(node: WireMember, items: tuple[SubmissionItem, ...]) -> float:
    start = perf_counter()
    envelope = node.simulated.submission(*items)
    response = node.client.post("/v1/submissions", content=envelope.to_bytes()).raise_for_status()
    answer = Envelope.from_bytes(response.content)
    expected = Expectation(FEDERATION, True, node.simulated.code, SubmissionReceipt.PURPOSE, HUB)
    verify(answer, VerifyingKey.from_bytes(node.hub_signing_key), expected, datetime.now(UTC))
    _read(answer)
    return perf_counter() - start


def _without(client: httpx.Client, items: tuple[SubmissionItem, ...]) -> float:
    start = perf_counter()
    now = datetime.now(UTC)
    submission = Submission(new_batch_id(uuid4()), items)
    envelope = unsigned(submission, FEDERATION, ("XA", HUB), now, now + timedelta(minutes=10))
    response = client.post("/v1/submissions", content=envelope.to_bytes()).raise_for_status()
    _read(Envelope.from_bytes(response.content))
    return perf_counter() - start


def _read(answer: Envelope) -> None:
    assert all(outcome.problem is None for outcome in answer.read(SubmissionReceipt).outcomes)


def _parts(node: WireMember) -> dict[str, float]:
    """What single steps of trust take for a full batch, in this process; the rest is TLS, the nonce and the leaf."""
    items = tuple(item(_person(place)) for place in range(MAX_BATCH_ITEMS))
    envelope, key = node.simulated.submission(*items), node.simulated.signing_key
    outcomes = tuple(ItemOutcome(each.reference, each.version, None, None) for each in items)
    receipt = SubmissionReceipt(new_batch_id(uuid4()), "5f" * 32, datetime.now(UTC), outcomes)
    answer = node.simulated.envelope(receipt, receipt.PURPOSE)
    steps: dict[str, Callable[[], object]] = {
        "node_signs_batch": lambda: key.sign(envelope.signed_bytes()),
        "hub_verifies_batch": lambda: key.public.verify(envelope.signature, envelope.signed_bytes()),
        "hub_signs_receipt": lambda: key.sign(answer.signed_bytes()),
        "node_verifies_receipt": lambda: key.public.verify(answer.signature, answer.signed_bytes()),
    }
    return {name: _median([_timed(step) for _ in range(9)]) for name, step in steps.items()}


def _timed(step: Callable[[], object]) -> float:
    start = perf_counter()
    step()
    return 1000 * (perf_counter() - start)


def _person(number: int) -> RecordIdentifiers:
    """One of very many invented people, always the same one for a number."""
    words = [SYLLABLES[number >> shift & 15] + SYLLABLES[number >> shift + 4 & 15] for shift in (0, 8)]
    return RecordIdentifiers(
        names=(PersonName(" ".join(word.capitalize() for word in words)),),
        birth_date=BirthDate(1950 + number % 50, 1 + number % 12, 1 + number % 28),
        documents=(Document(DocumentType.PASSPORT, "XA", f"A{number:07}"),),
    )


def _median(values: list[float]) -> float:
    return round(statistics.median(values), 2)


def _overhead(took: Took) -> float:
    return round(sum(took[0]) / sum(took[1]) - 1, 3)


def _quieter_half(took: Took) -> Took:
    pairs = sorted(zip(*took, strict=True), key=sum)[: max(1, len(took[0]) // 2)]
    return [one for one, _other in pairs], [other for _one, other in pairs]


if __name__ == "__main__":
    main()
