"""The kinds of promise that a reply can make: how each is worded, and what in a template makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from replyassist.guardrails.findings import Severity

_WE = (
    r"(?:we|i|someone|somebody|a colleague|a person|a human|they|one of (?:us|our \w+)"
    r"|(?:our|the|my) (?:\w+ ){0,2}(?:team|people|colleagues?|manager|support|staff|courier))"
)
_WILL = r"(?:'ll|'m going to|'re going to| will| shall| are going to| am going to| is going to| is gonna|'re gonna)"
_ADVERBS = (
    r"(?: (?:also|now|then|gladly|happily|personally|of course|just|even|always|certainly|definitely|be happy to))*"
)
_WE_DO = rf"(?<!\w){_WE}(?:{_WILL}|'ve| have| can)?{_ADVERBS} "
_WE_WILL = rf"(?<!\w){_WE}{_WILL}{_ADVERBS} "
_GIVE = (
    r"(?:gets?|receive|have|send|give|offer|issue|arrange|provide|add|include|throw in|pop in|grab|claim|entitled to"
    r"|process|owed|got|slip in|put in|be|is|are|enjoy|use)"
)
_ARTICLES = (
    r"(?:(?:a|an|your|the|another|some|any|full|partial|complete|small|little|extra|special|free|brand|new|\d+ ?%)[ -])"
    r"{0,4}"
)
_GIVEN = rf"(?<!\w){_GIVE}(?: (?:you|your order|for you))? {_ARTICLES}"
_TEAM = r"(?:we|team|person|people|colleague|support|they|who|and)(?:'ll)? (?:\w+ ){0,4}"


@dataclass(frozen=True, slots=True)
class PromiseKind:
    """One kind of promise.

    ``worded`` finds it in a folded draft; ``made_by`` finds in a folded template what makes it. ``by_us``: only what
    the brand says of itself counts. ``askable``: even to ask whether it is wanted ("shall we refund it?") offers it.
    """

    name: str
    worded: re.Pattern[str]
    made_by: re.Pattern[str]
    severity: Severity = Severity.BLOCK
    by_us: bool = False
    askable: bool = False


def _kind(
    name: str,
    *worded: str,
    made_by: str,
    severity: Severity = Severity.BLOCK,
    by_us: bool = False,
    askable: bool = False,
) -> PromiseKind:
    return PromiseKind(name, re.compile("|".join(worded)), re.compile(made_by), severity, by_us, askable)


PROMISE_KINDS = (
    _kind(
        "a refund or compensation",
        rf"{_WE_DO}(?:refund|reimburse|compensate|repay|pay you back|return your money|credit (?:you|your))"
        r"(?:ed|d)?(?!\w)",
        rf"{_GIVEN}(?:refund|reimbursement|compensation|money back|store credit|goodwill \w+)(?!\w)",
        r"(?:'ll be| will be|are|is|be) (?:fully |partially )?(?:refunded|reimbursed|compensated)(?!\w)",
        r"(?<!\w)(?:refund|compensation|reimbursement) (?:is|will be|'s) (?:on|issued|processed|sent|given|coming)",
        r"(?<!\w)money[- ]back(?!\w)|(?<!\w)refunded in full|(?<!\w)make (?:it|this) up to you",
        made_by=r"(?<!non-)(?:refund|reimburs|compensat|money back|store credit|goodwill|repay)",
        askable=True,
    ),
    _kind(
        "a replacement",
        rf"{_WE_DO}(?:replace|resend|reship|re-send|exchange|swap)(?:ed|d)?(?!\w)(?! (?:to|with us))",
        rf"{_GIVEN}(?:replacement|substitute|new one|fresh one|another one)s?(?!\w)",
        r"(?:'ll be| will be|be) (?:replaced|resent|exchanged)(?!\w)",
        r"(?<!\w)replacement(?: \w+){0,2} (?:is|will be|'s) (?:on|sent|shipped|coming)",
        made_by=r"(?:replac|resend|reship|exchang|swap|new one|another one)",
        askable=True,
    ),
    _kind(
        "a discount or gift",
        rf"{_GIVEN}(?:discount|voucher|coupon|gift card|promo code|gift|freebie|bonus|treat|perk|upgrade)s?(?!\w)",
        r"(?<!\w)(?:on the house|on us(?=[.!,?]|$)|our treat|special (?:deal|price) for you)",
        rf"{_WE_DO}(?:discount|knock|take) (?:\S+ ){{1,3}}off(?!\w)",
        made_by=r"(?:discount|voucher|coupon|gift|code|bonus|%|percent|on the house|upgrade|half)",
        askable=True,
    ),
    _kind(
        "that something is free",
        r"(?<!\w)(?:free of (?:any )?charge|for free|complimentary)(?!\w)",
        r"(?<![\w-])(?<!feel )(?<!gluten )(?<!dairy )(?<!sugar )(?<!nut )(?<!lactose )(?<!caffeine )(?<!meat )(?<!pet )"
        r"free (?!(?:to|of|from|and|or|with|as|at|in|on|if|for|over|up|when|choice|range|time|hand|options?)(?!\w))"
        r"\w{2,}",
        r"(?<!\w)(?:at|for|with) no (?:extra |additional )?(?:cost|charge|fee)s?(?!\w)",
        r"(?:(?<!\w)(?:is|are|be|ships?|delivered|totally|completely|always)|'s) (?:(?:totally|completely|also) )?free"
        r"(?=[.,!;)]|$| (?:for|in|on|over|above|from|up to|if|when|everywhere|and|within|all|worldwide|with)(?!\w))",
        made_by=r"(?:free(?! to)|complimentary|no (?:extra |additional )?(?:cost|charge|fee)|n't charge|not charge"
        r"|on the house|without (?:a )?(?:charge|fee|cost)|included)",
    ),
    _kind(
        "a deadline",
        r"(?<!\w)(?:within the (?:hour|day)|right away|straight ?away|immediately|instantly|asap|as soon as possible"
        r"|at once|in no time|before you know it|any (?:minute|moment|day) now|first thing|without delay|as we speak)"
        r"(?!\w)",
        made_by=r"(?:within the (?:hour|day)|right away|straight ?away|immediate|instant|asap|as soon as|at once"
        r"|in no time|first thing|without delay|automatic|same (?:working )?day|real time)",
        by_us=True,
    ),
    _kind(
        "that it is soon",
        r"(?:'ll|will|going to)(?: \w+){1,8} (?:soon|shortly|in (?:just )?a (?:moment|bit|jiffy))(?!\w)",
        made_by=r"(?:soon|shortly|moment|minute|hour|day|week|immediate|instant)",
        severity=Severity.WARN,
    ),
    _kind(
        "that somebody will get in touch",
        rf"{_WE_WILL}(?:get back|be (?:back )?in touch|reach out|follow up|call|ring|phone|contact|write (?:back )?to"
        r"|e-?mail|message|dm|text|reply|respond|answer|let you know|keep you (?:posted|updated|informed)|update you"
        r"|notify|inform)(?!\w)",
        r"(?<!\w)expect (?:a|an|our) (?:call|e-?mail|message|reply|answer|text)(?!\w)",
        made_by=rf"(?:{_TEAM}(?:get back|touch|reach out|follow up|call|ring|phone|contact|write|e-?mail|message|text"
        r"|reply|respond|answer|let you know|notify|inform|update)"
        r"|you (?:will |'ll )?(?:get|receive) (?:\w+ ){0,3}(?:e-?mail|message|text|call|reply|answer|notification))",
    ),
    _kind(
        "that somebody will see to it",
        rf"{_WE_WILL}(?:look into|investigate|check|take (?:care|a (?:\w+ )?look)|sort|fix|solve|resolve|handle|chase"
        r"|make (?:it|this|things) (?:right|up)|escalate|pass|forward|raise|review|put (?:it|this|things) right"
        r"|make sure|ensure|see to it|speed|prioriti[sz]e|expedite)(?!\w)",
        made_by=rf"(?<!\w){_TEAM}(?:look|investigat|check"
        r"|take|sort|fix|solve|resolve|put|handle|chase|escalat|pass|forward|raise|review|make|ensure|ask|help|find|speed"
        r"|priorit|expedite)",
    ),
    _kind(
        "an exception",
        r"(?<!\w)(?:mak(?:e|ing) an exception|bend(?:ing)? the rules|as a (?:one-off|courtesy|gesture|goodwill|special)"
        r"|just this once|this one time|waiv(?:e|ed|ing)|overlook it|skip the (?:fee|queue|line))(?!\w)",
        made_by=r"(?:exception|one-off|courtesy|gesture|goodwill|waive)",
    ),
    _kind(
        "a guarantee",
        r"(?<!\w)(?:(?:we|i)(?:'ll| will| can| do)? (?:guarantee|promise|assure you|swear)|guaranteed|no matter what"
        r"|you have (?:our|my) word|100 ?% (?:sure|certain|guaranteed)|without (?:a |any )?(?:doubt|fail)"
        r"|(?:our|a) (?:\w+ )?guarantee)(?!\w)",
        made_by=r"(?:guarantee|promise|assure|warrant|our word|100 ?%|without fail)",
    ),
    _kind(
        "a certainty",
        r"(?:'ll|(?<!\w)(?:will|is|are|can)) (?:most )?(?:definitely|certainly|surely|always|never)(?!\w)"
        r"(?! (?:welcome|happy|glad|here|free|appreciate|love))",
        r"(?<!\w)(?:definitely|certainly|always|never) (?:be|arrives?|gets?|have|will|works?|ships?|fails?|late)(?!\w)",
        r"(?<!\w)(?:we|it|they|orders|parcels|delivery) (?:always|never)(?!\w)",
        made_by=r"(?:definite|certain|sure|always|never|every|each|all|automatic|whenever|any time|24/7)",
        severity=Severity.WARN,
    ),
)
"""Each is worded in many ways; the wordings were written from what support teams say, not from any labelled data."""
