"""Own systems are told what happens: signed, in order, again until they take it, and nothing of protected hits."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.integration.node.conftest import ADMINISTRATOR, FOCAL_POINT, PROTECTION_OFFICER, Pair
from tests.integration.node.hit_stories import confirmed, reclassify

from symbolon.node.domain.webhooks import EVENT_HEADER, SIGNATURE_HEADER, WebhookMistake, is_signed
from symbolon.node.errors import Forbidden, NotFound
from symbolon.node.gateway.webhook_post import HttpWebhookPost
from symbolon.node.services.deliver_webhooks import DeliverWebhooks
from symbolon.node.services.manage_webhooks import ManageWebhooks

RECEIVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
log, answers = open(sys.argv[1], "a", buffering=1), sys.argv[2]

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        print(json.dumps({"body": body.decode(), "path": self.path, "headers": dict(self.headers)}), file=log)
        status = int(open(answers).read())
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
"""


@dataclass
class OwnSystem:
    """An HTTP server in a process of its own, that notes what comes."""

    url: str
    log: Path
    answers: Path

    def answer(self, status: int) -> None:
        self.answers.write_text(str(status))

    def heard(self) -> list[dict[str, object]]:
        return [json.loads(line["body"]) for line in self.requests()]

    def requests(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[OwnSystem]:
    log, answers = tmp_path / "heard", tmp_path / "answers"
    log.touch()
    answers.write_text("204")
    command = [sys.executable, "-c", RECEIVER, str(log), str(answers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield OwnSystem(f"http://127.0.0.1:{int(process.stdout.readline())}/events", log, answers)
        process.kill()


def managed(pair: Pair) -> ManageWebhooks:
    return ManageWebhooks(pair.xa.unit_of_work, pair.xa.draws)


def delivered(pair: Pair, *, is_exercise: bool = True) -> int:
    """As many rounds as there is something to tell."""
    deliver = DeliverWebhooks(pair.xa.unit_of_work, pair.xa.draws, HttpWebhookPost(lambda: is_exercise))
    taken = 0
    while done := deliver():
        taken += done
    return taken


def test_an_own_system_hears_of_a_hit_in_order_and_signed(pair: Pair, system: OwnSystem) -> None:
    _, secret = managed(pair).add(ADMINISTRATOR, system.url)
    hit_id = confirmed(pair)
    assert delivered(pair) > 2
    heard = system.heard()
    assert heard[0]["event"] == "hit.raised"
    assert {event["hit_id"] for event in heard} == {hit_id}
    versions = [event["state_version"] for event in heard if "state_version" in event]
    assert versions == sorted(versions)
    assert heard[-1]["state"] == "CONFIRMED"
    first = system.requests()[0]
    body, headers = first["body"].encode(), first["headers"]
    assert is_signed(secret, headers[SIGNATURE_HEADER], body, pair.draws.now())
    assert not is_signed(secret, headers[SIGNATURE_HEADER], body + b" ", pair.draws.now())
    assert not is_signed(secret, headers[SIGNATURE_HEADER], body, pair.draws.now() + timedelta(minutes=6))
    assert UUID(headers[EVENT_HEADER]) == UUID(json.loads(body)["id"])


def test_an_event_holds_ids_states_and_counts_alone(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    confirmed(pair)
    delivered(pair)
    told = set().union(*system.heard())
    assert told <= {
        "event", "hit_id", "state", "side_state", "state_version", "id", "happened_at", "exchange_id", "message_id",
        "purpose",
    }  # fmt: skip
    assert "Somchai" not in system.log.read_text()


def test_what_is_not_taken_is_sent_again_later_and_keeps_what_comes_after_it(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    confirmed(pair)
    system.answer(500)
    assert delivered(pair) == 0
    (refused,) = system.heard()
    assert delivered(pair) == 0
    assert len(system.heard()) == 1
    (line,) = managed(pair).list(ADMINISTRATOR)
    assert line.last_failure == "It answered 500."
    system.answer(204)
    pair.draws.later(hours=1)
    assert delivered(pair) > 2
    assert system.heard()[1]["id"] == refused["id"]


def test_a_worker_that_is_killed_after_sending_sends_the_same_event_again(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    pair.hit()
    with pair.xa.unit_of_work.begin() as work:
        (taken,) = work.webhooks.take_due(pair.draws.now(), timedelta(minutes=15), 10)
    assert delivered(pair) == 0
    pair.draws.later(minutes=16)
    delivered(pair)
    assert system.heard()[0]["id"] == str(taken.event_id)


def test_a_redirect_is_not_followed(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    pair.hit()
    system.answer(302)
    assert delivered(pair) == 0
    assert [request["path"] for request in system.requests()] == ["/events"]


def test_a_live_node_calls_nobody_on_its_own_machine(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    pair.hit()
    assert delivered(pair, is_exercise=False) == 0
    assert system.heard() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/events",
        "ftp://127.0.0.1/",
        "https://user:secret@cases.example/",
        "https://cases.example/#part",
        "http://localhost/events",
        "nonsense",
        "https://",
    ],
)
def test_an_address_that_no_event_goes_to_is_refused(pair: Pair, url: str) -> None:
    with pytest.raises(WebhookMistake):
        managed(pair).add(ADMINISTRATOR, url)


def test_nothing_of_a_protected_hit_goes_to_an_administrators_address(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    pair.hit()
    reclassify(pair)
    delivered(pair)
    assert system.heard() == []


def test_a_protection_officers_address_hears_of_protected_hits(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(PROTECTION_OFFICER, system.url, protected=True)
    pair.hit()
    reclassify(pair)
    delivered(pair)
    assert any(event.get("state") == "HELD" for event in system.heard())


def test_an_administrator_learns_nothing_of_a_protection_officers_address(pair: Pair, system: OwnSystem) -> None:
    webhook_id, _ = managed(pair).add(PROTECTION_OFFICER, system.url, protected=True)
    assert managed(pair).list(ADMINISTRATOR) == ()
    with pytest.raises(NotFound):
        managed(pair).remove(ADMINISTRATOR, webhook_id)
    with pytest.raises(Forbidden):
        managed(pair).add(ADMINISTRATOR, system.url, protected=True)
    with pytest.raises(Forbidden):
        managed(pair).add(FOCAL_POINT, system.url)


def test_a_trial_says_nothing_and_a_removed_address_hears_nothing(pair: Pair, system: OwnSystem) -> None:
    webhook_id, _ = managed(pair).add(ADMINISTRATOR, system.url)
    managed(pair).try_out(ADMINISTRATOR, webhook_id)
    assert delivered(pair) == 1
    assert system.heard()[0]["event"] == "webhook.tried"
    managed(pair).remove(ADMINISTRATOR, webhook_id)
    pair.hit()
    assert delivered(pair) == 0


def test_an_event_is_written_in_the_transaction_of_what_happened(pair: Pair, system: OwnSystem) -> None:
    managed(pair).add(ADMINISTRATOR, system.url)
    hit_id = pair.hit()
    before = len(pair.xa.rows("webhook_event"))

    def fail() -> None:
        with pair.xa.unit_of_work.begin() as work:
            hit = work.hits.lock(hit_id)
            assert hit is not None
            work.hits.save(hit)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(pair.xa.rows("webhook_event")) == before
