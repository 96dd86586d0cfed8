"""What a reply says beside its answer: greetings, thanks, sympathy, wishes, offers of help, and what it leaves open."""

from __future__ import annotations

import re
from functools import lru_cache

from replyassist.brands.voice import VoiceRules
from replyassist.guardrails.text import normalise

_MARKS = " .!?,;:"
_SALUTATION = (
    r"(?:hi|hiya|hey|hello|dear|howdy|good (?:day|morning|afternoon|evening)|welcome(?: back)?)(?: there| again| all)?"
    r"(?![\w'])[^.!?,:;]{0,40}"
)
_THANKS = r"(?:(?:many |a million )?thanks|thank you|cheers|much appreciated|we appreciate)(?![\w'])[^.!?;,:]{0,80}"
_SORRY = (
    r"(?:oh no|oh dear|ouch|(?:we(?:'re| are)|i(?:'m| am)|so|very|really|truly)?[ ,]*"
    r"(?:so |very |really |truly |terribly )?sorry(?! (?:but|we|i|they|there|no|you can|it)(?!\w))[^.!?;,:]{0,100}"
    r"|(?:our |my )?apologies[^.!?;,:]{0,80}"
    r"|we (?:completely |fully |totally )?(?:understand|hear you|get it|know how)[^.!?;:]{0,100}"
    r"|(?:that|this)(?:'s| is| sounds| must be| must have been) (?:so |really |very |very much |not )*"
    r"(?:frustrating|annoying|upsetting|stressful|disappointing|a shame|a pity|how it should (?:go|be))[^.!?;,:]{0,60})"
)
_GLAD = r"(?:happy|glad|delighted|pleased|thrilled|excited)"
_KIND = r"(?:lovely|great|good|nice|awesome|wonderful|brilliant|perfect|kind|sweet|fair|fantastic|excellent|love it)"
_PRAISE = (
    r"(?:(?:that|this|it|you)(?:'ve| have| has|'s| is)? (?:just |really )?(?:made?|making|makes) "
    r"(?:our|my) (?:day|week)"
    rf"|(?:we(?:'re| are)|i(?:'m| am)|so|really|very) ?(?:so |really |very |absolutely )*{_GLAD} "
    rf"(?:to (?:hear|read|know|see)|that you|you)(?!\w)[^.!?;,:]{{0,60}}"
    rf"|(?:so |really |very |how |that's |that is |sounds |all |too |this is |that is a |that's a )*{_KIND}"
    r"(?: to (?:hear|know|read|see)(?: that| this| it)?| of you| question| point| news| choice| one| stuff| words?"
    r"| idea| pick| shot| photo)?)"
)
_ECHO = (
    r"(?:(?!there)[\w' -]{1,50}(?:'s| is| are|'re) (?:really |just )?(?:no|not (?:the|a)) way (?:to|for)"
    r" [^.!?;:,]{1,60}"
    r"|[\w' -]{1,50}(?:'s| is| are|'re) (?:(?:exactly |just )?what we (?:like|love|want|hoped?) to (?:hear|see|read)"
    r"|music to our ears)[^.!?;:,]{0,40}"
    r"|[\w' -]{1,50}(?:'s| is| are) not what you (?:paid for|ordered|expect(?:ed)?|deserve|wanted|signed up for)"
    r"(?:,? and (?:we(?:'re| are) )?(?:so |very )?sorry[^.!?;:,]{0,40})?"
    r"|(?:that|this)(?:'s| is| was) not (?:how|what|the way) [^.!?;:,]{1,80}"
    r"|(?:that|this) (?:should not|shouldn't|should never) (?:have been|have happened|happen)[^.!?;:,]{0,80}"
    r"|(?:that|this) should (?:be|have been) [^.!?;:,]{1,60}(?: and)? not [^.!?;:,]{1,40})"
)
_DEFERRAL = (
    r"(?:(?:(?:on|as for|about|for) [^.!?;:]{1,60}, )?(?:we|i)(?:'d| would) rather (?:ask|check|have|let)(?!\w)"
    r"[^.!?;:]{0,40}(?<!\w)(?:ask|check|confirm|answer)(?!\w)[^.!?;:]{0,40}(?<= guess)"
    r"|[^.!?;:]{1,60} (?:is|are) something (?:that )?(?:we|i|our \w+) (?:need|have|want) to (?:ask|check|find out)"
    r"[^.!?;:]{0,60})"
)
_WISH = (
    r"(?:(?:please |do |we hope you |hope you |i hope you )?enjoy(?: it| them| (?:the|your|our|every) [\w -]{1,40})?"
    r"|have an? (?:\w+ )?(?:good|great|lovely|nice|wonderful|safe|pleasant|fantastic)[^.!?;,:]{0,60}"
    r"|(?:i|we)? ?hope (?:this|that|i|it|you|we)[^.!?;,:]{0,80}"
    r"|(?:take care|safe travels|best (?:wishes|regards|of luck)|(?:warm|kind) (?:wishes|regards)|good luck"
    r"|(?:happy|merry) [\w]+|see you[\w ]{0,30}|talk soon|fingers crossed)[\w ]{0,20}"
    r"|(?:we(?:'re| are) |i(?:'m| am) )?looking forward[^.!?;,:]{0,60}|we look forward[^.!?;,:]{0,60}"
    r"|we(?:'d| would) love to (?:see|welcome|hear)[^.!?;,:]{0,60}|good ?bye|bye|no (?:worries|problem)|not a problem"
    r"|(?:you(?:'re| are) )?(?:very |most |so |always )?welcome|(?:my|our) pleasure|any ?time"
    r"|congrat\w*[^.!?;,:]{0,60})"
)
_HELP = r"(?:help|assist|assistance|question|questions|else|info|information|concern|concerns|unclear|needs?|anything)"
_OFFER = (
    rf"(?:(?:please |just |feel free to |don't hesitate to |do not hesitate to )*(?:let (?:me|us) know|ask|reach out"
    rf"|write|message|contact|reply|call|shout|get in touch)(?: to| us| me| here| back| again| away)*[^.!?;:]{{0,40}}"
    rf"(?:if|when|whenever|should|anytime|any time|at any time|anything|any|what)[^.!?;:]{{0,80}}"
    rf"|(?:i|we)(?:'m| am|'re| are) (?:always |still )?(?:here|happy|glad|available|around)[^.!?;:]{{0,80}}"
    rf"|(?:i|we)(?:'ll| will|'d| would| can| could)? (?:also |still |always |gladly |happily |go ahead and "
    rf"|be happy to |be glad to |love to )*(?:help|assist|answer|continue|proceed|book|reserve|start"
    rf"|make (?:a|the|that|your) (?:booking|reservation)"
    rf"|get (?:you|that|this) (?:booked|set)|process your|look (?:that|it) up)(?!\w)[^.!?;:]{{0,100}}"
    rf"|(?:do|would|will|can|is|are) (?:you|there|i|we)[^.!?;:]{{0,60}}{_HELP}[^.!?;:]{{0,60}}"
    rf"|(?:would|do|shall|should|can|may) (?:you|i|we)(?: still)?(?: like| want| need)?(?: me| us)?(?: to)?"
    rf" (?:book|reserve|make|continue|proceed|go ahead)[^.!?;:]{{0,80}}"
    rf"|let(?:'s| us) (?:continue|proceed|get|finish|book|go ahead)[^.!?;:]{{0,80}}"
    rf"|any(?:thing)? (?:else|other|more|further)[^.!?;:]{{0,60}}|you(?:'re| are) welcome to ask[^.!?;:]{{0,40}})"
)
_PLEASANT = re.compile(
    rf"\W*(?:(?:and|so|but|oh|also|again),? )?"
    rf"(?:{_OFFER}|{_ECHO}|{_DEFERRAL}|{_THANKS}|{_SORRY}|{_PRAISE}|{_WISH}|{_SALUTATION})\W*"
)
_ANSWER = re.compile(
    r"\W*(?:(?:no(?=[,.!;:]| (?:i|we|you|they|it|there|the|this|that|our|sorry|unfortunately|sadly|all|not|at"
    r"|now)(?!\w))|yes|yep|yeah|yea|nope|sure|sure thing|of course|certainly|absolutely|definitely|correct"
    r"|exactly|right"
    r"|indeed|great|okay|ok|oh|ah|well|actually|currently|sorry|unfortunately|sadly|luckily|perfect|wonderful|awesome"
    r"|i'm afraid(?: that)?|i am afraid(?: that)?|(?:i'm|i am|we're|we are) (?:so |very )?sorry(?: to say)?"
    r"(?:,? but| that)?|it (?:looks like|seems|appears)(?: that)?|good (?:news|question)|fair question"
    r"|please note(?: that)?)"
    r"(?![\w'])[\s,.!:;-]*)+"
)
_GREETING = re.compile(rf"\W*{_SALUTATION}[,!.:]\s*")


def is_pleasantry(clause: str, *, own: frozenset[str] = frozenset()) -> bool:
    """Whether a clause says nothing that could be wrong: the voice's ``own`` phrases, courtesy, an offer to help."""
    return is_own_phrase(clause, own) or _is_courtesy(normalise(clause).text.strip())


def is_own_phrase(clause: str, own: frozenset[str]) -> bool:
    """Whether a clause is one of the voice's ``own_phrases``, or has no words."""
    return normalise(clause).text.strip(_MARKS) in own


def without_opening(clause: str) -> str:
    """A clause without the greeting and the "yes", "no" or "sorry" before its statement; itself when that is all."""
    folded = normalise(clause)
    position = 0
    for pattern in (_GREETING, _ANSWER):
        match = pattern.match(folded.text, position)
        position = match.end() if match else position
    rest = folded.text[position:]
    return clause[folded.starts[position] :] if len(re.findall(r"\w+", rest)) >= 2 else clause


def without_greeting(text: str) -> str:
    """A text without the greeting with which it begins."""
    folded = normalise(text)
    match = _GREETING.match(folded.text)
    return text[folded.starts[match.end()] :] if match and match.end() < len(folded.starts) else text


def opening_of(clause: str) -> str:
    """What ``without_opening`` cuts, folded."""
    return normalise(clause[: len(clause) - len(without_opening(clause))]).text


@lru_cache(maxsize=2048)
def _is_courtesy(folded: str) -> bool:
    return _PLEASANT.fullmatch(folded) is not None


def own_phrases(voice: VoiceRules) -> frozenset[str]:
    """The voice's sign-off, sympathy, closings and handovers, whole and by sentence, folded and without end marks."""
    listed = [voice.sign_off.text]
    for part in (voice.empathy, voice.closings, voice.handover):
        for phrases in part.model_dump().values():
            listed += phrases
    return _phrases(tuple(listed))


@lru_cache(maxsize=64)
def _phrases(listed: tuple[str, ...]) -> frozenset[str]:
    whole = [normalise(phrase).text for phrase in listed]
    parts = [part for phrase in whole for part in re.split(r"(?<=[.!?])\s+", phrase)]
    return frozenset(part.strip(_MARKS) for part in (*whole, *parts)) | {""}
