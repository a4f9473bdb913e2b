"""A form takes what its message takes: no less, no more, and what is too much stays in the form."""

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tests.integration.web.paper_desk import START, a_request, an_exchange, hit_id, request_id, stored
from tests.integration.web.test_exchange_pages import REPLY, STEPS

from symbolon.node.domain.direction import Direction
from symbolon.node.domain.forms import ReplyForm, RequestForm
from symbolon.node.web.draft_fields import FormSetting
from symbolon.node.web.draft_forms import spec_for, with_fields
from symbolon.node.web.form_spec import FormMistakes, Reading
from symbolon.node.web.forms import LARGEST_FORM, read_vote
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.lifecycle import HitAction, JointState
from symbolon.protocol.messages import Reply, Request, Vote
from symbolon.protocol.problems import MalformedMessage
from symbolon.runtime.form_fields import FormFields

CONFIRMED = f"/hits/{hit_id(5)}"
REPLY_PATH = f"/hits/{hit_id(6)}/exchanges/{request_id(6)}/reply"
REQUEST_FIELDS = {
    name: text
    for step in STEPS.values()
    for name, text in step.items()
    if isinstance(text, str) and name != "languages"
}
REPLY_FIELDS = {name: text for name, text in REPLY.items() if name != "answer-2"}
THAI = "ก"  # three bytes of UTF-8, nine of a form
LONGEST_IN_A_SEALED_BODY = 1_048_576


def read(form, fields, questions=()):
    spec = spec_for(form, FormSetting(questions=questions))
    return with_fields(form, Reading(FormFields(fields), spec), spec.sections)


def as_message(message, form, **ids):
    return to_wire(message(**{name: getattr(form, name) for name in form.__dataclass_fields__}, **ids))


def sent_request(**changes):
    form = read(RequestForm(), {**REQUEST_FIELDS, **changes})
    return as_message(Request, form, request_id=request_id(1), hit_id=hit_id(1), requested_at=START)


def sent_reply(**changes):
    form = read(ReplyForm(), {**REPLY_FIELDS, **changes}, ("Where?",))
    return as_message(Reply, form, request_id=request_id(1), hit_id=hit_id(1), replied_at=START)


def sent_vote(**changes):
    verdict, reason = read_vote(FormFields({"verdict": "SAME", **changes}))
    return to_wire(Vote(hit_id=hit_id(1), round=1, verdict=verdict, reason=reason, voted_at=START))


@pytest.mark.parametrize(
    ("send", "field", "longest"),
    [
        *((sent_request, name, 8000) for name in ("purpose", "relevance", "facts", "why_this_state")),
        *((sent_request, name, 1000) for name in ("urgency_reason", "legal_basis", "subject_role", "victim_risk")),
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
    with pytest.raises(FormMistakes) as refused:
        sent_request(questions="\n".join(["Where?"] * 21))
    assert refused.value.by_field == {"questions": "Write 20 lines at most: these are 21."}


def test_each_question_that_is_too_long_is_named():
    with pytest.raises(FormMistakes) as refused:
        sent_request(questions="\n".join(["Where?", "", "x" * 1002, "y" * 3000]))
    sentence = "Shorten line 2 by 2 characters, line 3 by 2,000 characters: 1,000 characters are the most."
    assert refused.value.by_field == {"questions": sentence}


@pytest.mark.parametrize("letter", ["\x00", "\x0b", "\x7f", "\x85", "\r"])
def test_a_character_that_no_message_takes_is_left_out_of_what_is_sent(letter):
    assert sent_request(purpose=f"To {letter}find it.")["purpose"] == "To find it."
    with pytest.raises(MalformedMessage):
        to_wire(Vote(hit_id=hit_id(1), round=1, verdict="SAME", reason="\x00", voted_at=START))


@pytest.mark.parametrize("field", ["urgency", "handling_code", "tlp", "channel", "offence_group"])
def test_a_code_that_the_form_does_not_offer_is_named(field):
    with pytest.raises(FormMistakes) as refused:
        sent_request(**{field: "other than these"})
    assert list(refused.value.by_field) == [field]


def test_a_tick_that_the_form_does_not_offer_is_named():
    spec = spec_for(RequestForm(), FormSetting(members={"XC": "Cassor"}))
    (section,) = (each for each in spec.sections if each.key == "caveats")
    ticked = {"caveats": frozenset({"not-a-caveat"}), "onward_sharing": frozenset({"XB"})}
    with pytest.raises(FormMistakes) as refused:
        with_fields(RequestForm(), Reading(FormFields(REQUEST_FIELDS, ticked), spec), [section])
    assert set(refused.value.by_field) == {"caveats", "onward_sharing"}


def test_a_request_that_is_too_long_comes_back_with_every_word_of_it(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    long_question = "A question " * 300
    path = f"{CONFIRMED}/request"
    answer = visitor.send(path, path, go="next", questions=long_question, need_by="2026-03-09")
    assert answer.status_code == 422
    assert 'id="questions-mistake"' in answer.text
    assert long_question.strip() in answer.text
    assert 'value="2026-03-09"' in answer.text
    assert paper_desk.drafts.kept == {}


def test_the_largest_reply_that_the_wire_takes_fits_the_form_in_any_script(node_app, visit, paper_desk):
    asked = replace(a_request(6), questions=("Where?",) * 20)
    received = stored(asked, Direction.RECEIVED, START)
    exchange = an_exchange(6, JointState.REQUESTED, (received,), (HitAction.REPLY,), "XB")
    paper = paper_desk.hits[hit_id(6)]
    paper.view = replace(paper.view, exchanges=(exchange,))
    fields = {**REPLY_FIELDS, **{f"answer-{number}": THAI * 8000 for number in range(1, 21)}, "caveats": THAI * 8000}
    visitor = visit(node_app).sign_in("mara")
    assert visitor.send(REPLY_PATH, REPLY_PATH, **fields).status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    assert draft.content.answers == (THAI * 8000,) * 20
    rarest = {name: "𐀀" * 8000 if len(text) > 100 else text for name, text in fields.items()}
    assert len(urlencode({"csrf_token": "x" * 43, **rarest})) < LARGEST_FORM
    form = read(ReplyForm(), rarest, asked.questions)
    message = as_message(Reply, form, request_id=request_id(1), hit_id=hit_id(1), replied_at=START)
    assert len(canonical_bytes(message)) < LONGEST_IN_A_SEALED_BODY


def test_an_answer_that_is_too_long_is_named_and_the_others_stay(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(REPLY_PATH, REPLY_PATH, **{**REPLY_FIELDS, "answer-2": THAI * 8001})
    assert answer.status_code == 422
    assert 'id="answer-2-mistake"' in answer.text
    assert 'id="answer-1-mistake"' not in answer.text
    assert THAI * 8001 in answer.text
    assert "Marlin Star" in answer.text
    assert paper_desk.drafts.kept == {}


def test_no_field_cuts_off_what_is_pasted(node_app, visit):
    client = visit(node_app).sign_in("mara").client
    for path in (f"{CONFIRMED}/request", REPLY_PATH, f"/hits/{hit_id(2)}"):
        assert "maxlength" not in client.get(path).text
