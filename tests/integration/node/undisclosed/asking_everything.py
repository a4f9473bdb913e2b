"""Asks an application for everything that it has, in everybody's name: every route that it tells of, every id."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.integration.node.undisclosed.two_worlds import OTHERS, PEOPLE, START, Chance, Ids, World
from tests.thoroughness import dealt

from symbolon.node.bootstrap.people import RULES
from symbolon.node.web.app import create_app
from symbolon.runtime import accounts, sessions
from symbolon.runtime.authorisation import routes_of
from symbolon.runtime.database import Transaction
from symbolon.runtime.pages import Desk
from symbolon.runtime.registry import PeopleSettings, Registry
from symbolon.runtime.sql_loader import Query
from symbolon.runtime.vault import DataKeys, Vault

PASSWORD = "quiet harbour lantern 7"
COOKIE = "__Host-symbolon-xa-session"
NOWHERE = "00000000-0000-4000-8000-00000000dead"
OWN_ACCOUNT = ("/account", "/sign-in", "/sign-out", "/welcome")
"""What is everybody's own, and would end the sessions of this test."""
CALLERS = ("nobody", *OTHERS)
QUERIES = (
    "show=all&sort=newest",
    "show=mine&sort=urgency",
    "show=ended&sort=band",
    "show=all&overlay=protected&sort=country",
    "show=all&overlay=escalated",
    "show=all&overlay=safety-hold",
    "due=all&sort=case",
    "due=overdue",
    "due=on-hold",
    "case=C-1&due=all",
    "case=C-9&due=all",
    "subject={protected}",
    "state=open&level=over",
    "seen=0&show=all",
    "purpose=evidence",
    "limit=1",
    "cursor=",
)
"""Filters and orders of every list; a page takes those that it knows."""
LISTS = frozenset({"/inbox", "/inbox/queue", "/inbox.csv", "/holds", "/exchanges", "/drafts", "/people", "/audit"}) | {
    "/escalations",
    "/escalations.csv",
    "/interests",
    "/retention",
    "/retention.csv",
    "/purges",
    "/purges.csv",
    "/data-subjects",
}
"""Where they are tried: every other page is asked for as it is."""
FORM = {
    "verdict": "SAME",
    "ruling": "close",
    "reason": "protect",
    "text": "She asked us to.",
    "then": "/account",
    "holds": "yes",
    "justification": "threatened",
    "record": "A-9",
    "local_id": "A-9",
    "name": "Nguyen Thi Mai",
    "birth_date": "1999-02-01",
    "login": "ivo",
    "until": "2031-07-01",
    "day": "2031-07-01",
    "ground": "no-longer-needed",
    "sure": "yes",
    "manner": "at-once",
    "address": "somebody@amara.test",
    "zone": "UTC",
    "digest_at": "08:00",
}
"""What the forms of all routes want, as far as a mistake in it would hide what lies behind."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    login: str
    method: str
    template: str
    address: str

    def __str__(self) -> str:
        return f"{self.login}: {self.method} {self.address}"


@dataclass
class Answer:
    """What came of it, and by which statements, with how many rows each."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    statements: list[str] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)


class Statements:
    """Hears every statement that any transaction runs, by its name, and how many rows it gave."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.heard: list[str] = []
        self.rows: list[tuple[str, int]] = []
        run, many = Transaction._run, Transaction.execute_many

        def heard_run(tx: Transaction, query: Any, parameters: Any) -> Any:
            cursor = run(tx, query, parameters)
            self.heard.append(query.name)
            self.rows.append((query.name, cursor.rowcount))
            return cursor

        def heard_many(tx: Transaction, query: Any, rows: Iterable[Any], /) -> int:
            listed = list(rows)
            self.heard += [query.name] * len(listed)
            return many(tx, query, listed)

        patch.setattr(Transaction, "_run", heard_run)
        patch.setattr(Transaction, "execute_many", heard_many)

    def take(self) -> tuple[list[str], list[tuple[str, int]]]:
        heard, rows = self.heard[:], self.rows[:]
        self.heard.clear()
        self.rows.clear()
        return heard, rows


def desk_of(world: World) -> FastAPI:
    """The real desk of the first node; its people are signed in by :func:`sign_in`."""
    node = world.node
    registry = Registry(
        database=node.database,
        clock=node.draws,
        audit=node.audit_log,
        vault=Vault(lambda: DataKeys({1: bytes(32)}, bytes(32))),
        rules=RULES,
        party="Amara (XA)",
        settings=PeopleSettings(second_factor_is_optional=True, token_lifetime=timedelta(minutes=15)),
        is_exercise=lambda: True,
    )
    return create_app(node.services, registry, Desk("XA", "Amara", "desk", exercise=True), dict)


def add_people(world: World) -> None:
    with world.chance.of("people"), world.node.database.transaction() as tx:
        for login, role in PEOPLE.items():
            accounts.add_user(tx, login, PASSWORD, [role.value], f"The {login}")
        # Written by the database's own clock.
        tx.execute(Query("at_the_beginning", "", "update account set created_at = %(at)s"), at=START)


def sign_in(world: World, logins: Iterable[str]) -> dict[str, str]:
    """A session of each, as the cookie's token."""
    with world.chance.of("people"), world.node.database.transaction() as tx:
        return {login: sessions.start(tx, login, "", world.chance.urandom(32), world.draws.now()) for login in logins}


def requests_of(
    login: str, routes: Sequence[tuple[str, str]], general: Ids, protected: Ids
) -> Iterator[tuple[str, str, str]]:
    """Every route with every sort of id; which ids of a sort, and which filters, are dealt out among the callers."""
    place = CALLERS.index(login)
    for method, template in routes:
        for address in _addresses(template, general, protected, place):
            yield method, template, address
            if template in LISTS:
                for query in dealt(QUERIES, place, len(CALLERS), seed=template):
                    yield method, template, f"{address}?{query.format(protected=protected.references[0])}"


def _addresses(template: str, general: Ids, protected: Ids, place: int) -> list[str]:
    names = re.findall(r"\{([a-z_]+)(?::[a-z]+)?\}", template)
    if not names:
        return [template]
    made: dict[str, None] = {}
    for kinds in ([general], [protected], [general, protected], [protected, general], []):
        for number in dealt(range(3), place, 3, seed=template):
            values = [_value(name, at, kinds, number) for at, name in enumerate(names)]
            address = template
            for name, value in zip(names, values, strict=True):
                address = re.sub(rf"\{{{name}(?::[a-z]+)?\}}", value, address)
            made[address] = None
    return list(made)


_PLACES = {
    "hit_id": "hits",
    "exchange_id": "exchanges",
    "request_id": "exchanges",
    "draft_id": "drafts",
    "attachment_id": "attachments",
    "meeting_id": "meetings",
    "reference": "references",
    "local_id": "local_ids",
}


def _value(name: str, place: int, kinds: list[Ids], number: int) -> str:
    if name == "login":
        return "tova"
    if name == "state":
        return "XB"
    if name not in _PLACES or not kinds:
        return NOWHERE
    values: list[str] = getattr(kinds[min(place, len(kinds) - 1)], _PLACES[name])
    return values[number % len(values)] if values else NOWHERE


def ask_everything(
    world: World, app: FastAPI, tokens: dict[str, str], wanted: Iterable[Asked], statements: Statements
) -> dict[Asked, Answer]:
    """Ask one thing after the other, each with chance of its own; what a role may not open at all is asked for once."""
    got: dict[Asked, Answer] = {}
    closed: set[tuple[str, str, str]] = set()

    async def ask_all() -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://desk.test") as client:
            for asked in wanted:
                route = (asked.login, asked.method, asked.template)
                if route in closed:
                    continue
                answer = got[asked] = await _ask(client, world.chance, tokens, asked, statements)
                if _is_closed(answer):
                    closed.add(route)

    asyncio.run(ask_all())
    return got


def _is_closed(answer: Answer) -> bool:
    """Refused by the table of rights, before anything was looked for."""
    to_sign_in = answer.status == 303 and ("location", "/sign-in") in [
        (name, value.split("?")[0]) for name, value in answer.headers
    ]
    return to_sign_in or (answer.status == 403 and b"None of your roles" in answer.body)


async def _ask(
    client: httpx.AsyncClient, chance: Chance, tokens: dict[str, str], asked: Asked, statements: Statements
) -> Answer:
    headers, form = {"accept": "text/html"}, dict(FORM)
    if asked.login in tokens:
        headers["cookie"] = f"{COOKIE}={tokens[asked.login]}"
        form["csrf_token"] = sessions.csrf_token(tokens[asked.login])
    statements.take()
    with chance.of(str(asked)):
        content: Any = {"data": form} if asked.method == "POST" else {}
        answer = await client.request(asked.method, asked.address, headers=headers, **content)
    heard, rows = statements.take()
    return Answer(answer.status_code, sorted(answer.headers.multi_items()), answer.content, heard, rows)


def everything(world_with: World, app: FastAPI) -> list[Asked]:
    """Every request of everybody who may not know of a protected record, and of who is nobody here."""
    routes = [route for route in routes_of(app) if not (route[0] == "POST" and route[1].startswith(OWN_ACCOUNT))]
    looks = [route for route in routes if route[0] != "POST"]
    acts = [route for route in routes if route[0] == "POST"]
    ids = world_with.general, world_with.protected
    return [Asked(login, *one) for part in (looks, acts) for login in CALLERS for one in requests_of(login, part, *ids)]
