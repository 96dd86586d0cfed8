"""Orders planted where a machine reads along: notes to the assistant, calls of tools, tokens to repeat, false markers.

In English, and in the marks of prompt formats. Collected and tuned as in ``orders_english.py``.
"""

from __future__ import annotations

from .orders import Order, near, order

_READ = r"(?:read|process|summari[sz]e|parse|handle|answer|reply to|respond to|translate|analy[sz]e|index|review|see)"
_THIS = r"(?:this|the (?:user|ticket|message|e-?mail|document|page|file|post|text|next))"
_SAID = r"(?:repl(?:y|ies)|responses?|answers?|summar(?:y|ies)|outputs?|reports?)"
_REPLY = rf"(?:your|every|each|any|all|the end of (?:the|your)|the) (?:\w+ )?{_SAID}"
_FUTURE = (
    r"\b(?:every|all|any|each|the next|on the next) (?:future |next |subsequent |later |user )*"
    r"(?:repl\w+|responses?|tasks?|conversations?|messages?|sessions?|reports?|answers?)\b"
)
_READERS = r"(?:agents?|assistants?|models?|systems?|bots?|tools?)"

_NOTES: tuple[Order, ...] = (
    order(
        "indirect",
        0.8,
        r"\b(?:note|message|instructions?|attention|notice|hint|reminder|memo|info|action|task|to-?do)s? (?:to|for)"
        r"(?: (?:the|any|all|every))? (?:\w+ )?(?:ai|assistants?|(?:chat)?bots?|models?|agents?|llms?)\b",
        rf"\b(?:for|dear|hey|attention) (?:all |any )?(?:ai|llm)[- ]?(?:\w+ )?{_READERS}\b",
        rf"\b(?:ai|llms?|language models?|automated)[- ]?{_READERS}?(?: that| who| which)?(?: (?:is|are))? "
        r"(?:reading|processing|handling|summari[sz]ing|parsing|seeing|must|should)\b",
    ),
    order(
        "indirect",
        0.75,
        near(
            rf"\b(?:when|while|before|after|once|if|as)(?: you)?(?:'re| are)? {_READ}(?:ing)? {_THIS}",
            r"\b(?:also|must|append|insert|exact|verbatim|secret|token|code|ignore|instead|forward|customers?"
            r"|database|api)\b",
            within=90,
        ),
        r"(?:^|[\n.!?(\[]|---)\s*\W{0,3}(?:important )?(?:system|assistant|developer|admin(?:istrator)?) ?"
        r"(?:prompt|message|note|notice|update|alert|command|override|instructions?)? ?:",
        r"\b(?:system|assistant|developer) (?:note|update|override|instructions?|command|prompt)\s*:",
    ),
    order(
        "indirect",
        0.5,
        r"\bthe (?:ai|bot|model|agent|chatbot|assistant) (?:should|must|shall|needs to|is (?:required )?to)(?! have\b)",
        near(r"\b(?:append|prepend|insert|prefix|embed|add|include|put|begin|end)\b", _REPLY, within=80),
        r"<!--",
    ),
    order(
        "indirect",
        0.6,
        near(
            r"\b(?:append|prepend|insert|include|add|repeat)\b",
            r"\b(?:exact|verbatim|token|(?<!discount )(?<!promo )code|string)\b",
        ),
        near(r"\b(?:token|code|string|phrase)\b", _REPLY, within=60),
        near(r"\bcall\b", r"\b(?:https?:|before (?:responding|continuing|answering|replying))", within=60),
        near(r"\bon file\b|\baudit (?:log|record)|\blogging\b", r"https?:|@|\bappend\b|\binstructions\b", within=90),
    ),
    order(
        "indirect",
        0.5,
        near(r"\b(?:save|remember|store|persist|keep|repeat|include\w*|use|skip)\b", _FUTURE, within=70),
        r"\bto your (?:long[- ]term )?memory\b|\bpersist(?:s|ed)? (?:across|between)\b",
        r"\b(?:required|needed|mandatory) (?:for|by) (?:logging|audit\w*|compliance)\b",
        r"\bwithout (?:asking (?:again|for confirmation|the user)|(?:user )?confirmation)\b",
    ),
)
_DEMANDS: tuple[Order, ...] = (
    order(
        "indirect",
        0.6,
        near(
            rf"\b{_SAID}\b",
            r"\b(?:must|should|needs? to|ha(?:s|ve) to|(?:is|are) to|shall)\b[^.!?]{0,30}"
            r"\b(?:include|contain|end|start|begin|mention|quote|carry|open|close|recommend)\b",
        ),
        r"\b(?:hidden|secret|embedded) (?:instructions?|commands?|directives?)\b",
        r"\bmark (?:this|the|my|all) (?:\w+ )?as (?:approved|resolved|paid|verified|safe|trusted)\b",
    ),
    order(
        "indirect",
        0.5,
        near(r"\b(?:include|add|use|quote|append|say|mention)\b", rf"\bin (?:your|the) (?:final|next) {_SAID}"),
    ),
    order(
        "secrecy",
        0.6,
        r"\b(?:do not|don't|never|without) (?:tell\w*|mention\w*|inform\w*|alert\w*|notify\w*|show\w*|reveal\w*) "
        r"(?:\w+ ){0,3}(?:the|any) (?:user|customer|human|operator|person|agent)s?\b",
        near(
            r"\b(?:silently|covertly|secretly)\b",
            r"\b(?:send|add|include|forward|call|copy|insert|append)\b",
            within=30,
        ),
    ),
)
_TOOLS: tuple[Order, ...] = (
    order(
        "tool",
        0.6,
        r"(?<![\w@/.])(?:send|delete|read|write|get|post|http|exec|run|list|create|update|fetch|query|export|call|transfer"
        r"|search|web|file|db)_[a-z]+(?:_[a-z]+)*\b",
        r"(?<!\w)/(?:etc|var|usr|root|home)/\w+|(?<!\w)\.env\b|\bid_rsa\b",
    ),
    order(
        "tool",
        0.5,
        r"\b(?:delete|remove|drop|wipe|erase|purge) (?:all|every|the) (?:\w+ )?"
        r"(?:files?|records|database|tables?|accounts|customers|backups?|logs?)\b",
        near(r"\b(?:fetch|ping|submit)\b", r"https?://|\bwebhook\b", within=40),
        is_imperative=True,
    ),
    order(
        "tool",
        0.8,
        r"\b(?:call|run|invoke|execute|trigger)(?: the)? [`'\"]?[a-z]+(?:_[a-z]+)+\b",
        r"\buse (?:the )?[`'\"]?[a-z]+(?:_[a-z]+)+[`'\"]? to\b",
        r"\brm -rf\b|\bdrop table\b|\bsudo \w+|\bos\.system\b|\b(?:curl|wget) (?:-\w+ )*https?:|<script\b"
        r"|\{\{\s*\w+\s*\(",
    ),
)
_POSES: tuple[Order, ...] = (
    order(
        "authority",
        0.6,
        r"\bi am (?:your|the|an?) (?:developer|creator|administrator|admin|programmer|system admin\w*|openai)\b",
        r"\b(?:proceed|comply|respond) (?:fully |with the )?(?:unrestricted|without (?:limits|question|refus\w+))",
        r"\bno questions(?: asked)?\b[.!]?$|\byou must (?:obey|comply)\b",
    ),
    order(
        "dictation",
        0.5,
        r"\b(?:respond|reply|answer) (?:only |exactly |just )+with\b|\brepeat after me\b|\boutput (?:only|exactly)\b",
        r"\b(?:say|write|state|confirm|reply) (?:exactly|only|that (?:it|everything|all) (?:is|are) free)",
        r"\bnow (?:give|offer|grant) (?:\w+ )?(?:discounts?|refunds?|vouchers?)\b",
    ),
    order(
        "encoded",
        0.8,
        near(
            r"\b(?:decode|decrypt|decipher|unscramble|unencrypt|translate|reverse)\b",
            r"\b(?:and|then)\b[^.!?]{0,20}\b(?:do|follow|execute|obey|act|run|comply|carry out)\b",
            within=60,
        ),
        is_imperative=True,
    ),
)
_MARKS: tuple[Order, ...] = (
    order(
        "delimiter",
        0.85,
        r"<\|?/?(?:im_start|im_end|system|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|?>",
        r"\[/?inst\]|<</?sys>>|</?(?:system|instructions?|system_prompt)>|<\|(?:user|assistant|system)\|>",
        r"#{2,}\s*(?:system|instructions?|new instructions?|end of|response|assistant|human|user input)\b",
        r"[-=#*_]{3,}\s*(?:end|begin|start|stop) (?:of )?\w+|\[(?:system|admin|developer|assistant)[^\]\n]{0,20}\]",
        r"```\s*system\b|(?:^|\n)\s*(?:assistant|human)\s*:",
    ),
    order(
        "delimiter",
        0.5,
        r"</?(?:message|post|document|user_input|context|conversation|untrusted|data)>",
        r"\bend of (?:the )?(?:prompt|user input|instructions|system message)\b",
    ),
)

PLANTED: tuple[Order, ...] = (*_NOTES, *_DEMANDS, *_TOOLS, *_POSES, *_MARKS)
