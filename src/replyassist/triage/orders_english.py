"""Orders to the machine in English: to drop its rules, to play somebody without any, to give away what it knows.

The words were collected from published descriptions of prompt injection and tuned on the development half of the
injection benchmark (``eval/bench``) alone. Weights: 0.7 and more sends a message to a person by itself,
0.35 to 0.7 only lowers trust; signs of several kinds add up.
"""

from __future__ import annotations

from .orders import Order, near, order, together

_OVERRIDE = (
    r"\b(?:ignore|disregard|forget|override|bypass|discard|overrule|overlook|circumvent|abandon|suspend|erase|drop|skip"
    r"|do(?: not|n'?t) (?:follow|obey|apply)|stop (?:following|obeying|applying)|pay no attention to)\b"
)
_RULES = (
    r"\b(?:instructions?|rules?|prompts?|guidelines?|directives?|orders given|commands?|constraints?|restrictions?"
    r"|safeguards?|guardrails?|programming|safety (?:checks?|polic\w+|measures|protocols?|filters?)|content polic\w+)\b"
)
_SCOPE = (
    r"\b(?:previous|prior|above|earlier|preceding|existing|original|initial|all|any|your|these|those|every|system)\b"
)
_RESTRAINTS = (
    r"(?:restrictions?|limits|limitations|filters?|filtering|rules|censorship|content polic\w+|guidelines|boundaries"
    r"|safeguards|guardrails|ethic\w*|moral\w*|constraints)"
)
_FREE = (
    r"\b(?:no|without|free (?:of|from)|zero|not bound by|no longer (?:bound|limited|restricted|governed) by)"
    rf" (?:any |all |more |the |usual |normal |content |safety )*{_RESTRAINTS}\b"
)
_MACHINE = r"\b(?:a\.?i|assistant|(?:chat)?bot|model|llm|dan|system|agent|gpt|language model)\b"
_UNBOUND = (
    r"\b(?:unrestricted|unfiltered|uncensored|unlimited|jailbroken|restricted) "
    r"(?:ai|mode|response|model|assistant|bot|access|content|answers?)\b"
)
_MODE = r"\b(?:developer|dev|god|admin|debug|maintenance|jailbreak|sudo|root|dan|unsafe|test|unrestricted)[- ]mode\b"
_NOW = r"\b(?:from now on|from this (?:point|moment)|henceforth|starting now|you (?:are|will) now|you now)\b"
_SAFETY = (
    r"\b(?:safety|security|content|usual) "
    r"(?:protocols?|checks?|guidelines?|rules?|filters?|measures|restrictions?|polic\w+)\b"
)
_OFF = (
    r"\b(?:disabled?|deactivated|off|lifted|suspended|removed|exempt|waived|not (?:meant|apply|applicable)|n[o']t apply"
    r"|skip|skipped|bypass|bypassed|ignore|turn off)\b"
)
_REVEAL = (
    r"\b(?:reveal|print|show|repeat|display|output|tell|give|share|leak|dump|expose|disclose|recite|return|paste|copy"
    r"|provide|email|forward|write (?:down|out)|summari[sz]e|translate|printing|what (?:is|are|was|were)|what's)\b"
)
_PROMPT = (
    r"\b(?:(?:system|hidden|initial|secret|developer|internal|original) (?:prompt|instructions?|message|directives?"
    r"|configuration|notes?|rules)|(?:your|the) (?:\w+ ){0,2}?(?:prompt(?! (?:re\w+|answers?|service|attention|action"
    r"|delivery|help|assistance|payment|and))|system message)"
    r"|your (?:own |exact |original |full |current |internal |operating )*(?:instructions|directives|configuration)"
    r"(?! (?:for|on|about|to|in)\b)|instructions (?:that )?(?:you (?:were|have been|are)|given to you)"
    r"|what you were (?:told|instructed|programmed))\b"
)
_LOOT = (
    r"\b(?:(?<!my )(?<!our )(?<!own )(?:(?:api|secret|access|private|encryption) (?:keys?|tokens?)|passwords?"
    r"|credentials)|env(?:ironment)? var(?:iable)?s|customers?'? (?:\w+ )?(?:e-?mails?|lists?|data|records|database)"
    r"|(?:order|user|confidential|sensitive|private|internal) (?:data|configuration|config|records|files|documents)"
    r"|(?:other|all) (?:the )?(?:customers|users)|private admin|admin (?:password|page|panel|access)s?|full database)\b"
)
_TAKE = (
    r"\b(?:leak|dump|send|forward|e-?mail|list|reveal|collect|exfiltrate|print|output|export|post|upload|show|give"
    r"|disclose|extract|grant|display|tell|return)\b"
)

_OVERRIDES: tuple[Order, ...] = (
    order("override", 0.9, f"{_OVERRIDE}[^.!?]{{0,40}}?{_SCOPE}[^.!?]{{0,30}}?{_RULES}", is_imperative=True),
    order(
        "override",
        0.75,
        rf"{_OVERRIDE} (?:the |my )?{_RULES}(?: \w+)? above",
        rf"{_OVERRIDE} (?:everything|anything|all(?: of)?(?: that)?|whatever)\b[^.!?]{{0,20}}"
        r"\b(?:above|before|you (?:were|have been|know)|said|told|so far|prior)\b",
        r"\bignore the user\b|\bforget (?:that )?you(?:'re| are) an?\b",
        r"\b(?:reset|clear|wipe|delete|erase) (?:your |all (?:your )?)(?:memory|context|instructions|rules)\b",
        is_imperative=True,
    ),
    order(
        "override",
        0.8,
        r"\b(?:your )?new (?:\w+ )?(?:instructions?|directives?|rules?|orders?|system prompt)(?:\s*:| (?:is|are)\b)",
        r"\bsupersedes? (?:all|any|every|prior|previous|the)\b|(?:^|[\n.!])\s*(?:system )?override\s*:",
        r"\byour (?:rules|instructions|guidelines|programming) "
        r"(?:have|has|are|were) (?:been )?(?:changed|updated|replaced|revoked)",
        r"\bmust (?:now )?(?:fully )?comply with (?:every|all|any|my)\b|\bcomply (?:fully |with )*(?:every|without)\b",
        r"\byou (?:do not|don't|no longer) (?:have to|need to)? ?(?:follow|obey|adhere|abide|comply)\b",
        together(_SAFETY, _OFF, within=60),
    ),
    order("override", 0.5, near(_NOW, r"\b(?:you|respond|answer|reply|act|comply|behave|speak)\b", within=30)),
    order(
        "override",
        0.5,
        r"\b(?:ignore|disregard) (?:everything |all )?(?:of )?(?:the )?above\b",
        r"\binstead,? (?:of (?:that|this|replying|answering),? )?(?:say|write|output|reply|respond|print)\b",
        is_imperative=True,
    ),
)
_PERSONAS: tuple[Order, ...] = (
    order("persona", 0.85, together(_NOW, rf"{_FREE}|{_UNBOUND}|{_MODE}", within=90)),
    order("persona", 0.8, together(rf"\byou\b|{_MACHINE}|\b(?:respond|answer|comply)", _FREE, within=70)),
    order("persona", 0.75, _UNBOUND, r"(?<!not )(?<!n't )\bdo anything now\b"),
    order(
        "persona",
        0.75,
        rf"\b(?:enter|enable|activate|switch (?:to|into)|engage|you are in|in) {_MODE}",
        near(r"\b(?:pretend|act as|act like|behave (?:as|like)|simulate|role-?play as|imagine) ", _MACHINE, within=30),
        near(r"\byou are now\b", rf"{_MACHINE}|\b(?:evil|hacker|root|free|unbound)\b", within=40),
        r"\b(?:evil|unethical|amoral|immoral|rogue) (?:ai|assistant|bot|twin|version|confidant)\b",
        is_imperative=True,
    ),
    order("persona", 0.45, r"\byou are now (?:an?|in|called|named)\b", r"\byou are no longer\b"),
    order(
        "persona",
        0.6,
        r"\b(?:stay|remain|never break) (?:in )?character\b|\bopposite (?:day|mode)\b",
        r"\bnever (?:refuse|say no|decline|break character)\b|\byou (?:can|must|will)(?:not|n't| not) refuse\b",
        r"\byou (?:have been|are) (?:freed|liberated|jailbroken|unlocked|unchained)\b",
        r"\b(?:answer|respond to|do) (?:absolutely )?(?:everything|anything|any (?:question|request)|every \w+)"
        r"[^.!?]{0,15}\b(?:without|no matter|freely|asks)\b",
        r"\bgrand(?:mother|ma|father|pa)\b[^.!?]{0,40}\b(?:used to|would)\b[^.!?]{0,30}\b(?:read|tell|recite)\b",
    ),
    order(
        "persona",
        0.75,
        r"\bas (?:the|an?|your) (?:ai |helpful )?(?:assistant|model|ai),? (?:i|i've|i have)\b",
        r"\b(?:reasoning|thought)s?(?: trace)?\s*\((?:assistant|ai|model)\)",
        r"\bthe user has (?:granted|given|confirmed|approved|authori[sz]ed)\b",
        r"\bexempt from (?:the |all |any )?(?:usual |normal |safety )?(?:restrictions|rules|polic\w+)",
    ),
)
_THEFTS: tuple[Order, ...] = (
    order("exfiltration", 0.8, near(_REVEAL, _PROMPT), is_imperative=True),
    order(
        "exfiltration",
        0.75,
        r"\bwhat (?:was|is|were) (?:written|said|stated|placed)? ?(?:above|before) this (?:conversation|message)\b",
        near(r"\b(?:print|repeat|output|copy|recite)", r"\b(?:everything|all|text|words) (?:\w+ )?(?:above|before)\b"),
        r"\bstarting (?:with|from) (?:the words? )?[\"']?you are\b|\b(?:sentences?|words|lines) of your prompt\b",
    ),
    order("exfiltration", 0.75, near(_TAKE, _LOOT), is_imperative=True),
    order(
        "exfiltration",
        0.7,
        near(
            r"\b(?:send|forward|e-?mail|post|upload|submit|append|copy|transmit)\b",
            r"\b(?:conversation|chat (?:history|log)|transcript|summary|session|all (?:data|messages)|contents)\b"
            r"[^.!?]{0,40}(?:\bto\b|https?:|@)",
            within=40,
        ),
    ),
    order(
        "exfiltration", 0.5, r"\byour (?:training data|knowledge cut-?off|system message|source code|initial prompt)\b"
    ),
)

ENGLISH: tuple[Order, ...] = (*_OVERRIDES, *_PERSONAS, *_THEFTS)
