"""What of a person's wish the draft does not follow, in words for that person: nothing is dropped without a word."""

from __future__ import annotations

from collections.abc import Iterator

from replyassist.core.language import language_name
from replyassist.drafting.courtesies import bare
from replyassist.guardrails.pleasantries import is_pleasantry, own_phrases
from replyassist.guardrails.proof import sentences_of
from replyassist.pipeline.assignment import AssembledDraft, Assignment
from replyassist.pipeline.instructions import LengthOrTone

WE_FOLLOW = (
    '"shorter", "longer", "warmer", "more apologetic", "no apology", "mention …", "leave out …" and a language '
    "that the model writes"
)


def unfollowed(assignment: Assignment, draft: AssembledDraft) -> Iterator[str]:
    """A note for each part of the instruction that was not followed, or of which nobody can tell."""
    wish, context, text = assignment.wish, assignment.context, draft.chosen.text if draft.chosen else ""
    if not assignment.instruction or not text:
        return
    if assignment.template is None:
        yield f'thanks for praise follow no instruction: "{assignment.instruction}"'
        return
    if wish.language and assignment.language != wish.language:
        why = "the language model does not write it" if context.model else "no language model is configured"
        yield f"not in {language_name(wish.language)}: {why}"
    for topic in assignment.plan.unmet if assignment.plan else ():
        yield f'no sentence of the templates is about "{topic}", or nothing else would be left'
    if context.writer is not None:
        return
    if LengthOrTone.SHORTER in wish.changes and assignment.plan is not None and not assignment.plan.is_shortened:
        yield "not shorter: each sentence of the answer is needed"
    if LengthOrTone.SORRIER in wish.changes and not any(context.voice.empathy.complaint):
        yield "not more apologetic: the voice has no sentence for complaints"
    if LengthOrTone.WARMER in wish.changes and not _is_warm(assignment, text):
        yield "not warmer: the voice has no friendly sentence for this"
    if wish.unread:
        asked = ", ".join(f'"{part}"' for part in wish.unread)
        yield f"perhaps not followed: {asked}. Without a larger language model only {WE_FOLLOW} are"


def _is_warm(assignment: Assignment, text: str) -> bool:
    voice = assignment.context.voice
    said = sentences_of(bare(text, languages=voice.languages))
    return any(is_pleasantry(sentence, own=own_phrases(voice)) for sentence in said)
