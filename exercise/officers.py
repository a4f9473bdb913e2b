"""Simulated officers: they sign in at a desk, read their queue, and fill in its forms, over HTTPS like a browser."""

import csv
import io
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

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

    def ask(self, hit_id: HitId, answers: Mapping[str, str]) -> None:
        """Send a request about a confirmed hit; what ``answers`` leaves out stays as the page proposes it."""
        self._submit(self._form(f"/hits/{hit_id}/request", f"/hits/{hit_id}/request"), answers)

    def find_open_question(self, hit_id: HitId) -> str | None:
        """The address of the reply page that the hit's page leads to, or None while there is nothing to answer."""
        start = f"/hits/{hit_id}/requests/"
        page = self._page(f"/hits/{hit_id}")
        found = page.find(f'href="{start}')
        if found < 0:
            return None
        begin = found + len('href="')
        return page[begin : page.index('"', begin)]

    def reply(self, reply_path: str, answer: str) -> None:
        """Give one answer to every question of the request behind ``reply_path``."""
        form = self._form(reply_path, reply_path)
        answers = {name: answer for name in form.fields if name.startswith("answer-")}
        self._submit(form, answers)

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

    def _submit(self, form: HtmlForm, answers: Mapping[str, str]) -> None:
        response = self._client.post(form.action, data=form.filled(answers))
        _expect(response, 303, form.action)


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
