"""How long a full batch of 1,000 records holds up its receiver: parse, verify, digest, read. `make bench-wire`."""

import importlib.util
import json
import statistics
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

from symbolon.protocol.envelope import Envelope, EnvelopeHeader, Expectation, body_digest, sign, verify
from symbolon.protocol.messages import MAX_BATCH_ITEMS, Purpose, Submission
from symbolon.protocol.references import HUB, new_record_reference

ROUNDS = 15
VECTORS = Path(__file__).parents[1] / "tests" / "vectors"


def main() -> None:
    sys.path.insert(0, str(VECTORS))
    spec = importlib.util.spec_from_file_location("samples", VECTORS / "samples.py")
    assert spec is not None
    assert spec.loader is not None
    samples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(samples)
    item = samples.CLEAR[0].items[0]
    items = tuple(
        replace(item, reference=new_record_reference(UUID(int=number)), envelopes=(number.to_bytes(2, "big") * 550,))
        for number in range(MAX_BATCH_ITEMS)
    )
    later = samples.NOW + timedelta(days=1)
    header = EnvelopeHeader(
        samples.FEDERATION, True, samples.XA, HUB, Purpose.SUBMISSION, samples.MESSAGE, samples.NOW, later
    )
    key = samples.SIGNING_KEYS[samples.XA]
    data = sign(Submission(samples.BATCH, items), header, key).to_bytes()
    expected = Expectation(samples.FEDERATION, True, HUB, Purpose.SUBMISSION, samples.XA)
    steps: dict[str, list[float]] = {"parse": [], "verify": [], "digest": [], "read": []}
    for _ in range(ROUNDS):
        times = [perf_counter()]
        envelope = Envelope.from_bytes(data)
        times.append(perf_counter())
        verify(envelope, key.public, expected, samples.NOW)
        times.append(perf_counter())
        body_digest(envelope)
        times.append(perf_counter())
        envelope.read(Submission)
        times.append(perf_counter())
        for step, start, end in zip(steps, times, times[1:], strict=False):
            steps[step].append(1000 * (end - start))
    medians = {f"{step}_ms": round(statistics.median(values), 1) for step, values in steps.items()}
    print(json.dumps({"items": MAX_BATCH_ITEMS, "bytes": len(data), **medians}))


if __name__ == "__main__":
    main()
