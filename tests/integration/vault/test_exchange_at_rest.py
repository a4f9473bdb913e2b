"""What officers write about a hit lies sealed in both nodes' databases, and is read by those who may."""

from collections.abc import Callable
from pathlib import Path

import psycopg
from tests.integration.backup.federation import FOCAL_POINT, Federation, found

from symbolon.node.domain.hits import ReplyDraft, RequestDraft
from symbolon.node.storage.open_rows import seal_open_rows
from symbolon.protocol.handling import (
    Channel,
    HandlingCode,
    InformationAccuracy,
    IntendedUse,
    SourceReliability,
    Urgency,
    Verdict,
)

WORDS = ("seen near the harbour", "the brother of a suspect", "which address is known", "a house by the canal")


def stored(federation: Federation) -> str:
    rows = []
    for state in federation.states.values():
        with psycopg.connect(state.node.settings.conninfo) as connection:
            for table in ("vote", "exchange_request", "exchange_reply", "outbox_message", "inbox_delivery"):
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
    draft = RequestDraft(
        purpose="find him",
        relevance="same route",
        facts=WORDS[1],
        questions=(WORDS[2],),
        why_this_state="he lives there",
        urgency=Urgency.U2,
        urgency_reason="",
        need_by=None,
        channel=Channel.INFORMAL,
        intended_use=IntendedUse.INTELLIGENCE,
        legal_basis="",
        handling_code=HandlingCode.H1,
    )
    request_id = amara.node.services.open_request(FOCAL_POINT, amara.hit_on("A-1"), draft)
    federation.pump()
    reply = ReplyDraft(
        answers=(WORDS[3],),
        source_reliability=SourceReliability.A,
        information_accuracy=InformationAccuracy.NOT_IN_DOUBT,
        caveats="",
        handling_code=HandlingCode.H1,
        delete_by=None,
    )
    belanu.node.services.answer_request(FOCAL_POINT, request_id, reply)
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
    assert shown.requests[0].facts == WORDS[1]
    assert shown.requests[0].reply is not None
    assert shown.requests[0].reply.answers == (WORDS[3],)
    federation.close()


def test_what_an_older_release_kept_in_clear_is_sealed_at_the_next_start(
    tmp_path: Path, fresh_database: Callable[[str], str], broker_url: str
) -> None:
    federation = exchanged(tmp_path, fresh_database, broker_url)
    amara = federation["XA"]
    with amara.node.unit_of_work.begin() as work:
        (request,) = work.exchange.requests_of(amara.hit_on("A-1"))
    assert request.reply is not None
    from psycopg.types.json import Jsonb

    from symbolon.protocol.codec import to_wire

    with psycopg.connect(amara.node.settings.conninfo) as connection:
        for table, name in (
            ("vote", "vote_reason_is_sealed"),
            ("exchange_request", "request_is_sealed"),
            ("exchange_reply", "reply_is_sealed"),
        ):
            connection.execute(f"alter table {table} drop constraint {name}")
        connection.execute("update vote set sealed_reason = null, reason = %s where side = 'own'", (WORDS[0],))
        connection.execute(
            "update exchange_request set sealed_content = null, content = %s", (Jsonb(to_wire(request.request)),)
        )
        connection.execute(
            "update exchange_reply set sealed_content = null, content = %s", (Jsonb(to_wire(request.reply)),)
        )
    assert all(words in stored(federation) for words in WORDS)
    assert seal_open_rows(amara.node.database, amara.node.vault) == 3
    assert [words for words in WORDS if words in stored(federation)] == []
    with amara.node.unit_of_work.begin() as work:
        assert work.exchange.requests_of(amara.hit_on("A-1")) == (request,)
    federation.close()
