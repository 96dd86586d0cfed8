"""Files that somebody brings to be scored: taken in, looked at, mapped, and kept as a set when they are as meant."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from replyassist.core.errors import InvalidInput, NotFound, PayloadTooLarge
from replyassist.evaluation.case_files import check_cases
from replyassist.evaluation.dataset import Dataset
from replyassist.evaluation.record import write_whole
from replyassist.evaluation.sets import CaseSets, SetInfo, TemplateSets, with_brand
from replyassist.evaluation.upload_files import MAXIMUM_BYTES, UploadedFile, UploadKind, checked_names, require_readable
from replyassist.evaluation.upload_preview import UploadPreview, preview_of
from replyassist.faq.files import LoadedTemplates, load_templates
from replyassist.faq.problems import Problem

KEPT_FOR = timedelta(days=2)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


class Upload(BaseModel, frozen=True):
    """Files that wait to be kept: whose, of which brand, and what they were called."""

    token: str
    kind: UploadKind
    user_id: int
    brand: str
    title: str
    files: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class Checked:
    """What the files come to: the good records, and everything that has to be said of the rest."""

    good: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    dataset: Dataset | None = None
    templates: LoadedTemplates | None = None

    @property
    def left_out(self) -> int:
        """How many records would not be taken."""
        return len({(problem.file, problem.line) for problem in self.problems})


class Uploads:
    """The uploads of one home folder, each in a folder of a name that nobody guesses; old ones are removed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "eval-uploads"

    def receive(
        self, kind: UploadKind, files: Sequence[UploadedFile], *, user_id: int, brand: str, title: str, now: datetime
    ) -> Upload:
        """Take files in; raise InvalidInput for what is never read, and PayloadTooLarge."""
        self._remove_old(now)
        names = checked_names(kind, files)
        token = secrets.token_urlsafe(18)
        folder = self.folder / token / "files"
        folder.mkdir(parents=True)
        left = MAXIMUM_BYTES
        try:
            for name, given in zip(names, files, strict=True):
                content: bytes = given.file.read(left + 1)
                left -= len(content)
                require_readable(content, name, left)
                (folder / name).write_bytes(content)
        except (InvalidInput, PayloadTooLarge):
            shutil.rmtree(self.folder / token, ignore_errors=True)
            raise
        shown = title.strip()[:100] or PurePosixPath(names[0]).stem
        upload = Upload(token=token, kind=kind, user_id=user_id, brand=brand, title=shown, files=tuple(names), at=now)
        write_whole(self.folder / token / "upload.json", upload.model_dump_json())
        return upload

    def find(self, token: str, *, user_id: int) -> Upload:
        """Somebody's own upload; raise NotFound."""
        if _TOKEN.fullmatch(token):
            try:
                found = Upload.model_validate_json((self.folder / token / "upload.json").read_bytes())
            except (OSError, ValidationError):
                found = None
            if found is not None and found.user_id == user_id:
                return found
        raise NotFound("this upload is not there any more; bring the file again")

    def discard(self, upload: Upload) -> None:
        """Forget it."""
        shutil.rmtree(self.folder / upload.token, ignore_errors=True)

    def preview(self, upload: Upload) -> UploadPreview:
        """The first rows; raise InvalidInput where the file cannot be read at all."""
        return preview_of(
            self._path(upload),
            upload.kind,
            is_readable=lambda: bool(self.check(upload, {}, sees=lambda _: True).good),
        )

    def check(self, upload: Upload, column_map: Mapping[str, str], *, sees: Callable[[str], bool]) -> Checked:
        """Read the files with this map; ``sees``: whether cases of a brand may be theirs.

        Raise InvalidInput where a file as a whole cannot be read.
        """
        path = self._path(upload)
        if upload.kind is UploadKind.CASES:
            return self._check_cases(upload, path, column_map, sees)
        loaded = load_templates(path, column_map=column_map)
        problems = tuple(self._plain(upload, problem) for problem in loaded.problems)
        notes = [*loaded.notes, *(f"{left.place}: left out {left.name}: {left.reason}" for left in loaded.left_out)]
        if loaded.ignored_columns:
            notes.append(f"ignored columns: {', '.join(loaded.ignored_columns)}")
        notes += [f"{change.place}, field '{change.field}': {', '.join(change.done)}" for change in loaded.changes]
        good = len(loaded.templates) if loaded.is_usable else 0
        return Checked(good, problems, tuple(self._without_folder(upload, note) for note in notes), templates=loaded)

    def keep(self, upload: Upload, checked: Checked, *, by: str, now: datetime) -> SetInfo:
        """Keep the good records as a set, and forget the upload; raise InvalidInput when there is none."""
        if not checked.good:
            raise InvalidInput("there is nothing good in it to keep")
        words: dict[str, Any] = {"title": upload.title, "files": upload.files, "left_out": checked.left_out}
        if checked.dataset is not None:
            info = CaseSets(self.home).save(checked.dataset.cases, by=by, at=now, **words)
        elif checked.templates is not None:
            found = checked.templates.templates
            info = TemplateSets(self.home).save(found, brand=upload.brand, by=by, at=now, **words)
        self.discard(upload)
        return info

    def _check_cases(
        self, upload: Upload, path: Path, column_map: Mapping[str, str], sees: Callable[[str], bool]
    ) -> Checked:
        read = check_cases(path, column_map=column_map, numbered=not column_map.get("id"))
        dataset = with_brand(read.dataset, upload.brand)
        foreign = [case for case in dataset.cases if not sees(case.brand)]
        places = dataset.places
        problems = (
            *read.problems,
            *(
                Problem(f"'{case.brand}' is no brand of yours", places[case.id].file, places[case.id].line, "brand")
                for case in foreign
            ),
        )
        good = dataset.of(case for case in dataset.cases if sees(case.brand))
        plain = tuple(self._plain(upload, problem) for problem in problems)
        notes = tuple(self._without_folder(upload, note) for note in dataset.notes)
        return Checked(len(good), plain, notes, dataset=good)

    def _path(self, upload: Upload) -> Path:
        folder = self.folder / upload.token / "files"
        return folder / upload.files[0] if len(upload.files) == 1 else folder

    def _plain(self, upload: Upload, problem: Problem) -> Problem:
        detail = self._without_folder(upload, problem.detail)
        return Problem(detail, self._without_folder(upload, problem.file), problem.line, problem.field, problem.rule)

    def _without_folder(self, upload: Upload, text: str) -> str:
        return text.replace(f"{self.folder / upload.token / 'files'}/", "")

    def _remove_old(self, now: datetime) -> None:
        for path in self.folder.glob("*/upload.json"):
            try:
                is_old = now - Upload.model_validate_json(path.read_bytes()).at > KEPT_FOR
            except (OSError, ValidationError):
                is_old = True
            if is_old:
                shutil.rmtree(path.parent, ignore_errors=True)
