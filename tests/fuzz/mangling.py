"""Input for decoders, for hypothesis: bytes that nobody wrote, and what was written, changed a little or much."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st
from tests.fuzz.decoder import Decoder

SOME_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**53 - 1, 2**53, 1.5, "", " ", "0", "XA", "hub", "all", "\u0000", "\ud800", "ي" * 300,
    [], [[]], {}, {"": None}, "9999-12-31T23:59:59.999Z", "2026-02-30", "A" * 5_000, "😀",
)  # fmt: skip


def mangled(decoder: Decoder) -> st.SearchStrategy[bytes]:
    """Input for one decoder."""
    written = st.sampled_from(decoder.seeds) if decoder.seeds else st.just(b"{}")
    kinds = [st.binary(max_size=400), written.flatmap(lambda seed: _changed_bytes(seed, decoder.words))]
    documents = [seed for seed in decoder.seeds if _is_json(seed)]
    if documents:
        kinds += [st.sampled_from(documents).flatmap(_changed_json)] * 2
    return st.one_of(kinds)


@st.composite
def _changed_bytes(draw: st.DrawFn, seed: bytes, words: tuple[bytes, ...]) -> bytes:
    data = bytearray(seed)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        length = draw(st.integers(0, 12))
        piece = draw(st.one_of(st.binary(max_size=6), st.sampled_from((*words, b"")), st.just(bytes(data[:length]))))
        data[place : place + draw(st.integers(0, length))] = piece
    return bytes(data)


@st.composite
def _changed_json(draw: st.DrawFn, seed: bytes) -> bytes:
    """One to three values of a JSON document exchanged, left out, doubled, or moved to another place of it."""
    document = json.loads(seed)
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        if not places:
            break
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        others = [inner for other, step in places for inner in (other[step],)]
        match draw(st.sampled_from(("exchange", "move", "leave out", "add", "edit"))):
            case "exchange":
                # A copy: later steps change what stands inside of it.
                holder[key] = deepcopy(draw(st.sampled_from(SOME_VALUES)))
            case "move":
                holder[key] = deepcopy(others[draw(st.integers(0, len(others) - 1))])
            case "leave out":
                del holder[key]
            case "add" if isinstance(holder, dict):
                extra = draw(st.sampled_from(("body", "extra", "version", "purpose")))
                holder[extra] = deepcopy(draw(st.sampled_from(SOME_VALUES)))
            case _:
                holder[key] = _edited(holder[key], draw)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _is_json(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict | list)
    except ValueError:
        return False


def _places(value: Any) -> Any:
    if isinstance(value, dict):
        for key in list(value):
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value, index
            yield from _places(value[index])


def _edited(value: Any, draw: st.DrawFn) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + draw(st.integers(-2, 2))
    if isinstance(value, str) and value:
        place = draw(st.integers(0, len(value) - 1))
        return value[:place] + draw(st.characters(codec="utf-8")) + value[place + draw(st.integers(0, 1)) :]
    return value
