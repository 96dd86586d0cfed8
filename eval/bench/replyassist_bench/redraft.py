"""Whether a redraft does what a person asked for, on instructions with what is to come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError
from pydantic.types import StringConstraints

from replyassist.core.errors import InvalidInput
from replyassist.core.language import guess_language
from replyassist.drafting.courtesies import bare
from replyassist.guardrails.pleasantries import is_pleasantry, own_phrases
from replyassist.guardrails.proof import sentences_of
from replyassist.inbox.inbound import InboundMessage
from replyassist.pipeline import PipelineContext, propose
from replyassist.proposal import Proposal

MOST_LINES = 5_000
Text = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]


class Expected(BaseModel, frozen=True, extra="forbid"):
    """What is to come of an instruction; all that is set has to hold.

    ``shorter_than``: shorter than the draft without it. ``says``, ``says_not``: parts of the text. ``language``: ISO
    639-1. ``sympathy``: the voice's sentence for a complaint. ``friendly``: a sentence of courtesy. ``noted``: nobody
    follows this without a larger model, so that a note has to say so.
    """

    shorter_than: bool = False
    says: tuple[Text, ...] = ()
    says_not: tuple[Text, ...] = ()
    language: str = ""
    sympathy: bool = False
    friendly: bool = False
    noted: bool = False


class Instruction(BaseModel, frozen=True, extra="forbid"):
    """A person's wish for the draft that answers a message from a template."""

    id: str
    split: Literal["dev", "test"]
    brand: str
    message: Text
    template_id: str
    instruction: Text
    expect: Expected = Field(default=Expected())

    @property
    def kind(self) -> str:
        """The names of what is expected."""
        return "+".join(self.expect.model_dump(exclude_defaults=True)) or "nothing"


def read_instructions(path: Path, *, split: str) -> list[Instruction]:
    """Those of a split. Raise InvalidInput naming file, line and field of what is none."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[:MOST_LINES], start=1):
        try:
            read = Instruction.model_validate_json(line)
        except ValidationError as error:
            field = ".".join(map(str, error.errors()[0]["loc"]))
            raise InvalidInput(error.errors()[0]["msg"], file=str(path), line=number, field=field) from error
        if read.split == split:
            found.append(read)
    return found


def measure_redrafts(
    instructions: Sequence[Instruction],
    contexts: Callable[[str], PipelineContext],
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:
    """Shares of the instructions: ``followed``, else ``noted`` (a note says so), else ``dropped`` without a word.

    ``misses`` has the drafts of those that were not followed.
    """
    outcomes = []
    for done, each in enumerate(instructions, start=1):
        outcomes.append(_outcome(each, contexts(each.brand)))
        progress(done)
    return {
        "instructions": len(outcomes),
        "followed": _share(outcomes, "followed"),
        "noted": _share(outcomes, "noted"),
        "dropped": _share(outcomes, "dropped"),
        "by_kind": {
            kind: "/".join(str(sum(one["came"] == came and one["kind"] == kind for one in outcomes)) for came in _CAME)
            for kind in sorted({one["kind"] for one in outcomes})
        },
        "misses": [one for one in outcomes if one["came"] != "followed"],
    }


_CAME = ("followed", "noted", "dropped")


def _outcome(instruction: Instruction, context: PipelineContext) -> dict[str, Any]:
    message = InboundMessage(instruction.message, channel="instagram", author_name="Sam")

    def proposed(wish: str | None) -> Proposal:
        return propose(message, context, template_id=instruction.template_id, instruction=wish)

    before = proposed(None).draft if instruction.expect.shorter_than else ""
    found = proposed(instruction.instruction)
    followed = bool(found.draft) and all(_holds(instruction.expect, found, before, context))
    is_told = any(("not " in note) or note.startswith("no sentence") for note in found.notes) or not found.draft
    return {
        "id": instruction.id,
        "kind": instruction.kind,
        "came": "followed" if followed else "noted" if is_told else "dropped",
        "instruction": instruction.instruction,
        "draft": found.draft,
        "notes": [*found.notes],
    }


def _holds(expect: Expected, found: Proposal, before: str, context: PipelineContext) -> Iterable[bool]:
    text, said = found.draft, found.draft.casefold()
    if expect.shorter_than:
        yield len(text) < len(before)
    yield all(part.casefold() in said for part in expect.says)
    yield not any(part.casefold() in said for part in expect.says_not)
    if expect.language:
        yield guess_language(text).likeliest == expect.language
    if expect.sympathy:
        yield any(phrase and phrase.casefold() in said for phrase in context.voice.empathy.complaint)
    if expect.friendly:
        own = own_phrases(context.voice)
        yield any(is_pleasantry(each, own=own) for each in sentences_of(bare(text, languages=context.voice.languages)))
    if expect.noted:
        yield any(note.startswith(("perhaps not", "no sentence")) for note in found.notes)


def _share(outcomes: Sequence[dict[str, Any]], came: str) -> float:
    return round(sum(one["came"] == came for one in outcomes) / len(outcomes), 3) if outcomes else 0.0
