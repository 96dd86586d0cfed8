"""What a person's wish for another wording comes to: what we do ourselves, and what only a model can make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from replyassist.core.language import language_called
from replyassist.guardrails.text import normalise


class LengthOrTone(StrEnum):
    """A change that we make ourselves, whatever the model makes of the words."""

    SHORTER = "shorter"
    LONGER = "longer"
    WARMER = "warmer"
    SORRIER = "sorrier"
    NOT_SORRY = "not_sorry"


@dataclass(frozen=True)
class ParsedInstruction:
    """An instruction in its parts.

    ``mentioned`` and ``left_out``: what the reply should speak of, and what not. ``language``: ISO 639-1, or empty.
    ``unread``: the parts that nobody understands but a model that follows instructions.
    """

    changes: frozenset[LengthOrTone] = frozenset()
    mentioned: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    language: str = ""
    unread: tuple[str, ...] = ()


_APOLOGY = r"(?:apolog\w+|sorry|sorrier|regret\w*|sympath\w+|empath\w+)"
_NO = r"(?:no|less|without|not|never|don't|do not|drop|remove|cut|leave out|take out|skip|stop)"
_CHANGES = (  # the first that fits a part counts
    (LengthOrTone.NOT_SORRY, re.compile(rf"(?<!\w){_NO} (?:\w+ ){{0,3}}{_APOLOGY}(?!\w)")),
    (LengthOrTone.SORRIER, re.compile(rf"(?<!\w){_APOLOGY}(?!\w)")),
    (
        LengthOrTone.LONGER,
        re.compile(r"(?<!\w)(?:longer|(?:in )?more detail(?:ed|s)?|too short|(?:the )?whole (?:answer|thing))(?!\w)"),
    ),
    (
        LengthOrTone.SHORTER,
        re.compile(
            r"(?<!\w)(?:short|shorten|shorter|brief|briefer|briefly|concise|crisper|trim|cut (?:it|this)(?: down)?"
            r"|less (?:text|wordy)|too (?:long|wordy)|fewer words|to the point|one sentence)(?!\w)"
        ),
    ),
    (
        LengthOrTone.WARMER,
        re.compile(
            r"(?<!\w)(?:warm|warmer|warmth|friendly|friendlier|kind|kinder|nicer|more (?:personal|human|welcoming)"
            r"|less (?:cold|stiff|robotic)|too (?:cold|stiff|robotic|dry))(?!\w)"
        ),
    ),
)
_TONE = re.compile(
    r"(?<!\w)(?:it|this|that|tone|note|touch|word|words|greeting|opening|ending|sentence|line|way)(?!\w)"
)
_PARTS = re.compile(r"\s*(?:[,;!\n]+|\.(?=\s|$)|(?<!\w)(?:and|but|then|also|plus|und)(?!\w))\s*")
_PADDING = re.compile(
    r"^(?:(?:please|pls|bitte|can you|could you|would you|just|also|maybe|rather|try(?: to)?|let's)(?!\w)\s*)+"
    r"|\s*(?:please|pls|bitte|thanks|thank you|too|as well)$"
)
_LEAVE_OUT = re.compile(
    r"^(?:(?:leave|take|cut|drop|remove|skip|omit|delete|lose|without|forget|get rid of)(?: out)?(?!\w)"
    r"|(?:don't|do not|no need to|never|stop|not) ?(?:mention(?:ing)?|say(?:ing)?|includ(?:e|ing)|talk(?:ing)? about"
    r"|bring(?:ing)? up|tell(?:ing)? (?:them|him|her))(?!\w)"
    r"|(?:no|no need for)(?!\w)) (?P<topic>.+?)(?: out)?$"
)
_MENTION = re.compile(
    r"^(?:mention|include|add|say|tell (?:them|him|her|people)|talk about|bring up|point (?:out|to)|refer to|state"
    r"|explain|don't forget(?: to mention)?|do not forget(?: to mention)?|keep|(?:be|make it|make) clear|give"
    r"|answer)(?!\w)"
    r"(?: (?:about|that|something about|in))? (?P<topic>.+)$"
)
_TOPIC = re.compile(
    r"^(?:(?:about|that|how|where|when|what|them|him|her|the|a|an|any|our|your|their|its|some|all|everything)\s+"
    r"|(?:bit|part|sentence|stuff|thing|line|fact|words?|info(?:rmation)?|detail)s?"
    r" (?:about|on|of|that says|with) )*"
)
_IT = re.compile(r"(?:it|this)(?: \w+)?")
_GOES_ON = re.compile(r"^(?:the|a|an|our|your|their|its|that|how|where|when)\s")
_LEADS = re.compile(r"^(?:in|into|to|as|with|for|by|more|less|use|make|write|be|keep)(?!\w)")
_MOST_WORDS_GOING_ON = 3
_LANGUAGE = re.compile(
    r"^(?:(?:.*\s)?(?:in|into|to|auf|en|em|på|po)\s+)?(?P<name>[^\W\d_]+)(?:\s+(?:version|instead|now))?$"
)


@lru_cache(maxsize=256)
def read_wish(instruction: str | None) -> ParsedInstruction:
    """The wish in its parts; an empty one where nothing is asked."""
    reading = _Reading()
    for part in _PARTS.split(normalise(instruction or "").text):
        asked = _PADDING.sub("", part.strip(" .?:")).strip(" .?:")
        if asked:
            reading.take(asked)
    return ParsedInstruction(
        frozenset(reading.changes),
        tuple(reading.mentioned),
        tuple(reading.left_out),
        reading.language,
        tuple(reading.unread),
    )


@dataclass
class _Reading:
    """What was read up to here; ``topics``: the list that the part before added to, which a bare noun goes on."""

    changes: set[LengthOrTone] = field(default_factory=set)
    mentioned: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    language: str = ""
    unread: list[str] = field(default_factory=list)
    topics: list[str] | None = None

    def take(self, part: str) -> None:
        """Read one part, which says one thing."""
        before, self.topics = self.topics, None
        if self._is_language(part) or self._is_topic(part):
            return
        change = next((change for change, worded in _CHANGES if worded.search(part)), None)
        if change is not None:
            self.changes.add(change)
        elif before is not None and _may_go_on(part):
            before.append(_TOPIC.sub("", part))
            self.topics = before
        else:
            self.unread.append(part)

    def _is_language(self, part: str) -> bool:
        named = _LANGUAGE.match(part)
        code = language_called(named["name"]) if named else ""
        if not code or _LEAVE_OUT.match(part):
            return False
        self.language = code
        return True

    def _is_topic(self, part: str) -> bool:
        """Whether it names something to speak of or not; an apology and a tone are no such thing."""
        for worded, topics in ((_LEAVE_OUT, self.left_out), (_MENTION, self.mentioned)):
            named = worded.match(part)
            if named is None:
                continue
            topic = _TOPIC.sub("", named["topic"]).strip()
            if not topic or _is_manner(named["topic"]):
                return False
            topics.append(topic)
            self.topics = topics
            return True
        return False


def _is_manner(topic: str) -> bool:
    """Whether this is how to say it, and nothing to speak of: an apology, "it down", "a friendly word"."""
    changes = {change for change, worded in _CHANGES if worded.search(topic)}
    if _IT.fullmatch(topic):
        return True
    is_tone = _TONE.search(topic) is not None
    return bool(changes & {LengthOrTone.SORRIER, LengthOrTone.NOT_SORRY}) or (is_tone and bool(changes))


def _may_go_on(part: str) -> bool:
    is_short = len(part.split()) <= _MOST_WORDS_GOING_ON and _LEADS.match(part) is None
    return _GOES_ON.match(part) is not None or is_short
