from __future__ import annotations

from pathlib import Path

from replyassist.core.embedding import CachedEncoder
from replyassist.core.forgetting import forget
from replyassist.testing import FakeEncoder

SAID, OTHER = "send it to Bergen", "send it to Rome"


def test_what_is_forgotten_stands_in_no_file_and_the_rest_stays(tmp_path: Path) -> None:
    vectors = CachedEncoder(FakeEncoder(), tmp_path).encode([SAID, OTHER])
    forget(tmp_path, [SAID])

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [vector.tobytes() in held for vector in vectors] == [False, True]


def test_it_is_encoded_again_when_somebody_else_says_it(tmp_path: Path) -> None:
    encoder = CachedEncoder(FakeEncoder(), tmp_path)
    before = encoder.encode([SAID])
    forget(tmp_path, [SAID])

    assert (encoder.encode([SAID]) == before).all()


def test_without_a_cache_there_is_nothing_to_forget(tmp_path: Path) -> None:
    forget(tmp_path / "none", [SAID])
    forget(tmp_path, [])
    assert list(tmp_path.iterdir()) == []
