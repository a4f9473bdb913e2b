"""What a program sends twice is done once: keys, races, and the transaction around act and answer."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.node.api.conftest import ApiDesk, Program, joined_of
from tests.integration.node.conftest import FOCAL_POINT
from tests.integration.node.hit_stories import confirmed

from symbolon.node.domain.actors import Role
from symbolon.node.domain.api_acts import StoredAnswer
from symbolon.node.services.act_once import ActOnce, Asked
from symbolon.node.services.forget_api_acts import ForgetApiActs

NOTE = {"kind": "note", "form": {"text": "We shall call first.", "handling_code": "H1"}}


def drafts_of(program: Program) -> int:
    return len(program.get("/drafts").json()["items"])


def test_the_same_key_again_gives_the_same_answer_and_does_nothing_twice(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    key = {"Idempotency-Key": "note-1"}
    first = program.post(f"/hits/{hit_id}/drafts", NOTE, key)
    again = program.post(f"/hits/{hit_id}/drafts", NOTE, key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert drafts_of(program) == 1


def test_the_same_key_with_another_body_is_refused(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    key = {"Idempotency-Key": "note-1"}
    program.post(f"/hits/{hit_id}/drafts", NOTE, key)
    other = program.post(f"/hits/{hit_id}/drafts", {"kind": "note", "form": {"text": "Another."}}, key)
    assert other.status_code == 422
    assert other.json()["type"] == "urn:symbolon:problem:key-reused"
    assert drafts_of(program) == 1


def test_keys_of_two_programs_are_two_keys(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    for name in ("cases", "mobile"):
        made = desk.program(name, Role.FOCAL_POINT).post(f"/hits/{hit_id}/drafts", NOTE, {"Idempotency-Key": "note-1"})
        assert made.status_code == 201
        assert "Idempotent-Replayed" not in made.headers


def test_ten_senders_of_one_key_at_once_make_one_draft(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)

    def send(_number: int) -> tuple[int, str]:
        made = program.post(f"/hits/{hit_id}/drafts", NOTE, {"Idempotency-Key": "note-1"})
        return made.status_code, made.text

    with ThreadPoolExecutor(10) as threads:
        answers = set(threads.map(send, range(10)))
    assert len(answers) == 1
    assert drafts_of(program) == 1


def test_of_two_votes_at_once_from_one_version_one_is_refused(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    seen = program.get(f"/hits/{hit_id}").headers["ETag"]

    def send(verdict: str) -> int:
        vote = {"verdict": verdict, "reason": "looked"}
        status: int = program.post(f"/hits/{hit_id}/votes", vote, {"If-Match": seen}).status_code
        return status

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(send, ["SAME", "DIFFERENT"])) == [204, 412]


def test_a_refused_act_can_be_sent_again_under_its_key(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    program = desk.program("cases", Role.FOCAL_POINT)
    key = {"Idempotency-Key": "vote-1"}
    vote = {"verdict": "DIFFERENT"}
    assert program.post(f"/hits/{hit_id}/votes", vote, key).status_code == 422
    assert desk.node.rows("api_act") == []
    right = {"verdict": "DIFFERENT", "reason": "another face"}
    assert program.post(f"/hits/{hit_id}/votes", right, key).status_code == 204


def test_an_act_whose_answer_cannot_be_kept_was_never_done(desk: ApiDesk) -> None:
    hit_id = desk.hit()
    joined = joined_of(desk.node)
    once = ActOnce(joined, desk.node.draws)
    (before,) = desk.node.rows("hit")

    def act() -> StoredAnswer:
        with joined.begin() as work:
            hit = work.hits.lock(hit_id)
            assert hit is not None
            work.hits.save(hit)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        once(Asked(FOCAL_POINT, b"x" * 32), act)
    assert desk.node.rows("hit") == [before]


def test_keys_are_forgotten_after_a_day(desk: ApiDesk) -> None:
    hit_id = confirmed(desk.pair)
    program = desk.program("cases", Role.FOCAL_POINT)
    program.post(f"/hits/{hit_id}/drafts", NOTE, {"Idempotency-Key": "note-1"})
    forget = ForgetApiActs(desk.node.unit_of_work, desk.node.draws)
    assert forget() == 0
    desk.node.draws.later(hours=25)
    assert forget() == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a b"])
def test_a_key_that_nobody_should_send_is_refused(desk: ApiDesk, key: str) -> None:
    program = desk.program("cases", Role.FOCAL_POINT)
    assert program.post(f"/hits/{desk.hit()}/acknowledge", headers={"Idempotency-Key": key}).status_code == 422
