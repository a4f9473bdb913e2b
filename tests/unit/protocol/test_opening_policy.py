"""To whom match bits open is what the members sign at the founding, and nobody changes it afterwards."""

from dataclasses import replace

import pytest
from tests.vectors.samples import BLIND_FOUNDING, RECEIVERS_FOUNDING

from symbolon.hub.domain.directory_drafts import with_operators
from symbolon.protocol.directory_changes import DirectoryChangeKind, changes_between
from symbolon.protocol.messages import Comparing, Comparison, Opening
from symbolon.protocol.problems import MalformedMessage


def test_who_signs_the_founding_reads_that_the_hub_learns_no_pair() -> None:
    said = [change.text for change in changes_between(None, RECEIVERS_FOUNDING)]
    assert any("the hub learns no pair" in text for text in said)
    assert not any("the hub learns no pair" in change.text for change in changes_between(None, BLIND_FOUNDING))


def test_another_way_of_opening_is_a_change_of_the_federation() -> None:
    kinds = {change.kind for change in changes_between(RECEIVERS_FOUNDING, BLIND_FOUNDING)}
    assert kinds == {DirectoryChangeKind.FEDERATION_CHANGED}
    assert RECEIVERS_FOUNDING.digest() != BLIND_FOUNDING.digest()


def test_an_operator_that_takes_anothers_place_leaves_it_as_it_was() -> None:
    cards = RECEIVERS_FOUNDING.comparison.operators
    renewed = with_operators([replace(cards[0], name="Another body"), *cards[1:]])(RECEIVERS_FOUNDING)
    assert renewed.comparison.opening is Opening.RECEIVERS


def test_open_comparison_has_no_receivers() -> None:
    with pytest.raises(MalformedMessage):
        Comparison(Comparing.OPEN, (), Opening.RECEIVERS)
