"""What members tell each other of pairs has one length, whatever there is to tell."""

from tests.vectors.samples import FOUND_PAIR, OWN_SIDE

from symbolon.protocol.canonical import canonical_bytes
from symbolon.protocol.codec import to_wire
from symbolon.protocol.handling import Band, OffenceGroup, RecordKind
from symbolon.protocol.messages import FoundPair, KnownPair, PairAnswer, PairsFound, SideOfPair
from symbolon.protocol.messages_receivers import MOST_KNOWN_TOLD, MOST_PAIRS_TOLD
from symbolon.protocol.sealing import PAIRS_STEP

LONGEST_SIDE = SideOfPair(
    OWN_SIDE.reference, 2**31 - 1, max(RecordKind, key=len), max(OffenceGroup, key=len), OWN_SIDE.urgency
)
HANDLE, EPOCH, BAND = 2**53 - 1, 2**31 - 1, max(Band, key=len)
LONGEST_FIND = FoundPair(
    FOUND_PAIR.pair_id, HANDLE, HANDLE, HANDLE, EPOCH, BAND, FOUND_PAIR.finder_alias, FOUND_PAIR.other_alias,
    LONGEST_SIDE, brings_back=False,
)  # fmt: skip
KNOWN = KnownPair(
    FOUND_PAIR.pair_id, is_finder=False, own_alias=FOUND_PAIR.finder_alias, other_alias=FOUND_PAIR.other_alias,
    key_epoch=EPOCH, band=BAND,
)  # fmt: skip


def test_as_much_as_one_message_may_hold_fits_into_the_length_that_all_have() -> None:
    answers = (
        *(PairAnswer(FOUND_PAIR.pair_id, LONGEST_SIDE, KNOWN) for _ in range(MOST_KNOWN_TOLD)),
        *(PairAnswer(FOUND_PAIR.pair_id, LONGEST_SIDE, None) for _ in range(MOST_PAIRS_TOLD - MOST_KNOWN_TOLD)),
    )
    fullest = PairsFound((LONGEST_FIND,) * MOST_PAIRS_TOLD, answers)
    assert len(canonical_bytes(to_wire(fullest))) <= PAIRS_STEP
