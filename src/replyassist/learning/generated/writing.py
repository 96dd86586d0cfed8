"""Has the chat model write what people would ask for a template; what comes back is checked by ``sieve``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from replyassist.core.language import language_name
from replyassist.core.llm import ChatMessage, ChatModel
from replyassist.core.prompts import PromptLibrary
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.entries import sentences

MOST_SENTENCES = 12
"""Of a reply, two questions each: the 24 that one template is asked for at most."""
DEADLINE_SECONDS = 120.0
"""For one template: some 10 s on two idle cores, and drafts come first."""
TEMPERATURE = 0.6
TOKENS_PER_SENTENCE = 50
_FILE = "questions.j2"
_MARK = re.compile(r"^\s*(?:\d{1,2}\s*[.):]|[-*•–])\s*")
_QUOTES = "\"'“”„«» "
_SHOWN = (
    (
        "Lost library card",
        "Please tell us at the desk or call 020 7946 0018, and we block the card the same day. A new card costs £2 "
        "and is free for children. Until you have it you can borrow with any photo ID.",
        (
            ("What do I do if I lost my library card?", "card gone, how do i get it blocked??"),
            ("How much is a replacement card?", "do kids pay for a new card"),
            ("Can I still borrow books without my card?", "is my driving licence ok to take books out?"),
        ),
    ),
    (
        "Joining the choir",
        "We sing on Mondays at the old chapel, and you can come to two evenings before you decide. There is no "
        "audition, but you must be 16 or over.",
        (
            ("Can I try a rehearsal before I join the choir?", "which day do u lot sing"),
            ("Do I have to audition for the choir?", "is my daughter too young to sing with you"),
        ),
    ),
)


def messages_for(template: ReplyTemplate, *, language: str, library: PromptLibrary) -> list[ChatMessage]:
    """The prompt; all but its last message is the same for every template in this ``language`` (ISO 639-1)."""
    messages = [ChatMessage("system", library.render(_FILE, part="task", language=language_name(language)))]
    for title, reply, questions in _SHOWN:
        lines = [f"{number}. {' | '.join(pair)}" for number, pair in enumerate(questions, 1)]
        messages += [
            ChatMessage("user", _shown(title, sentences(reply), library)),
            ChatMessage("assistant", "\n".join(lines)),
        ]
    return [*messages, ChatMessage("user", _shown(template.title, _sentences(template), library))]


def write_questions(
    template: ReplyTemplate, *, language: str, model: ChatModel, library: PromptLibrary
) -> tuple[str, ...]:
    """What the model makes of it, each text once and as it is; raise LanguageModelError or LanguageModelTimeout."""
    answer = model.generate(
        messages_for(template, language=language, library=library),
        candidates=1,
        max_tokens=len(_sentences(template)) * TOKENS_PER_SENTENCE,
        temperature=TEMPERATURE,
        deadline_seconds=DEADLINE_SECONDS,
    )
    lines = answer.completions[0].text.splitlines()
    parts = (part.strip(_QUOTES) for line in lines for part in _MARK.sub("", line).split("|"))
    return tuple(dict.fromkeys(filter(None, parts)))


def _sentences(template: ReplyTemplate) -> list[str]:
    return (sentences(template.rendered_reply) or [template.rendered_reply])[:MOST_SENTENCES]


def _shown(title: str, said: Sequence[str], library: PromptLibrary) -> str:
    return library.render(_FILE, part="template", title=title, sentences=said)
