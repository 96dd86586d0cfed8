"""What every rule is given beside the text, and how a rule reports a place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from replyassist.brands.voice import VoiceRules
from replyassist.core.embedding import Encoder
from replyassist.core.entailment import Entailment
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.spans import EntailmentJudgement
from replyassist.inbox.inbound import InboundMessage

NOBODY = InboundMessage()
"""No message: a text is checked by itself."""


@dataclass(frozen=True)
class CheckContext:
    """What a draft is held against. ``template`` is None when a person writes freely.

    ``message`` is what is answered, with the visibility that the reply will have. ``language`` (ISO 639-1) is the one
    that the reply should be in. ``mood`` is the message's (question, complaint, praise), empty where nobody
    knows it. ``canary`` is a token of the prompt that no reply may hold. Without an
    ``encoder`` the checks that compare meanings by sentence embedding fall back to words. With an ``entailment`` model
    each statement is compared with its sources by it too; ``judged`` is what one said of this text already.
    ``likely_no``: how likely the template amounts to a plain no to the message, 0 to 1, as a reader of both says.
    """

    voice: VoiceRules
    template: ReplyTemplate | None = None
    message: InboundMessage = NOBODY
    language: str = "en"
    mood: str = ""
    canary: str = ""
    encoder: Encoder | None = None
    entailment: Entailment | None = None
    judged: EntailmentJudgement | None = None
    likely_no: float = 0.0

    @cached_property
    def template_text(self) -> str:
        """The template's reply, or nothing."""
        return self.template.rendered_reply if self.template else ""

    @cached_property
    def trusted_texts(self) -> tuple[str, ...]:
        """What the brand itself wrote: the template with its facts, and the set phrases of its voice."""
        voice = self.voice
        set_phrases = "\n".join(
            [voice.sign_off.text]
            + [phrase for phrases in voice.empathy.model_dump().values() for phrase in phrases]
            + [phrase for phrases in voice.closings.model_dump().values() for phrase in phrases]
            + [phrase for phrases in voice.handover.model_dump().values() for phrase in phrases]
        )
        template = self.template
        if template is None:
            return (set_phrases,)
        unused = [
            f"{value} {name.rsplit('_', 1)[-1]}" for name, value in template.facts.items() if name not in template.slots
        ]
        return (template.rendered_reply, template.title, *template.links, *unused, set_phrases)

    @cached_property
    def untrusted_texts(self) -> tuple[str, ...]:
        """What other people wrote."""
        return tuple(text for text in (self.message.text, *self.message.texts_above) if text)


Rule = Callable[[str, CheckContext], Iterable[Finding]]


def report(text: str, span: tuple[int, int], *, rule: str, severity: Severity, explanation: str) -> Finding:
    """A finding about ``text[start:end]``; built without validation, so that no text at all can make it fail."""
    start, end = span
    return Finding.model_construct(
        rule=rule, severity=severity, explanation=explanation, start=start, end=end, excerpt=text[start:end]
    )


def report_whole(text: str, rule: str, severity: Severity, explanation: str) -> Finding:
    """A finding about all of the text."""
    return report(text, (0, len(text)), rule=rule, severity=severity, explanation=explanation)
