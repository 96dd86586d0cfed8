"""Renews or checks the catalogues of the console's words, src/replyassist/wording/locales/<language>.po.

(without)  writes every message of the source into each catalogue, untranslated where it is new
--check    says where a catalogue lacks a message or its translation, holds one that the source has no more, or does
           not fill the same places in; exits with 1 then

Messages are what the templates wrap in ``_()``, what Python and scripts of the web package give to ``gettext`` and
``ngettext``, the tables below, and what errors say that reach a page, where that is constant.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "replyassist"
WEB = SOURCE / "web"
LOCALES = SOURCE / "wording" / "locales"
WIDTH = 116
CALLS = ("gettext", "translate")
PLURAL_CALL = "ngettext"
SCRIPT_CALLS = {"say": None}
SAID = ("brands", "cards", "core", "evaluation", "faq", "review", "web")
"""Packages whose errors reach a page."""
UNSEEN = ("ConfigurationError", "DeliveryError", "EntailmentError", "LanguageModelError")
"""Errors that reach none, with those below them."""
NOT_SAID = (
    "cards/endpoints.py",
    "cards/presses.py",
    "core/http.py",
    "core/tables.py",
    "core/text_files.py",
    "evaluation/report",
    "evaluation/voices.py",
)
PICTURES = (SOURCE / "learning" / "templates" / "coverage.svg",)
TABLES = {
    "replyassist.cards.clicks": ("NOT_DONE",),
    "replyassist.cards.content": ("STANDS", "LATER"),
    "replyassist.evaluation.report.cards": ("FAILURE_WORDS", "SUPPORT_WORDS"),
    "replyassist.evaluation.report.page": ("HEADLINES", "RETRIEVAL_FIGURES"),
    "replyassist.review.failures": ("MEANINGS",),
    "replyassist.delivery.waiting": ("STOPPED", "QUIET", "SILENT"),
    "replyassist.review.notices": (
        "ADDED",
        "ANSWERED",
        "ANSWERED_THERE",
        "AUTHOR_WROTE",
        "DELETED",
        "EDITED",
        "MOVED",
        "OTHERS_WROTE",
        "PARTLY_DELETED",
        "RESTORED",
    ),
    "replyassist.review.reasons": ("REJECT_REASONS", "ESCALATE_REASONS"),
    "replyassist.web.bulk_acts": ("SNOOZES",),
    "replyassist.web.cluster_pages": ("NOT_READ",),
    "replyassist.web.cluster_view": ("MEND",),
    "replyassist.web.evaluation.compare": ("MEASURES", "TWO_RUNS"),
    "replyassist.web.evaluation.jobs": ("NO_SUCH_SET",),
    "replyassist.web.evaluation.labels": ("WHY_NOT",),
    "replyassist.wording.finding_words": ("SENTENCES", "PARTS", "REFUSALS"),
    "replyassist.web.lead.differences": ("FIELDS",),
    "replyassist.web.listing": ("TABS", "SORTS", "AGES", "RISKS", "VISIBILITIES"),
    "replyassist.web.navigation": ("PLACES",),
    "replyassist.web.oidc": ("FAILED",),
    "replyassist.web.toasts": ("WORDS", "OWN_ACTS", "BULK_WORDS"),
}
WORDS = ("replyassist.web.words", "replyassist.web.people_words", "replyassist.web.lead.words")
"""Modules of which every constant is words, but for these."""
NOT_WORDS = {"LANGUAGES"}
SHOWN_FIELDS = ("label", "empty")
"""Of a dataclass in a table."""
PLATFORMS_SAID = (
    *("file", "webhook", "email", "discord", "reddit", "linkedin"),
    *("chatwoot", "zendesk", "freescout", "slack"),
)
"""Platforms whose title and fields are in the catalogues; those of others are shown as they are written."""
_PLACES = re.compile(r"%\(\w+\)s|%%|%|\{\w*\}")


def messages() -> Catalog:
    """Every message of the source, with the files that have it."""
    catalog = Catalog(charset="utf-8")
    for path, message in _found():
        place = path.relative_to(ROOT).as_posix()
        known = catalog.get(message if isinstance(message, str) else message[0])
        if known is None or (place, 0) not in known.locations:
            catalog.add(message, locations=[(place, 0)])
    return catalog


def problems(source: Catalog, catalog: Catalog, name: str) -> list[str]:
    """What a catalogue lacks, has too much, or says in another shape than the source."""
    found = [f"{name}: stale: {message.id!r}" for message in catalog if message.id and message.id not in source]
    for message in source:
        translation = catalog.get(message.id) if message.id else message
        if translation is None:
            found.append(f"{name}: missing: {message.id!r}")
        elif message.id:
            found += [f"{name}: {why}: {message.id!r}" for why in _faults(message, translation)]
    return found


def _faults(message: Message, translation: Message) -> Iterator[str]:
    asked, said = _forms(message.id), _forms(translation.string or "")
    if len(asked) != len(said) or not all(said) or translation.fuzzy:
        yield "untranslated"
    elif [_places(text) for text in asked] != [_places(text) for text in said]:
        yield "other places to fill in"


def _forms(texts: str | tuple[str, ...] | list[str]) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def _places(text: str) -> list[str]:
    return sorted(_PLACES.findall(text))


def _found() -> Iterator[tuple[Path, str | tuple[str, ...]]]:
    options = {"**.html": {"silent": "false", "newstyle_gettext": "true"}}
    for name, _, message, *_rest in extract_from_dir(WEB / "templates", [("**.html", "jinja2")], options):
        yield WEB / "templates" / name, message
    for path in PICTURES:
        yield from ((path, found[1]) for found in extract_from_file("jinja2", path))
    for path in sorted((WEB / "static").glob("*.js")):
        yield from ((path, found[1]) for found in extract_from_file("javascript", path, keywords=SCRIPT_CALLS))
    errors = _errors()
    calls = {*CALLS, *(name for name in errors if not _is_unseen(errors[name]))}
    for path in sorted(path for package in SAID for path in (SOURCE / package).rglob("*.py")):
        if not path.relative_to(SOURCE).as_posix().startswith(NOT_SAID):
            yield from ((path, message) for message in _said(path, calls))
    yield from _tables()
    yield from _platforms()
    yield from ((SOURCE / "core" / "errors.py", kind.title) for kind in errors.values())


def _said(path: Path, calls: set[str]) -> Iterator[str | tuple[str, ...]]:
    """The constant texts that a module gives to these calls, or the two forms that it gives to ``ngettext``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [part.value for part in node.args[:2] if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if name == PLURAL_CALL and len(texts) == len(node.args[:2]) == 2:
            yield tuple(texts)
        elif name in calls and texts and isinstance(node.args[0], ast.Constant) and texts[0].strip(" \n;"):
            yield texts[0]


def _tables() -> Iterator[tuple[Path, str]]:
    for name in WORDS:
        names = [key for key in vars(import_module(name)) if key.isupper() and key not in NOT_WORDS]
        yield from _table(name, names)
    for name, keys in TABLES.items():
        yield from _table(name, keys)


def _platforms() -> Iterator[tuple[Path, str]]:
    """What connecting an account of a platform asks for, in words."""
    for name in PLATFORMS_SAID:
        adapter = import_module(f"replyassist.channels.{name}").ADAPTER
        path = SOURCE / "channels" / name / "__init__.py"
        said = (adapter.traits.title, *(text for field in adapter.fields for text in (field.label, field.help)))
        yield from ((path, text) for text in said if text)


def _table(name: str, keys: Any) -> Iterator[tuple[Path, str]]:
    module = import_module(name)
    path = Path(str(module.__file__))
    yield from ((path, text) for key in keys for text in _texts(getattr(module, key)) if text)


def _texts(value: object) -> Iterator[str]:
    """The strings of a table: values of mappings, members of sequences, the shown fields of dataclasses."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for each in value.values() for text in _texts(each))
    elif isinstance(value, tuple | list):
        yield from (text for each in value for text in _texts(each))
    elif is_dataclass(value):
        yield from (getattr(value, name) for name in SHOWN_FIELDS if hasattr(value, name))


def _errors() -> dict[str, Any]:
    """Every error that pages know, by the name of its class."""
    web = import_module("replyassist.web")
    for module in walk_packages(web.__path__, "replyassist.web."):
        import_module(module.name)
    kinds: list[Any] = [import_module("replyassist.core.errors").ReplyassistError]
    for kind in kinds:
        kinds += [below for below in kind.__subclasses__() if below not in kinds]
    return {kind.__name__: kind for kind in kinds}


def _is_unseen(kind: Any) -> bool:
    return any(above.__name__ in UNSEEN for above in kind.__mro__)


def _renew(source: Catalog, path: Path) -> None:
    catalog = _read(path)
    catalog.update(source, no_fuzzy_matching=True, update_creation_date=False)
    file = io.BytesIO()
    write_po(file, catalog, width=WIDTH, sort_output=True, ignore_obsolete=True, include_lineno=False)
    path.write_bytes(file.getvalue())


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def main(arguments: list[str]) -> int:
    """Renew or check every catalogue; the exit status."""
    source = messages()
    paths = sorted(LOCALES.glob("*.po"))
    if "--check" not in arguments:
        for path in paths:
            _renew(source, path)
    found = [line for path in paths for line in problems(source, _read(path), path.name)]
    complete = f"{len(source)} messages in {', '.join(path.stem for path in paths)}: complete"
    sys.stdout.write("\n".join(found or [complete]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
