"""Before a victim's or minor's hit is shown, its officer says why."""

import pytest
from tests.integration.web.paper_desk import hit_id

HIT = hit_id(8)
PAGE, FORM = f"/hits/{HIT}", f"/hits/{HIT}/justification"


@pytest.fixture
def officer(node_app, visit):
    return visit(node_app).sign_in("ines")


def test_without_a_reason_nothing_of_the_hit_is_on_the_page(officer):
    page = officer.client.get(PAGE)
    assert page.status_code == 403
    for said in ("P-0008", "Nguyễn", "Belanu", "Probable"):
        assert said not in page.text


def test_with_a_reason_the_page_that_was_asked_for_follows(officer, paper_desk):
    answer = officer.send(PAGE, FORM, reason="protect", text="She asked us to.", then=f"{PAGE}/request")
    assert answer.headers["location"] == f"{PAGE}/request"
    ((hit, _, reason, text),) = paper_desk.reasons
    assert (hit, reason.value, text) == (HIT, "protect", "She asked us to.")


def test_a_reason_counts_for_the_browser_in_which_it_was_given(node_app, visit, officer):
    officer.justify(HIT)
    assert officer.client.get(PAGE).status_code == 200
    assert visit(node_app).sign_in("ines").client.get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"reason": "curiosity", "text": "x"}, "Choose one of these"),
        ({"reason": "protect", "text": "  "}, "Say in a few words why"),
        ({"reason": "protect", "text": "x" * 501}, "Shorten this by 1 character: 500 characters are the most"),
    ],
)
def test_a_reason_needs_a_code_and_words(officer, paper_desk, fields, sentence):
    answer = officer.send(PAGE, FORM, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert paper_desk.reasons == []


@pytest.mark.parametrize("then", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_the_form_leads_to_no_other_site(officer, then):
    answer = officer.send(PAGE, FORM, reason="protect", text="She asked us to.", then=then)
    assert answer.headers["location"] == "/"


def test_a_program_gets_the_problem_and_nothing_of_the_hit(officer):
    answer = officer.client.get(PAGE, headers={"Accept": "application/json"})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:symbolon:problem:justification-needed"
    assert "P-0008" not in answer.text
