"""An envelope counts once, in its order, in its time, for its purpose."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.simulators.hub_members import item

from symbolon.hub.errors import UnknownHit
from symbolon.protocol.membership_problems import OutOfOrder, Replayed
from symbolon.protocol.messages import Purpose, Submission
from symbolon.protocol.problems import (
    Expired,
    NotYetValid,
    ProtocolError,
    WrongAudience,
    WrongFederation,
    WrongPurpose,
    WrongSender,
)
from symbolon.protocol.references import MemberCode, new_hit_id
from symbolon.runtime.sql_loader import Query

_NONCES = Query("nonces", "for a test", "select count(*) from envelope_nonce")
_AGE = Query("age", "for a test", "update envelope_nonce set forgotten_at = now() - interval '1 second'")


def _count(bench: Any) -> int:
    with bench.hub.database.transaction() as tx:
        return int(tx.fetch_value(_NONCES))


def _live(bench: Any) -> int:
    return sum(count.live for count in bench.hub.show_status()().records)


def test_the_very_same_envelope_is_refused_the_second_time(bench: Any, person: Any) -> None:
    envelope = bench.amara.submission(item(person))
    bench.api.accept_submission(bench.amara.code, envelope)
    with pytest.raises(Replayed):
        bench.api.accept_submission(bench.amara.code, envelope)


def test_the_same_message_signed_anew_is_an_honest_second_try(bench: Any, person: Any) -> None:
    envelope = bench.amara.submission(item(person))
    first = bench.api.accept_submission(bench.amara.code, envelope)
    assert bench.api.accept_submission(bench.amara.code, bench.amara.again(envelope)) == first
    assert _live(bench) == 1


def test_an_envelope_that_was_recorded_is_worth_nothing_also_when_it_came_nowhere(bench: Any, person: Any) -> None:
    a_moment_ago = datetime.now(UTC) - timedelta(seconds=1)
    recorded = bench.amara.again(bench.amara.submission(item(person)), issued_at=a_moment_ago)
    bench.submit(bench.amara, item(person))
    with pytest.raises(OutOfOrder):
        bench.api.accept_submission(bench.amara.code, recorded)
    assert _live(bench) == 1


def test_purposes_are_lanes_of_their_own(bench: Any, person: Any) -> None:
    own = item(person)
    submission = bench.amara.submission(own)
    bench.api.withdraw_records(bench.amara.code, bench.amara.withdrawal(item(person).reference))
    bench.api.accept_submission(bench.amara.code, submission)
    assert _live(bench) == 1


def test_what_was_refused_leaves_no_nonce(bench: Any) -> None:
    unheard_of = bench.amara.vote(new_hit_id(uuid4()), bench.belanu)
    before = _count(bench)
    for _ in range(2):
        with pytest.raises(UnknownHit):
            bench.api.deposit_vote(bench.amara.code, unheard_of)
    assert _count(bench) == before


def test_an_envelope_sent_over_many_connections_at_once_is_taken_once(bench: Any) -> None:
    envelope = bench.amara.progress(1)

    def send(_number: int) -> bool:
        try:
            bench.api.note_epoch_progress(bench.amara.code, envelope)
        except Replayed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(send, range(4))) == 1


def test_a_recorded_envelope_from_member_to_member_is_relayed_once(bench: Any) -> None:
    message = bench.sealed(bench.amara, bench.belanu, Purpose.LINKAGE_KEY)
    bench.api.relay_message(bench.amara.code, message)
    with pytest.raises(Replayed):
        bench.api.relay_message(bench.amara.code, message)
    assert bench.purposes(bench.belanu) == [Purpose.LINKAGE_KEY]


@pytest.mark.parametrize(
    "purpose", [Purpose.LINKAGE_KEY, Purpose.KEY_COMMITMENT, Purpose.KEY_REVEAL, Purpose.KEY_CONFIRMATION]
)
def test_messages_of_the_ceremony_go_from_any_member_to_any_other(bench: Any, purpose: Purpose) -> None:
    bench.api.relay_message(bench.cassor.code, bench.sealed(bench.cassor, bench.amara, purpose))
    assert bench.purposes(bench.amara) == [purpose]


def test_nonces_are_forgotten_once_their_envelopes_have_expired(bench: Any, person: Any) -> None:
    bench.submit(bench.amara, item(person))
    assert _count(bench) > 0
    bench.worker.tidy_up()
    assert _count(bench) > 0
    with bench.hub.database.transaction() as tx:
        tx.execute(_AGE)
    bench.worker.tidy_up()
    assert _count(bench) == 0


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"federation": "another"}, WrongFederation),
        ({"exercise": False}, WrongFederation),
        ({"sender": MemberCode("XB")}, WrongSender),
        ({"audience": MemberCode("XB")}, WrongAudience),
        ({"issued_at": timedelta(minutes=10), "expires_at": timedelta(minutes=20)}, NotYetValid),
        ({"issued_at": -timedelta(minutes=20), "expires_at": -timedelta(minutes=10)}, Expired),
    ],
)
def test_an_envelope_for_somebody_or_some_time_else_is_refused(
    bench: Any, person: Any, change: dict[str, Any], error: type[ProtocolError]
) -> None:
    now = datetime.now(UTC)
    moved = {name: now + value if isinstance(value, timedelta) else value for name, value in change.items()}
    batch = bench.amara.submission(item(person)).read(Submission)
    with pytest.raises(error):
        bench.api.accept_submission(bench.amara.code, bench.amara.envelope(batch, Purpose.SUBMISSION, **moved))
    assert _live(bench) == 0


def test_an_envelope_of_another_purpose_is_refused(bench: Any, person: Any) -> None:
    with pytest.raises(WrongPurpose):
        bench.api.accept_submission(bench.amara.code, bench.amara.withdrawal(item(person).reference))


def test_an_envelope_that_would_count_for_longer_than_its_nonce_is_kept_is_not_even_signed(
    bench: Any, person: Any
) -> None:
    with pytest.raises(ProtocolError):
        bench.amara.envelope(
            bench.amara.submission(item(person)).read(Submission),
            Purpose.SUBMISSION,
            expires_at=datetime.now(UTC) + timedelta(hours=2),
        )
