"""A run in which every input of a federation carries a canary, and everything that was written afterwards, by place."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Final

import httpx
import psycopg
import pyotp
from tests.faults.rounds import wait_until

from symbolon.exercise.federation import Federation
from symbolon.exercise.fiction import AMARA, BELANU
from symbolon.exercise.html_forms import HtmlForm, read_forms
from symbolon.exercise.node_party import ExerciseNode
from symbolon.exercise.officers import Credentials
from symbolon.exercise.people import Post
from symbolon.exercise.ports import free_ports
from symbolon.exercise.state_desk import StateDesk
from symbolon.node.gateway.enrolment import DESK_AUTHORITY
from symbolon.node.gateway.member_keys import MemberKeyFiles
from symbolon.protocol.references import HitId, parse_hit_id
from symbolon.runtime.home import PartyHome
from symbolon.runtime.tls import client_context, trusting_context

_COLUMNS: Final = "id,case,role,name,born,passport,phone,handle"
_MAPPING: Final = """
[file]
default_region = "GB"
[record]
local_id = "id"
case = "case"
kind = "person"
category = { column = "role" }
[fields]
names = ["name"]
birth_date = "born"
documents = [{ type = "passport", issuer = "XA", number = "passport" }]
phones = ["phone"]
online_handles = { platform = "telegram", handle = "handle" }
"""
_PASSWORD: Final = "zqlongpasswordofnobody"
_PASSPHRASE: Final = "zqpassphraseofbackups"


@dataclass(frozen=True, slots=True)
class Canary:
    """Text that stands nowhere by chance, and the places where it may be."""

    text: str
    what: str
    may_be_in: frozenset[str] = frozenset()


@dataclass(slots=True)
class Run:
    """What was planted, and what lies where."""

    canaries: list[Canary] = field(default_factory=list)
    places: dict[str, bytes] = field(default_factory=dict)
    commands: list[bytes] = field(default_factory=list)

    def plant(self, text: str, what: str, *may_be_in: str) -> str:
        self.canaries.append(Canary(text, what, frozenset(may_be_in)))
        return text


class Keeper:
    """Plants the canaries in a running federation of two states."""

    def __init__(self, federation: Federation, run: Run) -> None:
        self.federation = federation
        self.run = run
        self.folder = federation.servers.folder
        self.amara, self.belanu = federation.nodes[AMARA], federation.nodes[BELANU]

    def import_files(self) -> None:
        """Suspects, a victim, a witness, a minor, a case of each; and a file full of mistakes."""
        plant, own = self.run.plant, ("Amara's database", "PostgreSQL's files")
        open_record = [
            plant("zqopenid1", "own id of a suspect", *own),
            plant("zqopencase", "case of a suspect", *own),
            "suspect",
            plant("Zqanton Zqbertrand", "name of a suspect", *own),
            "1980-02-03",
            plant("ZQ7710031", "document of a suspect", *own, "Belanu's database"),
            "07700900555",
            plant("zqopenhandle", "handle of a suspect", *own),
        ]
        rows = [",".join(open_record)]
        for number, role in enumerate(("victim", "witness", "minor")):
            rows.append(
                ",".join(
                    (
                        plant(f"zqsealedid{number}", f"own id of a {role}"),
                        plant(f"zqsealedcase{number}", f"case of a {role}", *own),
                        role,
                        plant(f"Zqsealed{role} Zqsurname", f"name of a {role}"),
                        f"1990-05-0{number + 1}",
                        f"ZQ991000{number}",
                        f"0770090060{number}",
                        plant(f"zqsealedhandle{number}", f"handle of a {role}"),
                    )
                )
            )
        self.import_text(self.amara, "zqgoodfile", rows, 0)
        self.run.plant("zqgoodfile", "name of an imported file", "commands")
        mistakes = [
            f"{plant('zqbadid', 'own id in a bad row')},c,{plant('zqbadrole', 'code that is none')},,,,,",
            f"x2,c,suspect,Ann Example,{plant('zqbaddate', 'date that is none')},,,",
            f"x3,c,suspect,Ann Example,1990-01-01,{plant('zqbaddocument', 'document number without a digit')},,",
            f"x4,c,suspect,Ann Example,1990-01-01,,{plant('zqbadphone', 'phone number that is none')},",
        ]
        self.import_text(self.amara, "zqbadfile", mistakes, 1)
        self.run.plant("zqbadfile", "name of a refused file", "commands")
        theirs = ["b1,c,suspect,Someone Else,1980-02-03,ZQ7710031,,", "b2,c,suspect,Another One,1991-01-01,ZQ9910000,,"]
        self.import_text(self.belanu, "theirs", theirs, 0)

    def import_text(self, node: ExerciseNode, name: str, rows: list[str], expected: int) -> None:
        file, mapping = self.folder / f"{name}.csv", self.folder / "mapping.toml"
        file.write_text("\n".join([_COLUMNS, *rows, ""]), encoding="utf-8")
        mapping.write_text(_MAPPING, encoding="utf-8")
        self.command("node", "import", str(file), "--mapping", str(mapping), home=node.home, expected=expected)
        file.unlink()

    def command(self, *words: str, home: PartyHome, expected: int = 0) -> str:
        """Run a command as a person would; what it prints is kept."""
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TMPDIR": str(self.folder / "tmp")}
        command = [sys.executable, "-m", "symbolon.cli", *words, "--home", str(home.path)]
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        self.run.commands += (done.stdout, done.stderr)
        assert done.returncode == expected, (words[:2], done.stderr)
        return done.stdout.decode()

    def exchange(self) -> None:
        """Votes, a request and its answer, on an open and on a protected hit; a reason to look at the latter."""
        plant = self.run.plant
        for node in (self.amara, self.belanu):
            node.publish()
        with ExitStack() as stack:
            amara = {
                login.login: stack.enter_context(Browser(self.amara)).sign_in(login) for login in at_work(self.amara)
            }
            focal, protection = amara.values()
            belanu = stack.enter_context(Browser(self.belanu)).sign_in(self.belanu.people[Post.FOCAL_POINT])
            wait_until("the alerts", lambda: len(protection.hits()) == 1 and len(belanu.hits()) == 1)
            (open_hit,), (held,) = belanu.hits(), protection.hits()
            justification = plant("zqjustification", "why a protected hit was looked at")
            protection.justify(held, justification)
            protection.act(held, "release", ruling="release")
            wait_until("the release", lambda: len(belanu.hits()) == 2)
            reason = plant("zqopenreason", "reason of a vote on an open hit")
            focal.act(open_hit, "assign", assignee=self.amara.people[Post.INVESTIGATOR].login)
            recommended = plant("zqrecommended", "what an investigator found")
            checker = stack.enter_context(Browser(self.amara)).sign_in(self.amara.people[Post.INVESTIGATOR])
            checker.act(open_hit, "recommend", recommended="SAME", recommendation=recommended)
            focal.act(open_hit, "vote", verdict="SAME", reason=reason)
            belanu.act(open_hit, "vote", verdict="SAME", reason=reason)
            protected = plant("zqprotectedreason", "reason of a vote on a protected hit")
            protection.act(held, "vote", verdict="SAME", reason=protected)
            wait_until("both votes", lambda: focal.offers(open_hit, "request"))
            with self.amara.desk() as asking, self.belanu.desk() as asked:
                self.ask_and_answer(parse_hit_id(open_hit), asking, asked)

    def ask_and_answer(self, hit_id: HitId, asking: StateDesk, asked: StateDesk) -> None:
        """A request that is given back once, its approval, and its answer."""
        plant, focal = self.run.plant, asking.focal_point
        authoriser, question = asking.officer(Post.AUTHORISER), plant("zqquestion", "question of a request")
        draft = focal.write_draft(f"/hits/{hit_id}/request", {"questions": question, "facts": question, **_REQUEST})
        focal.submit_draft(draft)
        authoriser.return_draft(draft, plant("zqremark", "why a draft was given back"))
        focal.submit_draft(draft)
        authoriser.approve(draft)
        wait_until("the request's arrival", lambda: asked.focal_point.find_act(hit_id, "reply") is not None)
        path = asked.focal_point.find_act(hit_id, "reply")
        assert path is not None
        answer = plant("zqanswer", "answer to a request")
        draft = asked.focal_point.write_draft(path, {"answer-*": answer, "caveats": answer})
        asked.focal_point.submit_draft(draft)
        asked.officer(Post.AUTHORISER).approve(draft)
        wait_until("the answer's arrival", lambda: answer in focal.read_hit(hit_id))

    def begin_an_account(self) -> None:
        """A person with a one-time token, a password, a second factor and recovery codes; and wrong tries."""
        plant = self.run.plant
        for login in (*at_work(self.amara), *at_work(self.belanu)):
            plant(login.password, "password of an officer")
        told = self.command("node", "user", "add", "newcomer", "--role", "investigator", home=self.amara.home)
        token = _token_in(told)
        plant(token, "one-time token", "commands")
        password = plant(_PASSWORD, "password that a newcomer chose")
        with Browser(self.amara) as browser:
            page = browser.open_token(token)
            shown = plant(page.split('<code class="secret">')[1].split("<")[0], "second factor as it is shown")
            code = pyotp.TOTP(plant(shown.replace(" ", ""), "second factor")).now()
            form = next(form for form in read_forms(page) if form.action == "/welcome/account")
            done = browser.client.post(form.action, data=form.filled({"password": password, "code": code}))
            codes = [part.split("<")[0] for part in done.text.split("<li><code>")[1:]]
            assert len(codes) == 10
            for each in codes:
                plant(each, "recovery code")
            for cookie in browser.client.cookies.jar:
                plant(str(cookie.value), "cookie")
        with Browser(self.amara) as browser:
            wrong = {"password": plant("zqwrongpassword", "wrong password"), "code": plant("zqwrongcode", "wrong code")}
            for login in ("newcomer", plant("zqpasswordaslogin", "what was typed as a login")):
                form = browser.form("/sign-in", "/sign-in")
                browser.client.post("/sign-in", data=form.filled({"login": login, **wrong}))
            page = browser.open_token(plant("zqwrongtoken", "wrong token"))
            assert "not good" in page

    def knock(self) -> None:
        """Addresses, queries, headers, cookies and bodies that nobody asked for, at every door."""
        plant = self.run.plant
        path, query = plant("zqpath", "address"), plant("zqquery", "query")
        headers = {
            "User-Agent": plant("zqbrowser", "what a browser calls itself"),
            "Referer": f"https://{plant('zqreferer', 'where somebody came from')}/",
            "X-Forwarded-For": plant("zqforwarded", "for whom a proxy speaks"),
            "X-Request-Id": plant("zqrequestid", "request id of a client"),
            "Cookie": f"{plant('zqcookiename', 'name of a cookie')}={plant('zqcookie', 'content of a cookie')}",
        }
        body = plant("zqbody", "body that is no message")
        desk, hub = self.amara.home.tls, self.federation.hub
        member = client_context(MemberKeyFiles(self.amara.home, AMARA).tls_files(1), hub.authority)
        doors = (
            (self.amara.desk_url, trusting_context(desk.file(DESK_AUTHORITY))),
            (hub.desk_url, trusting_context(hub.authority)),
            (hub.url, member),
        )
        for url, trust in doors:
            with httpx.Client(base_url=url, verify=trust, headers=headers, trust_env=False, timeout=20) as client:
                for address in (f"/{path}", f"/hits/{path}", f"/sign-in?then={query}", f"/v1/federation?after={query}"):
                    client.get(address)
                    client.post(address, content=body.encode())
                    client.post(address, data={body: body}, files={"upload": (f"{body}.csv", body.encode())})
                client.post("/v1/submissions", json={"body": body, body: [body]})
                client.request(plant("ZQMETHOD", "method").upper(), "/")

    def back_up(self) -> None:
        """A backup of each party, and one that is opened with the wrong passphrase."""
        self.run.plant(_PASSPHRASE, "passphrase of a backup")
        secret, wrong = self.folder / "passphrase", self.folder / "wrong"
        secret.write_text(_PASSPHRASE, encoding="utf-8")
        wrong.write_text(self.run.plant("zqwrongpassphrase", "wrong passphrase"), encoding="utf-8")
        for file in (secret, wrong):
            file.chmod(0o600)
        for role, home in (("node", self.amara.home), ("hub", self.federation.hub.home)):
            out = self.folder / f"{role}.backup"
            self.command(role, "backup", "--out", str(out), "--passphrase-file", str(secret), home=home)
            self.run.places[f"backup of the {role}"] = out.read_bytes()
        fresh = PartyHome(self.folder / "fresh")
        restore = ("restore", str(self.folder / "node.backup"), "--federation", "exercise-lantern", "--exercise")
        self.command("node", *restore, "--dry-run", "--passphrase-file", str(wrong), home=fresh, expected=1)
        for file in (secret, wrong):
            file.unlink()


_REQUEST: Final = {
    "purpose": "To learn more.",
    "relevance": "It matters.",
    "why_this_state": "You know.",
    "urgency_reason": "Routine.",
    "legal_basis": "An agreement.",
}


def at_work(node: ExerciseNode) -> tuple[Credentials, Credentials]:
    """The focal point's and the protection officer's login."""
    return node.people[Post.FOCAL_POINT], node.people[Post.PROTECTION_OFFICER]


class Browser:
    """One person's browser at a node's desk. A context manager."""

    def __init__(self, node: ExerciseNode) -> None:
        self.client = httpx.Client(
            base_url=node.desk_url,
            verify=node.desk_trust,
            headers={"Accept": "text/html"},
            timeout=20,
            trust_env=False,
        )

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_outcome: object) -> None:
        self.client.close()

    def sign_in(self, credentials: object) -> "Browser":
        answers = {"login": credentials.login, "password": credentials.password}
        self.submit(self.form("/sign-in", "/sign-in"), answers)
        return self

    def hits(self) -> list[str]:
        table = self.client.get("/inbox.csv", params={"show": "all"}).text
        return [line.split(",")[0].strip('"') for line in table.splitlines()[1:]]

    def page(self, path: str) -> str:
        return self.client.get(path).text

    def form(self, path: str, action: str) -> HtmlForm:
        return next(form for form in read_forms(self.page(path)) if form.action == action)

    def submit(self, form: HtmlForm, answers: Mapping[str, str]) -> None:
        answer = self.client.post(form.action, data=form.filled(answers))
        assert answer.status_code == 303, (form.action, answer.status_code)

    def act(self, hit: str, what: str, page: str = "", **answers: str) -> None:
        """Send the form of an act on a hit."""
        self.submit(self.form(f"/hits/{hit}/{page}".rstrip("/"), f"/hits/{hit}/{what}"), answers)

    def offers(self, hit: str, what: str) -> bool:
        return f"/hits/{hit}/{what}" in self.page(f"/hits/{hit}")

    def justify(self, hit: str, why: str) -> None:
        path = f"/hits/{hit}"
        self.submit(self.form(path, f"{path}/justification"), {"reason": "protect", "text": why})

    def open_token(self, token: str) -> str:
        form = self.form("/welcome", "/welcome")
        return self.client.post("/welcome", data=form.filled({"token": token})).text


def _token_in(told: str) -> str:
    found = re.search(r"[0-9a-hjkmnp-tv-z]{4}(?:-[0-9a-hjkmnp-tv-z]{4}){3}", told)
    assert found is not None
    return found.group(0)


def with_metrics(federation: Federation) -> dict[str, str]:
    """Let every web process tell its numbers; where."""
    homes = (("hub", federation.hub.home), ("node", federation.nodes[AMARA].home))
    urls = {}
    for port, (role, home) in zip(free_ports(2), homes, strict=True):
        settings = home.settings_file(role)
        settings.write_text(f"metrics_port = {port}\n{settings.read_text()}")
        urls[f"metrics of the {role}"] = f"http://127.0.0.1:{port}/metrics"
    return urls


def audit_leaves(conninfo: str) -> bytes:
    """Every leaf of a party's audit log."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute("select leaf::text from audit_leaf leaf").fetchall()
    return "\n".join(row[0] for row in rows).encode()
