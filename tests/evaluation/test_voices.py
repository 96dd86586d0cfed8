"""A run is answered in the voice that is named, stored or sampled, and never silently in the neutral one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import default_voice, sample_voice
from replyassist.core.errors import InvalidInput
from replyassist.evaluation.voices import NO_BRAND, ChosenVoice, VoiceSource
from tests.world import BRAND, World


def voice_file(path: Path, *, brand: str, name: str = "Acme") -> Path:
    path.write_text(yaml.safe_dump({"brand": brand, "name": name}), encoding="utf-8")
    return path


def chosen(world: World, *options: str | Path, brand: str = "acme", is_needed: bool = True) -> ChosenVoice:
    source = VoiceSource.of(map(str, options))
    return source.voices([brand], world.database, is_needed=is_needed)[brand]


def store(world: World, brand: str, *, name: str = "") -> None:
    voice = default_voice(brand)
    with world.database.writing() as session:
        changed = voice.model_copy(update={"name": name}) if name else None
        ensure_brand(session, brand, now=world.clock.now(), voice=changed)


def test_the_stored_voice_is_taken(world: World) -> None:
    store(world, "acme", name="Acme Stores")

    found = chosen(world)

    assert (found.rules.name, found.source) == ("Acme Stores", "the database")
    assert str(found) == f"'Acme Stores', version {found.rules.version[:12]}, from the database"


def test_a_brand_that_nobody_gave_a_voice_says_that_the_stored_one_is_neutral(world: World) -> None:
    store(world, "acme")

    assert chosen(world).source == "the database, where it is the neutral one"


def test_the_stored_voice_goes_before_the_sample_of_the_same_brand(world: World) -> None:
    store(world, "harbour", name="Harbour as we say it")

    assert chosen(world, brand="harbour").rules.name == "Harbour as we say it"


def test_a_sample_brand_that_is_not_stored_has_its_sample(world: World) -> None:
    found = chosen(world, brand="harbour")

    assert (found.rules, found.source) == (sample_voice("harbour"), "prompts/voice/harbour.yaml")


def test_a_file_goes_before_the_stored_voice(world: World, tmp_path: Path) -> None:
    path = voice_file(tmp_path / "new.yaml", brand=BRAND, name="Fernhill anew")

    found = chosen(world, path, brand=BRAND)

    assert (found.rules.name, found.source) == ("Fernhill anew", str(path))


def test_each_brand_may_have_its_own_file(world: World, tmp_path: Path) -> None:
    files = [str(voice_file(tmp_path / f"{name}.yaml", brand=name, name=name)) for name in ("a", "b")]

    found = VoiceSource.of(files).voices(["b", "a", "harbour"], world.database, is_needed=True)

    assert [(brand, voice.rules.name) for brand, voice in found.items()][:2] == [("a", "a"), ("b", "b")]
    assert found["harbour"].source == "prompts/voice/harbour.yaml"


def test_a_brand_without_a_voice_is_refused_where_drafts_are_made(world: World) -> None:
    with pytest.raises(InvalidInput, match=r"'acme' has no voice.*prompts/voice/acme\.yaml.*--voice default") as caught:
        chosen(world)

    assert caught.value.field == "voice"
    assert chosen(world, is_needed=False).source == "prompts/voice/default.yaml, the neutral one"


def test_the_neutral_voice_is_taken_when_it_is_asked_for(world: World) -> None:
    found = chosen(world, "default", brand=BRAND)

    assert (found.rules, found.source) == (default_voice(BRAND), "prompts/voice/default.yaml, the neutral one")


def test_a_file_of_another_brand_is_refused(world: World, tmp_path: Path) -> None:
    path = voice_file(tmp_path / "other.yaml", brand="other")

    with pytest.raises(InvalidInput, match="no case is of the brand 'other'; they are of acme") as caught:
        chosen(world, path)

    assert (caught.value.file, caught.value.field) == (str(path), "brand")


def test_two_files_for_one_brand_are_refused(tmp_path: Path) -> None:
    files = [str(voice_file(tmp_path / f"{number}.yaml", brand="acme")) for number in range(2)]

    with pytest.raises(InvalidInput, match="two files are for one brand"):
        VoiceSource.of(files)


def test_cases_without_a_brand_take_the_one_file_and_else_the_neutral_voice(world: World, tmp_path: Path) -> None:
    path = voice_file(tmp_path / "acme.yaml", brand="acme")

    assert chosen(world, path, brand=NO_BRAND).rules.brand == "acme"
    assert chosen(world, brand=NO_BRAND).source == "prompts/voice/default.yaml, the neutral one"
