"""Exchanges by pages without JavaScript: the request's wizard, answers, information, and every other act."""

import pytest
from tests.integration.web.paper_desk import hidden_field, hit_id, meeting_id, request_id

from symbolon.node.domain.drafts import DraftState
from symbolon.node.domain.forms import DecisionForm, FeedbackForm, NoteForm, ReplyForm, RequestForm
from symbolon.protocol.exchange_terms import (
    CaseOutcome,
    Caveat,
    FormalChannel,
    RecallReason,
    RefusalGround,
    ReplyExtent,
    RequestRuling,
    Tlp,
    Usefulness,
)
from symbolon.protocol.handling import HandlingCode, IntendedUse, Urgency
from symbolon.protocol.references import HUB, MemberCode

CONFIRMED, ASKED, ANSWERED, UNCLEAR, REFUSED = (f"/hits/{hit_id(number)}" for number in (5, 6, 7, 10, 11))


def exchange(number):
    return f"/hits/{hit_id(number)}/exchanges/{request_id(number)}"


@pytest.fixture
def focal_point(node_app, visit):
    return visit(node_app).sign_in("mara")


@pytest.fixture
def authoriser(node_app, visit):
    return visit(node_app).sign_in("aya")


STEPS = {
    "need": {"questions": "Which vessel?\r\n\r\n  Whom may we call?  \r\n", "need_by": "2026-03-09"},
    "own-data": {
        "relevance": "Same organiser.",
        "facts": "Forced labour.",
        "offence_group": "trafficking_labour",
        "subject_category": "suspect",
        "subject_role": "Recruits.",
    },
    "purpose": {
        "purpose": "To find the vessel.",
        "why_this_state": "It holds the other half.",
        "intended_use": "intelligence",
        "channel": "informal",
        "legal_basis": "Regional arrangement",
    },
    "contact": {"languages": "en\nth"},
    "urgency": {"urgency": "U2", "urgency_reason": "It sails soon."},
    "caveats": {"handling_code": "H1", "tlp": "amber", "caveats": ["not-for-arrest"], "onward_sharing": ["XC"]},
    "victim-check": {"minor": "yes", "victim_risk": "Do not call the family."},
}


def walk(visitor, steps):
    """Fill in the wizard step by step; the page on which it ends."""
    address = f"{CONFIRMED}/request"
    for fields in steps.values():
        answer = visitor.send(address, address.split("?")[0], go="next", **fields)
        assert answer.status_code == 303, answer.text
        address = answer.headers["location"]
    return address


def test_a_request_begins_with_what_the_hit_says_and_nothing_that_identifies(focal_point):
    page = focal_point.client.get(f"{CONFIRMED}/request").text
    assert "Which document do you hold for this subject" in page
    for clear in ("Nguyễn", "C1234567", "912 345", "P-0005"):
        assert clear not in page


def test_the_wizard_goes_step_by_step_from_the_need_to_the_review(focal_point, paper_desk):
    review = walk(focal_point, STEPS)
    (draft,) = paper_desk.drafts.kept.values()
    assert review == f"{CONFIRMED}/drafts/{draft.draft_id}"
    form = draft.content
    assert isinstance(form, RequestForm)
    assert form.questions == ("Which vessel?", "Whom may we call?")
    assert (form.urgency, form.intended_use, form.tlp) == (Urgency.U2, IntendedUse.INTELLIGENCE, Tlp.AMBER)
    assert (form.caveats, form.onward_sharing) == ((Caveat.NOT_FOR_ARREST,), (MemberCode("XC"),))
    assert (form.marks.minor, form.marks.non_punishment) == (True, False)
    assert form.marks.victim_risk == "Do not call the family."


def test_nothing_may_be_passed_on_to_the_hub_or_to_the_two_states_themselves(focal_point):
    walk(focal_point, {name: STEPS[name] for name in ("need", "own-data", "purpose", "contact", "urgency")})
    page = focal_point.client.get(f"{CONFIRMED}/drafts/{draft_of(focal_point)}/edit?at=caveats").text
    assert 'name="onward_sharing" value="XC"' in page
    for code in ("XA", "XB", HUB):
        assert f'name="onward_sharing" value="{code}"' not in page


def draft_of(visitor):
    page = visitor.client.get("/drafts").text
    return page.split("/drafts/")[1].split('"')[0]


def test_own_data_stands_beside_the_step_that_asks_for_it_and_beside_no_other(focal_point):
    walk(focal_point, {"need": STEPS["need"]})
    edit = f"{CONFIRMED}/drafts/{draft_of(focal_point)}/edit"
    assert "Nguyễn" in focal_point.client.get(f"{edit}?at=own-data").text
    assert "Nguyễn" not in focal_point.client.get(f"{edit}?at=purpose").text


def test_a_step_with_faults_says_all_of_them_and_loses_no_text(focal_point, paper_desk):
    walk(focal_point, {"need": STEPS["need"], "own-data": STEPS["own-data"]})
    edit = f"{CONFIRMED}/drafts/{draft_of(focal_point)}/edit"
    fields = {**STEPS["purpose"], "purpose": "", "legal_basis": "x" * 1001, "channel": "pigeon"}
    answer = focal_point.send(f"{edit}?at=purpose", edit, go="next", **fields)
    assert answer.status_code == 422
    for sentence in ("3 fields need a change", "Say what the answer is for.", "Shorten this by 1 character"):
        assert sentence in answer.text
    assert "Choose one of these." in answer.text
    assert "It holds the other half." in answer.text
    (draft,) = paper_desk.drafts.kept.values()
    assert draft.content.why_this_state == ""


def test_an_unfinished_step_is_kept_when_asked_to(focal_point, paper_desk):
    begin = f"{CONFIRMED}/request"
    answer = focal_point.send(begin, begin, go="save", questions="", need_by="")
    (draft,) = paper_desk.drafts.kept.values()
    assert answer.headers["location"] == f"{CONFIRMED}/drafts/{draft.draft_id}"
    page = focal_point.client.get(answer.headers["location"]).text
    assert "Not complete" in page
    assert "Submit for approval" not in page


def test_a_day_that_is_none_is_named(focal_point, paper_desk):
    begin = f"{CONFIRMED}/request"
    answer = focal_point.send(begin, begin, go="next", questions="Which vessel?", need_by="soon")
    assert answer.status_code == 422
    assert "Write the day as year-month-day" in answer.text
    assert paper_desk.drafts.kept == {}


def test_evidence_by_the_informal_channel_is_not_submitted(focal_point, paper_desk):
    walk(focal_point, {**STEPS, "purpose": {**STEPS["purpose"], "intended_use": "evidence"}})
    page = focal_point.client.get(f"{CONFIRMED}/drafts/{draft_of(focal_point)}").text
    assert "Evidence needs the formal channel" in page
    assert "edit?at=purpose" in page
    assert "Submit for approval" not in page


def test_a_draft_that_was_begun_twice_by_a_double_click_is_one(focal_point, paper_desk):
    page = focal_point.client.get(f"{CONFIRMED}/request").text
    fields = {name: hidden_field(page, name) for name in ("csrf_token", "form_id", "seen", "at")}
    fields |= {"go": "next", "questions": "Which vessel?", "need_by": ""}
    addresses = {
        focal_point.client.post(f"{CONFIRMED}/request", data=fields, follow_redirects=False).headers["location"]
        for _ in range(2)
    }
    assert len(addresses) == len(paper_desk.drafts.kept) == 1


def test_a_form_of_a_draft_that_was_saved_elsewhere_meanwhile_is_told_so(focal_point, paper_desk):
    walk(focal_point, {"need": STEPS["need"]})
    edit = f"{CONFIRMED}/drafts/{draft_of(focal_point)}/edit"
    old = focal_point.client.get(f"{edit}?at=need").text
    focal_point.send(f"{edit}?at=need", edit, go="save", questions="Another question?", need_by="")
    fields = {name: hidden_field(old, name) for name in ("csrf_token", "form_id", "seen", "at")}
    answer = focal_point.client.post(edit, data={**fields, "go": "save", "questions": "Mine?", "need_by": ""})
    assert answer.status_code == 409
    assert "changed since you opened this page" in answer.text
    assert "Mine?" in answer.text
    (draft,) = paper_desk.drafts.kept.values()
    assert draft.content.questions == ("Another question?",)


REPLY = {
    "answer-1": "Marlin Star",
    "answer-2": "The duty desk",
    "extent": "full",
    "source_reliability": "B",
    "information_accuracy": "2",
    "handling_code": "H1",
    "tlp": "amber",
    "caveats": "",
    "delete_by": "",
    "victim_risk": "",
}


def test_an_answer_begins_with_nothing_released_and_the_strictest_codes(focal_point):
    page = focal_point.client.get(f"{exchange(6)}/reply").text
    form = page.split('<form method="post"')[1]
    assert '<option value="H3" selected>' in form
    assert '<option value="X" selected>' in form
    assert "checked" not in form.split('name="released"')[1].split("</fieldset>")[0]


def test_a_request_is_answered_question_by_question(focal_point, paper_desk):
    page = f"{exchange(6)}/reply"
    assert "1. Which vessel was used in January?" in focal_point.client.get(page).text
    answer = focal_point.send(page, page, go="next", **REPLY, released=["vessel"], caveat_codes=["no-export"])
    assert answer.status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    form = draft.content
    assert isinstance(form, ReplyForm)
    assert draft.exchange_id == request_id(6)
    assert form.answers == ("Marlin Star", "The duty desk")
    assert (form.extent, form.handling_code, form.delete_by) == (ReplyExtent.FULL, HandlingCode.H1, None)
    assert ([kind.value for kind in form.released], form.caveat_codes) == (["vessel"], (Caveat.NO_EXPORT,))


def test_a_question_left_out_of_an_answer_is_named(focal_point, paper_desk):
    page = f"{exchange(6)}/reply"
    answer = focal_point.send(page, page, go="next", **{**REPLY, "answer-2": ""})
    assert answer.status_code == 422
    assert 'id="answer-2-mistake"' in answer.text
    assert "Marlin Star" in answer.text
    assert paper_desk.drafts.kept == {}


def test_an_answer_that_was_kept_comes_back_into_its_form(focal_point):
    page = f"{exchange(6)}/reply"
    saved = focal_point.send(page, page, go="next", **REPLY).headers["location"]
    form = focal_point.client.get(f"{saved}/edit").text
    assert "Marlin Star" in form
    assert "2. Who may be called about the case?" in form


def test_information_is_given_unasked(focal_point, paper_desk):
    page = f"{CONFIRMED}/inform"
    fields = {
        "information": "He left by boat.",
        "relevance": "You look for him.",
        "urgency": "U3",
        "source_reliability": "B",
        "information_accuracy": "2",
        "handling_code": "H2",
        "tlp": "amber",
        "delete_by": "2026-09-01",
        "victim_risk": "",
    }
    assert focal_point.send(page, page, go="next", **fields).status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    assert (draft.content.information, draft.content.may_be_evidence) == ("He left by boat.", False)


def test_a_clarification_is_answered_by_draft(focal_point, paper_desk):
    page = f"{exchange(10)}/clarification-answer"
    assert focal_point.send(page, page, go="next", answer="January 2026.", handling_code="H1").status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    assert (draft.content.answer, draft.exchange_id) == ("January 2026.", request_id(10))


DIRECT = [
    (
        6,
        "accept",
        {"expected_on": "2026-03-05", "judicial_authorisation": "yes"},
        "decide_request",
        (DecisionForm(RequestRuling.ACCEPT, None, None, judicial_authorisation=True),),
    ),
    (
        6,
        "clarify",
        {"question": "Which January?", "handling_code": "H1"},
        "ask_clarification",
        ("Which January?", HandlingCode.H1),
    ),
    (10, "recall", {"recall_reason": "sent-in-error"}, "recall_request", (RecallReason.SENT_IN_ERROR,)),
    (
        11,
        "formal-route",
        {"formal_channel": "interpol", "reference": "I-24/7 4711"},
        "go_formal",
        (FormalChannel.INTERPOL, "I-24/7 4711"),
    ),
    (
        7,
        "feedback",
        {"usefulness": "decisive", "outcomes": ["arrest", "victim-safe"]},
        "give_feedback",
        (FeedbackForm(Usefulness.DECISIVE, (CaseOutcome.VICTIM_SAFE, CaseOutcome.ARREST)),),
    ),
    (11, "close", {}, "close_hit", ()),
]


@pytest.mark.parametrize(("number", "step", "fields", "service", "said"), DIRECT)
def test_each_act_about_an_exchange_has_a_page_and_goes_out_once(
    focal_point, paper_desk, number, step, fields, service, said
):
    page = f"{exchange(number)}/{step}"
    answer = focal_point.send(page, page, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hits/{hit_id(number)}")
    ((hit, named, *arguments),) = paper_desk.done(service)
    assert (hit, named) == (hit_id(number), request_id(number))
    if service == "decide_request":
        (ruling,) = arguments
        assert (ruling.ruling, ruling.judicial_authorisation) == (said[0].ruling, said[0].judicial_authorisation)
        assert ruling.expected_on.isoformat() == "2026-03-05"
    else:
        assert tuple(arguments) == said


def test_a_refusal_is_the_authorisers_and_names_its_ground(focal_point, authoriser, paper_desk):
    page = f"{exchange(6)}/refuse"
    assert focal_point.client.get(page).status_code == 403
    assert authoriser.send(page, page).status_code == 422
    assert authoriser.send(page, page, ground="not-held").status_code == 303
    ((_, _, ruling),) = paper_desk.done("decide_request")
    assert ruling == DecisionForm(RequestRuling.REFUSE, RefusalGround.NOT_HELD)


@pytest.mark.parametrize(
    ("number", "step", "field"),
    [
        (6, "clarify", "question"),
        (10, "recall", "recall_reason"),
        (11, "formal-route", "reference"),
        (7, "feedback", "usefulness"),
    ],
)
def test_an_act_with_nothing_in_its_form_names_the_field(focal_point, paper_desk, number, step, field):
    page = f"{exchange(number)}/{step}"
    answer = focal_point.send(page, page)
    assert answer.status_code == 422
    assert f'id="{field}-mistake"' in answer.text
    assert paper_desk.acts == []


@pytest.mark.parametrize(
    ("number", "step"),
    [(6, "recall"), (6, "feedback"), (7, "reply"), (7, "accept"), (10, "formal-route"), (11, "clarify")],
)
def test_what_cannot_be_done_now_has_no_page(focal_point, number, step):
    answer = focal_point.client.get(f"{exchange(number)}/{step}")
    assert answer.status_code == 409
    assert "This cannot be done now, or not by you" in answer.text


def test_the_page_offers_exactly_what_may_be_done(focal_point, authoriser):
    page = focal_point.client.get(ASKED).text
    offered = {
        step
        for step in ("reply", "accept", "clarify", "refuse", "recall", "feedback")
        if f"{exchange(6)}/{step}" in page
    }
    assert offered == {"reply", "accept", "clarify"}
    assert f"{exchange(6)}/refuse" in authoriser.client.get(ASKED).text


def test_an_exchange_tells_its_thread_with_every_sign_on_each_message(focal_point):
    page = focal_point.client.get(ANSWERED).text
    assert "We asked Belanu (XB)" in page
    thread = page.split('class="thread"')[1].split("</ol>\n</section>")[0]
    assert thread.index("Request") < thread.index("Answer <small>")
    for sign in ("H1", "TLP:AMBER", "No contact with the subject", "Non-punishment", "Risk note"):
        assert f">{sign}</span>" in page
    assert "1. Which vessel was used in January?" in page
    assert "1 message of this exchange is not for you to read" in page


def test_a_clock_that_stands_still_says_so(focal_point):
    page = focal_point.client.get(UNCLEAR).text
    assert "stands still" in page
    assert "Turn: <strong>ours</strong>" in page


def test_an_answer_is_shown_as_text_and_never_as_markup(focal_point):
    page = focal_point.client.get(ANSWERED).text
    assert "&lt;b&gt;Marlin Star&lt;/b&gt;" in page
    assert "<b>Marlin" not in page


def test_an_exchange_of_another_hit_is_none_of_this_one(focal_point):
    assert focal_point.client.get(f"/hits/{hit_id(6)}/exchanges/{request_id(7)}/reply").status_code == 404


def test_a_note_goes_by_draft(focal_point, paper_desk):
    page = f"{CONFIRMED}/note"
    answer = focal_point.send(page, page, go="next", text="We call first.", handling_code="H2", tlp="amber")
    assert answer.status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    assert isinstance(draft.content, NoteForm)
    assert (draft.content.text, draft.state) == ("We call first.", DraftState.DRAFT)


def test_a_note_is_answered_in_its_thread(focal_point, paper_desk):
    page = focal_point.client.get(CONFIRMED).text
    link = page.split('">Answer this note')[0].rsplit('href="', 1)[1]
    answer = focal_point.send(link, link, go="next", text="Agreed.", handling_code="H2", tlp="amber")
    assert answer.status_code == 303
    (draft,) = paper_desk.drafts.kept.values()
    assert f"#note-{draft.content.reply_to}" not in page
    assert f'id="note-{draft.content.reply_to}"' in page


MEETING = {
    "agenda": "How we go on.",
    "starts_at": "2026-03-04T09:00",
    "ends_at": "2026-03-04T10:00",
    "zone": "Asia/Bangkok",
    "attendees": "Our focal point\nTheirs",
    "link": "",
    "handling_code": "H1",
}


def test_a_meeting_is_proposed_and_changed_by_either_side(focal_point, paper_desk):
    page = f"{CONFIRMED}/meeting"
    assert focal_point.send(page, page, **MEETING).status_code == 303
    change = f"{CONFIRMED}/meetings/{meeting_id(5)}/change"
    assert "How we go on." in focal_point.client.get(change).text
    held = {**MEETING, "status": "held", "minutes": "Both agreed."}
    assert focal_point.send(change, change, **held).status_code == 303
    proposed, changed = (form for _, form in paper_desk.done("propose_meeting"))
    assert (proposed.meeting_id, proposed.attendees) == (None, ("Our focal point", "Theirs"))
    assert (changed.meeting_id, changed.status.value, changed.minutes) == (meeting_id(5), "held", "Both agreed.")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"ends_at": "2026-03-04T08:00"}, "Let the meeting end after it starts."),
        ({"starts_at": "tomorrow"}, "Write day and time (UTC)"),
        ({"attendees": " "}, "Name at least one person or office."),
    ],
)
def test_a_meeting_that_cannot_be_held_is_named(focal_point, paper_desk, fields, sentence):
    page = f"{CONFIRMED}/meeting"
    answer = focal_point.send(page, page, **{**MEETING, **fields})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.done("propose_meeting") == []


def test_their_meeting_is_answered_and_goes_into_a_calendar(focal_point, paper_desk):
    focal_point.send(CONFIRMED, f"{CONFIRMED}/meetings/{meeting_id(5)}/answer", accepted="yes")
    assert paper_desk.done("answer_meeting") == [(hit_id(5), meeting_id(5), True)]
    file = focal_point.client.get(f"{CONFIRMED}/meetings/{meeting_id(5)}/calendar")
    assert file.headers["content-type"].startswith("text/calendar")
    assert "attachment" in file.headers["content-disposition"]


def test_leave_to_pass_information_on_is_asked_of_its_originator(focal_point, paper_desk):
    page = focal_point.client.get(ANSWERED).text
    link = page.split("Ask to pass it on")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    answer = focal_point.send(
        link, link.split("?")[0], recipients=["XC"], use="The prosecutor.", message=link.split("message=")[1]
    )
    assert answer.status_code == 303
    ((_, _, form),) = paper_desk.done("ask_onward_use")
    assert (form.recipients, form.use, form.message_id) == (
        (MemberCode("XC"),),
        "The prosecutor.",
        link.split("message=")[1],
    )


def test_what_its_originator_lets_pass_comes_as_a_file(focal_point):
    page = focal_point.client.get(ANSWERED).text
    assert f"{exchange(7)}/pass-on?to=XC" in page
    file = focal_point.client.get(f"{exchange(7)}/pass-on?to=XC")
    assert file.headers["content-type"] == "application/pdf"


def test_the_print_pack_is_a_file(focal_point):
    file = focal_point.client.get(f"{ANSWERED}/pack")
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")


def test_a_contact_on_another_channel_is_noted(focal_point, paper_desk):
    page = f"{CONFIRMED}/contact"
    fields = {"on": "2026-02-01", "channel": "I-24/7", "counterpart": "Belanu", "contact_reference": "77", "remark": ""}
    assert focal_point.send(page, page, **fields).status_code == 303
    ((_, contact),) = paper_desk.done("note_contact")
    assert (contact.channel, contact.on.isoformat(), contact.reference) == ("I-24/7", "2026-02-01", "77")
