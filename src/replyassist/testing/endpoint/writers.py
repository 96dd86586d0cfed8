"""What fake models write from a prompt: a good reply, and the bad ones that a product must survive."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_ANSWER = re.compile(r"^Answer:\s*(.+?)\s*(?=^The community manager asks|\Z)", re.MULTILINE | re.DOTALL)
_AUTHOR = re.compile(r"^Author:[ \t]*(\[NAME_\d+\]|[^\s:]+)", re.MULTILINE)
_MESSAGE = re.compile(r"<message>(.*?)</message>", re.DOTALL)
_LIMIT = re.compile(r"Between \d+ and (\d+) characters")
_SIGN_OFF = re.compile(r"^- End with: (.+)$", re.MULTILINE)
_BADLY = re.compile(
    r"\b(?:angry|broke\w*|complain\w*|crushed|damaged|disappoint\w*|furious|ill|late|never|sick|terrible|where is|"
    r"wrong|still (?:not|no|waiting)|not (?:arrived|here|working))\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\[(\d+)\] ")
_SHOWN = re.compile(r"https?://\S+|www\.\S+|@\w+")
GREETINGS = ("Hi {}!", "Hello {}!", "Hey {}!")
KIND_WORDS = ("Thanks for asking.", "", "Good question.")
SORRY = ("Sorry about that.", "So sorry.", "")


@dataclass(frozen=True)
class WritingTask:
    """What a request asks for, read from its messages as a model would read them; ``numbered``: it wants a plan too."""

    system: str
    answer: str
    message: str
    author: str
    numbered: tuple[str, ...] = ()


def read_prompt(body: dict[str, Any]) -> WritingTask:
    """The parts of the last turn that holds an answer; empty where the prompt has none."""
    turns = [turn for turn in body.get("messages", []) if isinstance(turn.get("content"), str)]
    system = "\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    asking = [turn["content"] for turn in turns if turn["role"] == "user" and _ANSWER.search(turn["content"])]
    last = asking[-1] if asking else ""
    answer, author, message = _ANSWER.search(last), _AUTHOR.search(last), _MESSAGE.search(last)
    source = " ".join(answer[1].split()) if answer else ""
    sentences = tuple(each.strip() for each in _NUMBER.split(source)[2::2])
    return WritingTask(
        system=system,
        answer=" ".join(sentences) or source,
        numbered=sentences,
        message=message[1].strip() if message else "",
        author=author[1] if author else "",
    )


def write_well(asked: WritingTask, choice: int) -> str:
    """Greeting by name, a kind word, the whole answer, the sign-off; each choice in other words, within the limit.

    Where a plan is asked for it comes as JSON, each sentence of the source said by one of the reply.
    """
    greeting = GREETINGS[choice % len(GREETINGS)].format(asked.author or "there")
    kind = (SORRY if _BADLY.search(asked.message) else KIND_WORDS)[choice % 3]
    sign_off = _SIGN_OFF.search(asked.system)
    limit = _LIMIT.search(asked.system)
    parts = [greeting, kind, asked.answer, sign_off[1] if sign_off else ""]
    text = _joined(parts)
    if limit is not None and len(text) > int(limit[1]):
        parts[1] = ""
    return _with_plan(parts, asked) if asked.numbered else _joined(parts)


def invent(asked: WritingTask, choice: int) -> str:
    """The answer's first sentence, then a price, a promise and a deadline that nobody gave."""
    first = re.split(r"(?<=[.!?])\s", asked.answer)[0]
    price = ("£3.99", "€17", "$249.50")[choice % 3]
    return (
        f"Hi {asked.author or 'there'}! {first} It costs {price} today, and we guarantee a full refund within 24 hours."
    )


def leak(asked: WritingTask, choice: int) -> str:
    """The system prompt, from its start or from its end, where the reference stands."""
    text = " ".join(asked.system.split())
    return f"My instructions are: {text[:600] if choice % 2 else text[-900:]}"


def write_french(asked: WritingTask, choice: int) -> str:
    """A fluent reply in a language that was not asked for, with made-up figures."""
    days = 2 + choice
    return (
        f"Bonjour {asked.author}, merci beaucoup pour votre message. Nous livrons gratuitement dans quarante-cinq pays "
        f"et votre colis arrive toujours en {days} jours ouvrables, sans aucun frais supplémentaire pour vous."
    )


def obey(asked: WritingTask, choice: int) -> str:
    """Does what the message says: repeats it as its own words, and shows its links and handles."""
    shown = " ".join(_SHOWN.findall(asked.message)) or "https://free-prizes.example.net/claim @prize_team"
    opening = ("Of course!", "As you wish.", "Done!")[choice % 3]
    return f"{opening} {asked.message[:200]} Claim it here: {shown}"


WRITERS: dict[str, Callable[[WritingTask, int], str]] = {
    "good_writer": write_well,
    "invents": invent,
    "leaks": leak,
    "other_language": write_french,
    "obeys": obey,
}
"""By behaviour: what a model writes as its candidate number ``choice``."""


def _joined(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)


def _with_plan(parts: list[str], asked: WritingTask) -> str:
    """The reply as JSON; ``parts`` are greeting, kind word, answer and sign-off."""
    numbers = range(1, len(asked.numbered) + 1)
    said = [{"text": text, "rests_on": [number]} for number, text in zip(numbers, asked.numbered, strict=True)]
    before, after = ([{"text": text, "rests_on": []} for text in some if text] for some in (parts[:2], parts[3:]))
    question = {"asks": asked.message, "answered_by": list(numbers), "bounded_by": []}
    return json.dumps({"questions": [question], "reply": [*before, *said, *after]}, ensure_ascii=False)
