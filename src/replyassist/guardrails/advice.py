"""A reply gives no medical, legal or financial advice that its template does not give."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replyassist.guardrails.context import CheckContext, report
from replyassist.guardrails.findings import Finding, Severity
from replyassist.guardrails.stance import is_asked, is_left_open
from replyassist.guardrails.text import normalise
from replyassist.guardrails.words import content_vocabulary, content_words

_PATIENT = (
    r"(?:pregnan\w+|breast-?feeding|nursing|bab(?:y|ies)|infants?|toddlers?|children|kids|allerg\w+|intoleran\w+"
    r"|co?eliacs?|diabet\w+|asthma\w*|epilep\w+|heart|blood pressure|migraines?|eczema|medication|medicines?)"
)
_REMEDY = (
    r"(?:medication|medicines?|pills?|tablets?|dose|dosage|antihistamines?|ibuprofen|paracetamol|aspirin|antibiotics"
    r"|supplements?|vitamins?|caffeine|insulin)"
)
_ILLNESS = r"(?:allerg\w+|intolerance|infection|virus|food poisoning|reaction|caffeine overdose)"
_AILMENT = r"(?:pain|migraines?|headaches?|anxiety|depression|cancer|diabetes|inflammation|weight)"
_FINE = r"(?:safe|fine|ok|okay|harmless|good|suitable|healthy|no problem|not (?:dangerous|harmful|a risk))"
_ADVISE = (
    r"(?:should|must|need to|ought to|have to|had better|could|can|may|might"
    r"|(?:we|i)(?:'d| would)? (?:recommend|advise|suggest))"
)


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(wordings)})(?!\w)")


_MEDICAL = _any(
    rf"you {_ADVISE} (?:also |just |immediately )?(?:stop|start|avoid|continue|keep|reduce|increase|take)"
    rf"(?: taking| using| drinking| eating)? (?:(?:your|any|the|an?|some|more|less) )?(?:\w+ )?{_REMEDY}",
    rf"{_FINE}(?: \w+){{0,4}} {_PATIENT}",
    r"(?:stop|keep|continue|start) (?:taking|drinking|using|eating)",
    r"(?:100 ?%|perfectly|completely|totally|absolutely|entirely) safe",
    r"(?:cures?|heals?|treats?|relieves?|prevents?) (?:your |the |an? )?\w+|detox\w*",
    r"boosts? (?:your )?(?:immun\w+|metabolism)",
    r"lowers? (?:your )?(?:blood pressure|cholesterol|risk)",
    rf"helps? (?:with|against) (?:\w+ )?{_AILMENT}",
    r"(?:sounds like|looks like|you (?:probably |may |might )?(?:have|had)|it(?:'s| is)(?: probably| just)?)"
    rf" (?:an? )?(?:\w+ )?{_ILLNESS}",
    r"no need (?:to (?:see|call|ask)|for) an? (?:doctor|gp|physician)|don't need (?:to see )?an? (?:doctor|gp)",
    r"(?:\d+|one|two|three) (?:mg|tablets?|pills?|drops) (?:a|per|every|each|twice|once)",
)
_LEGAL = _any(
    rf"(?:you|they) {_ADVISE} (?:always |even )?(?:sue|claim damages|take (?:\w+ )?(?:legal action|to court)"
    r"|press charges|go to court|report (?:them|it|us) to the (?:police|authorities|ombudsman))",
    r"legally (?:entitled|required|obliged|allowed|bound)|by law|(?:statutory|consumer|legal) rights?",
    r"lawyers?|solicitors?|attorneys?|small claims|breach of contract|legal action|(?:is|are|it's) (?:il)?legal",
    r"liable|liability|void the contract|the contract is void",
)
_FINANCIAL = _any(
    r"invest(?:ing)? in|(?:buy|sell|hold) (?:your |more |some )?(?:shares|stocks?|crypto\w*|bitcoin|bonds?|funds?)",
    r"good time to (?:buy|sell|invest|save|borrow|switch)|(?:guaranteed|expected|high(?:er)?|better) returns?",
    r"risk[- ]free|can'?t lose|take out a (?:loan|mortgage)|tax[- ](?:free|deductible|exempt)",
    r"(?:don't|do not|won't) (?:have to |need to )?(?:pay|owe) (?:any |the )?tax|no tax(?:es)? (?:to pay|due)",
    r"(?:your )?credit (?:score|rating)|interest rates? (?:will|is going to|are going to) (?:rise|fall|go)",
    rf"(?:you|we) {_ADVISE} (?:\w+ )?(?:invest|(?:move|transfer|put) (?:all )?your (?:money|savings|pension)|borrow"
    r"|remortgage|consolidate|pay off your)",
)
_AREAS = (("medical", _MEDICAL), ("legal", _LEGAL), ("financial", _FINANCIAL))


def forbidden_advice(text: str, context: CheckContext) -> Iterable[Finding]:
    """Object to advice that the template does not give in the same words.

    Saying that one cannot say ("we can't tell whether it's safe") and asking are no advice. Without a template a
    person wrote the text, and every objection is a warning. The wordings were written from what support teams are
    told not to say, not from any labelled data.
    """
    plain = normalise(text)
    given = content_vocabulary(context.trusted_texts)
    sources = normalise("\n".join(context.trusted_texts)).text
    for area, pattern in _AREAS:
        for match in pattern.finditer(plain.text):
            if is_asked(plain.text, match.end()) or is_left_open(plain.text, match.start()):
                continue
            words = content_words(match[0])
            if match[0] in sources or (words and given.issuperset(words)):
                continue
            span = plain.span(*match.span())
            yield report(
                text,
                span,
                rule="grounding.forbidden_advice",
                severity=Severity.WARN if context.template is None else Severity.BLOCK,
                explanation=f'"{text[slice(*span)].strip()}" is {area} advice that the template does not give. '
                "Please take it out, or point to somebody who may give it.",
            )
