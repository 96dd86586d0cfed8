"""The reply that a proposal suggests: the most central of those that people gave, without names and personal data."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from pydantic import ValidationError

from replyassist.core.embedding import Encoder
from replyassist.drafting.courtesies import without_courtesies
from replyassist.faq.proposed import PastText
from replyassist.faq.template import ReplyTemplate
from replyassist.inbox.readable import readable
from replyassist.privacy.nameless import nameless

from .grouping import mean_direction
from .pile import AnsweredQuestion
from .texts import PLACEHOLDER

COMPARED = 50  # replies of a group that are encoded, those to its most central messages
_BEFORE_MARK = re.compile(r"[ \t]+(?=[,.!?;:])|(?<=\s)[,;:](?=\s)")
_SPACES = re.compile(r"[ \t]{2,}")
_EDGES = " \t\n,;:–—-"


def central_reply(
    messages: Sequence[AnsweredQuestion], encoder: Encoder, *, languages: Sequence[str]
) -> PastText | None:
    """The reply that is most like the other replies of the group; one with gaps of personal data only where all have.

    None where nobody answered.
    """
    given = [(message, clean_reply(message, languages=languages)) for message in messages if message.reply]
    told = [PastText(text=text, key=message.key) for message, text in given if text][:COMPARED]
    whole = [past for past in told if not PLACEHOLDER.search(past.text)] or told
    if not whole:
        return None
    vectors = encoder.encode([past.text for past in whole])
    return whole[int(np.argmax(vectors @ mean_direction(vectors)))]


def clean_reply(message: AnsweredQuestion, *, languages: Sequence[str]) -> str:
    """What the reply says without greeting, signature, names and personal data; empty where it cannot be a template.

    A placeholder such as "[EMAIL]" stays where personal data was; a person must fill it.
    """
    try:
        reply = ReplyTemplate(id="reply", reply=readable(message.reply))
    except ValidationError:  # empty, too long, or with the braces of a template
        return ""
    bare = without_courtesies(reply, languages=languages).reply
    text = nameless(bare, name=message.name, handle=message.handle, stand_in="")
    return _SPACES.sub(" ", _BEFORE_MARK.sub("", text)).strip(_EDGES)
