"""Decoders of one party: national files and their mapping, forms, cookies, certificates, backups, the hub's answers."""

import asyncio
import hashlib
import io
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from tests.fuzz.decoder import Decoder, must
from tests.fuzz.protocol_decoders import JSON_WORDS, generator, samples

from symbolon.node.cli.records import _read_mapping as read_mapping
from symbolon.node.domain.forms import NoteForm
from symbolon.node.domain.import_rows import RowReader
from symbolon.node.errors import HubRefused, HubUnavailable, MappingMistake, UnreadableFile
from symbolon.node.gateway.csv_rows import CsvRows
from symbolon.node.gateway.hub_client import HttpHubClient
from symbolon.node.web import act_forms, act_readings
from symbolon.node.web.draft_fields import FormSetting
from symbolon.node.web.draft_forms import spec_for, with_fields
from symbolon.node.web.form_spec import FormMistakes, FormSpec, Reading
from symbolon.node.web.forms import read_hold_ruling, read_justification, read_vote
from symbolon.node.web.queue import parse_query
from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.envelope import sign
from symbolon.protocol.hybrid_keys import HybridSealingKey
from symbolon.runtime.backup_container import BackupRefused, PrivateKey, Recipient, read_container, write_container
from symbolon.runtime.backup_sections import BrokenSections, read_sections, write_section
from symbolon.runtime.certificates import (
    BadCertificate,
    common_name,
    fingerprint,
    issue_client_certificate,
    new_authority,
    new_private_key,
    new_signing_request,
)
from symbolon.runtime.form_fields import FormFields, form_fields
from symbolon.runtime.sign_in import local_path
from symbolon.runtime.spelled_secrets import spelled_digest
from symbolon.runtime.tls import TlsFiles

NOW = datetime(2026, 1, 31, tzinfo=UTC)
MAPPING = """
[file]
encoding = "utf-8"
delimiter = ","
default_region = "TH"
[record]
local_id = "id"
case = "case"
kind = "person"
category = { column = "role", values = { "ผู้เสียหาย" = "victim" }, default = "suspect" }
comparable_with = { column = "share", default = "all" }
review_date = { column = "review" }
[fields]
names = ["name", { columns = ["given", "family"], join = " " }, { column = "alias", separator = ";" }]
birth_date = "born"
phones = [{ column = "phone", separator = ";" }]
documents = [{ type = "passport", issuer = "XA", number = "passport" }]
vessels = { imo = "imo", mmsi = "mmsi", name = "ship" }
online_handles = { platform = { column = "app" }, handle = "handle" }
"""
HEADER = "id,case,role,share,review,name,given,family,alias,born,phone,passport,imo,mmsi,ship,app,handle"
ROW = "A-1,C-1,,only XB,2027-01-01,Somchai Jaidee,,,Chai;Som,1990-05-03,0812345678,A1234567,,,,tg,@chai"


def party_decoders() -> tuple[Decoder, ...]:
    return (
        _mapping(),
        _national_file(),
        _form(),
        _cookies_and_address(),
        _certificate_request(),
        _backup(),
        _backup_sections(),
        _hub_answers(),
    )


def _mapping() -> Decoder:
    """A mapping as the command reads it, and then one plain file by it."""
    folder = _folder()

    def read(data: bytes) -> None:
        path = folder / "mapping.toml"
        path.write_bytes(data)
        mapping = read_mapping(path)
        rows = folder / "plain.csv"
        rows.write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
        reader = RowReader(mapping)
        for row in CsvRows(rows, mapping.file).rows():
            reader.read(row)

    words = (b'encoding = "undefined"', b'encoding = "idna"', b'delimiter = "\\""', b'delimiter = "\\n"', b"[[fields]]")
    refusals = (MappingMistake, UnreadableFile)
    return Decoder("import-mapping", "import", read, refusals, (MAPPING.encode(),), words)


def _national_file() -> Decoder:
    """Whatever a file holds, it becomes rows or reports; no report repeats a cell."""
    mapping = read_mapping(_written(MAPPING))
    folder = _folder()

    def read(data: bytes) -> None:
        path = folder / "national.csv"
        path.write_bytes(data)
        source, reader = CsvRows(path, mapping.file), RowReader(mapping)
        for row in source.rows():
            found = reader.read(row)
            if not isinstance(found, tuple):
                continue
            told = " ".join(f"{problem.what} {problem.what_to_do}" for problem in found)
            secret = [
                cell for cell in row.cells.values() if len(cell) >= 6 and any(letter.isdigit() for letter in cell)
            ]
            must(not any(cell in told for cell in secret), "the report of a row repeats a cell")

    seeds = (f"{HEADER}\n{ROW}\n".encode(), f"\ufeff{HEADER}\r\n{ROW}\r\n,,\r\n".encode(), b"id,name\n1,\xff\xfe\n")
    words = (b'"', b'""', b"\r", b"\0", b";", "๒๕๓๑".encode(), b"except XC", b"only ", b"-")
    return Decoder("national-file", "import", read, (UnreadableFile,), seeds, words)


def _form() -> Decoder:
    """A form of the desk, in both encodings that browsers send."""
    readers = (read_vote, read_hold_ruling, read_justification, *_act_readers(), *_draft_readers())

    def read(data: bytes) -> None:
        kind, _, body = data.partition(b"\n")
        fields = asyncio.run(form_fields(_request(kind, body)))
        for name in (*fields.fields, "absent"):
            must("\0" not in fields.text(name), "a control character passed")
            fields.secret(name)
            spelled_digest(fields.secret(name), "token")
        _try_each(fields, readers)

    plain = urlencode({"verdict": "SAME", "reason": "ที่นี่", "ruling": "release", "text": "x", "questions": "a\nb"})
    boundary = b'--b\r\nContent-Disposition: form-data; name="reason"\r\n\r\nprotect\r\n--b--\r\n'
    seeds = (
        b"application/x-www-form-urlencoded\n" + plain.encode(),
        b"multipart/form-data; boundary=b\n" + boundary,
        b"text/plain\nverdict=SAME",
    )
    words = (
        b"%00",
        b"%F0%9F",
        b"&",
        b"=",
        b"filename=",
        b"; charset=undefined",
        b"boundary=",
        b"\r\n",
    )
    return Decoder("desk-form", "forms", read, (FormMistakes, HTTPException), seeds, words)


def _act_readers() -> tuple[Callable[[FormFields], object], ...]:
    """What is read of the pages of an exchange's acts."""
    pairs: tuple[tuple[FormSpec, Callable[[Reading], object]], ...] = (
        (act_forms.RECOMMEND, act_readings.read_recommendation),
        (act_forms.PROPOSE_FIELDS, act_readings.read_proposal),
        (act_forms.ACCEPT, act_readings.read_acceptance),
        (act_forms.REFUSE, act_readings.read_refusal),
        (act_forms.CLARIFY, act_readings.read_clarification),
        (act_forms.RECALL, act_readings.read_recall),
        (act_forms.FORMAL_ROUTE, act_readings.read_formal_route),
        (act_forms.FEEDBACK, act_readings.read_feedback),
        (act_forms.CONTACT, act_readings.read_contact),
        (act_forms.meeting_spec(is_change=False), lambda reading: act_readings.read_meeting(reading, None)),
    )
    return tuple(lambda fields, each=each: each[1](Reading(fields, each[0])) for each in pairs)


def _draft_readers() -> tuple[Callable[[FormFields], object], ...]:
    """What is read of a draft's page, unfinished or ready."""
    form = NoteForm(text="")
    spec = spec_for(form, FormSetting())
    return tuple(
        lambda fields, strict=strict: with_fields(form, Reading(fields, spec, strict), spec.sections)
        for strict in (True, False)
    )


def _try_each(fields: FormFields, readers: tuple[object, ...]) -> None:
    taken = 0
    for reader in readers:
        try:
            reader(fields)
            taken += 1
        except FormMistakes as mistakes:
            must(bool(mistakes.by_field), "a form is refused without a reason")
    if not taken:
        raise FormMistakes({"form": "no form of the desk"})


def _cookies_and_address() -> Decoder:
    """The cookie header, the way back after signing in, and the queue's query."""

    def read(data: bytes) -> None:
        cookie, _, address = data.partition(b"\n")
        request = _request(b"", b"", cookie)
        must(all(isinstance(value, str) for value in request.cookies.values()), "a cookie is no text")
        text = address.decode("latin-1")
        back = local_path(text)
        must(back.startswith("/") and not back.startswith("//") and "\\" not in back, "a way back leads elsewhere")
        parse_query(text, text, text, text, text)

    seeds = (b"symbolon-XA-session=abc; x=1\n/hits/7?x=1", b'a="b;c"\n//elsewhere.example')
    return Decoder("cookies", "forms", read, (), seeds, (b"=", b";", b'"', b"\\", b"//"))


def _request(kind: bytes, body: bytes, cookie: bytes = b"") -> Request:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", kind), (b"cookie", cookie)]
    # With an application in the scope, the framework raises what the application answers.
    scope = {"type": "http", "app": None, "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return Request(scope, receive)


def _certificate_request() -> Decoder:
    """A request for a certificate makes one for the member's name and no other, or none."""
    authority = new_authority("fuzz", NOW)

    def read(data: bytes) -> None:
        issued = issue_client_certificate(authority, data, "XA", NOW)
        must(common_name(issued) == "XA", "a certificate for another name was issued")
        fingerprint(issued)

    seeds = (new_signing_request(new_private_key(), "XA"), new_signing_request(new_private_key(), "XB"))
    return Decoder("certificate-request", "certificates", read, (BadCertificate,), seeds)


def _backup() -> Decoder:
    """Either the whole text of the backup, or a refusal."""
    key = HybridSealingKey.generate(bytes(32))
    text = bytes(range(256)) * 300
    out = io.BytesIO()
    write_container([text], out, Recipient(key.public), lambda count: bytes([7]) * count)

    def read(data: bytes) -> None:
        found = b"".join(read_container(io.BytesIO(data), PrivateKey(key)))
        must(found == text, "a backup that was changed was opened to its end")

    return Decoder("backup", "backups", read, (BackupRefused,), (out.getvalue(),), JSON_WORDS)


def _backup_sections() -> Decoder:
    """What lies inside is verified before; what its own program never wrote is still refused in words."""

    def pieces(data: bytes) -> Iterator[bytes]:
        for start in range(0, len(data), 7):
            yield data[start : start + 7]

    def read(data: bytes) -> None:
        for _name, content in read_sections(pieces(data)):
            hashlib.sha256(b"".join(content)).digest()

    seed = b"".join((*write_section("manifest", [b"{}"]), *write_section("database", [b"abc", b"", b"d" * 20])))
    return Decoder("backup-sections", "backups", read, (BrokenSections,), (seed,))


def _hub_answers() -> Decoder:
    """A hub that lies to its nodes: its answers are read, or count as no answer."""
    status, answer = 200, b""

    class Client(HttpHubClient):
        def _client(self, shown: TlsFiles) -> httpx.Client:  # noqa: ARG002 - there is no connection
            return httpx.Client(transport=httpx.MockTransport(respond), base_url="https://hub.example")

    def respond(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=answer)

    files = TlsFiles(Path("certificate"), Path("key"))
    client = Client("https://hub.example", lambda: (files,), lambda _files: None)

    def read(data: bytes) -> None:
        nonlocal status, answer
        number = data[0] if data else 0
        status, answer = (200, 400, 403, 500)[number % 4], data[1:]
        if number < 128:
            client.fetch_deliveries(0, 100)
        else:
            client.fetch_history(0)

    decision = samples.CLEAR[0]
    envelope = sign(decision, generator.header_for(decision), samples.SIGNING_KEYS[samples.XA])
    deliveries = {"deliveries": [{"delivery_id": samples.DELIVERY, "envelope": envelope.to_json()}]}
    seeds = (
        b"\0" + canonical_bytes(deliveries),
        b"\x80" + envelope.to_bytes(),
        b"\1" + b'{"type":"urn:symbolon:problem:expired","title":"x","status":400}',
    )
    return Decoder("hub-answers", "gateway", read, (HubUnavailable, HubRefused), seeds, JSON_WORDS)


def _folder() -> Path:
    """A folder that goes when the process does."""
    folder = TemporaryDirectory(prefix="fuzz-")
    _FOLDERS.append(folder)
    return Path(folder.name)


def _written(text: str) -> Path:
    path = _folder() / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    tomllib.loads(text)
    return path


_FOLDERS: list[TemporaryDirectory[str]] = []
