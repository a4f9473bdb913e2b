"""After a withdrawal, or an erasure, nothing of the record is left: every table, every home and the hub are searched.

Each word that officers write or a record holds is a canary. The nodes' vaults seal nothing here, so that the search of
the databases (by pg_dump, as text) finds whatever is still stored: every canary before the purge, and none after it.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.integration.node.asking import AUTHORISER, REPLY, REQUEST, answer, ask, inform, release
from tests.integration.node.conftest import FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair
from tests.integration.node.test_attachments import attach, file, move, named
from tests.integration.node.test_purges import keep

from symbolon.node.domain.forms import InformationForm, NoteForm
from symbolon.node.services.revise_record import RecordChange
from symbolon.protocol.handling import (
    HandlingCode,
    InformationAccuracy,
    SourceReliability,
    SubjectCategory,
    Urgency,
    Verdict,
)
from symbolon.protocol.references import HitId
from symbolon.runtime.postgres_tools import PostgresTools
from symbolon.runtime.vault import Place, Vault

OURS = ("Zqsomchai Zqjaidee", "ZQ7654321")
"""What XA's record holds."""
THEIR_OWN = ("Zqsomchay Zqjaidi", "ZX1234567")
"""What XB's own record of the same person holds: it stays, for it is XB's."""
SAID = (
    "zqvoteofxa",
    "zqvoteofxb",
    "zqpurposeofrequest",
    "zqquestionofrequest",
    "zqanswerofreply",
    "zqcaveatofreply",
    "zqnoteofxa",
    "zqinformation",
    "zqfilename",
    "zqfilecontent",
    "zqunsentdraft",
    "zqsafetyhold",
)
"""What officers of both sides wrote about the hit."""


@pytest.fixture
def _clear_vaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Vaults that store everything as it is."""

    def seal(_self: Vault, plain: bytes, _place: Place) -> bytes:
        return b"\x01" + plain

    def unseal(_self: Vault, sealed: bytes, _place: Place) -> bytes:
        return sealed[1:]

    monkeypatch.setattr(Vault, "seal", seal)
    monkeypatch.setattr(Vault, "open", unseal)


@pytest.fixture
def story(_clear_vaults: None, pair: Pair) -> HitId:
    """A hit about which everything was said that can be said."""
    ours = pair.xa.publish(f"A-1,ZQCASE,{OURS[0]},1990-05-03,suspect,all,,{OURS[1]}")
    theirs = pair.xb.publish(f"B-1,C-1,{THEIR_OWN[0]},1990-05-03,suspect,all,,{THEIR_OWN[1]}")
    hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    pair.exchange()
    for node, word in ((pair.xa, "zqvoteofxa"), (pair.xb, "zqvoteofxb")):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, word)
    pair.exchange()
    content = b"%PDF-1.7 zqfilecontent" * 60_000
    sent = attach(pair.xa, hit_id, content, replace(file(), name="zqfilename.pdf"))
    asked = ask(pair.xb, hit_id, replace(REQUEST, purpose="zqpurposeofrequest", questions=("zqquestionofrequest",)))
    pair.exchange()
    reply = replace(REPLY, answers=("zqanswerofreply",), caveats="zqcaveatofreply", attachments=named(sent, content))
    answer(pair.xa, hit_id, asked, reply)
    pair.exchange()
    note = NoteForm(text="zqnoteofxa", handling_code=HandlingCode.H1)
    release(pair.xa, pair.xa.services.save_draft(FOCAL_POINT, hit_id, None, note, None))
    inform(pair.xa, hit_id, information())
    pair.exchange()
    move(pair.xa, pair.xb)
    pair.xb.services.save_draft(FOCAL_POINT, hit_id, None, replace(REQUEST, purpose="zqunsentdraft"), None)
    pair.exchange()
    return hit_id


def information() -> InformationForm:
    return InformationForm(
        information="zqinformation",
        relevance="It is the same case",
        urgency=Urgency.U3,
        source_reliability=SourceReliability.B,
        information_accuracy=InformationAccuracy.KNOWN_TO_THE_SOURCE,
        handling_code=HandlingCode.H1,
    )


def dumped(node: NodeUnderTest) -> bytes:
    """Every table as pg_dump writes it, with bytes in hexadecimal as well as as they are."""
    program = PostgresTools()._program("pg_dump", node.conninfo)
    text = subprocess.run([program, "--inserts", node.conninfo], capture_output=True, check=True).stdout
    pieces = [text]
    for part in text.split(b"\\x")[1:]:
        digits = part[: len(part) - len(part.lstrip(b"0123456789abcdef"))]
        pieces.append(bytes.fromhex(digits[: len(digits) // 2 * 2].decode()))
    return b"\n".join(pieces)


def files_of(folder: Path) -> Iterator[bytes]:
    return (path.read_bytes() for path in folder.rglob("*") if path.is_file())


def found(node: NodeUnderTest, words: tuple[str, ...]) -> set[str]:
    everything = dumped(node) + b"\n".join(files_of(node.home.path))
    return {word for word in words if word.encode() in everything}


def in_hub(pair: Pair, words: tuple[str, ...]) -> set[str]:
    everything = repr(pair.hub).encode()
    return {word for word in words if word.encode() in everything}


def test_the_search_finds_what_is_there(pair: Pair, story: HitId) -> None:
    assert story
    said = set(SAID) - {"zqsafetyhold"}
    assert found(pair.xb, SAID) == said
    assert found(pair.xa, SAID) == said - {"zqunsentdraft"}
    assert found(pair.xa, OURS) == set(OURS)


def test_after_a_withdrawal_nothing_of_it_is_left_with_the_peer_or_in_the_hub(pair: Pair, story: HitId) -> None:
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert found(pair.xb, (*SAID, *OURS)) == set()
    assert found(pair.xb, THEIR_OWN) == set(THEIR_OWN)
    assert in_hub(pair, (*SAID, *OURS)) == set()
    reference = pair.xa.record("A-1").reference
    assert not [key for key in pair.hub.encodings if reference in str(key)]
    assert story in {purge.hit_id for purge in pair.xa.services.retention.list_purges(FOCAL_POINT)}


def test_a_safety_holds_reason_goes_with_the_rest(pair: Pair, story: HitId) -> None:
    pair.xb.services.revise_record(FOCAL_POINT, "B-1", RecordChange(category=SubjectCategory.VICTIM))
    pair.exchange()
    pair.xb.services.hold_for_safety(PROTECTION_OFFICER, story, True, "zqsafetyhold")
    assert found(pair.xb, ("zqsafetyhold",)) == {"zqsafetyhold"}
    pair.xa.services.withdraw_records(FOCAL_POINT, ["A-1"])
    pair.exchange()
    keep(pair)
    assert found(pair.xb, (*SAID, *OURS)) == set()


def test_after_an_erasure_nothing_of_it_is_left_on_either_side(pair: Pair, story: HitId) -> None:
    assert story
    reference = pair.xa.record("A-1").reference
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=True, reason="zqlegalhold")
    pair.xa.services.retention.set_legal_hold(AUTHORISER, reference, holds=False, reason="zqlegalhold over")
    pair.xa.services.retention.erase_data_subject(FOCAL_POINT, reference)
    pair.exchange()
    keep(pair)
    for node in (pair.xa, pair.xb):
        assert found(node, (*SAID, *OURS, "ZQCASE", "zqlegalhold")) == set()
