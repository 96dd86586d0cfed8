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
        rules = ['root ::= " " begun ending']
        groups = [group for group in (self._group(runs_on=False), self._group(runs_on=True)) if group]
        rules.append("begun ::= " + " | ".join(name for name, _ in groups))
        rules += [rule for _, lines in groups for rule in lines]
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

    def _group(self, *, runs_on: bool) -> tuple[str, list[str]] | None:
        """Rules for the starts after which the first sentence goes on in lower case, or for the others."""
        starts = [start for start in self.starts if start.endswith(_RUNS_ON) is runs_on]
        if not starts:
            return None
        name = "on" if runs_on else "new"
        choices = " | ".join(map(_literal, starts))
        firsts = [
            f"{_literal(first)} rest{number + 1}" for number, first in self._firsts(runs_on=runs_on)
        ]  # fmt: skip
        return name, [f"{name} ::= {name}start {name}first", f"{name}start ::= {choices}",
                      f"{name}first ::= " + " | ".join(firsts)]  # fmt: skip

    def _firsts(self, *, runs_on: bool) -> list[tuple[int, str]]:
        """The sentences that may come first: all up to the first one that is needed."""
        firsts: list[tuple[int, str]] = []
        for number, sentence in enumerate(self.sentences):
            firsts.append((number, " " + (continued(sentence.text) if runs_on else sentence.text)))
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
        for runs_on in (False, True):
            starts = [re.escape(start) for start in self.starts if start.endswith(_RUNS_ON) is runs_on]
            firsts = [re.escape(first) + rests[number + 1] for number, first in self._firsts(runs_on=runs_on)]
            if starts:
                branches.append(f"(?:{'|'.join(starts)})(?:{'|'.join(firsts)})")
        endings = "|".join(re.escape(f" {text}" if text else "") for text in self.closings)
        return re.compile(f"(?:{'|'.join(branches)})(?:{endings})")


def _literal(text: str) -> str:
    """A GBNF string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
