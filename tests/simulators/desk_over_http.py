"""People at a desk's application, each with a browser of their own, without a socket between them."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self

import httpx

Application = Callable[..., Awaitable[None]]


class DeskOverHttp:
    """A desk and the browsers of its people; ``None`` is somebody who is not signed in. A context manager."""

    def __init__(self, app: Application, password: str) -> None:
        self._app = app
        self._password = password
        self._runner = asyncio.Runner()
        self._browsers: dict[str | None, httpx.AsyncClient] = {}
        self._tokens: dict[str | None, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for browser in self._browsers.values():
            self._runner.run(browser.aclose())
        self._runner.close()

    def ask(self, login: str | None, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, without following where it leads."""
        return self._runner.run(self._browser(login).request(method, path, **options))

    def send(self, login: str | None, path: str, fields: Any, **options: Any) -> httpx.Response:
        """A form of this person's session."""
        return self.ask(login, "POST", path, data={"csrf_token": self._tokens.get(login, ""), **fields}, **options)

    def csrf_token(self, login: str | None) -> str:
        return self._tokens.get(login, "")

    def form_token(self, login: str | None) -> str:
        """Of the sign-in page, as this browser was just shown it."""
        return hidden(self.ask(login, "GET", "/sign-in").text, "form_token")

    def sign_in(self, *logins: str) -> Self:
        for login in logins:
            fields = {"login": login, "password": self._password, "form_token": self.form_token(login)}
            answer = self.ask(login, "POST", "/sign-in", data=fields)
            assert answer.status_code == 303, answer.status_code
            self._tokens[login] = hidden(self.ask(login, "GET", "/account").text, "csrf_token")
        return self

    def is_signed_in(self, login: str) -> bool:
        return self.ask(login, "GET", "/account").status_code == 200

    def _browser(self, login: str | None) -> httpx.AsyncClient:
        if login not in self._browsers:
            transport = httpx.ASGITransport(self._app, client=("192.0.2.7", 50_000))
            self._browsers[login] = httpx.AsyncClient(
                transport=transport, base_url="https://desk.test", headers={"accept": "text/html"}
            )
        return self._browsers[login]


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, f"the page has no field {name}"
    return found.group(1)
