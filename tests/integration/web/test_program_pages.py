"""The page of programs: a token is shown once, a protection officer alone opens protected hits, addresses are tried."""

from tests.integration.web.paper_api import ADDRESS, SECRET, TOKEN

PAGE = "/api-clients"
LET_IN = {"name": "case-system", "expires": "2026-05-31", "role": ["focal_point"], "scope": ["hits:read", "vote"]}


def test_the_token_of_a_new_program_is_shown_once(visit, node_app):
    adam = visit(node_app).sign_in("adam")
    made = adam.send(PAGE, PAGE, **LET_IN)
    assert made.status_code == 200
    assert TOKEN in made.text
    assert TOKEN not in adam.client.get(PAGE).text


def test_a_program_that_nobody_may_have_comes_back_with_what_was_typed(visit, node_app):
    adam = visit(node_app).sign_in("adam")
    both = {**LET_IN, "role": ["focal_point", "authoriser"]}
    refused = adam.send(PAGE, PAGE, **both)
    assert refused.status_code == 422
    assert "A client either drafts or releases" in refused.text
    assert 'value="case-system"' in refused.text


def test_a_day_that_is_none_is_told(visit, node_app):
    refused = visit(node_app).sign_in("adam").send(PAGE, PAGE, **{**LET_IN, "expires": "soon"})
    assert refused.status_code == 422
    assert "Write the last day as year-month-day" in refused.text


def test_a_protection_officer_grants_and_an_administrator_is_not_offered_it(visit, node_app, paper_desk):
    assert "Let it see protected hits" not in visit(node_app).sign_in("adam").client.get(PAGE).text
    ines = visit(node_app).sign_in("ines")
    assert "Let it see protected hits" in ines.client.get(PAGE).text
    assert ines.send(PAGE, f"{PAGE}/shelter/grant").status_code == 303
    assert ("grant", "ines") in paper_desk.api.acts


def test_an_administrator_revokes_a_program(visit, node_app, paper_desk):
    assert visit(node_app).sign_in("adam").send(PAGE, f"{PAGE}/shelter/revoke").status_code == 303
    assert ("revoke", "adam") in paper_desk.api.acts


def test_who_registers_an_address_decides_what_it_hears_of(visit, node_app, paper_desk):
    for login, protected in (("adam", False), ("ines", True)):
        made = visit(node_app).sign_in(login).send(PAGE, "/webhooks", url="https://cases.example/events")
        assert SECRET in made.text
        assert (f"address {protected}", login) in paper_desk.api.acts


def test_an_address_without_https_is_refused_with_what_was_typed(visit, node_app):
    refused = visit(node_app).sign_in("adam").send(PAGE, "/webhooks", url="http://cases.example/events")
    assert refused.status_code == 422
    assert "Events go by https" in refused.text
    assert "http://cases.example/events" in refused.text


def test_an_address_is_tried_and_removed(visit, node_app, paper_desk):
    adam = visit(node_app).sign_in("adam")
    for act in ("test", "remove"):
        assert adam.send(PAGE, f"/webhooks/{ADDRESS}/{act}").status_code == 303
    assert {("try", "adam"), ("remove", "adam")} <= set(paper_desk.api.acts)
