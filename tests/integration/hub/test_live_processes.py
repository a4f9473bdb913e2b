"""The hub's own processes (web, worker, beat), reached over mutual TLS as a node reaches them."""

import contextlib
import ssl
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.simulators import warm_processes
from tests.simulators.hub_members import SimulatedMember, item

from symbolon.exercise.ports import accepts_connections
from symbolon.hub.bootstrap.commands import expel_member, suspend_member
from symbolon.protocol.canonical import parse_json
from symbolon.protocol.envelope import Envelope
from symbolon.protocol.federation import verify_succession
from symbolon.protocol.messages import (
    Alert,
    DirectoryProposal,
    FederationHistory,
    RotationAnswer,
    SubmissionReceipt,
)
from symbolon.runtime.certificates import fingerprint
from symbolon.runtime.tls import TlsFiles, client_context, trusting_context

RunHub = Callable[..., BaseProcess]


@pytest.fixture
def run_hub(bench: Any, tmp_path: Path) -> Iterator[RunHub]:
    """Starts `symbolon hub COMMAND` with the bench's home; what still runs is ended after the test."""
    with contextlib.ExitStack() as stack:

        def run(command: str, **environment: str) -> BaseProcess:
            arguments = ("hub", command, "--home", str(bench.hub.home.path))
            process = warm_processes.started(tmp_path / f"{command}.log", *arguments, **environment)
            stack.callback(_end, process)
            return process

        yield run


@pytest.fixture
def node(bench: Any, tmp_path: Path) -> Callable[[str], httpx.Client]:
    """A node's HTTPS client, with the certificate that the hub issued to it."""

    def connect(code: str) -> httpx.Client:
        files = TlsFiles(tmp_path / f"{code}.pem", tmp_path / f"{code}.key")
        files.certificate.write_text(bench.welcomes[code].certificate_pem)
        files.private_key.write_bytes(bench.members[code].tls_key)
        context = client_context(files, _authority(bench))
        return httpx.Client(base_url=f"https://localhost:{bench.hub.settings.api_port}", verify=context, timeout=40)

    return connect


@pytest.fixture
def web(bench: Any, run_hub: RunHub) -> BaseProcess:
    return _start_web(bench, run_hub)


def test_a_client_without_a_certificate_is_not_let_in(bench: Any, web: Any) -> None:
    context = trusting_context(_authority(bench))
    with pytest.raises((httpx.ReadError, httpx.ConnectError, httpx.RemoteProtocolError, ssl.SSLError)):
        httpx.get(f"https://localhost:{bench.hub.settings.api_port}/v1/health", verify=context)


def test_the_directory_comes_with_the_signatures_of_its_members(bench: Any, web: Any, node: Any) -> None:
    with node("XA") as client:
        answer = client.get("/v1/federation", params={"after": 0})
        nothing_new = client.get("/v1/federation", params={"after": 1})
    [signed] = Envelope.from_bytes(answer.content).read(FederationHistory).versions
    verify_succession(None, signed)
    assert [signature.member for signature in signed.signatures] == ["XA", "XB", "XC"]
    assert Envelope.from_bytes(nothing_new.content).read(FederationHistory).versions == ()


def test_a_member_signs_and_rotates_its_keys_over_the_wire(bench: Any, web: Any, node: Any) -> None:
    with node("XA") as amara, node("XB") as belanu:
        request = bench.amara.rotation(SimulatedMember(bench.amara.code)).to_bytes()
        answer = amara.post("/v1/rotations", content=request)
        pem = Envelope.from_bytes(answer.content).read(RotationAnswer).certificate_pem
        proposed = Envelope.from_bytes(amara.get("/v1/federation/proposal").content).read(DirectoryProposal).directory
        assert proposed is not None
        for client, member in ((amara, bench.amara), (belanu, bench.belanu)):
            signed = client.post("/v1/federation/approvals", content=member.approval(proposed).to_bytes())
            assert signed.status_code == 204
        # The connection is the old certificate's, which the directory in effect lists no longer.
        assert amara.get("/v1/health").status_code == 401
    assert bench.directory().card_of(bench.amara.code).certificate_fingerprint == fingerprint(pem.encode())


def test_a_member_that_waits_for_deliveries_is_told_of_its_suspension_within_seconds(
    bench: Any, web: Any, node: Any
) -> None:
    with node("XC") as client, ThreadPoolExecutor(1) as pool:
        client.get("/v1/health")
        waiting = pool.submit(client.get, "/v1/deliveries", params={"wait": 30})
        time.sleep(0.5)
        suspend_member(bench.hub)(bench.cassor.code)
        answer = waiting.result(5)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:symbolon:problem:member-suspended")
        assert client.get("/v1/federation").status_code == 200


def test_a_member_that_waits_for_deliveries_is_told_of_its_expulsion_within_seconds(
    bench: Any, web: Any, node: Any
) -> None:
    expel_member(bench.hub)(bench.cassor.code)
    bench.co_sign("XA", "XB")
    with node("XC") as client:
        answer = client.get("/v1/federation")
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:symbolon:problem:member-expelled")


def test_a_worker_erases_what_a_new_version_leaves_no_place_for(
    bench: Any, run_hub: RunHub, node: Any, person: Any
) -> None:
    bench.submit(bench.cassor, item(person))
    _start_web(bench, run_hub)
    workers = _workers(bench)
    run_hub("worker")
    expel_member(bench.hub)(bench.cassor.code)
    bench.sign("XA")
    last = bench.belanu.approval(bench.proposal())
    with node("XB") as client:
        _await_worker(bench, workers)
        # No beat runs here: the last signature wakes the worker.
        assert client.post("/v1/federation/approvals", content=last.to_bytes()).status_code == 204
    deadline = time.monotonic() + 20
    while sum(count.live for count in bench.hub.show_status()().records):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_member_is_the_certificates_whatever_the_envelope_says(
    bench: Any, web: Any, node: Any, person: Any
) -> None:
    with node("XB") as client:
        answer = client.post("/v1/submissions", content=bench.amara.submission(item(person)).to_bytes())
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] in {"urn:symbolon:problem:bad-signature", "urn:symbolon:problem:wrong-sender"}


def test_the_openapi_document_describes_each_message(web: Any, node: Any) -> None:
    with node("XA") as client:
        document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    assert {"Envelope", "Submission", "SubmissionReceipt", "Alert", "Vote", "Request", "Reply"} <= schemas.keys()
    assert schemas["SubmissionItem"]["properties"]["envelopes"]["items"]["contentEncoding"] == "base64url"
    assert "/v1/deliveries" in document["paths"]


def test_accepting_works_and_is_quick_while_no_broker_is_there(
    bench: Any, run_hub: RunHub, node: Any, person: Any, tmp_path: Path
) -> None:
    _start_web(bench, run_hub, SYMBOLON_BROKER=f"redis+socket://{tmp_path}/nobody.sock")
    with node("XA") as client:
        client.get("/v1/health")
        for _ in range(3):
            body = bench.amara.submission(item(person)).to_bytes()
            started = time.perf_counter()
            answer = client.post("/v1/submissions", content=body)
            assert time.perf_counter() - started < 1
            assert Envelope.from_bytes(answer.content).read(SubmissionReceipt).outcomes[0].problem is None


def test_the_sweep_finds_what_was_accepted_while_no_broker_was_there(
    bench: Any, run_hub: RunHub, node: Any, person: Any
) -> None:
    bench.submit(bench.amara, item(person))
    bench.submit(bench.belanu, item(person))
    _start_web(bench, run_hub)
    run_hub("worker")
    run_hub("beat")
    with node("XA") as client:
        assert len(_fetch(client, 30)) == 1


def test_an_accepted_record_is_an_alert_at_both_nodes_in_a_moment(
    bench: Any, web: Any, run_hub: RunHub, node: Any, person: Any
) -> None:
    workers = _workers(bench)
    run_hub("worker")
    latencies = []
    with node("XA") as amara, node("XB") as belanu, node("XB") as sender:
        _await_worker(bench, workers)
        for _ in range(6):
            _post(amara, bench.amara.submission(item(person)))
            time.sleep(0.3)
            _acknowledge_all(bench)
            with ThreadPoolExecutor(2) as pool:
                waiting = [pool.submit(_fetch, client, 20) for client in (amara, belanu)]
                time.sleep(0.1)
                started = time.perf_counter()
                _post(sender, bench.belanu.submission(item(person)))
                for each in waiting:
                    assert each.result()
                latencies.append(time.perf_counter() - started)
            time.sleep(0.2)
            _acknowledge_all(bench)
    # A bound that a busy machine keeps too; no beat runs here, so it was the wake-up and the bell, not a sweep.
    assert statistics.median(latencies) < 1


def test_a_hundred_waiting_nodes_cost_neither_threads_nor_connections(bench: Any, web: Any, node: Any) -> None:
    with node("XA") as client, contextlib.ExitStack() as stack:
        client.get("/v1/health")
        threads_before, connections_before = _threads(web.pid), _connections(bench)
        for _ in range(100):
            waiter = stack.enter_context(node("XB"))
            threading.Thread(target=_wait_in_vain, args=(waiter,), daemon=True).start()
        time.sleep(1.5)
        assert client.get("/v1/health").status_code == 200
        # The thread pool and the connection pool may have grown to their own limits, and no further.
        assert _threads(web.pid) - threads_before < 45
        assert _connections(bench) - connections_before < 17


def test_who_waits_while_the_hub_stops_is_told_that_there_is_nothing(bench: Any, web: Any, node: Any) -> None:
    with node("XA") as client, ThreadPoolExecutor(1) as pool:
        client.get("/v1/health")
        waiting = pool.submit(client.get, "/v1/deliveries", params={"wait": 30})
        time.sleep(0.5)
        web.terminate()
        answer = waiting.result()
    assert (answer.status_code, answer.json()) == (200, {"deliveries": []})


def _start_web(bench: Any, run_hub: RunHub, **environment: str) -> BaseProcess:
    process = run_hub("serve", **environment)
    deadline = time.monotonic() + 30
    while not accepts_connections(bench.hub.settings.api_port):
        assert process.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def _authority(bench: Any) -> Path:
    return bench.hub.home.tls.file("authority.pem")


def _post(client: httpx.Client, envelope: Envelope) -> None:
    client.post("/v1/submissions", content=envelope.to_bytes()).raise_for_status()


def _fetch(client: httpx.Client, wait_s: int) -> list[Alert]:
    answer = client.get("/v1/deliveries", params={"wait": wait_s}).raise_for_status()
    deliveries: Any = parse_json(answer.content)
    return [Envelope.from_json(each["envelope"]).read(Alert) for each in deliveries["deliveries"]]


def _wait_in_vain(client: httpx.Client) -> None:
    with contextlib.suppress(httpx.HTTPError):
        client.get("/v1/deliveries", params={"wait": 10})


def _acknowledge_all(bench: Any) -> None:
    for member in bench.members.values():
        found = bench.mail(member)
        if found:
            envelope = member.acknowledgement(*(each.delivery_id for each in found))
            bench.api.acknowledge_deliveries(member.code, envelope)


def _workers(bench: Any) -> int:
    return len(bench.hub.show_status()().workers)


def _await_worker(bench: Any, others: int) -> None:
    """Wait until there is one more than before it was started."""
    deadline = time.monotonic() + 60
    while _workers(bench) <= others:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    time.sleep(1)


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def _connections(bench: Any) -> int:
    from symbolon.runtime.sql_loader import Query

    query = Query("count", "for a test", "select count(*) from pg_stat_activity where datname = current_database()")
    with bench.hub.database.transaction() as tx:
        return int(tx.fetch_value(query))


def _end(process: BaseProcess) -> None:
    process.terminate()
    process.join(10)
    if process.is_alive():
        process.kill()
        process.join()
