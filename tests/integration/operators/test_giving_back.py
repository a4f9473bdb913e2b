"""What closed epochs and expelled members leave behind at an operator goes, with its files; all else stays."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from tests.simulators.operator_bench import SCHEMA, segment

from symbolon.hub.operators.services.give_back_segments import GiveBackSegments
from symbolon.hub.operators.services.held_rows import FillRows
from symbolon.hub.operators.storage.segments import ShareSegments
from symbolon.hub.operators.storage.shares import NewShares, OperatorStore
from symbolon.protocol.messages_membership import MemberStanding
from symbolon.protocol.messages_sessions import RowAddress
from symbolon.protocol.references import MemberCode, new_record_reference
from symbolon.runtime.audit_store import HashChainAuditLog
from symbolon.runtime.clock import SystemClock
from symbolon.runtime.database import Database
from symbolon.runtime.migrations import migrate

PROFILE = SCHEMA.profiles[0].id
EMPTY_OF_1, HELD_OF_1 = segment(1, "XA", PROFILE), segment(2, "XA", PROFILE)
EMPTY_OF_2 = replace(segment(3, "XA", PROFILE), epoch=2)
OF_EXPELLED = replace(segment(4, "XB", PROFILE), epoch=2)
NEWEST: Any = SimpleNamespace(
    oldest_epoch=SimpleNamespace(epoch=2),
    member_of=lambda code: SimpleNamespace(standing=MemberStanding.EXPELLED if code == "XB" else MemberStanding.ACTIVE),
)


def test_what_nothing_lies_in_any_more_is_given_back(tmp_path: Path, fresh_database: Callable[[str], str]) -> None:
    conninfo = fresh_database("operator")
    migrate(conninfo, "symbolon.hub.operators")
    described = (EMPTY_OF_1, HELD_OF_1, EMPTY_OF_2, OF_EXPELLED)
    with Database(conninfo, max_size=3) as database:
        store = OperatorStore(database, HashChainAuditLog(SystemClock(), uuid4))
        with store.work() as work:
            for each in described:
                work.segments.keep(each)
            share = bytes(HELD_OF_1.bits * 2)
            held = NewShares(
                1, new_record_reference(uuid4()), 1, MemberCode("XA"), share, (RowAddress(HELD_OF_1.segment, 0),)
            )
            work.put_all([held], datetime.now(UTC))
        folder = tmp_path / "segments"
        rows = FillRows(store, ShareSegments(folder))()
        with rows.changing() as kept:
            for each in described:
                kept.segments.clear(RowAddress(each.segment, 0), each.bits)
        directory: Any = SimpleNamespace(newest=lambda: NEWEST)
        give_back = GiveBackSegments(store, rows, directory)
        assert (give_back(), give_back()) == (2, 0)
        with rows.reading() as kept:
            assert sorted(kept.described) == [HELD_OF_1.segment, EMPTY_OF_2.segment]
        assert sorted(file.stem for file in folder.glob("*.rows")) == ["2", "3"]
        # A file that stayed behind when the operator ended goes when it starts.
        (folder / "9.rows").write_bytes(b"")
        FillRows(store, ShareSegments(folder))()
        assert not (folder / "9.rows").exists()
