"""Pages that are one file and need no network: how they are rendered, and written to a folder."""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from .errors import InvalidInput

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def page_environment(package: str) -> Environment:
    """The templates of a package's folder ``templates``, in which everything is escaped, an unknown name is an error,
    and what hides or turns text is spelt out."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def visible(text: str) -> str:
    """The text with characters that hide or turn others spelt out, so that nothing in it can deceive a reader."""
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


def write_page(page: str, path: Path) -> Path:
    """Write a page; its path. Raise InvalidInput when it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InvalidInput(f"cannot be written: {error.strerror or error}", file=str(path)) from error
    return path
