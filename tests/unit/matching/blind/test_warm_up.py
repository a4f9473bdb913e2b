"""What was warmed up is what real batches need: nothing is compiled when the first one comes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.simulators.blind_operators import SUBJECT, Federation

from symbolon.matching.blind import bit_planes, dot_products, replicated
from symbolon.matching.blind.batch import Batch, Carry
from symbolon.matching.blind.streams import BatchNumber
from symbolon.matching.blind.warm_up import warm_up


def _kernels() -> list[Any]:
    of_modules = [each for module in (bit_planes, replicated) for each in vars(module).values()]
    return [each for each in (*dot_products._MULTIPLY[2], *of_modules) if hasattr(each, "signatures")]


@pytest.mark.parametrize("queries", [1, 4, 16, 300])
def test_the_first_batch_compiles_nothing(tmp_path: Path, queries: int) -> None:
    warm_up()
    kernels = _kernels()
    assert len(kernels) >= 6
    before = [len(each.signatures) for each in kernels]
    assert all(before)
    stored = np.memmap(tmp_path / "1.rows", dtype="<i2", mode="w+", shape=(256, 1024))[64:192]
    asked = np.zeros((queries, 1024), dtype=np.int16)
    products = [dot_products.dot_products(stored, asked, np.zeros(queries, dtype=np.int16)) for _ in range(3)]
    for number, carry in enumerate(Carry):
        Federation().run(Batch(BatchNumber(number), queries, 128, 15, SUBJECT, carry=carry), products)
    assert [len(each.signatures) for each in kernels] == before
