"""What officers write about a hit lies sealed in both nodes' databases, and is read by those who may."""

from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.types.json import Jsonb
from tests.integration.backup.federation import FOCAL_POINT, Federation, found

from symbolon.node.bootstrap.opening import Node
from symbolon.node.domain.actors import Actor, Role
from symbolon.node.domain.drafts import DraftId
from symbolon.node.domain.forms import ReplyForm, RequestForm
from symbolon.node.storage.former_exchange import move_former_exchanges
from symbolon.node.storage.open_rows import seal_open_rows
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import SourceReliability, Urgency, Verdict
from symbolon.protocol.messages import Reply, Request
from symbolon.protocol.references import HitId

AUTHORISER = Actor("auth", frozenset({Role.AUTHORISER}))
TABLES = (
    "vote",
    "exchange_request",
    "exchange_reply",
    "exchange_message",
    "release_draft",
    "outbox_message",
    "inbox_delivery",
)
WORDS = ("seen near the harbour", "the brother of a suspect", "which address is known", "a house by the canal")


def stored(federation: Federation) -> str:
    rows = []
    for state in federation.states.values():
        with psycopg.connect(state.node.settings.conninfo) as connection:
            for table in TABLES:
                rows += [str(row) for row in connection.execute(f"select stored::text from {table} as stored")]  # noqa: S608
    return "\n".join(rows)


def exchanged(folder: Path, fresh_database: Callable[[str], str], broker_url: str) -> Federation:
    """A confirmed hit with reasons, a request and its reply."""
    federation = found(folder, fresh_database, broker_url)
    amara, belanu = federation["XA"], federation["XB"]
    amara.publish("A-1,C,Somchai Jaidee,1990-05-03,suspect,all")
    belanu.publish("B-1,D,Somchai Jaidee,1990-05-03,suspect,all")
    federation.pump()
    amara.node.services.cast_vote(FOCAL_POINT, amara.hit_on("A-1"), Verdict.SAME, WORDS[0])
    belanu.node.services.cast_vote(FOCAL_POINT, belanu.hit_on("B-1"), Verdict.SAME, "")
    federation.pump()
    hit_id = amara.hit_on("A-1")
    asked = RequestForm(
        purpose="find him",
        relevance="same route",
        facts=WORDS[1],
        questions=(WORDS[2],),
        why_this_state="he lives there",
        urgency=Urgency.U2,
        urgency_reason="he moves on",
        legal_basis="the agreement",
    )
    release(amara.node, amara.node.services.save_draft(FOCAL_POINT, hit_id, None, asked, None))
    federation.pump()
    (exchange,) = belanu.node.services.show_hit(FOCAL_POINT, hit_id).exchanges
    answered = ReplyForm(answers=(WORDS[3],), source_reliability=SourceReliability.A)
    release(belanu.node, belanu.node.services.save_draft(FOCAL_POINT, hit_id, exchange.exchange_id, answered, None))
    federation.pump()
    return federation


def test_reasons_requests_and_replies_are_sealed_and_shown(
    tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str
) -> None:
    federation = exchanged(tmp_path, fresh_database, broker_url)
    assert [words for words in WORDS if words in stored(federation)] == []
    belanu = federation["XB"]
    shown = belanu.node.services.show_hit(FOCAL_POINT, belanu.hit_on("B-1"))
    assert shown.counterpart_votes[0].reason == WORDS[0]
    request, reply = (said.message for said in shown.exchanges[0].thread)
    assert isinstance(request, Request)
    assert isinstance(reply, Reply)
    assert (request.facts, reply.answers) == (WORDS[1], (WORDS[3],))
    federation.close()


def test_what_an_older_release_kept_is_sealed_and_moved_at_the_next_start(
    tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str
) -> None:
    federation = exchanged(tmp_path, fresh_database, broker_url)
    amara = federation["XA"]
    hit_id = amara.hit_on("A-1")
    with amara.node.unit_of_work.begin() as work:
        request, reply = work.messages.of_hit(hit_id)
        before = work.hits.find(hit_id)
    as_it_was(amara.node, hit_id, request.message, reply.message)
    assert all(words in stored(federation) for words in WORDS)
    assert seal_open_rows(amara.node.database, amara.node.vault) == 1
    assert move_former_exchanges(amara.node.database, amara.node.vault, amara.code) == 1
    assert [words for words in WORDS if words in stored(federation)] == []
    with amara.node.unit_of_work.begin() as work:
        moved, after = work.messages.of_hit(hit_id), work.hits.find(hit_id)
    assert [each.message for each in moved] == [request.message, reply.message]
    assert before is not None
    assert after is not None
    assert [each.state for each in after.ledger.exchanges] == [each.state for each in before.ledger.exchanges]
    federation.close()


def as_it_was(node: Node, hit_id: HitId, request: object, reply: object) -> None:
    """Put request and reply where an older release kept them, in clear, and its vote's reason."""
    with psycopg.connect(node.settings.conninfo) as connection:
        for table, name in (
            ("vote", "vote_reason_is_sealed"),
            ("exchange_request", "request_is_sealed"),
            ("exchange_reply", "reply_is_sealed"),
        ):
            connection.execute(f"alter table {table} drop constraint {name}")
        connection.execute("update vote set sealed_reason = null, reason = %s where side = 'own'", (WORDS[0],))
        (exchange_id,) = connection.execute("select distinct exchange_id from exchange_message").fetchone() or ()
        connection.execute("delete from exchange_message")
        connection.execute("delete from hit_step")
        connection.execute("update hit set own_code = null, ledger = jsonb_set(ledger, '{exchanges}', '[]')")
        connection.execute(
            "insert into exchange_request (request_id, hit_id, direction, content, requested_at)"
            " values (%s, %s, 'sent', %s, now())",
            (exchange_id, hit_id, Jsonb(to_wire(request))),
        )
        connection.execute(
            "insert into exchange_reply (request_id, content, replied_at) values (%s, %s, now())",
            (exchange_id, Jsonb(to_wire(reply))),
        )


def release(node: Node, draft_id: DraftId) -> None:
    """Submit a draft, and approve exactly what it shows."""
    node.services.submit_draft(FOCAL_POINT, draft_id)
    shown = node.services.show_draft(AUTHORISER, draft_id)
    assert shown.content_digest is not None
    node.services.approve_draft(AUTHORISER, draft_id, shown.content_digest)
