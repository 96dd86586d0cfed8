from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from replyassist.core.embedding import Vectors
from replyassist.retrieval.store.files import BaseFolder, Source
from replyassist.retrieval.store.products import Slots
from tests.retrieval.store.test_vectors import DIMENSION, unit

READ = """
import sys
from pathlib import Path
from replyassist.retrieval.store.files import BaseFolder
base = BaseFolder(Path(sys.argv[1]), brand_id="fernhill", encoder="model").newest()
print(len(base), float(base.vectors.sum()))
"""


def folder(home: Path, *, brand_id: str = "fernhill", encoder: str = "model") -> BaseFolder:
    return BaseFolder(home, brand_id=brand_id, encoder=encoder)


def source(vectors: Vectors) -> Source:
    numbers = np.arange(len(vectors), dtype=np.uint64)
    return Source(
        digests=np.stack([numbers, numbers], axis=1),
        rows=lambda places: vectors[places],
        totals=np.ones((3, DIMENSION)),
        total_digests=np.ones((3, 2), dtype=np.uint64),
    )


def test_a_base_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors = unit(500)
    folder(tmp_path).write(source(vectors))
    base = folder(tmp_path).newest()

    assert base is not None
    assert np.array_equal(base.vectors, vectors[base.digests[:, 0]])
    assert int(base.starts[-1]) == len(base) == 500
    assert (base.totals.shape, base.total_digests.tolist()) == ((3, DIMENSION), [[1, 1]] * 3)


def test_rows_stay_on_disk_and_cannot_be_written_to(tmp_path: Path) -> None:
    base = folder(tmp_path).write(source(unit(500)))

    assert isinstance(base.vectors.base, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        base.vectors[0] = 0


@pytest.mark.parametrize(
    ("brand_id", "encoder"), [("harbour", "model"), ("fernhill", "another"), ("../fernhill", "model")]
)
def test_another_brand_or_encoder_finds_nothing(tmp_path: Path, brand_id: str, encoder: str) -> None:
    folder(tmp_path).write(source(unit(50)))

    assert folder(tmp_path, brand_id=brand_id, encoder=encoder).newest() is None


def test_a_foreign_file_under_our_name_is_not_used(tmp_path: Path) -> None:
    theirs = folder(tmp_path, brand_id="harbour").write(source(unit(50)))
    mine = folder(tmp_path)
    mine.path.mkdir(parents=True)
    assert theirs.path is not None
    theirs.path.rename(mine.path / theirs.path.name)

    assert mine.newest() is None


@pytest.mark.parametrize(
    "damage", ["empty", "cut", "cut in its header", "longer", "another kind", "no object", "turned bit", "zeros"]
)
def test_a_damaged_file_is_deleted_and_the_one_before_is_used(tmp_path: Path, damage: str) -> None:
    mine = folder(tmp_path)
    mine.write(source(unit(50)))
    path = mine.write(source(unit(60))).path
    assert path is not None
    content = path.read_bytes()
    broken = {
        "empty": b"",
        "cut": content[:-1],
        "cut in its header": content[:60],
        "longer": content + b"x",
        "another kind": b"PK" + content[2:],
        "no object": content[: content.index(b"{")] + b"null\n" + content,
        "turned bit": content[:4100] + bytes([content[4100] ^ 1]) + content[4101:],
        "zeros": content[: -60 * DIMENSION * 4] + bytes(60 * DIMENSION * 4),
    }
    path.unlink()
    path.write_bytes(broken[damage])
    base = mine.newest()

    assert base is not None
    assert (len(base), path.exists()) == (50, False)


def test_a_death_before_the_file_was_whole_leaves_the_old_one(tmp_path: Path) -> None:
    class Killed(BaseException):
        """What stops a process in the middle."""

    def rows(places: Slots) -> Vectors:
        if list(mine.path.glob("*.draft")):
            raise Killed
        return unit(60)[places]

    mine = folder(tmp_path)
    mine.write(source(unit(50)))
    broken = source(unit(60))
    with pytest.raises(Killed):
        mine.write(Source(broken.digests, rows, broken.totals, broken.total_digests))
    base = mine.newest()

    assert base is not None
    assert len(base) == 50
    assert list(mine.path.glob("*.draft")) == []


def test_drafts_of_the_dead_are_cleared_away_in_time(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    mine.write(source(unit(50)))
    old, young = mine.path / "a.draft", mine.path / "b.draft"
    old.touch()
    young.touch()
    os.utime(old, (0, time.time() - 2 * 24 * 3600))
    mine.write(source(unit(50)))

    assert (old.exists(), young.exists()) == (False, True)


def test_old_bases_are_deleted_and_who_has_one_open_keeps_it(tmp_path: Path) -> None:
    mine = folder(tmp_path)
    first = mine.write(source(unit(50)))
    before = first.vectors.copy()
    for _ in range(3):
        mine.write(source(unit(60)))

    assert len(list(mine.path.glob("*.base"))) == 2
    assert first.path is not None
    assert not first.path.exists()
    assert np.array_equal(first.vectors, before)


def test_another_process_reads_the_same_base(tmp_path: Path) -> None:
    base = folder(tmp_path).write(source(unit(50)))
    said = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path)], check=True, capture_output=True, text=True, timeout=120
    ).stdout.split()

    assert int(said[0]) == 50
    assert float(said[1]) == pytest.approx(float(base.vectors.sum()), abs=1e-4)
