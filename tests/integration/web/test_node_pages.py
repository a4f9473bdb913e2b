"""The node's desk, without JavaScript: what each page says, and what each form does."""

import csv
import io

import pytest
from tests.integration.web.paper_desk import hidden_field, hit_id

from symbolon.node.web.routes.inbox import MOST_LINES
from symbolon.protocol.handling import Band, HoldRuling, IdentifierKind, Verdict
from symbolon.protocol.lifecycle import JointState, SideState

CLOSED = hit_id(12)
OPEN_AT_START = 9
"""Hits of the desk of paper that a focal point sees and that have not ended."""
HITS = "00000000-0000-0000-0000-0000000000{:02}".format


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
        ("show=mine", "P-0006", "P-0005"),
        ("show=ended", "P-0009", "P-0001"),
        ("urgency=U1", "P-0001", "P-0002"),
        ("band=strong", "P-0001", "P-0002"),
        ("overlay=protected", "P-0007", "P-0001"),
        ("overlay=escalated", "P-0002", "P-0001"),
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
    assert f"The first {MOST_LINES} of {MOST_LINES + OPEN_AT_START} hits are shown." in page
    export = page.split('hits are shown. Narrow the list, or <a href="')[1].split('"')[0].replace("&amp;", "&")
    assert visitor.client.get(export).text.count("P-") == MOST_LINES + OPEN_AT_START


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
    assert paper_desk.done("acknowledge_hit") == [(HITS(1),)]
    assert "Acknowledged." in visitor.client.get(f"/hits/{HITS(1)}").text
    assert 'class="notice"' not in visitor.client.get(f"/hits/{HITS(1)}").text


def test_a_vote_is_cast_once_and_then_locked(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    visitor.send(f"/hits/{HITS(2)}", f"/hits/{HITS(2)}/vote", verdict="SAME", reason="The passport is in our file.")
    assert paper_desk.done("cast_vote") == [(HITS(2), Verdict.SAME, "The passport is in our file.")]
    page = visitor.client.get(f"/hits/{HITS(2)}").text
    assert "Seal and send the vote" not in page
    assert "The passport is in our file." in page


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [("DIFFERENT", "Say in a few words why"), ("", "Choose one of these"), ("MAYBE", "Choose one of these")],
)
def test_a_vote_that_cannot_be_taken_keeps_the_form_and_says_why(node_app, visit, paper_desk, verdict, sentence):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(2)}", f"/hits/{HITS(2)}/vote", verdict=verdict, reason="")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.done("cast_vote") == []


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
    assert paper_desk.done("release_hold") == [(HITS(8), HoldRuling(ruling))]


def test_a_hold_is_not_decided_without_a_choice(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("ines").justify(HITS(8))
    answer = visitor.send(f"/hits/{HITS(8)}", f"/hits/{HITS(8)}/release")
    assert answer.status_code == 422
    assert paper_desk.done("release_hold") == []


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


def test_each_line_says_whose_turn_it_is_and_who_checks_it(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get("/inbox?sort=time-left").text
    assert "being checked (ivo)" in page
    assert "Turn: yours" in page
    assert "Turn: theirs, or nobody&#39;s" in page


def test_the_export_says_whose_turn_it_is(node_app, visit):
    answer = visit(node_app).sign_in("mara").client.get("/inbox.csv")
    rows = {row["own_record"]: row for row in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
    assert (rows["P-0002"]["turn"], rows["P-0002"]["checked_by"]) == ("Yours", "ivo")
    assert rows["P-0005"]["turn"] == "Theirs, or nobody's"


def test_a_hit_is_given_to_an_investigator_to_check(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(1)}", f"/hits/{HITS(1)}/assign", assignee="ivo")
    assert answer.status_code == 303
    assert paper_desk.done("assign_hit") == [(HITS(1), "ivo")]


@pytest.mark.parametrize("login", ["aya", "nobody", ""])
def test_a_hit_is_given_to_nobody_without_the_office(node_app, visit, paper_desk, login):
    visitor = visit(node_app).sign_in("mara")
    answer = visitor.send(f"/hits/{HITS(1)}", f"/hits/{HITS(1)}/assign", assignee=login)
    assert answer.status_code == 422
    assert "Choose one of these officers." in answer.text
    assert paper_desk.done("assign_hit") == []


def test_an_investigator_recommends_and_does_not_vote(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("ivo")
    page = visitor.client.get(f"/hits/{HITS(2)}").text
    assert "Seal and send the vote" not in page
    fields = {"recommended": "SAME", "recommendation": "The scar is in our file."}
    assert visitor.send(f"/hits/{HITS(2)}", f"/hits/{HITS(2)}/recommend", **fields).status_code == 303
    assert paper_desk.done("recommend") == [(HITS(2), Verdict.SAME, "The scar is in our file.")]


def test_what_is_recommended_stands_on_the_page_of_who_votes(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(2)}").text
    assert "Recommended: Same" in page
    assert "The scar is in our file too." in page
    assert "They acknowledged" in page


def test_in_the_round_for_more_kinds_are_proposed_and_exactly_the_agreed_ones_shown(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    path = f"/hits/{HITS(4)}"
    page = visitor.client.get(path).text
    leaves = page.split("This leaves, sealed for Belanu (XB) alone, and nothing else:")[1].split("</dl>")[0]
    assert "1987-04" in leaves
    assert "Nguyễn" not in leaves
    visitor.send(path, f"{path}/extra-fields", kinds=["birth_date", "phone"], proposal_reason="They decide it.")
    visitor.send(path, f"{path}/extra-fields/answer", agreed="no")
    visitor.send(path, f"{path}/extra-fields/show")
    kinds = (IdentifierKind.BIRTH_DATE, IdentifierKind.PHONE)
    assert paper_desk.done("propose_extra_fields") == [(HITS(4), kinds, "They decide it.")]
    assert paper_desk.done("answer_extra_fields") == [(HITS(4), False)]
    assert paper_desk.done("show_extra_fields") == [(HITS(4),)]


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [([], "Choose at least one kind."), (["name", "sex", "phone", "place"], "Choose 3 kinds at most: these are 4.")],
)
def test_too_few_or_too_many_kinds_are_named(node_app, visit, paper_desk, kinds, sentence):
    visitor = visit(node_app).sign_in("mara")
    path = f"/hits/{HITS(4)}"
    answer = visitor.send(path, f"{path}/extra-fields", kinds=kinds, proposal_reason="They decide it.")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.done("propose_extra_fields") == []


def test_a_form_from_a_page_that_has_passed_is_told_so_and_keeps_what_was_typed(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    old = visitor.client.get(f"/hits/{HITS(2)}").text
    paper_desk.change(HITS(2), joint_state=JointState.NEEDS_MORE)
    fields = {name: hidden_field(old, name) for name in ("csrf_token", "form_id", "seen")}
    fields |= {"verdict": "UNSURE", "reason": "Our photograph is old."}
    answer = visitor.client.post(f"/hits/{HITS(2)}/vote", data=fields)
    assert answer.status_code == 409
    assert "has moved on since you opened the page" in answer.text
    assert "Our photograph is old." in answer.text
    assert paper_desk.done("cast_vote") == []


def test_a_form_that_is_sent_twice_acts_once_and_answers_alike(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("mara")
    page = visitor.client.get(f"/hits/{HITS(2)}").text
    fields = {name: hidden_field(page, name) for name in ("csrf_token", "form_id", "seen")}
    fields |= {"verdict": "SAME", "reason": "The passport."}
    answers = [
        visitor.client.post(f"/hits/{HITS(2)}/vote", data=fields, follow_redirects=False).status_code for _ in range(2)
    ]
    assert answers == [303, 303]
    assert len(paper_desk.done("cast_vote")) == 1


def test_a_protection_officer_holds_a_hit_for_safety_by_its_id_without_seeing_it(node_app, visit, paper_desk):
    visitor = visit(node_app).sign_in("ines")
    assert visitor.client.get(f"/hits/{HITS(5)}").status_code == 404
    answer = visitor.send("/holds", "/holds/safety-hold", hit=HITS(5), justification="She fears for her sister.")
    assert answer.status_code == 303
    assert paper_desk.done("hold_for_safety") == [(HITS(5), True, "She fears for her sister.")]


@pytest.mark.parametrize(
    ("hit", "why", "sentence"),
    [("five", "She fears.", "Write the hit&#39;s id as it stands on its page."), (HITS(5), "", "Say why")],
)
def test_a_safety_hold_needs_a_hit_and_a_reason(node_app, visit, paper_desk, hit, why, sentence):
    answer = visit(node_app).sign_in("ines").send("/holds", "/holds/safety-hold", hit=hit, justification=why)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.done("hold_for_safety") == []


def test_the_queue_of_the_protection_officer_says_how_many_holds_wait(node_app, visit):
    assert "Held: 1 waits for your decision" in visit(node_app).sign_in("ines").client.get("/holds").text


def test_closing_and_reopening_are_acts_of_their_offices(node_app, visit, paper_desk):
    focal_point, authoriser = visit(node_app).sign_in("mara"), visit(node_app).sign_in("aya")
    assert focal_point.send(f"/hits/{HITS(9)}", f"/hits/{HITS(9)}/close").status_code == 303
    assert "Reopen this hit" not in focal_point.client.get(f"/hits/{CLOSED}").text
    path = f"/hits/{CLOSED}"
    assert authoriser.send(path, f"{path}/reopen", reopening="A new witness.").status_code == 303
    assert paper_desk.done("close_hit") == [(HITS(9), None)]
    assert paper_desk.done("reopen_hit") == [(CLOSED, "A new witness.")]


def test_marks_of_protection_stand_on_the_hit_and_on_what_was_said(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(7)}").text
    assert "Non-punishment: nothing found here may be used to punish" in page
    assert "Relatives are watched." in page
    assert 'class="chip protection">Risk note' in page


def test_what_happened_is_told_in_the_order_of_the_hub(node_app, visit):
    page = visit(node_app).sign_in("mara").client.get(f"/hits/{HITS(5)}").text
    assert "Both sides were alerted" in page
    assert "1 step of this hit and its exchanges" in page
