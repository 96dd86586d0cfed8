"""Writes one checked draft: candidates from the model, the best that passes, one repair, else the template's reply."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatModel
from replyassist.drafting.candidates import generate_candidates
from replyassist.drafting.personalise import greeting_for, join, personalise, thank
from replyassist.drafting.profiles import Profile
from replyassist.drafting.prompt import DraftRequest, Prompt, build_prompt, repair_prompt
from replyassist.drafting.variants import Variant
from replyassist.guardrails import Severity, Verdict
from replyassist.guardrails.mending import keep_supported
from replyassist.pipeline.assignment import PRIVATE, PUBLIC, Assignment, Draft
from replyassist.pipeline.hiding import Hidden, hide
from replyassist.pipeline.judging import judge, perhaps_irony
from replyassist.pipeline.sketching import CANNOT_FOLLOW, follows_instruction, outline_for
from replyassist.review.proposal import BY_MODEL, BY_TEMPLATE, Candidate

NO_MODEL = "no language model is configured"
NONE_PASSED = "no candidate passed the checks; the template's reply was used"
PRAISE = "praise: the brand's own thank-you"
_VISIBILITY = {Variant.PUBLIC: PUBLIC, Variant.PRIVATE: PRIVATE}


def write(assignment: Assignment, *, is_public_half: bool = False) -> Draft:
    """The best candidate of the model that passes every check, else the template's reply without a model."""
    variant = Variant.PUBLIC if is_public_half else Variant.REPLY
    fallback = _without_model(assignment, variant)
    model, profile = assignment.context.model, assignment.context.profile
    if assignment.template is None or model is None or profile is None:
        note = PRAISE if assignment.template is None else NO_MODEL
        return _settled(assignment, fallback, [], note=note)
    return _with_model(assignment, model, profile, variant, fallback)


def write_follow_up(assignment: Assignment) -> Candidate | None:
    """The private message that goes with a public reply; None for praise, which needs none."""
    if assignment.template is None:
        return None
    fallback = _without_model(assignment, Variant.PRIVATE)
    model, profile = assignment.context.model, assignment.context.profile
    if model is None or profile is None:
        return fallback
    return _with_model(assignment, model, profile, Variant.PRIVATE, fallback).chosen


def _with_model(
    assignment: Assignment, model: ChatModel, profile: Profile, variant: Variant, fallback: Candidate | None
) -> Draft:
    hidden = hide(assignment.message, hides_name=assignment.context.hides_names)
    prompt = _prompt(assignment, hidden, profile, variant)
    written: list[Candidate] = []
    try:
        for attempt in _attempts(assignment, prompt, profile, written):
            texts = _sample(assignment, attempt, model, profile)
            with assignment.watch.stage("check"):
                written += _judged(assignment, texts, hidden, prompt, profile, variant)
            if _best(written):
                break
        note = NONE_PASSED
    except LanguageModelError as error:
        note = f"{error.detail}; the template's reply was used"
    best = _best(written)
    draft = _settled(assignment, best or fallback, written, note="" if best else note, fallback=fallback)
    deaf = profile.decoding == "outline" and not follows_instruction(assignment)
    notes = (*draft.notes, CANNOT_FOLLOW) if deaf else draft.notes
    return replace(draft, model=model.name, prompt_digest=prompt.digest, notes=notes)


def _prompt(assignment: Assignment, hidden: Hidden, profile: Profile, variant: Variant) -> Prompt:
    template = assignment.template
    assert template is not None
    outline = (
        outline_for(assignment, message=hidden.text, author_name=hidden.author_name, variant=variant)
        if profile.decoding == "outline"
        else None
    )
    request = DraftRequest(
        message=hidden.text,
        answer=template.rendered_reply,
        author_name=hidden.author_name,
        channel=assignment.message.channel,
        parent_text=hidden.parent_text,
        instruction=assignment.instruction,
        language=assignment.language,
        variant=variant,
        outline=outline,
    )
    context = assignment.context
    return build_prompt(
        request, voice=context.voice, profile=profile, library=context.library, approved=context.approved
    )


def _attempts(assignment: Assignment, prompt: Prompt, profile: Profile, written: list[Candidate]) -> Iterator[Prompt]:
    """The prompt, then at most ``repair_turns`` times the prompt with what the checks have against the best draft."""
    yield prompt
    for _ in range(profile.repair_turns):
        nearest = max(written, key=_by_fewest_objections, default=None)
        if nearest is None:
            return
        objections = [f"{item.excerpt!r}: {item.explanation}" for item in nearest.findings if _must_go(item.severity)]
        yield repair_prompt(prompt, draft=nearest.text, objections=objections, library=assignment.context.library)


def _sample(assignment: Assignment, prompt: Prompt, model: ChatModel, profile: Profile) -> tuple[str, ...]:
    context, since = assignment.context, time.perf_counter()
    seconds = 0.0
    try:
        generated = generate_candidates(
            prompt,
            model,
            count=context.candidates,
            temperature=profile.temperature,
            deadline_seconds=context.deadline_seconds,
        )
        seconds = generated.seconds
    finally:
        assignment.watch.add_model_call(since, seconds)
    return generated.texts


def _judged(
    assignment: Assignment,
    texts: Iterable[str],
    hidden: Hidden,
    prompt: Prompt,
    profile: Profile,
    variant: Variant,
) -> Iterator[Candidate]:
    visibility = _VISIBILITY.get(variant, assignment.message.visibility)
    checks = assignment.checks(canary=prompt.canary, visibility=visibility)
    if profile.decoding == "outline":
        texts = _within_the_template(assignment, texts, prompt)
    restored = dict.fromkeys(hidden.restore(text, is_private=visibility == PRIVATE) for text in texts)
    return (judge(text, BY_MODEL, assignment=assignment, checks=checks) for text in restored if text)


def _within_the_template(assignment: Assignment, texts: Iterable[str], prompt: Prompt) -> Iterator[str]:
    """What keeps to the outline, as it is; of what does not (not every endpoint knows grammars), what is supported."""
    template, voice = assignment.template, assignment.context.voice
    assert template is not None
    greeting = greeting_for(voice, assignment.addressee())
    for text in texts:
        if prompt.outline is not None and prompt.outline.accepts(text):
            yield text
        else:
            yield keep_supported(text, template, voice=voice, greeting=greeting)


def _best(written: Iterable[Candidate]) -> Candidate | None:
    passed = (item for item in written if item.verdict is Verdict.READY)
    return max(passed, key=lambda item: item.score, default=None)


def _by_fewest_objections(item: Candidate) -> tuple[int, float]:
    return -sum(_must_go(finding.severity) for finding in item.findings), item.score


def _must_go(severity: Severity) -> bool:
    return severity in {Severity.BLOCK, Severity.WARN}


def _settled(
    assignment: Assignment,
    chosen: Candidate | None,
    written: list[Candidate],
    *,
    note: str,
    fallback: Candidate | None = None,
) -> Draft:
    """The draft with all its candidates; a translation that no model brought about is a person's to write."""
    candidates = (*written, *((fallback,) if fallback else (chosen,) if chosen else ()))
    if chosen is None and assignment.is_translation:
        nearest = max(written, key=_by_fewest_objections, default=None)
        if nearest is not None and nearest.verdict is Verdict.NEEDS_EDIT:
            return Draft(chosen=nearest, candidates=candidates)
        reason = (
            f"language: written in '{assignment.language}', the template is in '{assignment.template_language}', "
            "and no draft in that language passed the checks"
        )
        return Draft(candidates=candidates, stopped_by=reason, notes=(note,) if note else ())
    return Draft(chosen=chosen, candidates=candidates, notes=(note,) if note else ())


def _without_model(assignment: Assignment, variant: Variant) -> Candidate | None:
    """The template's reply under the brand's greeting; None where it would be in another language than asked."""
    if assignment.is_translation:
        return None
    voice, template = assignment.context.voice, assignment.template
    visibility = _VISIBILITY.get(variant, assignment.message.visibility)
    to, checks = assignment.addressee(visibility), assignment.checks(visibility=visibility)
    if template is None:
        text = thank(voice=voice, to=to)
        also = (perhaps_irony(text),)
        return judge(text, BY_TEMPLATE, assignment=assignment, checks=checks, also=also) if text else None
    if variant is Variant.PRIVATE:
        text = join(greeting_for(voice, to), voice.handover.private[0], template.rendered_reply)
    else:
        text = personalise(template.rendered_reply, voice=voice, mood=assignment.triaged.mood.value, to=to)
    if variant is Variant.PUBLIC:
        text = join(text, voice.handover.public[0])
    return judge(text, BY_TEMPLATE, assignment=assignment, checks=checks)
