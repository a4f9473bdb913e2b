"""A form takes what its message takes: no less, no more, and what is too much stays in the form."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tests.integration.web.paper_desk import START, a_request, hit_id, request_id
from tests.integration.web.test_node_pages import REQUEST_FIELDS

from symbolon.node.domain.hits import Direction
from symbolon.node.web.forms import LARGEST_FORM, FormMistakes, read_reply, read_request, read_vote
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.messages import Reply, Request, Vote
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.sign_in import FormFields

HIT = f"/hits/{hit_id(5)}"
REPLY_PATH = f"/hits/{hit_id(6)}/requests/{request_id(6)}/reply"
REPLY_FIELDS = {
    "answer-1": "Marlin Star",
    "source_reliability": "B",
    "information_accuracy": "2",
    "handling_code": "H1",
    "caveats": "",
}
THAI = "ก"  # three bytes of UTF-8, nine of a form
LONGEST_IN_A_SEALED_BODY = 1_048_576


def sent_request(**changes):
    draft = read_request(FormFields({**REQUEST_FIELDS, **changes}))
    fields = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    return to_wire(Request(request_id=request_id(1), hit_id=hit_id(1), requested_at=START, **fields))


def sent_reply(**changes):
    draft = read_reply(FormFields({**REPLY_FIELDS, **changes}), 1)
    fields = {name: getattr(draft, name) for name in draft.__dataclass_fields__}
    return to_wire(Reply(request_id=request_id(1), hit_id=hit_id(1), replied_at=START, **fields))


def sent_vote(**changes):
    verdict, reason = read_vote(FormFields({"verdict": "SAME", **changes}))
    return to_wire(Vote(hit_id=hit_id(1), round=1, verdict=verdict, reason=reason, voted_at=START))


@pytest.mark.parametrize(
    ("send", "field", "longest"),
    [
        *((sent_request, name, 8000) for name in ("purpose", "relevance", "facts", "why_this_state")),
        *((sent_request, name, 1000) for name in ("urgency_reason", "legal_basis", "questions")),
        *((sent_reply, name, 8000) for name in ("answer-1", "caveats")),
        (sent_vote, "reason", 1000),
    ],
)
def test_a_text_may_be_as_long_as_its_message_takes_it_and_no_longer(send, field, longest):
    assert send(**{field: THAI * longest})
    with pytest.raises(FormMistakes) as refused:
        send(**{field: THAI * (longest + 1)})
    assert list(refused.value.by_field) == [field]
    assert "by 1 character: " in refused.value.by_field[field]


def test_as_many_questions_may_be_asked_as_a_request_takes_each_as_long_as_may_be():
    assert sent_request(questions="\r\n\r\n".join([THAI * 1000] * 20))
    with pytest.raises(FormMistakes, match="needs a change"):
        sent_request(questions="\n".join(["Where?"] * 21))


def test_each_question_that_is_too_long_is_named():
    with pytest.raises(FormMistakes) as refused:
        sent_request(questions="\n".join(["Where?", "", "x" * 1002, "y" * 3000]))
    sentence = "Shorten question 2 by 2 characters, question 3 by 2,000 characters: 1,000 characters are the most."
    assert refused.value.by_field == {"questions": sentence}


@pytest.mark.parametrize("letter", ["\x00", "\x0b", "\x7f", "\x85", "\r"])
def test_a_character_that_no_message_takes_is_left_out_of_what_is_sent(letter):
    assert sent_request(purpose=f"To {letter}find it.")["purpose"] == "To find it."
    with pytest.raises(MalformedMessage):
        to_wire(Vote(hit_id=hit_id(1), round=1, verdict="SAME", reason="\x00", voted_at=START))


def test_a_request_that_is_too_long_comes_back_with_every_word_of_it(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    long_basis = "A law " * 300
    answer = visitor.send(f"{HIT}/request", f"{HIT}/request", **{**REQUEST_FIELDS, "legal_basis": long_basis})
    assert answer.status_code == 422
    assert 'id="legal_basis-mistake"' in answer.text
    assert long_basis in answer.text
    assert "Forced labour." in answer.text
    assert paper_desk.requests == []


def test_the_largest_reply_that_the_wire_takes_fits_the_form_in_any_script(node_app, visit, paper_desk):
    paper = paper_desk.hits[hit_id(6)]
    asked = replace(a_request(6, Direction.RECEIVED), questions=("Where?",) * 20)
    paper_desk.hits[hit_id(6)] = replace(paper, view=replace(paper.view, requests=(asked,)))
    fields = {**REPLY_FIELDS, **{f"answer-{number}": THAI * 8000 for number in range(1, 21)}, "caveats": THAI * 8000}
    visitor = visit(node_app).sign_in("mara")
    assert visitor.send(REPLY_PATH, REPLY_PATH, **fields).status_code == 303
    ((_, draft),) = paper_desk.replies
    assert draft.answers == (THAI * 8000,) * 20
    rarest = {name: "𐀀" * 8000 if len(text) > 100 else text for name, text in fields.items()}
    assert len(urlencode({"csrf_token": "x" * 43, **rarest})) < LARGEST_FORM
    reply = read_reply(FormFields(rarest), 20)
    parts = {name: getattr(reply, name) for name in reply.__dataclass_fields__}
    message = Reply(request_id=request_id(1), hit_id=hit_id(1), replied_at=START, **parts)
    assert len(canonical_bytes(to_wire(message))) < LONGEST_IN_A_SEALED_BODY


def test_an_answer_that_is_too_long_is_named_and_the_others_stay(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    fields = {**REPLY_FIELDS, "answer-2": THAI * 8001}
    answer = visitor.send(REPLY_PATH, REPLY_PATH, **fields)
    assert answer.status_code == 422
    assert 'id="answer-2-mistake"' in answer.text
    assert 'id="answer-1-mistake"' not in answer.text
    assert THAI * 8001 in answer.text
    assert "Marlin Star" in answer.text
    assert paper_desk.replies == []


def test_no_field_cuts_off_what_is_pasted(node_app, visit):
    client = visit(node_app).sign_in("mara").client
    for path in (f"{HIT}/request", REPLY_PATH, f"/hits/{hit_id(2)}"):
        assert "maxlength" not in client.get(path).text
