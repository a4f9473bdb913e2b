"""How far the members are with an epoch, and what keeps the one before it open."""

from datetime import UTC, datetime

from symbolon.hub.domain.epochs import MemberProgress, agreed_check_value, holds_another_key, what_keeps_open
from symbolon.protocol.messages import EpochProgress
from symbolon.protocol.references import MemberCode

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def progress(
    code: str, value: bytes | None = b"k" * 16, *, live: int = 5, encoded: int = 5, epoch: int = 2
) -> MemberProgress:
    told = EpochProgress(epoch, value is not None, value, live, encoded)
    return MemberProgress(MemberCode(code), epoch, told, NOW, live, encoded)


def test_nothing_keeps_an_epoch_open_once_all_are_through() -> None:
    assert what_keeps_open([progress("XA"), progress("XB")], 2) == ()


def test_a_member_with_records_to_encode_keeps_the_older_epoch_open() -> None:
    [reason] = what_keeps_open([progress("XA"), progress("XB", encoded=3)], 2)
    assert reason == "XB has 3 of its 5 records under epoch 2."


def test_a_member_without_the_key_keeps_the_older_epoch_open_also_without_records() -> None:
    silent = MemberProgress(MemberCode("XB"), 2, None, None, 0, 0)
    [reason] = what_keeps_open([progress("XA"), silent], 2)
    assert "does not hold the key" in reason


def test_a_member_with_another_key_keeps_the_older_epoch_open() -> None:
    [reason] = what_keeps_open([progress("XA"), progress("XB"), progress("XC", b"x" * 16)], 2)
    assert reason.startswith("XC holds another key")


def test_where_two_contradict_each_other_neither_is_believed() -> None:
    both = [progress("XA"), progress("XB", b"x" * 16)]
    assert agreed_check_value(both) is None
    assert all(holds_another_key(each, both) for each in both)


def test_the_progress_of_the_older_epoch_keeps_nothing_open() -> None:
    assert what_keeps_open([progress("XA"), progress("XA", encoded=0, epoch=1)], 2) == ()


def test_the_check_values_of_two_epochs_are_not_compared() -> None:
    both = [progress("XA", b"1" * 16, epoch=1), progress("XA", b"2" * 16)]
    assert not any(holds_another_key(each, both) for each in both)
