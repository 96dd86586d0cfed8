"""All replies that a small model may choose from, as a grammar: it picks the wording and the order of nothing else.

A base model of this size copies well and invents badly. Constrained decoding keeps it to sentences that are known to
be true: the brand's greetings, openings that take up a detail of the message, and the template's own sentences, of
which it may leave out those that nobody asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from .personalise import continued

_RUNS_ON = (",", ":")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the template; one that is not ``is_needed`` may be left out."""

    text: str
    is_needed: bool = True


@dataclass(frozen=True)
class Outline:
    """Greeting and opening, then the sentences in their order, then a closing. Empty strings stand for none."""

    starts: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    closings: tuple[str, ...] = ("",)

    @cached_property
    def grammar(self) -> str:
        """GBNF, the notation of llama.cpp's grammars; the text starts with the space that follows "Reply:"."""
        rules = ['root ::= " " begun ending', "begun ::= " + " | ".join(group.name for group in self._groups)]
        for group in self._groups:
            firsts = " | ".join(f"{_literal(first)} rest{number + 1}" for number, first in self._firsts(group))
            rules += [
                f"{group.name} ::= {group.name}start {group.name}first",
                f"{group.name}start ::= {' | '.join(map(_literal, group.starts))}",
                f"{group.name}first ::= {firsts}",
            ]
        for number, sentence in enumerate(self.sentences):
            following = f"rest{number + 1}"
            said = f"{_literal(' ' + sentence.text)} {following}"
            rules.append(f"rest{number} ::= " + (said if sentence.is_needed else f"{said} | {following}"))
        rules.append(f'rest{len(self.sentences)} ::= ""')
        rules.append("ending ::= " + " | ".join(_literal(f" {text}" if text else "") for text in self.closings))
        return "\n".join(rules)

    def accepts(self, text: str) -> bool:
        """Whether the text is one of those that the grammar allows."""
        return self._pattern.fullmatch(text.strip()) is not None

    @cached_property
    def _groups(self) -> tuple[_Starts, ...]:
        kinds: dict[str, list[str]] = {
            "new": [start for start in self.starts if start and not start.endswith(_RUNS_ON)],
            "on": [start for start in self.starts if start.endswith(_RUNS_ON)],
            "bare": [start for start in self.starts if not start],
        }
        return tuple(_Starts(name, tuple(starts)) for name, starts in kinds.items() if starts)

    def _firsts(self, group: _Starts) -> list[tuple[int, str]]:
        """The sentences that may come first: all up to the first one that is needed."""
        firsts: list[tuple[int, str]] = []
        for number, sentence in enumerate(self.sentences):
            firsts.append((number, group.follow(sentence.text)))
            if sentence.is_needed:
                break
        return firsts

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        rests = [""]
        for sentence in reversed(self.sentences):
            said = re.escape(" " + sentence.text)
            rests.append((said if sentence.is_needed else f"(?:{said})?") + rests[-1])
        rests.reverse()
        branches = []
        for group in self._groups:
            starts = "|".join(map(re.escape, group.starts))
            firsts = "|".join(re.escape(first) + rests[number + 1] for number, first in self._firsts(group))
            branches.append(f"(?:{starts})(?:{firsts})")
        endings = "|".join(re.escape(f" {text}" if text else "") for text in self.closings)
        return re.compile(f"(?:{'|'.join(branches)})(?:{endings})")


@dataclass(frozen=True)
class _Starts:
    """Starts after which the first sentence is written in one way."""

    name: str
    starts: tuple[str, ...]

    def follow(self, sentence: str) -> str:
        """The first sentence as it stands after these starts."""
        if self.name == "bare":
            return sentence
        return " " + (continued(sentence) if self.name == "on" else sentence)


def _literal(text: str) -> str:
    """A GBNF string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
