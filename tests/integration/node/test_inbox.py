"""The inbox: which looks at it leave a leaf, and how an open page learns cheaply that nothing changed."""

import pytest

from symbolon.node.domain.actors import Actor
from symbolon.node.errors import Forbidden
from symbolon.protocol.handling import Verdict
from symbolon.protocol.lifecycle import JointState
from symbolon.protocol.references import HitId

from .asking import answer, ask
from .conftest import ADMINISTRATOR, FOCAL_POINT, PROTECTION_OFFICER, NodeUnderTest, Pair


def looks(node: NodeUnderTest) -> list[object]:
    return [row["detail"] for row in node.rows("audit_leaf") if row["act"] == "inbox-viewed"]


def second_hit(pair: Pair, category: str = "suspect") -> HitId:
    ours = pair.xa.publish(f"A-2,C-1,Malee Suwan,1991-06-04,{category},all,,")
    theirs = pair.xb.publish("B-2,C-1,Malee Suwan,1991-06-04,suspect,all,,")
    if category == "suspect":
        hit_id = pair.hub.match(("XA", ours), ("XB", theirs))
    else:
        hit_id = pair.hub.match(("XA", ours), ("XB", theirs), JointState.HELD, told=("XA",))
    pair.exchange()
    return hit_id


def mark(pair: Pair, actor: Actor = FOCAL_POINT) -> str:
    # The clock of the tests moves by milliseconds, so that a test stays within the minute in which it began.
    return pair.xa.services.list_hits.mark(actor)


def test_each_look_that_a_person_takes_leaves_a_leaf(pair: Pair) -> None:
    pair.hit()
    for _ in range(3):
        pair.xa.services.list_hits(FOCAL_POINT)
    assert looks(pair.xa) == [{"hits": 1}] * 3


def test_each_export_leaves_a_leaf_that_counts_what_was_taken_out(pair: Pair) -> None:
    first = pair.hit()
    second_hit(pair)
    inbox = pair.xa.services.list_hits
    inbox(FOCAL_POINT)
    assert len(inbox.export(FOCAL_POINT, lambda _: True)) == 2
    assert [hit.hit_id for hit in inbox.export(FOCAL_POINT, lambda hit: hit.hit_id == first)] == [first]
    assert looks(pair.xa) == [{"hits": 2}, {"exported": 2}, {"exported": 1}]


def test_a_page_that_refreshes_itself_leaves_a_leaf_only_when_it_shows_other_hits(pair: Pair) -> None:
    pair.hit()
    inbox = pair.xa.services.list_hits
    inbox(FOCAL_POINT)
    for _ in range(3):
        inbox.refresh(FOCAL_POINT)
        pair.draws.later(minutes=20)
    assert looks(pair.xa) == [{"hits": 1}]
    second_hit(pair)
    for _ in range(2):
        assert len(inbox.refresh(FOCAL_POINT)) == 2
    assert looks(pair.xa) == [{"hits": 1}, {"hits": 2}]


def test_the_mark_of_the_list_stays_while_nothing_changes_within_the_minute(pair: Pair) -> None:
    pair.hit()
    before = mark(pair)
    assert mark(pair) == before
    pair.draws.later(minutes=1)
    assert mark(pair) != before


def test_the_mark_changes_with_every_step_of_a_hit_its_record_and_its_exchange(pair: Pair) -> None:
    marks = [mark(pair)]
    hit_id = pair.hit()
    marks.append(mark(pair))
    pair.xa.services.acknowledge_hit(FOCAL_POINT, hit_id)
    marks.append(mark(pair))
    for node in (pair.xa, pair.xb):
        node.services.cast_vote(FOCAL_POINT, hit_id, Verdict.SAME, "")
    marks.append(mark(pair))
    pair.exchange()
    marks.append(mark(pair))
    exchange_id = ask(pair.xb, hit_id)
    pair.exchange()
    marks.append(mark(pair))
    answer(pair.xa, hit_id, exchange_id)
    marks.append(mark(pair))
    pair.xa.publish("A-1,C-2,Somchai Jaidee,1990-05-03,suspect,all,,")
    marks.append(mark(pair))
    assert len(set(marks)) == len(marks)


def test_the_mark_of_one_officers_list_tells_nothing_of_hits_that_are_the_protection_officers(pair: Pair) -> None:
    pair.hit()
    general, protected = mark(pair), mark(pair, PROTECTION_OFFICER)
    second_hit(pair, category="victim")
    assert mark(pair) == general
    assert mark(pair, PROTECTION_OFFICER) != protected


def test_somebody_without_the_inbox_gets_no_list_no_export_and_no_mark(pair: Pair) -> None:
    inbox = pair.xa.services.list_hits
    for look in (inbox, inbox.refresh, inbox.mark, lambda actor: inbox.export(actor, lambda _: True)):
        with pytest.raises(Forbidden):
            look(ADMINISTRATOR)
    assert looks(pair.xa) == []
