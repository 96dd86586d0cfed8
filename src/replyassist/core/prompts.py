"""Prompts are code: Jinja2 files, rendered strictly, with people's text marked as data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

MAX_UNTRUSTED = 2000
_CONTROL = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]+"
)
_BRACKETS = str.maketrans({"<": "‹", ">": "›"})


def untrusted(text: str) -> str:
    """A stranger's text on one line, unable to open or close a tag, at most ``MAX_UNTRUSTED`` characters."""
    line = re.sub(r"\s+", " ", _CONTROL.sub(" ", text)).strip().translate(_BRACKETS)
    return line if len(line) <= MAX_UNTRUSTED else line[: MAX_UNTRUSTED - 1] + "…"


class PromptLibrary:
    """Renders the files of one folder; an unknown variable is an error, never an empty string."""

    def __init__(self, folder: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=select_autoescape((), default_for_string=False),  # prompts are plain text, never HTML
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.filters["untrusted"] = untrusted

    def render(self, name: str, **values: Any) -> str:
        """The prompt ``name`` with these values, without surrounding white space."""
        return self._environment.get_template(name).render(values).strip()
