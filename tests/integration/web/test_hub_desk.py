"""The hub's desk: numbers that say what they count."""

from symbolon.hub.domain.notices import MailsUnsent


def test_the_status_page_counts_by_member_by_day_and_by_state(hub_app, visit):
    page = visit(hub_app).sign_in("omar").client.get("/").text
    for said in (
        "Amara (XA)",
        "2012",
        "never: silent",
        "oldest waits 1 min",
        "2026-03-02",
        "Alerted",
        "encodings held now",
        "alerts and messages that no node has acknowledged yet",
    ):
        assert said in page


def test_the_numbers_refresh_themselves_for_those_who_are_signed_in(hub_app, visit):
    visitor = visit(hub_app)
    assert visitor.client.get("/status/numbers").status_code == 401
    assert "Live records" in visitor.sign_in("omar").client.get("/status/numbers").text


def test_the_page_of_clocks_says_who_is_overdue_which_desk_is_silent_and_which_purge_is_not_confirmed(hub_app, visit):
    page = visit(hub_app).sign_in("omar").client.get("/clocks").text
    for said in (
        "2 h over",
        "Respond",
        "Accepted",
        "XB night",
        "Confirm the purge",
        "4 of 4 clocks listed",
        "stands still",
    ):
        assert said in page
    assert "standing=over" in page


def test_the_clocks_are_filtered_and_sorted_by_the_address(hub_app, visit):
    client = visit(hub_app).sign_in("omar").client
    listed = client.get("/clocks", params={"member": "XA", "standing": "late"}).text
    assert "1 of 4 clocks listed" in listed
    by_urgency = client.get("/clocks.csv", params={"order": "urgency"}).text.splitlines()
    assert [line.split(",")[6] for line in by_urgency] == ["urgency", "U1", "U1", "U2", "U2"]
    assert client.get("/clocks", params={"clock": "tea"}).status_code == 422
    assert client.get("/clocks", params={"member": "nobody"}).status_code == 422


def test_holds_are_shown_to_oversight_and_not_to_the_operator(hub_app, visit):
    operator, auditor = visit(hub_app).sign_in("omar").client, visit(hub_app).sign_in("una").client
    assert "HELD" not in operator.get("/clocks.csv").text
    assert "HELD" in auditor.get("/clocks.csv").text


def test_a_file_of_clocks_holds_codes_and_moments_and_the_log_gets_who_took_it(hub_app, visit, paper_clocks):
    answer = visit(hub_app).sign_in("omar").client.get("/clocks.csv", params={"clock": "respond"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    head, line = answer.text.splitlines()
    assert head == "hit,exchange,to act,other side,state,clock,urgency,since,due,standing"
    assert line.split(",")[2:7] == ["XB", "XA", "ACCEPTED", "respond", "U2"]
    assert paper_clocks.exported == ["omar"]


def test_mails_that_do_not_arrive_are_told_on_the_page_and_an_empty_page_says_so(hub_app, visit, paper_clocks):
    paper_clocks.mails, paper_clocks.is_empty = MailsUnsent(2, 1), True
    page = visit(hub_app).sign_in("omar").client.get("/clocks").text
    for said in (
        "2 of the mails",
        "1 were refused",
        "no clock is over",
        "No clock is listed",
        "every desk that was asked",
    ):
        assert said in page
