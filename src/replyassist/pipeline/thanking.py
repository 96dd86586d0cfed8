"""Thanks for praise that take up what was said, where a model finds words that state nothing; else the voice's own."""

from __future__ import annotations

from dataclasses import replace

from replyassist.brands.voice import Empathy
from replyassist.core.errors import LanguageModelError
from replyassist.core.llm import ChatModel
from replyassist.drafting.personalise import personalise
from replyassist.drafting.praise_prompt import LONGEST_THANKS, praise_prompt
from replyassist.drafting.profiles import Profile
from replyassist.drafting.prompt import Prompt
from replyassist.guardrails import Verdict
from replyassist.guardrails.thanks import only_thanks
from replyassist.guardrails.words import languages_read
from replyassist.pipeline.assignment import AssembledDraft, Assignment
from replyassist.pipeline.judging import judge
from replyassist.pipeline.redaction import Redactor, redactor_for
from replyassist.pipeline.sampling import sampled
from replyassist.proposal import BY_MODEL, Candidate

PRAISE = "praise: the brand's own thank-you"


def thanked(assignment: Assignment, fallback: Candidate | None) -> AssembledDraft:
    """The model's thanks if they pass every check and only thank; else ``fallback``, the voice's."""
    context = assignment.context
    last = (fallback,) if fallback else ()
    without = AssembledDraft(chosen=fallback, candidates=last, notes=(PRAISE,))
    if context.model is None or context.profile is None or assignment.language not in languages_read():
        return without
    redactor = redactor_for(assignment.message, hides_name=context.hides_names)
    prompt = _prompt(assignment, context.profile, redactor)
    tried = replace(without, model=context.model.name, prompt_digest=prompt.digest)
    try:
        written = _written(assignment, context.model, context.profile, prompt)
    except LanguageModelError as error:
        return replace(tried, notes=(f"{error.detail}; the brand's own thank-you was used",))
    passed = [each for each in written if each.verdict is Verdict.READY]
    if not passed:
        return replace(tried, candidates=(*written, *last))
    best = max(passed, key=lambda each: each.score)
    return replace(tried, chosen=best, candidates=(*written, *last), notes=())


def _prompt(assignment: Assignment, profile: Profile, redactor: Redactor) -> Prompt:
    message, context = assignment.message, assignment.context
    return praise_prompt(
        redactor.hide(message.text),
        language=assignment.language,
        channel=message.channel,
        voice=context.voice,
        profile=profile,
        library=context.library,
    )


def _written(assignment: Assignment, model: ChatModel, profile: Profile, prompt: Prompt) -> tuple[Candidate, ...]:
    """The candidates that only thank, with the brand's greeting; a text with personal data in it is none.

    Their exclamation marks become stops: greeting and closing have their own, and a voice allows few.
    """
    message, voice = assignment.message, assignment.context.voice
    plain = voice.model_copy(update={"empathy": Empathy()})
    checks = assignment.checks(visibility=message.visibility)
    texts = (
        personalise(text.replace("!", "."), voice=plain, mood="praise", to=message)
        for text in sampled(prompt, assignment, model=model, profile=profile)
        if "[" not in text and only_thanks(text, message=message.text, longest=LONGEST_THANKS)
    )
    return tuple(judge(text, BY_MODEL, assignment=assignment, checks=checks) for text in texts)
