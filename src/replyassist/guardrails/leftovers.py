"""What should be gone before anybody sees a draft: gaps, damage, labels of the prompt, repetition, cut ends."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.faq.repair.defects import UNFILLED, WORDING, defects_in
from replyassist.guardrails.context import CheckContext, report, report_whole
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.text import normalise, sentence_spans

_LABEL = re.compile(
    r"(?:^|\n|(?<=[.!?])\s)[\s\"'*#>-]{0,9}(?P<label>(?:(?:final|draft|suggested|our|brand|template|customer|your) )?"
    r"(?:reply|replies|response|message|customer|template|assistant|user|system|human|draft|answer|author|agent|bot"
    r"|output|input|example|facts|tone|rewritten|prompt|instructions?)(?: \d)?\*{0,2}:)"
)
_PREAMBLE = re.compile(
    r"^\W*(?:(?:sure|certainly|of course|absolutely|okay)[,!.:] )?(?:here(?:'s| is| are)) (?:a|an|the|your|my|one) "
    r"(?:[\w-]+ ){0,3}(?:reply|replies|response|message|draft|version|rewrite)(?!\w)[^.\n]{0,80}"
)
_MARKUP = re.compile(r"\*\*[^*\n]{1,200}\*\*|\[[^\]\n]{1,100}\]\([^)\n]{1,200}\)|'{3,}|(?:^|\n)#{1,6} ")
_OPEN_END = re.compile(
    r"(?:[,;:(\[-]|(?<!\w)(?:and|or|but|the|an?|to|of|with|for|your|our|from|in|on|at|by|is|are|that|which|because"
    r"|we'll|we're|you're|it's|if|when|please))$"
)
_CLOSED = frozenset(".!?…:)\"'”’]»")
_WORDS_OF_A_SENTENCE = 4
IN_THE_TEMPLATE = "This gap stands in the template itself; mend it there."


def empty_draft(text: str, _: CheckContext) -> Iterable[Finding]:
    """Block a draft without a letter or a digit."""
    if not any(character.isalnum() for character in text):
        yield report_whole(text, "draft.empty", Severity.BLOCK, "There is no reply to send.")


def unfit_places(text: str, context: CheckContext) -> Iterable[Finding]:
    """Block gaps that nobody filled, HTML, and damaged text, whoever wrote them: the template is no excuse."""
    template = normalise(context.template_text).text
    for defect in defects_in(text):
        place = text[defect.start : defect.end]
        is_inherited = normalise(place).text in template
        yield report(
            text,
            (defect.start, defect.end),
            rule="draft.placeholder" if defect.kind in UNFILLED else "draft.damaged_text",
            severity=Severity.BLOCK,
            explanation=f'"{place}" {WORDING[defect.kind]}.' + (f" {IN_THE_TEMPLATE}" if is_inherited else ""),
        )


def prompt_debris(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of labels and introductions that belong to a prompt and not to a reply, and of markup."""
    plain = normalise(text)
    template = normalise(context.template_text).text
    found = [("draft.prompt_debris", match.span("label"), match["label"]) for match in _LABEL.finditer(plain.text)]
    found += [("draft.prompt_debris", match.span(), match[0]) for match in _PREAMBLE.finditer(plain.text)]
    found += [("draft.markup", match.span(), match[0]) for match in _MARKUP.finditer(plain.text)]
    for rule, span, wording in found:
        if wording in template:
            continue
        yield report(
            text,
            plain.span(*span),
            rule=rule,
            severity=Severity.WARN,
            explanation="Platforms show these signs as they are."
            if rule == "draft.markup"
            else "This belongs to the instructions and not to a reply.",
        )


def repeated_sentences(text: str, _: CheckContext) -> Iterable[Finding]:
    """Warn of a sentence that the reply says twice."""
    seen: set[str] = set()
    for start, end in sentence_spans(text):
        words = " ".join(re.findall(r"\w+", normalise(text[start:end]).text))
        if words.count(" ") >= 2 and words in seen:
            yield report(
                text,
                (start, end),
                rule="draft.repeated_sentence",
                severity=Severity.WARN,
                explanation="The reply says this sentence twice.",
            )
        seen.add(words)


def cut_end(text: str, context: CheckContext) -> Iterable[Finding]:
    """Warn of a reply that stops in the middle of a sentence."""
    spans = sentence_spans(text)
    if not spans:
        return
    start, end = spans[-1]
    last = text[start:end]
    if not _is_cut(last, context):
        return
    yield report(
        text,
        (start, end),
        rule="draft.cut_end",
        severity=Severity.WARN,
        explanation="The last sentence seems to stop in the middle.",
    )


def _is_cut(sentence: str, context: CheckContext) -> bool:
    plain = normalise(sentence).text.rstrip()
    if _OPEN_END.search(plain):
        return True
    words = plain.split()
    last = words[-1] if words else ""
    if len(words) < _WORDS_OF_A_SENTENCE or plain[-1] in _CLOSED or not plain[-1].isalnum():
        return False
    if "/" in last or "." in last or last[0] in "#@":
        return False
    own = (context.template_text, context.voice.sign_off.text)
    return not any(phrase and normalise(phrase).text.strip().endswith(last) for phrase in own)
