from pathlib import Path

import numpy as np
import pytest

from trialogue.memory import vector_file
from trialogue.memory.vector_file import VectorFile
from trialogue.memory.vectors import Vectors, unit_rows


def drawn(count: int, seed: int = 0) -> Vectors:
    return unit_rows(np.random.default_rng(seed).normal(size=(count, 8)))


def test_the_nearest_of_many_blocks_with_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_file, "_BLOCK", 5)
    vectors, asked, file = drawn(23), drawn(4, seed=1), VectorFile(tmp_path)
    numbers = [n for n in range(23) if n % 7 != 2]
    file.put(numbers[::2], vectors[numbers[::2]])
    file.put(numbers[1::2], vectors[numbers[1::2]])
    assert file.absent(30) == [2, 9, 16, *range(23, 30)]
    for before in (1, 5, 17, 23, 99):
        below = [n for n in numbers if n < before]
        expected = (vectors[below] @ asked.T).max(axis=0)
        assert file.nearest(asked, before) == pytest.approx(list(expected), abs=1e-5)


def test_nothing_is_near_in_an_empty_file(tmp_path: Path) -> None:
    file = VectorFile(tmp_path)
    assert file.nearest(drawn(2), before=50) == [-1.0, -1.0]
    file.put([3], drawn(1))
    assert file.nearest(drawn(2), before=3) == [-1.0, -1.0]


def test_the_opposite_is_nearer_than_nothing(tmp_path: Path) -> None:
    file = VectorFile(None)
    file.put([7], -drawn(1))
    assert file.nearest(drawn(1), before=8) == pytest.approx([-1.0])
    file.put([7], drawn(1))
    assert file.nearest(drawn(1), before=8) == pytest.approx([1.0])


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "new")
    file.put([0], drawn(1))
    del file
    assert list((tmp_path / "new").iterdir()) == []
