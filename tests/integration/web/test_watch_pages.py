"""The pages of desks, clocks, followed records, notices and agreements, as each person sees them."""

import csv
import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from tests.integration.web.paper_desk import Visitor
from tests.integration.web.paper_watch import PING, their_proposal

from symbolon.node.domain.desk_text import read_toml
from symbolon.node.domain.notices import Manner
from symbolon.node.web import watch_wording
from symbolon.protocol.focal_points import Liveness, Reached
from symbolon.protocol.lifecycle_times import ClockName, Watcher
from symbolon.protocol.messages_escalation import EscalationLevel
from symbolon.protocol.messages_focal_points import Competence, ContactKind, DeskKind


@dataclass
class AtDesk:
    """Somebody who is signed in; each form is sent from its own page."""

    visitor: Visitor

    def get(self, path):
        return self.visitor.client.get(path)

    def post(self, path, fields):
        page = next(page for start, page in FORMS.items() if path.startswith(start))
        answer = self.visitor.send(page, path, **fields)
        return self.get(answer.headers["location"]) if answer.status_code == 303 else answer


FORMS = {
    "/focal-points/pings": "/focal-points",
    "/focal-points/own/desk": "/focal-points/own/desk",
    "/focal-points/own": "/focal-points/own",
    "/interests": "/interests",
    "/notices": "/notices",
    "/agreements/XB": "/agreements/XB",
}
"""Where each form is found."""


@pytest.fixture
def at_desk(visit, node_app):
    """Opens the desk as somebody."""

    def sign_in(login):
        visitor = visit(node_app)
        visitor.sign_in(login)
        return AtDesk(visitor)

    return sign_in


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (watch_wording.COMPETENCES, Competence),
        (watch_wording.DESK_KINDS, DeskKind),
        (watch_wording.CONTACTS, ContactKind),
        (watch_wording.LIVENESS, Liveness),
        (watch_wording.REACHED, Reached),
        (watch_wording.CLOCKS, ClockName),
        (watch_wording.LEVELS, EscalationLevel),
        (watch_wording.WATCHERS, Watcher),
        (watch_wording.MANNERS, Manner),
    ],
)
def test_every_code_has_its_word(words, codes):
    assert set(words) == set(codes)
    assert all(words.values())


def test_desks_are_listed_with_their_ways_and_signs_of_life(at_desk):
    page = at_desk("ivo").get("/focal-points").text
    assert 'href="tel:+88025550100"' in page
    assert "Stale: did not answer" in page
    assert "Last heard from the hub" in page


def test_what_a_state_wrote_is_shown_as_text(at_desk):
    page = at_desk("ivo").get("/focal-points").text
    assert "Children&#39;s &lt;b&gt;desk&lt;/b&gt;" in page


def test_a_book_that_is_old_says_so(at_desk, paper_desk):
    paper_desk.watch.heard_before = timedelta(days=2)
    assert "The hub was not heard for a day or longer" in at_desk("ivo").get("/focal-points").text
    assert "The hub was not heard for a day or longer" in at_desk("ivo").get("/focal-points/call?state=XB").text


def test_the_list_is_narrowed_by_subject_and_language(at_desk):
    page = at_desk("ivo").get("/focal-points?about=minors&language=bn").text
    assert "Children" in page
    assert "National desk" not in page


def test_a_desk_that_did_not_answer_the_hub_is_tried_after_one_that_may(at_desk):
    page = at_desk("ivo").get("/focal-points/call?state=XB&about=minors&language=bn").text
    assert page.index("National desk") < page.index("Children")


def test_who_to_call_names_the_first_to_try_first(at_desk, paper_desk):
    paper_desk.watch.children_answer = True
    page = at_desk("ivo").get("/focal-points/call?state=XB&about=minors&language=bn").text
    assert page.index("Children") < page.index("National desk")
    assert "At the desk now" in page


def test_a_state_without_desks_is_not_found(at_desk):
    answer = at_desk("ivo").get("/focal-points/call?state=XC")
    assert answer.status_code == 404
    assert "choose a state from the list" in answer.text


def test_the_list_is_exported(at_desk):
    text = at_desk("mara").get("/focal-points.csv").text.removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["desk"] for row in rows] == ["national", "children"]
    assert rows[0]["channels"].startswith("phone: +880")


def test_the_roster_says_whose_turn_it_is(at_desk):
    page = at_desk("aya").get("/focal-points/duty").text
    assert 'class="chip ours">Now<' in page


def test_somebody_answers_for_a_desk_by_one_click(at_desk, paper_desk):
    mara = at_desk("mara")
    page = mara.post(f"/focal-points/pings/{PING}/answer", {})
    assert "the hub is told that somebody is there" in page.text
    assert paper_desk.watch.answered == [("mara", PING)]


def test_a_desk_is_changed_by_its_form(at_desk, paper_desk):
    mara = at_desk("mara")
    form = {
        "desk_id": "national",
        "kind": "focal-point",
        "title": "New name",
        "competences": ["general", "finance"],
        "languages": "en, bn",
        "zone": "Asia/Dhaka",
        "hours": "Mon-Thu 09:00-17:00",
        "channels": "phone: +880 2 5550 999",
        "deputy": "children",
        "seen": "mark",
    }
    page = mara.post("/focal-points/own/desk", form)
    assert "Saved as a draft" in page.text
    desk = paper_desk.watch.draft.desks[0]
    assert (desk.title, desk.languages, [each.value for each in desk.competences]) == (
        "New name",
        ("en", "bn"),
        ["finance", "general"],
    )


def test_a_form_with_mistakes_comes_back_with_a_sentence_for_each(at_desk, paper_desk):
    form = {
        "desk_id": "National Desk",
        "kind": "focal-point",
        "zone": "Mars/Base",
        "hours": "always",
        "channels": "ring",
    }
    answer = at_desk("mara").post("/focal-points/own/desk", form)
    assert answer.status_code == 422
    for name in ("desk_id", "title", "competences", "languages", "zone", "hours", "channels"):
        assert f'id="{name}-mistake"' in answer.text
    assert paper_desk.watch.draft.desks[0].title == "National desk"


def test_the_file_that_is_exported_can_be_handed_in_again(at_desk, paper_desk):
    mara = at_desk("mara")
    text = mara.get("/focal-points/own.toml").text
    assert read_toml(text) == paper_desk.watch.draft
    page = mara.post("/focal-points/own/toml", {"toml": text.replace("National desk", "New name"), "seen": "mark"})
    assert "Saved as a draft" in page.text
    assert paper_desk.watch.draft.desks[0].title == "New name"


def test_a_file_that_cannot_be_read_says_where(at_desk):
    answer = at_desk("mara").post("/focal-points/own/toml", {"toml": "valid_until = 2026-12-31\n[[desk]]\nid = 1"})
    assert answer.status_code == 422
    assert "desk 1, id" in answer.text


def test_validity_holidays_and_roster_have_a_form(at_desk, paper_desk):
    form = {
        "valid_until": "2027-06-30",
        "holidays": "2027-01-01",
        "roster": "national 2027-01-01T08:00+06:00 2027-01-02T08:00+06:00",
        "seen": "mark",
    }
    at_desk("mara").post("/focal-points/own/general", form)
    draft = paper_desk.watch.draft
    assert (draft.valid_until.isoformat(), len(draft.holidays), draft.roster[0].desk_id) == (
        "2027-06-30",
        1,
        "national",
    )


def test_the_desks_are_signed_and_published(at_desk, paper_desk):
    assert "Signed, and on its way" in at_desk("mara").post("/focal-points/own/publish", {}).text
    assert paper_desk.watch.published == [4]


def test_a_desk_is_removed_with_its_turns_and_as_a_deputy(at_desk, paper_desk):
    at_desk("mara").post("/focal-points/own/desk/remove", {"desk_id": "children", "seen": "mark"})
    draft = paper_desk.watch.draft
    assert [(desk.desk_id, desk.deputy) for desk in draft.desks] == [("national", None)]
    assert draft.roster == ()


def test_clocks_that_run_out_are_listed_to_who_watches_over_them(at_desk, paper_desk):
    general = paper_desk.watch.escalate(1, Watcher.FACILITATOR, protected=False)
    protected = paper_desk.watch.escalate(2, Watcher.OVERSIGHT, protected=True)
    seen = {login: at_desk(login).get("/escalations").text for login in ("mara", "ines", "una")}
    assert general in seen["mara"]
    assert protected not in seen["mara"]
    assert protected in seen["ines"]
    assert "Oversight" in seen["una"]
    assert f"/hits/{protected}" not in seen["una"]


def test_with_and_without_a_protected_hits_clock_the_page_is_the_same_to_others(at_desk, paper_desk):
    mara = at_desk("mara")
    paper_desk.watch.escalate(1, Watcher.DEPUTY, protected=False)
    without = [mara.get(path).content for path in ("/escalations", "/escalations.csv")]
    paper_desk.watch.escalate(2, Watcher.DEPUTY_PROTECTION_OFFICER, protected=True)
    assert [mara.get(path).content for path in ("/escalations", "/escalations.csv")] == without


def test_a_record_is_followed_and_let_go(at_desk):
    ivo = at_desk("ivo")
    page = ivo.post("/interests", {"record": "P-0001", "until": "2026-06-30"})
    assert "P-0001" in page.text
    assert "2026-06-30" in page.text
    page = ivo.post("/interests/end", {"record": "P-0001"})
    assert "You follow no record" in page.text


def test_notices_are_set_by_everybody_for_themselves(at_desk, paper_desk):
    form = {
        "manner": "digest",
        "address": "desk@amara.test",
        "zone": "Asia/Dhaka",
        "digest_at": "07:30",
        "quiet_from": "20:00",
        "quiet_until": "06:00",
        "wake_for_life": "yes",
    }
    page = at_desk("ines").post("/notices", form)
    assert 'value="07:30"' in page.text
    wishes = paper_desk.watch.wishes["ines"]
    assert (wishes.manner, wishes.digest_at, wishes.quiet_from, wishes.wake_for_life) == (
        Manner.DIGEST,
        450,
        1200,
        True,
    )


def test_half_of_the_quiet_hours_is_a_mistake(at_desk):
    answer = at_desk("ines").post("/notices", {"manner": "off", "zone": "UTC", "quiet_from": "20:00"})
    assert answer.status_code == 422
    assert "Write both ends" in answer.text


def test_the_authoriser_proposes_times_and_others_read_them(at_desk):
    form = {"effective_from": "2026-04-01", "acknowledge-U2": "4 office hours"}
    page = at_desk("aya").post("/agreements/XB", form)
    assert "It waits for the other state" in page.text
    shown = at_desk("mara").get("/agreements/XB").text
    assert "4 office hours" in shown
    assert "Sign and propose" not in shown


def test_a_time_that_cannot_be_read_comes_back(at_desk):
    answer = at_desk("aya").post("/agreements/XB", {"effective_from": "2026-04-01", "acknowledge-U2": "soon"})
    assert answer.status_code == 422
    assert 'id="acknowledge-U2-mistake"' in answer.text


def test_the_authoriser_signs_what_the_other_state_proposes(at_desk, paper_desk):
    digest = their_proposal(paper_desk.watch)
    page = at_desk("aya").post("/agreements/XB/sign", {"digest": digest})
    assert "Signed by both" in page.text
    assert paper_desk.watch.signed == [digest]


def test_a_version_that_the_hub_does_not_hand_out_is_said(at_desk, paper_desk):
    mara = at_desk("mara")
    assert "The hub hands out" not in mara.get("/focal-points/own").text
    paper_desk.watch.handed_out = 2
    assert "The hub hands out version 2" in mara.get("/focal-points/own").text
