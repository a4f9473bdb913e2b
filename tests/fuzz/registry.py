"""Every decoder of the house that reads what somebody else wrote."""

from tests.fuzz.decoder import Decoder
from tests.fuzz.matching_decoders import matching_decoders
from tests.fuzz.operator_decoders import operator_decoders
from tests.fuzz.party_decoders import party_decoders
from tests.fuzz.protocol_decoders import protocol_decoders

DECODERS: tuple[Decoder, ...] = (
    *protocol_decoders(),
    *operator_decoders(),
    *matching_decoders(),
    *party_decoders(),
)
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(decoder.group for decoder in DECODERS))


def decoders_of(groups: tuple[str, ...]) -> tuple[Decoder, ...]:
    """The decoders of some groups; of all where none is named."""
    return tuple(decoder for decoder in DECODERS if not groups or decoder.group in groups)
