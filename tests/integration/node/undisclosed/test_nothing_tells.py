"""Nobody but the protection officer can tell whether a victim's or minor's record, or a hit on one, is there at all.

The same node is built twice, with the same chance and the same clock: once with protected records that have everything
that a record can have, once without. Whatever anybody else asks for is answered alike, byte by byte, by as many
statements that read as many rows. What the auditor is shown of the log, and of holds that ran out, is the one
exception, and docs/THREATS.md says so.

`make test` deals ids, filters and commands out among the callers: each is asked by somebody, and each caller asks at
every route, for each kind of id. `make test-whole` asks everything in everybody's name.
"""

import os
import random
import re
from dataclasses import dataclass
from difflib import unified_diff

import pytest
from tests.integration.node.undisclosed.asking_everything import (
    Answer,
    Asked,
    Statements,
    add_people,
    ask_everything,
    desk_of,
    everything,
    sign_in,
)
from tests.integration.node.undisclosed.commanding import commands, said
from tests.integration.node.undisclosed.two_worlds import (
    OTHERS,
    Chance,
    SameCertificates,
    World,
    begin,
    tell,
)
from tests.thoroughness import WHOLE

from symbolon.node.services.send_notices import SendNotices
from symbolon.runtime import certificates
from symbolon.runtime.mail import Mail

pytestmark = pytest.mark.timeout(1200)
"""The first of these tests waits until both worlds were asked for everything."""

UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DIGEST = re.compile(rb"[0-9a-f]{64}")
OVERSIGHT = ("/audit", "/escalations", "/escalations.csv")
"""What the auditor is told: the log, and the holds that ran out."""
ONE_ROW = ("find_", "lock_", "forget_")
"""Statements about one row that is named by its id: there, or not there."""


@dataclass
class Told:
    """All that a world told to those who may not know of protected records."""

    answers: dict[Asked, Answer]
    mails: list[tuple[str, str, str]]
    printed: dict[tuple[str, ...], str]
    leaves: list[dict[str, object]]
    pages: int


@pytest.fixture(scope="module")
def told(
    node_databases: dict[str, str], tmp_path_factory: pytest.TempPathFactory, authority: certificates.KeyAndCertificate
) -> tuple[Told, Told]:
    """Both worlds, told once: with protected records, and without."""
    with pytest.MonkeyPatch.context() as patch:
        same, statements = SameCertificates(patch), Statements(patch)
        wanted: list[Asked] = []
        typed: list[tuple[str, ...]] = []
        both: list[Told] = []
        for with_protected in (True, False):
            chance = Chance()
            patch.setattr(os, "urandom", chance.urandom)
            patch.setattr(random, "_urandom", chance.urandom)
            same.again()
            world = begin(node_databases, tmp_path_factory.mktemp("world"), authority, chance)
            add_people(world)
            tell(world, with_protected=with_protected)
            mails = sent_mails(world)
            leaves = leaves_of(world)
            app = desk_of(world)
            tokens = sign_in(world, OTHERS)
            wanted = wanted or everything(world, app)
            answers = ask_everything(world, app, tokens, wanted, statements)
            wanted = list(answers)
            without_leaf_ids(world, answers)
            typed = typed or commands(world.protected)
            printed = said(world, typed, patch)
            both.append(Told(answers, mails, printed, leaves, len(wanted)))
            for node in (world.pair.xa, world.pair.xb):
                node.database.close()
    return both[0], both[1]


def sent_mails(world: World) -> list[tuple[str, str, str]]:
    """The mails that go out, to whom and with which words, in the order in which they go."""
    sent: list[tuple[str, str, str]] = []

    def post(mail: Mail) -> None:
        sent.append((mail.recipient, mail.subject, mail.text))

    with world.chance.of("mails"):
        SendNotices(world.node.unit_of_work, world.draws, post, desk="Amara (XA)", desk_url="https://desk.test")()
    return sent


def without_leaf_ids(world: World, answers: dict[Asked, Answer]) -> None:
    """A proof from the log names its leaf, whose id is drawn by the worker between leaves about whatever it did."""
    own = {str(leaf["leaf_id"]).encode() for leaf in leaves_of(world)}
    for asked, answer in answers.items():
        if asked.template.startswith("/data-subjects/"):
            named = UUID.sub(lambda found: b"a leaf" if found[0] in own else found[0], answer.body)
            answer.body = DIGEST.sub(b"its digest", named)


def leaves_of(world: World) -> list[dict[str, object]]:
    return world.node.rows("audit_leaf")


def test_every_page_list_export_and_error_is_the_same(told: tuple[Told, Told]) -> None:
    with_them, without = told
    assert len(with_them.answers) > (2_000 if WHOLE else 700)
    differing = [
        str(asked)
        for asked, answer in with_them.answers.items()
        if not (asked.login == "una" and asked.template in OVERSIGHT)
        and (answer.status, answer.headers, answer.body)
        != ((other := without.answers[asked]).status, other.headers, other.body)
    ]
    assert differing == [], _first_difference(with_them, without, differing[0])


def _first_difference(with_them: Told, without: Told, name: str) -> str:
    texts = [
        next(answer for asked, answer in world.answers.items() if str(asked) == name).body.decode(errors="replace")
        for world in (without, with_them)
    ]
    return "\n".join(unified_diff(texts[0].splitlines(), texts[1].splitlines(), lineterm="", n=1))


def test_the_routes_that_were_asked_are_all_that_there_are(told: tuple[Told, Told]) -> None:
    with_them, _ = told
    opened = {(asked.method, asked.template) for asked, answer in with_them.answers.items() if answer.status == 200}
    assert {
        ("GET", "/inbox"),
        ("GET", "/drafts"),
        ("GET", "/purges.csv"),
        ("GET", "/people"),
        ("GET", "/audit"),
    } <= opened
    assert any(answer.status == 404 for answer in with_them.answers.values())


def test_every_answer_takes_as_many_statements_that_read_as_much(told: tuple[Told, Told]) -> None:
    with_them, without = told
    differing = [
        str(asked)
        for asked, answer in with_them.answers.items()
        if asked.login != "una"
        and (answer.statements, _read(answer)) != (without.answers[asked].statements, _read(without.answers[asked]))
    ]
    assert differing == []


def _read(answer: Answer) -> list[tuple[str, int]]:
    return [(name, count) for name, count in answer.rows if not name.startswith(ONE_ROW)]


def test_every_mail_to_anybody_else_is_the_same(told: tuple[Told, Told]) -> None:
    with_them, without = told

    def others(mails: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        return [mail for mail in mails if mail[0].split("@")[0] in OTHERS and not mail[0].startswith("una@")]

    assert others(with_them.mails) == others(without.mails) != []
    assert {mail[0] for mail in with_them.mails} > {mail[0] for mail in without.mails}


def test_every_command_prints_the_same(told: tuple[Told, Told]) -> None:
    with_them, without = told
    differing = [
        " ".join(name)
        for name, text in with_them.printed.items()
        if text != without.printed[name] and not (name[1] == "clocks" and "una" in name)
    ]
    assert differing == []


def test_the_log_says_of_others_what_it_says_without_protected_records(
    told: tuple[Told, Told],
) -> None:
    with_them, without = told

    def of_others(world: Told) -> list[tuple[object, ...]]:
        acted = [leaf for leaf in world.leaves if leaf["actor"] in OTHERS]
        return sorted(
            (str(leaf["act"]), str(leaf["actor"]), str(leaf["subject"]), str(leaf["detail"])) for leaf in acted
        )

    assert of_others(with_them) == of_others(without) != []
