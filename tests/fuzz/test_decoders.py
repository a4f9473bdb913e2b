"""Whatever bytes arrive, a decoder takes them or refuses them in words of its own; nothing that was forged passes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.decoder import Decoder
from tests.fuzz.mangling import mangled
from tests.fuzz.registry import DECODERS
from tests.thoroughness import examples

from symbolon.protocol import messages
from symbolon.protocol.purposes import Purpose

EXAMPLES = 40
each_decoder = pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)


@each_decoder
@settings(max_examples=examples(EXAMPLES), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_decoder_takes_or_refuses_whatever_it_is_given(decoder: Decoder, data: st.DataObject) -> None:
    decoder.try_on(data.draw(mangled(decoder)))


@pytest.mark.parametrize("decoder", [each for each in DECODERS if each.seeds], ids=lambda decoder: decoder.name)
def test_a_decoder_takes_one_of_its_samples(decoder: Decoder) -> None:
    taken = [decoder.try_on(seed) for seed in decoder.seeds]
    assert True in taken


@each_decoder
def test_a_decoder_refuses_what_is_nested_without_end(decoder: Decoder) -> None:
    for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
        decoder.try_on(opening * 100_000)
        decoder.try_on(opening * 5_000 + b"0" + closing * 5_000)


def test_each_kind_of_message_has_a_decoder_and_a_sample() -> None:
    kinds = [kind for kind in vars(messages).values() if isinstance(getattr(kind, "PURPOSE", None), Purpose)]
    sampled = {decoder.name for decoder in DECODERS if decoder.seeds}
    assert [kind.__name__ for kind in kinds if f"message-{kind.__name__}" not in sampled] == []
