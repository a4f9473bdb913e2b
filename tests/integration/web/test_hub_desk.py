"""The hub's desk: numbers that say what they count."""


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
