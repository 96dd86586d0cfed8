"""Lint rules that look at one template: one pure function for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from urllib.parse import urlsplit

from replyassist.brands.voice import VoiceRules

from .lint_findings import LintFinding, error, warning
from .repair.defects import WORDING, defects_in, rule_of
from .repair.words import any_of, words
from .template import SLOT, ReplyTemplate

FEWEST_QUESTIONS = 3
_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>\"]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]}'’”*"
_HOST = re.compile(r"(?=.{4,253}$)(?:(?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)", re.IGNORECASE)

Rule = Callable[[ReplyTemplate, VoiceRules | None], Iterator[LintFinding]]


def missing_slots(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A slot in the reply without a fact would stay empty."""
    for name in sorted(template.slots - template.facts.keys()):
        yield error("missing_slot", template.id, f"the reply has the slot '{name}', and there is no such fact")


def unused_facts(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A fact that the reply does not show is old, or its slot was lost."""
    for name in sorted(template.facts.keys() - template.slots):
        yield warning("unused_fact", template.id, f"the fact '{name}' has no slot in the reply")


def literal_facts(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A fact that is also written out in the reply will be forgotten there when it changes."""
    literal = SLOT.sub(" ", template.reply)
    for name, value in template.facts.items():
        text = str(value).strip()
        if len(text) < 2:  # one digit is too often by chance the same
            continue
        if re.search(rf"(?<![\w:.,]){re.escape(text)}(?!\w|[:.,]\d)", literal, re.IGNORECASE):
            yield warning("literal_fact", template.id, f"'{text}', the fact '{name}', is also written out in the reply")


def questions(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """Questions are how a template is found."""
    number = len(template.questions)
    if number == 0:
        yield warning("no_questions", template.id, "there is no question; only title and reply can match a message")
    elif number < FEWEST_QUESTIONS:
        yield warning("few_questions", template.id, f"fewer than {FEWEST_QUESTIONS} questions: {number}")


def links(template: ReplyTemplate, voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A link must be whole, listed, used, and lead to the brand's own domains."""
    listed = {_same_link(link): link for link in template.links}
    used = {_same_link(link): link for link in links_in(_reply(template))}
    for key, link in (listed | used).items():
        host = link_host(link)
        if host is None:
            yield error("dead_link", template.id, f"'{link}' is not a whole http or https address")
        elif voice and voice.allowed_link_domains and not _is_allowed(host, voice.allowed_link_domains):
            domains = ", ".join(voice.allowed_link_domains)
            yield error("foreign_link", template.id, f"'{link}' leads outside the allowed domains ({domains})")
        if key not in listed:
            yield error("unlisted_link", template.id, f"'{link}' is in the reply, but not in 'links'")
        elif key not in used:
            yield warning("unused_link", template.id, f"'{link}' is in 'links', but not in the reply")


def too_long(template: ReplyTemplate, voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A reply that is longer than a platform's limit cannot be sent there as it is."""
    if voice is None:
        return
    channels = template.channels or list(voice.length)
    channel = min(channels, key=lambda name: voice.room_for(name).most)
    room, reply = voice.room_for(channel), _reply(template)
    if not room.fits(reply):
        counted = f"the reply has {room.count(reply)} characters, '{channel}' allows {room.most}"
        yield warning("too_long", template.id, counted)


def contradicting_validity(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A template that ends before it begins is never used."""
    if template.valid_from and template.valid_until and template.valid_from > template.valid_until:
        explanation = f"it ends ({template.valid_until}) before it begins ({template.valid_from})"
        yield error("contradicting_validity", template.id, explanation)


def banned_phrases(template: ReplyTemplate, voice: VoiceRules | None) -> Iterator[LintFinding]:
    """The brand does not say this."""
    text = _plain(_reply(template))
    for phrase in voice.banned_phrases if voice else ():
        if re.search(rf"(?<!\w){re.escape(_plain(phrase))}(?!\w)", text):
            yield error("banned_phrase", template.id, f"the reply says '{phrase}'")


def unfit_places(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """What no customer may see: gaps of any program, HTML, damaged letters."""
    reply = _reply(template)
    for place, kind in {reply[defect.start : defect.end]: defect.kind for defect in defects_in(reply)}.items():
        yield error(rule_of(kind), template.id, f"'{place}' in the reply {WORDING[kind]}")


def said_once(template: ReplyTemplate, _voice: VoiceRules | None) -> Iterator[LintFinding]:
    """A saved reply that speaks of a call, an e-mail or an act was true in one conversation."""
    for place in sorted({match[0] for match in _once_only().finditer(_reply(template))}):
        yield warning("said_once", template.id, f"'{place}' speaks of what happened in one conversation only")


@cache
def _once_only() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of(words().once_only)}(?!\w)", re.IGNORECASE)


def expired(template: ReplyTemplate, today: date) -> Iterator[LintFinding]:
    """A template whose last day has passed is never used again."""
    if template.valid_until and template.valid_until < today:
        yield warning("expired", template.id, f"it was valid until {template.valid_until}")


SINGLE_RULES: tuple[Rule, ...] = (
    missing_slots,
    unused_facts,
    literal_facts,
    questions,
    links,
    too_long,
    contradicting_validity,
    banned_phrases,
    unfit_places,
    said_once,
)


def links_in(text: str) -> list[str]:
    """The web addresses in a text, without the punctuation that follows them; e-mail addresses are none."""
    return [link.rstrip(_AFTER_LINK) for link in _LINK.findall(text)]


def link_host(link: str) -> str | None:
    """The host of a whole http or https address, in lower case; None when the address cannot work."""
    if re.search(r"\s", link):
        return None
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}" if link.startswith("www.") else link)
        _ = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return None
    return host if parts.scheme in ("http", "https") and _HOST.fullmatch(host) else None


def _is_allowed(host: str, domains: list[str]) -> bool:
    allowed = [domain.casefold().lstrip("*.") for domain in domains]
    return any(host == domain or host.endswith(f".{domain}") for domain in allowed)


def _same_link(link: str) -> str:
    return link.rstrip("/")


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


def _reply(template: ReplyTemplate) -> str:
    """The reply as it would be sent, slots without a fact left as they are."""
    return SLOT.sub(lambda slot: str(template.facts.get(slot[1], slot[1])), template.reply)
