"""Simulated officers: they sign in at a desk, read their queue, and fill in its forms, over HTTPS like a browser."""

import csv
import io
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self, TypeAlias

import httpx

from symbolon.exercise.errors import ExerciseError
from symbolon.exercise.html_forms import HtmlForm, read_forms
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId, MemberCode, parse_hit_id, parse_member_code

_PAGE_TIMEOUT_S: Final = 20.0
# As a browser does: a program that does not ask for pages gets problem documents, and no form to say why it looks.
_WANTS_PAGES: Final = {"Accept": "text/html,*/*;q=0.8"}
_ASKED_WHY: Final = 403
FormAnswers: TypeAlias = Mapping[str, str | list[str]]
"""What is typed, chosen and ticked, by the names of the fields."""


class DeskRefused(ExerciseError):
    """A desk did not take what an officer sent."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A simulated officer's login."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class QueueEntry:
    """A line of an officer's queue, as the desk's table gives it."""

    hit_id: HitId
    counterpart: MemberCode
    own_record: str
    band: str
    agree: tuple[str, ...]
    state: JointState


class Officer:
    """One officer at one desk. Use it as a context manager: it signs in, and closes its connection at the end."""

    def __init__(self, desk_url: str, credentials: Credentials, trust: ssl.SSLContext) -> None:
        """``trust`` accepts the desk's certificate."""
        self._credentials = credentials
        self._client = httpx.Client(base_url=desk_url, verify=trust, timeout=_PAGE_TIMEOUT_S, headers=_WANTS_PAGES)

    def __enter__(self) -> Self:
        self.sign_in()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def sign_in(self) -> None:
        """Sign in through the page. Raises :class:`DeskRefused` when the desk does not let the officer in."""
        answers = {"login": self._credentials.login, "password": self._credentials.password}
        self._submit(self._form("/sign-in", "/sign-in"), answers)

    def queue(self) -> tuple[QueueEntry, ...]:
        """All hits that the officer may see."""
        response = self._client.get("/inbox.csv", params={"show": "all"})
        _expect(response, 200, "the queue")
        return tuple(_entry(row) for row in csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))

    def read_hit(self, hit_id: HitId) -> str:
        """The hit's page, as HTML."""
        return self._page(f"/hits/{hit_id}")

    def may(self, hit_id: HitId, act: str) -> bool:
        """Whether the hit's page offers a form for the act ("vote", "acknowledge", "release")."""
        return any(form.action == f"/hits/{hit_id}/{act}" for form in read_forms(self.read_hit(hit_id)))

    def acknowledge(self, hit_id: HitId) -> None:
        """Say that somebody looks at the hit."""
        self._submit(self._form(f"/hits/{hit_id}", f"/hits/{hit_id}/acknowledge"), {})

    def vote(self, hit_id: HitId, verdict: Verdict, reason: str) -> None:
        """Vote on the hit."""
        form = self._form(f"/hits/{hit_id}", f"/hits/{hit_id}/vote")
        self._submit(form, {"verdict": verdict.value, "reason": reason})

    def release(self, hit_id: HitId) -> None:
        """Let a held hit go."""
        self._submit(self._form(f"/hits/{hit_id}", f"/hits/{hit_id}/release"), {"ruling": "release"})

    def assign(self, hit_id: HitId, login: str) -> None:
        """Ask another officer to check the hit."""
        self._submit(self._form(f"/hits/{hit_id}", f"/hits/{hit_id}/assign"), {"assignee": login})

    def recommend(self, hit_id: HitId, verdict: Verdict, why: str) -> None:
        """Recommend a vote after checking the hit."""
        form = self._form(f"/hits/{hit_id}", f"/hits/{hit_id}/recommend")
        self._submit(form, {"recommended": verdict.value, "recommendation": why})

    def find_act(self, hit_id: HitId, act: str) -> str | None:
        """Where the hit's page leads for an act of one of its exchanges ("accept", "reply"); None if it does not."""
        return self._find(f"/hits/{hit_id}", rf"/hits/{hit_id}/exchanges/[0-9a-f-]+/{act}")

    def find_draft(self, hit_id: HitId) -> str | None:
        """Where a draft about the hit is shown, from the list of drafts; None while none is open to this officer."""
        return self._find("/drafts", rf"/hits/{hit_id}/drafts/[0-9a-f-]+")

    def do(self, act_path: str, answers: FormAnswers) -> None:
        """Fill in the one form of an act's page, and send it."""
        self._submit(self._form(act_path, act_path), answers)

    def write_draft(self, path: str, answers: FormAnswers) -> str:
        """Fill in the form behind ``path``, step by step where it has steps; the address of the draft.

        What ``answers`` leaves out stays as the page proposes it. "answer-*" answers every question.
        """
        while True:
            form = next((form for form in read_forms(self._page(path)) if form.action == path.partition("?")[0]), None)
            if form is None:
                raise DeskRefused(f"The page {path} offers no form to write a draft with.")
            given = {name: text for name, text in answers.items() if name in form.offered}
            every_answer = answers.get("answer-*", "")
            given |= {name: every_answer for name in form.offered if re.fullmatch(r"answer-\d+", name)}
            path = self._submit(form, given)
            if "/edit" not in path:
                return path.partition("?")[0]

    def submit_draft(self, draft_path: str) -> None:
        """Hand a draft to a second officer."""
        self._submit(self._form(draft_path, f"{draft_path}/submit"), {})

    def may_approve(self, draft_path: str) -> bool:
        """Whether the draft waits for this officer's word."""
        return any(form.action == f"{draft_path}/approve" for form in read_forms(self._page(draft_path)))

    def approve(self, draft_path: str) -> None:
        """Approve exactly what the draft's page shows: it leaves."""
        self._submit(self._form(draft_path, f"{draft_path}/approve"), {})

    def return_draft(self, draft_path: str, remark: str) -> None:
        """Give a draft back to who wrote it, and say what is to be changed."""
        self._submit(self._form(draft_path, f"{draft_path}/return"), {"remark": remark})

    def _find(self, page: str, address: str) -> str | None:
        found = re.search(rf'href="({address})"', self._page(page))
        return None if found is None else found.group(1)

    def _page(self, path: str) -> str:
        response = self._client.get(path)
        if response.status_code == _ASKED_WHY:
            self._say_why(response.text)
            response = self._client.get(path)
        _expect(response, 200, path)
        return response.text

    def _say_why(self, page: str) -> None:
        """Give the reason that the desk asks for before it shows a victim's or minor's hit."""
        for form in read_forms(page):
            if form.action.endswith("/justification"):
                self._submit(form, {"reason": "protect", "text": "Exercise: the person is in our care."})

    def _form(self, path: str, action: str) -> HtmlForm:
        for form in read_forms(self._page(path)):
            if form.action == action:
                return form
        raise DeskRefused(f"The page {path} offers no form for {action}.")

    def _submit(self, form: HtmlForm, answers: FormAnswers) -> str:
        """Send a form; where the desk sends the browser on to."""
        response = self._client.post(form.action, data=form.filled(answers))
        _expect(response, 303, form.action)
        return response.headers["location"]


def _expect(response: httpx.Response, status: int, what: str) -> None:
    if response.status_code != status:
        raise DeskRefused(f"The desk answered {what} with status {response.status_code} instead of {status}.")


def _entry(row: Mapping[str, str]) -> QueueEntry:
    return QueueEntry(
        hit_id=parse_hit_id(row["hit"]),
        counterpart=parse_member_code(row["country"]),
        own_record=row["own_record"],
        band=row["likeness"],
        agree=tuple(row["agree"].split()),
        state=JointState(row["state"]),
    )
