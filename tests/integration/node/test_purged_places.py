"""A purge reaches what programs began, what own systems were told, and what officers are to be told."""

from uuid import UUID, uuid4

import psycopg
import pytest
from tests.integration.node.asking import ask
from tests.integration.node.conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from tests.integration.node.test_attachments import confirmed
from tests.integration.node.test_purges import keep

from symbolon.node.domain.api_uploads import Upload, UploadDraft
from symbolon.node.domain.webhooks import Webhook
from symbolon.node.errors import NotAllowedNow, NotFound
from symbolon.node.services.attach_file import AttachFile
from symbolon.node.services.revise_record import RecordChange
from symbolon.node.services.take_upload import TakeUpload
from symbolon.protocol.handling import HandlingCode, SubjectCategory
from symbolon.protocol.references import HitId

BEGINNING = b"%PDF-"
SIZE = 10


@pytest.fixture
def client(pair: Pair) -> UUID:
    client_id = uuid4()
    with psycopg.connect(pair.xb.conninfo) as connection:
        connection.execute(
            "insert into api_client (client_id, name, roles, scopes, token_digest, added_by, added_at, expires_at)"
            " values (%s, 'cms', '{focal_point}', '{files:write}', %s, 'admin', now(), now() + interval '9000 days')",
            (client_id, b"x" * 32),
        )
    return client_id


def begun(pair: Pair, client: UUID, hit_id: HitId) -> UUID:
    draft = UploadDraft(hit_id, None, "a.pdf", SIZE, HandlingCode.H1)
    upload_id = uuid4()
    with pair.xb.unit_of_work.begin() as work:
        work.uploads.add(Upload(upload_id, client, draft, 0, None), pair.draws.now())
    return upload_id


def uploads_of(node: NodeUnderTest) -> TakeUpload:
    return TakeUpload(node.unit_of_work, node.draws, AttachFile(node.unit_of_work, node.draws))


def test_what_a_program_began_to_upload_goes_and_takes_no_further_part(pair: Pair, client: UUID) -> None:
    hit_id = confirmed(pair)
    upload = (client, (hit_id, begun(pair, client, hit_id)))
    uploads_of(pair.xb).add(FOCAL_POINT, upload, (0, SIZE), BEGINNING)
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert pair.xb.rows("api_upload") == pair.xb.rows("api_upload_part") == []
    with pytest.raises(NotFound):
        uploads_of(pair.xb).add(FOCAL_POINT, upload, (len(BEGINNING), SIZE), BEGINNING)


def test_no_part_of_a_file_is_taken_between_the_withdrawal_and_the_purge(pair: Pair, client: UUID) -> None:
    hit_id = confirmed(pair)
    upload = (client, (hit_id, begun(pair, client, hit_id)))
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    with pytest.raises(NotAllowedNow):
        uploads_of(pair.xb).add(FOCAL_POINT, upload, (0, SIZE), BEGINNING)
    assert pair.xb.rows("api_upload_part") == []


def test_no_part_is_taken_of_a_program_that_may_not_know_of_the_hit_any_more(pair: Pair, client: UUID) -> None:
    hit_id = confirmed(pair)
    upload = (client, (hit_id, begun(pair, client, hit_id)))
    pair.xb.services.revise_record(FOCAL_POINT, "B-1", RecordChange(category=SubjectCategory.VICTIM))
    with pytest.raises(NotFound):
        uploads_of(pair.xb).add(FOCAL_POINT, upload, (0, SIZE), BEGINNING)
    assert uploads_of(pair.xb).add(PROTECTION_OFFICER, upload, (0, SIZE), BEGINNING).received == len(BEGINNING)


def test_of_what_own_systems_and_officers_are_told_of_a_hit_its_end_alone_stays(pair: Pair) -> None:
    with pair.xb.unit_of_work.begin() as work:
        now = pair.draws.now()
        work.webhooks.add(
            Webhook(uuid4(), "https://cms.example", "secret", None, protected=True, added_by="a", added_at=now)
        )
    hit_id = confirmed(pair)
    ask(pair.xa, hit_id)
    pair.exchange()
    assert "message.received" in {row["payload"]["event"] for row in pair.xb.rows("webhook_event")}
    assert pair.xb.rows("notice") != []
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    pair.xb.services.keep_and_purge()
    left = pair.xb.rows("webhook_event")
    assert {row["payload"]["event"] for row in left} == {"hit.raised", "hit.changed"}
    assert "WITHDRAWN" in {row["payload"]["state"] for row in left}
    assert {row["state"] for row in pair.xb.rows("notice") if row["hit_id"] is not None} <= {"WITHDRAWN", "CLOSED"}
