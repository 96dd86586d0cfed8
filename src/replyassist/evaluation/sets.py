"""Labelled cases and templates that are kept to be scored again, as files that the command line takes too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ValidationError

from replyassist.core.digests import document_digest
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.evaluation.case_files import load_cases
from replyassist.evaluation.dataset import Case, Dataset, dataset_of
from replyassist.evaluation.record import write_whole
from replyassist.faq.files import FileFormat, read_templates, write_templates
from replyassist.faq.template import ReplyTemplate

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_NOT_OF_A_NAME = re.compile(r"[^a-z0-9]+")
DECIDED = "decided-"
"""What the name of a set of decided items begins with; the brand follows."""


class SetInfo(BaseModel, frozen=True):
    """What is known of a kept set. ``files`` are the names it came from, ``left_out`` the lines that were not taken."""

    name: str
    title: str
    brands: tuple[str, ...]
    size: int
    files: tuple[str, ...] = ()
    left_out: int = 0
    by: str
    at: datetime


class _Sets:
    """A folder with two files for each set: ``<name>.jsonl`` and ``<name>.info.json``."""

    folder_name: ClassVar[str]

    def __init__(self, home: Path) -> None:
        self.folder = home / self.folder_name

    def infos(self) -> list[SetInfo]:
        """Every set, the newest first."""
        found = [self._info(path) for path in self.folder.glob("*.info.json")]
        return sorted(filter(None, found), key=lambda info: (info.at, info.name), reverse=True)

    def info(self, name: str) -> SetInfo:
        """One set; raise NotFound."""
        found = self._info(self.path(name).with_suffix(".info.json"))
        if found is None:
            raise NotFound(f"there is no set '{name}'")
        return found

    def path(self, name: str) -> Path:
        """Where the records of a set of this name are; raise NotFound for what is no name."""
        if not _NAME.fullmatch(name):
            raise NotFound(f"there is no set '{name[:100]}'")
        return self.folder / f"{name}.jsonl"

    def remove(self, name: str) -> None:
        """Forget a set; runs of it stay."""
        self.path(name).unlink(missing_ok=True)
        self.path(name).with_suffix(".info.json").unlink(missing_ok=True)

    def _info(self, path: Path) -> SetInfo | None:
        try:
            return SetInfo.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            return None

    def _keep_info(self, info: SetInfo) -> SetInfo:
        write_whole(self.path(info.name).with_suffix(".info.json"), info.model_dump_json(indent=1))
        return info


class CaseSets(_Sets):
    """Labelled cases, in the form of the contract; each names its brand."""

    folder_name = "eval-cases"

    def load(self, name: str) -> Dataset:
        """The cases of a set; raise NotFound, and InvalidInput where somebody changed the file to what it must not."""
        path = self.path(name)
        if not path.is_file():
            raise NotFound(f"there is no set '{name}'")
        return load_cases(path)

    def save(
        self, cases: Sequence[Case], *, title: str, files: Sequence[str], by: str, at: datetime, left_out: int = 0
    ) -> SetInfo:
        """Keep these cases; the same under the same title are kept once."""
        name = _named(title, dataset_of(cases).digest)
        self._write(name, cases)
        brands = tuple(sorted({case.brand for case in cases}))
        info = SetInfo(
            name=name, title=title, brands=brands, size=len(cases), files=tuple(files), left_out=left_out, by=by, at=at
        )
        return self._keep_info(info)

    def add_decided(self, case: Case, *, by: str, at: datetime) -> SetInfo:
        """Add a decided item to its brand's set, in place of an earlier one of the same id."""
        name = DECIDED + case.brand
        known = list(self.load(name).cases) if self.path(name).is_file() else []
        cases = [each for each in known if each.id != case.id] + [case]
        self._write(name, cases)
        info = SetInfo(
            name=name, title=f"Decided items of {case.brand}", brands=(case.brand,), size=len(cases), by=by, at=at
        )
        return self._keep_info(info)

    def _write(self, name: str, cases: Iterable[Case]) -> None:
        lines = (case.model_dump_json(exclude_defaults=False) + "\n" for case in cases)
        write_whole(self.path(name), "".join(lines))


class TemplateSets(_Sets):
    """Templates of one brand that are not live."""

    folder_name = "eval-templates"

    def load(self, name: str) -> list[ReplyTemplate]:
        """The templates of a set; raise InvalidInput."""
        return read_templates(self.path(name)).templates

    def save(
        self,
        templates: Sequence[ReplyTemplate],
        *,
        brand: str,
        title: str,
        files: Sequence[str],
        by: str,
        at: datetime,
        left_out: int = 0,
    ) -> SetInfo:
        """Keep these templates; the same under the same title are kept once."""
        name = _named(title, document_digest([template.version for template in templates]))
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_templates(templates, path, file_format=FileFormat.JSONL)
        info = SetInfo(
            name=name,
            title=title,
            brands=(brand,),
            size=len(templates),
            files=tuple(files),
            left_out=left_out,
            by=by,
            at=at,
        )
        return self._keep_info(info)


def with_brand(dataset: Dataset, brand: str) -> Dataset:
    """The cases, those that name no brand as cases of this one; raise InvalidInput where there is none for them."""
    if not brand and any(not case.brand for case in dataset.cases):
        raise InvalidInput("some cases name no brand; say whose they are", field="brand")
    named = [case if case.brand else case.model_copy(update={"brand": brand}) for case in dataset.cases]
    return replace(dataset.of(named))


def _named(title: str, digest: str) -> str:
    slug = _NOT_OF_A_NAME.sub("-", title.casefold()).strip("-")[:60]
    return f"{slug or 'set'}-{digest[:8]}"
