from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from replyassist.core.embedding import Vectors
from replyassist.retrieval.store.base import Base, BaseFolder
from replyassist.retrieval.store.products import Slots
from tests.retrieval.store.test_vectors import unit

READ = """
import sys
from pathlib import Path
from replyassist.retrieval.store.base import BaseFolder
base = BaseFolder(Path(sys.argv[1]), brand_id="fernhill", encoder="model").newest()
print(len(base), float(base.vectors.sum()))
"""


def folder(home: Path, *, brand_id: str = "fernhill", encoder: str = "model") -> BaseFolder:
    return BaseFolder(home, brand_id=brand_id, encoder=encoder)


def written(mine: BaseFolder, vectors: Vectors, rows: Callable[[Slots], Vectors] | None = None) -> Base:
    numbers = np.arange(len(vectors), dtype=np.uint64)
    with mine.building():
        return mine.write(np.stack([numbers, numbers], axis=1), rows or (lambda places: vectors[places]))


def test_a_base_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors = unit(500)
    written(folder(tmp_path), vectors)
    base = folder(tmp_path).newest()

    assert base is not None
    assert np.array_equal(base.vectors, vectors[base.digests[:, 0]])
    assert int(base.starts[-1]) == len(base) == 500


def test_rows_stay_on_disk_and_cannot_be_written_to(tmp_path: Path) -> None:
    base = written(folder(tmp_path), unit(500))

    assert isinstance(base.vectors.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        base.vectors[0] = 0


@pytest.mark.parametrize(
    ("brand_id", "encoder"), [("harbour", "model"), ("fernhill", "another"), ("../fernhill", "model")]
)
def test_another_brand_or_encoder_finds_nothing(tmp_path: Path, brand_id: str, encoder: str) -> None:
    written(folder(tmp_path), unit(50))

    assert folder(tmp_path, brand_id=brand_id, encoder=encoder).newest() is None


def test_a_foreign_base_under_our_name_is_not_used(tmp_path: Path) -> None:
    theirs = written(folder(tmp_path, brand_id="harbour"), unit(50))
    mine = folder(tmp_path)
    mine.path.mkdir(parents=True)
    for path in (theirs.path, theirs.path.with_suffix(".npy")):
        path.rename(mine.path / path.name)

    assert mine.newest() is None
    assert list(mine.path.iterdir()) == []


def damaged(content: bytes) -> dict[str, bytes]:
    middle = len(content) // 2
    return {
        "empty": b"",
        "cut": content[:-1],
        "cut in its header": content[:60],
        "another kind": b"%PDF" + content[4:],
        "another kind of array": {b"PK": b"\x93NUMPY\x01\x00", b"\x93N": b"PK\x03\x04"}[content[:2]] + content[8:],
        "zeros": content[:200] + bytes(len(content[200:])),
        "turned bits in its header": content[:30] + bytes(byte ^ 255 for byte in content[30:90]) + content[90:],
        "turned bit": content[:middle]
        + bytes(byte ^ 1 for byte in content[middle : middle + 1])
        + content[middle + 1 :],
    }


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize("damage", list(damaged(b"PK")))
def test_a_damaged_base_is_deleted_and_the_one_before_is_used(tmp_path: Path, damage: str, suffix: str) -> None:
    mine = folder(tmp_path)
    written(mine, unit(50))
    path = written(mine, unit(60)).path.with_suffix(suffix)
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(damaged(content)[damage])
    base = mine.newest()

    assert base is not None
    if (damage, suffix) == ("turned bit", ".npy"):
        assert len(base) == 60, "the rows themselves have no checksum: reading all of them would take seconds"
    else:
        assert (len(base), len(list(mine.path.glob("*.np?")))) == (50, 2)


def test_a_matrix_of_another_base_is_not_taken_for_ours(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    one, two = (written(mine, unit(count)).path.with_suffix(".npy") for count in (50, 60))
    two.unlink()
    one.rename(two)

    assert mine.newest() is None


@pytest.mark.parametrize("calls", [1, 2, 3])
def test_a_death_at_any_time_leaves_the_old_base_and_the_next_writer_clears_up(tmp_path: Path, calls: int) -> None:
    class Killed(BaseException):
        """What stops a process in the middle."""

    asked: list[Slots] = []

    def rows(places: Slots) -> Vectors:
        asked.append(places)
        if len(asked) == calls:
            raise Killed
        return unit(60)[places]

    mine = folder(tmp_path)
    written(mine, unit(50))
    with pytest.raises(Killed):
        written(mine, unit(60), rows)
    base = mine.newest()

    assert base is not None
    assert len(base) == 50
    written(mine, unit(70))
    assert sorted(path.suffix for path in mine.path.iterdir()) == [".lock", ".npy", ".npy", ".npz", ".npz"]


def test_a_writer_that_died_before_the_last_step_leaves_no_base(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    written(mine, unit(50))
    path = written(mine, unit(60)).path
    path.rename(path.with_suffix(".draft"))
    base = mine.newest()

    assert base is not None
    assert len(base) == 50
    written(mine, unit(70))
    assert len(list(mine.path.iterdir())) == 5, "two bases and the lock"


def test_old_bases_are_deleted_and_who_has_one_open_keeps_it(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    first = written(mine, unit(50))
    before = first.vectors.copy()
    for _ in range(3):
        written(mine, unit(60))

    assert len(list(mine.path.glob("*.npz"))) == len(list(mine.path.glob("*.npy"))) == 2
    assert not first.path.exists()
    assert np.array_equal(first.vectors, before)


def test_another_process_reads_the_same_base(tmp_path: Path) -> None:
    base = written(folder(tmp_path), unit(50))
    said = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path)], check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()

    assert int(said[0]) == 50
    assert float(said[1]) == pytest.approx(float(base.vectors.sum()), abs=1e-4)
