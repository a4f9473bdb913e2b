"""The node's desk, without JavaScript: what each page says, and what each form does."""

import csv
import io

import pytest
from tests.integration.web.paper_desk import hidden_field

from symbolon.node.web.routes.inbox import MOST_LINES
from symbolon.protocol.handling import Band, HoldRuling, IntendedUse, Urgency, Verdict
from symbolon.protocol.lifecycle import JointState, SideState

HITS = "00000000-0000-0000-0000-0000000000{:02}".format
REQUEST = f"{0:08x}-0000-0000-0000-{1006:012x}"


def order_of(page, *wanted):
    places = [page.index(text) for text in wanted]
    return sorted(wanted, key=lambda text: places[wanted.index(text)])


def test_the_inbox_lists_what_is_open_by_time_left(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get("/inbox").text
    assert order_of(page, "P-0001", "P-0002", "P-0004", "P-0005") == ["P-0002", "P-0001", "P-0004", "P-0005"]
    assert "P-0009" not in page


def test_each_line_says_how_alike_the_halves_are_and_what_to_do_next(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get("/inbox?country=XC").text
    for said in (
        "Cassor (XC)",
        "Probable",
        "agrees: name, birth date, phone",
        "differs: document",
        "not known: place, vessel",
        "voted, sealed",
        "have not voted yet",
        "Wait for the other side",
    ):
        assert said in page
    assert "P-0001" not in page


@pytest.mark.parametrize(
    ("query", "listed", "left_out"),
    [
        ("show=mine", "P-0006", "P-0007"),
        ("show=ended", "P-0009", "P-0001"),
        ("urgency=U1", "P-0001", "P-0002"),
        ("band=strong", "P-0001", "P-0002"),
        ("show=nonsense&urgency=U9&band=none&sort=sideways", "P-0001", "P-0009"),
    ],
)
def test_the_inbox_can_be_narrowed(node_app, visit, query, listed, left_out):
    page = visit(node_app).sign_in("mara").client.get(f"/inbox?{query}").text
    assert listed in page
    assert left_out not in page


def test_the_refreshed_part_is_sent_only_when_it_changed(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    first = visitor.client.get("/inbox/queue")
    mark = first.text.split('name="seen" value="')[1].split('"')[0]
    assert visitor.client.get(f"/inbox/queue?seen={mark}").status_code == 204
    paper_desk.add(20, JointState.ALERTED, SideState.WAITING)
    changed = visitor.client.get(f"/inbox/queue?seen={mark}")
    assert changed.status_code == 200
    assert "P-0020" in changed.text


def test_a_page_that_refreshes_itself_reads_the_list_only_when_something_changed(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    mark = hidden_field(visitor.client.get("/inbox").text, "seen")
    for _ in range(3):
        assert visitor.client.get(f"/inbox/queue?seen={mark}").status_code == 204
    assert paper_desk.looks == ["page"]
    paper_desk.add(20, JointState.ALERTED, SideState.WAITING)
    visitor.client.get(f"/inbox/queue?seen={mark}")
    assert paper_desk.looks == ["page", "refresh"]


def test_every_page_that_is_opened_and_every_export_is_a_look_of_its_own(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    for path in ("/inbox", "/inbox", "/exchanges", "/exchanges", "/inbox.csv", "/inbox.csv"):
        visitor.client.get(path)
    assert paper_desk.looks == ["page", "page", "page", "page", "export", "export"]


def test_a_long_list_is_cut_and_says_how_much_of_it_is_shown(node_app, visit, paper_desk):
    for number in range(100, 100 + MOST_LINES):
        paper_desk.add(number, JointState.ALERTED, SideState.WAITING)
    visitor = visit(node_app).sign_in("mara")
    page = visitor.client.get("/inbox?sort=urgency").text
    assert page.count('<tr id="hit-') == MOST_LINES
    assert f"The first {MOST_LINES} of {MOST_LINES + 7} hits are shown." in page
    export = page.split('hits are shown. Narrow the list, or <a href="')[1].split('"')[0].replace("&amp;", "&")
    assert visitor.client.get(export).text.count("P-") == MOST_LINES + 7


def test_the_export_holds_the_lines_that_are_listed_and_no_formula(node_app, visit, paper_desk):
    paper_desk.add(21, JointState.ALERTED, SideState.WAITING, own_local_id="=1+1", band=Band.STRONG)
    answer = visit(node_app).sign_in("mara").client.get("/inbox.csv?band=strong")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {row["own_record"] for row in rows} == {"P-0001", "'=1+1"}
    assert rows[0]["agree"] == "name birth_date phone"


def test_a_hit_shows_our_half_in_clear_beside_how_it_compares(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(1)}").text
    for said in (
        "Strong likeness with Belanu (XB)",
        "Nguyễn Văn Thành",
        "+84 912 345 678",
        "Why this hit",
        "Alike on both sides: name, birth date and phone.",
        "Different on the two sides: document.",
        "All other kinds are missing in our record",
        "What Belanu (XB) sees",
        "41 min",
    ):
        assert said in page


def test_a_vote_of_the_other_side_is_nowhere_on_the_page_before_both_are_opened(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(3)}").text
    assert "Their vote stays sealed until both have voted." in page
    assert "Theirs" not in page


def test_acknowledging_is_one_form_and_says_that_it_was_done(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(1)}", f"/hits/{HITS(1)}/acknowledge")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hits/{HITS(1)}")
    assert paper_desk.acknowledged == [HITS(1)]
    assert "Acknowledged." in visitor.client.get(f"/hits/{HITS(1)}").text
    assert 'class="notice"' not in visitor.client.get(f"/hits/{HITS(1)}").text


def test_a_vote_is_cast_once_and_then_locked(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    visitor.send(f"/hits/{HITS(2)}", f"/hits/{HITS(2)}/vote", verdict="SAME", reason="The passport is in our file.")
    assert paper_desk.votes == [(HITS(2), Verdict.SAME, "The passport is in our file.")]
    page = visitor.client.get(f"/hits/{HITS(2)}").text
    assert "Seal and send the vote" not in page
    assert "The passport is in our file." in page


@pytest.mark.parametrize(
    ("verdict", "sentence"), [("DIFFERENT", "say why"), ("", "Choose one of these"), ("MAYBE", "Choose one of these")]
)
def test_a_vote_that_cannot_be_taken_keeps_the_form_and_says_why(node_app, visit, paper_desk, verdict, sentence):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(2)}", f"/hits/{HITS(2)}/vote", verdict=verdict, reason="")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.votes == []


REQUEST_FIELDS = {
    "purpose": "To find the vessel.",
    "relevance": "Same organiser.",
    "facts": "Forced labour.",
    "questions": "Which vessel?\r\n\r\n  Whom may we call?  \r\n",
    "why_this_state": "It holds the other half.",
    "urgency": "U2",
    "urgency_reason": "It sails soon.",
    "need_by": "2026-03-09",
    "channel": "informal",
    "intended_use": "intelligence",
    "legal_basis": "Regional arrangement",
    "handling_code": "H1",
}


def test_a_request_starts_with_what_the_hit_says_and_nothing_that_identifies(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(5)}/request").text
    assert "Which document do you hold for this subject" in page
    for clear in ("Nguyễn", "C1234567", "912 345", "P-0005"):
        assert clear not in page


def test_a_request_goes_out_with_each_question_on_its_own(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(5)}/request", f"/hits/{HITS(5)}/request", **REQUEST_FIELDS)
    assert answer.status_code == 303
    ((hit, draft),) = paper_desk.requests
    assert hit == HITS(5)
    assert draft.questions == ("Which vessel?", "Whom may we call?")
    assert (draft.urgency, draft.intended_use) == (Urgency.U2, IntendedUse.INTELLIGENCE)


def test_a_request_with_faults_says_all_of_them_and_loses_no_text(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    fields = {**REQUEST_FIELDS, "questions": " ", "need_by": "soon", "intended_use": "evidence", "legal_basis": ""}
    answer = visitor.send(f"/hits/{HITS(5)}/request", f"/hits/{HITS(5)}/request", **fields)
    assert answer.status_code == 422
    for sentence in (
        "4 fields need a change",
        "Write 1 to 20 questions",
        "Write the day as year-month-day",
        "Evidence needs the formal channel",
        "Name the law or agreement",
    ):
        assert sentence in answer.text
    assert "It sails soon." in answer.text
    assert paper_desk.requests == []


def test_a_received_request_is_read_and_answered_question_by_question(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    path = f"/hits/{HITS(6)}/requests/{REQUEST}/reply"
    assert "Which vessel was used in January?" in visitor.client.get(path).text
    answer = visitor.send(
        path,
        path,
        **{
            "answer-1": "Marlin Star",
            "answer-2": "The duty desk",
            "source_reliability": "B",
            "information_accuracy": "2",
            "handling_code": "H1",
            "caveats": "",
            "delete_by": "",
        },
    )
    assert answer.status_code == 303
    ((_, draft),) = paper_desk.replies
    assert draft.answers == ("Marlin Star", "The duty desk")
    assert draft.delete_by is None


def test_an_answer_starts_with_the_most_cautious_grades(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(6)}/requests/{REQUEST}/reply").text
    for grade in ("X", "4", "H1"):
        assert f'<option value="{grade}" selected>' in page


def test_a_question_left_out_of_an_answer_is_named(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    path = f"/hits/{HITS(6)}/requests/{REQUEST}/reply"
    answer = visitor.send(
        path,
        path,
        **{"answer-1": "Marlin Star", "source_reliability": "B", "information_accuracy": "2", "handling_code": "H1"},
    )
    assert answer.status_code == 422
    assert 'id="answer-2-mistake"' in answer.text
    assert paper_desk.replies == []


def test_an_answer_is_shown_as_text_and_never_as_markup(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(7)}").text
    assert "&lt;b&gt;Marlin Star&lt;/b&gt;" in page
    assert "<b>Marlin" not in page


def test_a_protected_hit_is_seen_by_the_protection_officer_alone(node_app, visit):
    others, officer = visit(node_app).sign_in("mara"), visit(node_app).sign_in("ines")
    assert "P-0008" not in others.client.get("/inbox?show=all").text
    assert others.client.get(f"/hits/{HITS(8)}").status_code == 404
    assert "P-0008" in officer.client.get("/holds").text
    assert "P-0001" not in officer.client.get("/inbox?show=all").text


@pytest.mark.parametrize(("ruling", "goes_to"), [("release", f"/hits/{HITS(8)}"), ("close", "/holds")])
def test_the_protection_officer_decides_on_a_hold(node_app, visit, paper_desk, ruling, goes_to):
    visitor = visit(node_app).sign_in("ines").justify(HITS(8))
    answer = visitor.send(f"/hits/{HITS(8)}", f"/hits/{HITS(8)}/release", ruling=ruling)
    assert answer.headers["location"] == goes_to
    assert paper_desk.rulings == [(HITS(8), HoldRuling(ruling))]


def test_a_hold_is_not_decided_without_a_choice(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("ines").justify(HITS(8))
    answer = visitor.send(f"/hits/{HITS(8)}", f"/hits/{HITS(8)}/release")
    assert answer.status_code == 422
    assert paper_desk.rulings == []


def test_the_exchanges_are_the_confirmed_hits(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get("/exchanges").text
    assert all(own in page for own in ("P-0005", "P-0006", "P-0007"))
    assert "P-0001" not in page


def test_somebody_without_the_right_gets_a_page_that_says_whom_to_ask(node_app, visit):
    visitor = visit(node_app).sign_in("adam")
    assert visitor.client.get("/").url.path == "/people"
    refused = visitor.client.get("/inbox")
    assert refused.status_code == 403
    assert "ask your administrator" in refused.text
