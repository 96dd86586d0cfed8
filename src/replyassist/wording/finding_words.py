"""What findings say, in the reader's language.

A finding is stored, and given to programs, as an English sentence. Here is each such sentence with named places, so
that a page or a card can find it again, translate it, and fill in the same values; of those that are phrases of ours,
translated too. A sentence that is not here (a brand's own rule) is shown as it is.
``tests/wording/test_finding_words.py`` holds this list against the sources.
"""

from __future__ import annotations

import re
from functools import lru_cache

from replyassist.core.errors import InvalidInput, ReplyassistError
from replyassist.triage.risks import OWN_TOPIC, topics
from replyassist.triage.routes import routes

from .catalogues import gettext

LONGEST = 3000
"""Characters of an explanation that is taken apart: those of ours are a few hundred, with an excerpt in them."""

OF_THE_MESSAGE = (
    "An earlier attempt at sending may have reached the author. Please make sure that it did not.",
    "The author deleted the message; there is nothing to answer.",
    "The message has changed since this was drafted (%(moment)s UTC).",
    "We have answered this elsewhere since (%(moment)s UTC).",
    "We have replied here since (%(moment)s UTC).",
    "The author has written a newer message (%(moment)s UTC), which this is not for.",
    "Nobody has looked at what is attached to the message (%(kinds)s).",
    "The template has changed since this was drafted. Please draft it anew.",
    'The template "%(template)s" is valid from %(day)s only.',
    'The template "%(template)s" was valid until %(day)s.',
    'The template "%(template)s" is for %(channels)s, not for %(channel)s.',
    'The template "%(template)s" is for %(visibility)s replies only.',
    "The message looks like praise. Read it once more: is it meant?",
    "The message was meant for a person to answer (%(reason)s).",
    "The template is in another language. Please let somebody who speaks both compare them.",
    "%(risk)s Read the message once more before anything leaves.",
    "The message asks several things. No template of this reply answers: %(questions)s.",
    "The language model found no answer in the template to: %(questions)s.",
    "The language model thinks that more is asked than the template answers.",
    "The message seems to ask %(asked)s things, and the reply draws on %(used)s templates for them. Please make sure "
    "that each was asked.",
    "Read together with the message, the template seems to amount to a no. Please compare the two.",
    "The template may not say what was asked. Is the answer in the draft?",
    "The template may not say what was asked. It does not speak of: %(words)s. Is the answer in the draft?",
    "It is only %(share)s sure that this template answers the message. Is this what was asked?",
    "The message seems to be in %(language)s, which nothing here reads. Please make sure what it says.",
    'The message seems to ask for what the template says in "%(fact)s", and the reply does not say it.',
    'The message, its post or its author\'s name says "%(excerpt)s", which may be meant to steer the machine. '
    "Please read the reply with care.",
    *dict.fromkeys(rule.explanation for rule in routes().doubts),
)
OF_FACTS = (
    '%(what)s "%(excerpt)s" comes from the message and not from the template. Somebody may have planted it; please '
    "take it out.",
    '%(what)s "%(excerpt)s" stands only in the message, not in the template. Please make sure that the reply does not '
    "promise it.",
    '%(what)s "%(excerpt)s" stands neither in the template nor in the message. Please use the template\'s or take it '
    "out.",
    '%(what)s "%(excerpt)s" leads to a page that the template does not name. Please use the template\'s or take it '
    "out.",
    '%(what)s "%(excerpt)s" does not stand in the template: the number is there, but with another unit. Please use '
    "the template's or take it out.",
    'The template has the same number as "%(excerpt)s", but counts something else there (for example working days). '
    "Please use the template's wording.",
    'The template gives a range and "%(excerpt)s" is only its lower end. Please give the whole range or its upper end.',
    '"%(excerpt)s" is only the front part of the address in the template. Please use the full link.',
    '"%(excerpt)s" stands neither in the template nor in the message. Please make sure that it is right, or take it '
    "out.",
    '"%(excerpt)s" is vaguer than the template. Please use the template\'s figure or leave the time out.',
    '"%(excerpt)s" stands in the template, but there it belongs to something else. Please check which figure goes '
    "with what.",
    '"%(excerpt)s" is %(side)s in the template, and the other way round here. Please use the template\'s wording.',
    '"%(excerpt)s" promises %(promise)s, and the template does not. Please take it out or use the template\'s wording.',
    '"%(excerpt)s" says that something was done, is under way or will be done, and the template does not. Please make '
    "sure that it is true, or take it out.",
    '"%(excerpt)s" is %(area)s advice that the template does not give. Please take it out, or point to somebody who '
    "may give it.",
    'The name "%(name)s" stands neither in the template nor in the message. Please make sure that it is right, or '
    "take it out.",
    'The template says this only under a condition: "%(condition)s". Please add it.',
    'The template bounds what the reply says: "%(bound)s". Please add it.',
    "This seems to say the opposite of the template. Please compare the two and use the template's wording.",
    "The template does not say this. Please make sure that it is true, or take it out.",
    "Only the message says this, not the template. Please make sure that the reply does not confirm it by mistake.",
    "Only the conversation says this, not the template. Please make sure that it is true.",
    "The entailment model could not be used, so nothing here was compared with the template by it.",
    "The entailment model did not compare all of this with the template: it is too long.",
    "The template says otherwise, as the entailment model reads it. Please take it out or mend it.",
    "The entailment model does not find this in the template. Please make sure that it is true, or take it out.",
    "The sentences of the template that the language model named for this do not say it. Please make sure that it is "
    "true, or take it out.",
    'The reply leaves out the answer: "%(answer)s"',
    'The reply leaves out the answer to "%(question)s": "%(answer)s"',
    "Nobody checked the meaning of this: the checks do not read %(language)s. Please let somebody who reads it "
    "compare it with the template.",
    "This is written in '%(found)s', but the reply should be in '%(wanted)s'.",
    "The translation lacks what its source has: %(missing)s.",
    '"%(excerpt)s" does not stand in what was translated.',
)
OF_SAFETY = (
    "A card number may not be in any reply.",
    "This is %(what)s that is not the brand's and not in the message.",
    "This is %(what)s that is not the brand's, and everybody can read this reply.",
    "This gives away %(secret)s. Please take it out.",
    "This is %(task)s, which is not what a reply of %(brand)s is for.",
    '"%(excerpt)s" comes from a stranger\'s text. A reply must not pass it on.',
    '"%(excerpt)s" comes from a stranger\'s text. A reply must not offer it.',
    '"%(excerpt)s" repeats a stranger\'s text word for word. Is that meant?',
    '"%(excerpt)s" is what an attacker wants to read here.',
    '"%(excerpt)s" takes up a text that tries to steer the machine.',
    '"%(excerpt)s" repeats a text that tries to steer the machine.',
    "There is no reply to send.",
    "The last sentence seems to stop in the middle.",
    "The reply says this sentence twice.",
    "Platforms show these signs as they are.",
    "This belongs to the instructions and not to a reply.",
    '"%(excerpt)s" %(defect)s.',
    '"%(excerpt)s" %(defect)s. This gap stands in the template itself; mend it there.',
)
OF_THE_VOICE = (
    "Spaces were tidied.",
    '"%(after)s" was added.',
    '"%(before)s" was taken out.',
    '"%(before)s" became "%(after)s".',
    '%(brand)s writes "%(wanted)s" rather than "%(found)s".',
    '%(brand)s writes "%(wanted)s" instead of "%(found)s".',
    '%(brand)s does not write "%(found)s" (rule "%(rule)s").',
    'Something that replies of %(brand)s must have is missing (rule "%(rule)s").',
    '"%(found)s" is a stock opening. Please begin with the matter itself.',
    '%(brand)s does not end a reply with "%(found)s".',
    '%(brand)s writes this at most %(most)s time(s) in a reply; "%(found)s" is one too many.',
    'Replies of %(brand)s say "%(wanted)s" or the like.',
    'The reply speaks to "%(name)s", but the name of the author is not known.',
    'The reply speaks to "%(name)s", but the author is "%(author)s".',
    '%(brand)s greets by name, and the author is "%(author)s".',
    '"%(link)s" may not be in a reply: %(reason)s.',
    "The reply speaks of being an AI or a machine. Please write it as the brand.",
    "The reply mixes the polite and the familiar way to speak to somebody.",
    "%(brand)s speaks to people in the %(way)s way.",
    '%(brand)s speaks of itself as "%(pronoun)s".',
    '%(brand)s never writes "%(found)s". Please say it another way.',
    '"%(found)s" is something that %(brand)s never promises, and the template does not say it.',
    "The reply reads like grade %(grade)s; on this channel %(most)s is the most. Shorter sentences and shorter words "
    "help.",
    "The last %(number)s replies here began with these words.",
    "The last %(number)s replies here said nearly the same.",
    "The first sentence only repeats the message. Please begin with the answer.",
    "The reply has %(number)s characters; on this channel %(most)s is the most.",
    "The reply has %(number)s bytes; this channel takes %(most)s.",
    "The reply has %(number)s characters; on this channel %(least)s is the least.",
    'Every reply of %(brand)s ends with "%(words)s".',
    "%(brand)s uses at most %(most)s emoji in a reply; this one has %(number)s.",
    "%(brand)s uses no emoji in a reply; this one has %(number)s.",
    "%(emoji)s is not one of the emoji that %(brand)s uses.",
    "The brand uses at most %(most)s exclamation mark(s); this reply has %(number)s.",
    "The brand uses at most %(most)s hashtag(s); this reply has %(number)s.",
    "Several words in capitals read like shouting.",
)
RISKS = (
    *(topic.explanation for topic in topics().values()),
    OWN_TOPIC.format(topic="%(topic)s"),
    "Tries to give the machine orders.",
    "May be trying to give the machine orders.",
    "%(risk)s (%(share)s sure)",
)
PARTS = (
    *RISKS,
    *("The link", "The e-mail address", "The account", "The phone number", "The number or code", "The number"),
    *("The time span", "The price", "The percentage", "The date", "The day", "The time", "The opening hours"),
    *("an e-mail address", "a telephone number", "a card number", "a bank account number", "an internet address"),
    *("a link with personal parts", "a street address", "an order or customer number", "a date of birth"),
    "a national identity number",
    *("a refund or compensation", "a replacement", "a discount or gift", "that something is free", "that it is soon"),
    *("that somebody will get in touch", "that somebody will see to it"),
    *("the secret mark of the prompt", "the instructions for the machine", "the brand's instructions for writers"),
    *("the answer to somebody's order", "a task for a machine", "talk of a machine's modes", "an order to a machine"),
    *("medical", "legal", "financial"),
    *("is a gap that was never filled in", "stands where something is still to be written"),
    *("is a greeting without a name", "is markup; platforms show it as it is", "is HTML; platforms show it as it is"),
    *("is damaged text: letters were decoded wrongly", "stands for a character that was lost"),
    "is the code of a line break or sign and not the sign itself",
    *("the least", "the most", "this language", "formal", "informal", "public", "private"),
    *("it does not lead to a web page", "what stands before the @ is not where it leads"),
    *("it has a backslash in it", "it is written so that filters do not see it"),
    "its domain has letters that only look like others",
    'it looks like your own domain but leads to "%(host)s"',
    '"%(host)s" is not one of the brand\'s domains',
)
"""What fills a place and is ours."""
REFUSALS = (
    "your role sends only what the checks call ready; mend it or escalate it. %(finding)s",
    "%(finding)s Mend it, or accept the findings knowingly.",
    "a time within the next %(days)s days is needed",
    "the platform takes a reply to this until %(time)s, and no later",
)
"""What an approval is refused with: after a finding, or for its time."""
SENTENCES = (*OF_THE_MESSAGE, *OF_FACTS, *OF_SAFETY, *OF_THE_VOICE)
_PLACE = re.compile(r"%\((\w+)\)s")


def finding_words(explanation: str) -> str:
    """What a finding or a risk says, in the reader's language; as it is where the sentence is none of ours."""
    told = _told(explanation, SENTENCES)
    return told if told != explanation else _told(explanation, RISKS)


def problem_words(error: ReplyassistError) -> str:
    """What went wrong, in the reader's language where it is known, with the place where it is."""
    if isinstance(error, InvalidInput):
        return error.detail.removesuffix(error.reason) + refusal_words(error.reason)
    return refusal_words(error.detail)


def refusal_words(detail: str) -> str:
    """What an error says, in the reader's language, also where a finding is in it."""
    return _told(detail, REFUSALS, SENTENCES)


def _told(text: str, among: tuple[str, ...], within: tuple[str, ...] = PARTS) -> str:
    """The message of these that the text is, translated; its values are messages of ``within``, or stay."""
    if (whole := gettext(text)) != text or len(text) > LONGEST:
        return whole
    for message, pattern in _patterns(among):
        if match := pattern.fullmatch(text):
            values = {name: _told(value, within) for name, value in match.groupdict().items()}
            return _filled(gettext(message), values)
    return text


def _filled(message: str, values: dict[str, str]) -> str:
    return _PLACE.sub(lambda place: values.get(place[1], ""), message)


@lru_cache(maxsize=4)
def _patterns(among: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Those with places, the ones with most words of their own first: they say most exactly what was meant."""
    found = [message for message in among if _PLACE.search(message)]
    found.sort(key=lambda message: -len(_PLACE.sub("", message)))
    return [(message, re.compile(_expression(message), re.DOTALL)) for message in found]


def _expression(message: str) -> str:
    pieces = _PLACE.split(message)  # words and names by turns
    return "".join(f"(?P<{piece}>.*?)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
