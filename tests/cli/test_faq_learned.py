"""`replyassist faq learned` and `faq export --with-learned`, as they are typed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from replyassist.core.database import Database
from replyassist.core.embedding import CachedEncoder
from replyassist.core.settings import Settings
from replyassist.faq.files import read_templates
from replyassist.faq.proposed import ProposalState
from replyassist.retrieval.service import EMBEDDINGS
from replyassist.testing import FakeClock, FakeEncoder
from tests.cli.result import Run
from tests.faq.test_learned import taught
from tests.learning.test_erasing import decide, proposed
from tests.world import BRAND, World


@pytest.fixture
def world(typed: Run) -> World:
    """A brand in the database that the commands use."""
    settings = Settings()
    database = Database(settings.resolved_database_url)
    database.upgrade()
    made = World(database, FakeClock(), settings)
    made.prepare()
    return made


@pytest.fixture
def run(world: World, typed: Run) -> Run:
    """Runs ``replyassist faq``."""
    return partial(typed, "faq")


def listed(run: Run, *more: object) -> list[tuple[int, str | None]]:
    result = run("learned", "--brand", BRAND, "--json", *more)
    assert result.status == 0, result.err
    return [(row["id"], row["withdrawn_by"]) for row in result.document]


def test_what_was_taught_is_listed_undone_and_restored(run: Run, world: World) -> None:
    first, second = taught(world, "send to Bergen?"), taught(world, "send to Rome?")

    assert listed(run) == [(second, None), (first, None)]
    assert listed(run, "--withdraw", first) == [(second, None), (first, "the command line")]
    assert listed(run, "--restore", first, "--limit", 2) == [(second, None), (first, None)]


def test_people_read_a_table_in_which_markup_stays_text(run: Run, world: World) -> None:
    taught(world, "is [red]this[/] it?")
    result = run("learned", "--brand", BRAND)

    assert result.status == 0
    assert "[red]" in result.out.replace("\n", "")


def test_what_a_message_taught_is_erased_for_good(run: Run, world: World) -> None:
    item = world.item()
    number = taught(world, "send to Bergen?", item=(item.id or 0, item.message_id))
    cache = world.settings.home / EMBEDDINGS
    (vector,) = CachedEncoder(FakeEncoder(), cache).encode(["send to Bergen?"])

    assert run("learned", "--brand", BRAND, "--erase-message", item.message_id, "--json").document[0]["text"] == ""
    assert run("learned", "--brand", BRAND, "--restore", number).status == 1
    assert vector.tobytes() not in b"".join(path.read_bytes() for path in cache.iterdir())


def test_who_erases_hears_of_the_template_that_holds_the_words_and_the_cache_forgets_them(
    run: Run, world: World
) -> None:
    message = world.message(text="do you sell gift cards?")
    number = proposed(world, message)
    decide(world, number, ProposalState.ACCEPTED, id="gifts")
    cache = world.settings.home / EMBEDDINGS
    (vector,) = CachedEncoder(FakeEncoder(), cache).encode(["do you sell gift cards?"])
    result = run("learned", "--brand", BRAND, "--erase-message", message, "--whole-author")

    assert result.status == 0, result.err
    assert "0 learned examples and 1 proposals" in result.err
    assert "'gifts'" in result.err
    assert vector.tobytes() not in b"".join(path.read_bytes() for path in cache.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ("--whole-author",),
        ("--erase-message", 99),
        ("--brand", "nobody"),
        ("--brand", BRAND, "--withdraw", 99),
        ("--withdraw", 1, "--restore", 1),
    ],
)
def test_a_wrong_call_says_so_in_one_line(run: Run, arguments: tuple[object, ...]) -> None:
    result = run("learned", *(arguments if "--brand" in arguments else ("--brand", BRAND, *arguments)))

    assert result.status == 2
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.parametrize("option", ["--withdraw", "--restore", "--erase-message", "--limit"])
def test_a_number_that_no_database_holds_is_a_wrong_call(run: Run, option: str) -> None:
    assert run("learned", "--brand", BRAND, option, 2**80).status == 2


def test_an_export_holds_what_was_learned_only_when_asked(run: Run, world: World, tmp_path: Path) -> None:
    taught(world, "send to Bergen?")
    run("export", tmp_path / "plain.jsonl", "--brand", BRAND)
    run("export", tmp_path / "folded.jsonl", "--brand", BRAND, "--with-learned")

    (plain,), (folded,) = (read_templates(tmp_path / name).templates for name in ("plain.jsonl", "folded.jsonl"))
    assert folded.questions == [*plain.questions, "send to Bergen?"]


def test_gaps_of_a_brand_without_messages_are_none(run: Run) -> None:
    assert run("gaps", "--brand", BRAND, "--json").document == {"messages": 0, "gaps": []}
    assert run("gaps", "--brand", "nobody").status == 2


@pytest.mark.encoder
def test_gaps_are_shown_and_no_message_stays_in_the_cache_of_templates(run: Run, world: World) -> None:
    for text in ("do you sell gift cards", "where do you sell gift cards"):
        world.item(message={"text": text}, template_id=None, abstained=True, draft="")

    (gap,) = run("gaps", "--brand", BRAND, "--json").document["gaps"]
    assert gap["size"] == 2
    assert not (world.settings.home / EMBEDDINGS).exists()
