"""Whose voice the cases of a run are answered in: a file that is named, the stored one, or the program's sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from replyassist.brands.service import get_brand, voice_of
from replyassist.brands.voice import VoiceRules, default_voice, load_voice, sample_voice
from replyassist.core.database import Database
from replyassist.core.errors import InvalidInput, NotFound
from replyassist.evaluation.record import VERSION_SHOWN

NO_BRAND = "default"
"""The brand of cases when neither they nor the command name one; its sample is the neutral voice."""
NEUTRAL = "default"
NEUTRAL_FILE = "prompts/voice/default.yaml, the neutral one"


@dataclass(frozen=True)
class ChosenVoice:
    """A voice and, in words, where it is from."""

    rules: VoiceRules
    source: str

    def __str__(self) -> str:
        """Name, version and source."""
        return f"'{self.rules.name}', version {self.rules.version[:VERSION_SHOWN]}, from {self.source}"


@dataclass(frozen=True)
class VoiceSource:
    """What the command says of voices: files by the brand that each names, and whether the neutral one will do."""

    files: Mapping[str, ChosenVoice] = field(default_factory=dict)
    is_neutral: bool = False

    @classmethod
    def of(cls, options: Iterable[str]) -> VoiceSource:
        """``--voice`` as it is typed: files, or the word ``default``; raise InvalidInput for a file that is wrong."""
        named = list(options)
        read = [(path, load_voice(Path(path))) for path in named if path != NEUTRAL]
        files = {rules.brand: ChosenVoice(rules, path) for path, rules in read}
        if len(files) < len(read):
            raise InvalidInput("two files are for one brand; name one for each", field="voice")
        return cls(files, is_neutral=NEUTRAL in named)

    def voices(self, brands: Iterable[str], database: Database, *, is_needed: bool) -> dict[str, ChosenVoice]:
        """The voice of each brand: its file, with ``--voice default`` the neutral one, else the stored or the sample.

        A single file serves cases without a brand, whichever it names. Raise InvalidInput where a file is of no brand
        of the cases, and where a brand has no voice and one ``is_needed``, since drafts are made.
        """
        wanted = sorted(set(brands))
        files = dict(self.files)
        if wanted == [NO_BRAND] and len(files) == 1:
            files = {NO_BRAND: next(iter(files.values()))}
        for name in set(files) - set(wanted):
            detail = f"no case is of the brand '{name}'; they are of {', '.join(wanted)}"
            raise InvalidInput(detail, file=files[name].source, field="brand")
        found = {brand: files.get(brand) or self._without_file(brand, database) for brand in wanted}
        missing = [brand for brand, voice in found.items() if voice is None]
        if missing and is_needed:
            raise InvalidInput(_no_voice(missing), field="voice")
        return {brand: voice or _neutral(brand) for brand, voice in found.items()}

    def _without_file(self, brand: str, database: Database) -> ChosenVoice | None:
        return _neutral(brand) if self.is_neutral else _stored(brand, database) or _sample(brand)


def _stored(brand: str, database: Database) -> ChosenVoice | None:
    with database.reading() as session:
        try:
            rules = voice_of(get_brand(session, brand))
        except NotFound:
            return None
    is_neutral = rules.version == default_voice(brand).version
    return ChosenVoice(rules, "the database, where it is the neutral one" if is_neutral else "the database")


def _sample(brand: str) -> ChosenVoice | None:
    rules = sample_voice(brand)
    source = NEUTRAL_FILE if brand == NO_BRAND else f"prompts/voice/{brand}.yaml"
    return ChosenVoice(rules, source) if rules else None


def _neutral(brand: str) -> ChosenVoice:
    return ChosenVoice(default_voice(brand), NEUTRAL_FILE)


def _no_voice(brands: list[str]) -> str:
    first = brands[0]
    more = f", nor do {', '.join(brands[1:])}" if brands[1:] else ""
    return (
        f"the brand '{first}' has no voice: none is stored, and there is no prompts/voice/{first}.yaml{more}; "
        "--voice FILE gives it one, --voice default takes the neutral one"
    )
