"""Find what a reader can click, write to or call: links, bare domains, e-mail addresses, handles, phone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from replyassist.core.word_lists import words_of
from replyassist.guardrails.mention import Mention, MentionKind, mask_spans, simple
from replyassist.guardrails.text import PlainText, normalise

_REST = r"[^\s<>\"|]"
_URL = re.compile(
    rf"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{{1,15}}:[/\\]{{2}}|https?:[/\\]*|www\.){_REST}+"
    rf"|(?<![a-z0-9])(?:javascript|vbscript|data|file|mailto|tel|sms|whatsapp):{_REST}+"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}")
_HIDDEN = re.compile(
    r"(?<![\w.-])(?:[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\{at\})\s?)?[\w-]{1,63}"
    r"(?:\s?(?:\(dot\)|\[dot\]|\{dot\}|\[\.\]|\(\.\))\s?[\w-]{2,63}){1,4}"
    r"|(?<![\w.-])[\w-]{2,63} dot (?:com|net|org|io|co|shop|example)(?![\w-])"
)
_BARE = re.compile(rf"(?<![\w@.-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}})+(?::\d{{2,5}})?(?:/{_REST}*)?")
_HANDLE = re.compile(r"(?<![\w@/.])@[\w.]{0,40}\w")
_PHONE = re.compile(
    r"\+\d[\d ().-]{6,20}\d"
    r"|\(\d{2,5}\)[ .-]?\d[\d .-]{3,14}\d"
    r"|(?<![\w:.,/-])0\d{1,4}[ .-]\d[\d .-]{3,14}\d(?![\w:])"
    r"|(?<![\w:.,/-])(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}(?![\w:])"
)
_DATE = re.compile(r"\d{1,2}[.-]\d{1,2}[.-](?:\d{2}|\d{4})")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,15}:[/\\]*")
_AUTHORITY_END = re.compile(r"[/?#\\]")
_OPENING = {")": "(", "]": "[", "}": "{"}
_TRAILING = ".,;:!?'\"*_~"

_COMMON_ENDINGS = words_of(
    "com net org info biz name pro edu gov int mil app dev shop store online site website tech blog club live "
    "news link click top xyz icu vip work works zone world today space email support help cloud digital media "
    "agency studio design coffee cafe bank money loan cash fund finance credit insure tax zip mov page ink one "
    "example test invalid localhost local onion arpa cat eus ltd inc llc gmbh group company social chat bot "
    "tel mobi travel jobs museum asia"
)
_WORD_ENDINGS = words_of(
    "is it in no so to at be me us my am as do by an la de et hm pm id "
    "one today work works help support name page cat bank money live news link design cash top"
)
_SHORT_WORDS = words_of("we he if up or on ok oh hi go ha mr")  # no country has these
_FILE_ENDINGS = words_of("pdf jpg jpeg png gif heic csv doc docx txt xls xlsx mp3 mp4 json xml html htm js py md")


@dataclass(frozen=True, slots=True)
class Address:
    """Something that leads elsewhere; ``host`` is empty when it leads to no host that can be named."""

    kind: MentionKind
    start: int
    end: int
    canonical: str
    host: str
    trick: str = ""  # why a reader may be fooled about the host


@lru_cache(maxsize=512)
def addresses(text: str) -> tuple[Address, ...]:
    """All links, e-mail addresses, handles and phone numbers; offsets are those of the folded text."""
    plain = normalise(text)
    found: list[Address] = []
    rest = plain.text
    for hints, pattern, build in _BUILDERS:
        if not any(hint in rest for hint in hints):
            continue
        new = [
            address
            for match in pattern.finditer(rest)
            if (address := build(match.start(), match[0], plain)) is not None
        ]
        if new:
            found.extend(new)
            rest = mask_spans(rest, ((address.start, address.end) for address in new))
    return tuple(found)


def address_mentions(_: str, plain: PlainText) -> list[Mention]:
    """The addresses as checkable mentions."""
    return [_mention(address) for address in addresses(plain.original)]


def _mention(address: Address) -> Mention:
    span = (address.start, address.end)
    if address.kind is not MentionKind.LINK:
        return simple(address.kind, span, f"{address.kind}:{address.canonical}")
    exact, host = f"link:{address.canonical}", f"host:{address.host}"
    near = ((host, "grounding.link_shortened"),) if address.canonical == address.host else ()
    return Mention(
        MentionKind.LINK, *span, needs=frozenset([exact]), offers=frozenset([exact, host]), near=near, same_number=host
    )


def trim_address(address: str) -> str:
    """Cut the punctuation that belongs to the sentence and not to the address."""
    while address:
        last = address[-1]
        opening = _OPENING.get(last)
        if last not in _TRAILING and (opening is None or address.count(last) <= address.count(opening)):
            break
        address = address[:-1]
    return address


def _url(start: int, raw: str, _: PlainText) -> Address | None:
    raw = trim_address(raw)
    scheme = _SCHEME.match(raw)
    rest = raw[scheme.end() :] if scheme else raw
    if not rest or (scheme is None and "." not in rest[4:]):
        return None
    if raw.startswith(("javascript:", "vbscript:", "data:", "file:", "tel:", "sms:", "whatsapp:")):
        return Address(MentionKind.LINK, start, start + len(raw), raw, "", "it does not lead to a web page")
    if raw.startswith("mailto:"):
        return Address(MentionKind.EMAIL, start, start + len(raw), rest.split("?")[0], rest.rpartition("@")[2])
    authority = _AUTHORITY_END.split(rest, maxsplit=1)[0]
    host = _host_of(authority)
    trick = ""
    if "@" in authority:
        trick = "what stands before the @ is not where it leads"
    elif "\\" in raw:
        trick = "it has a backslash in it"
    return Address(MentionKind.LINK, start, start + len(raw), _canonical(rest, authority, host), host, trick)


def _host_of(authority: str) -> str:
    host = authority.rpartition("@")[2]
    host = re.sub(r":\d*$", "", host).strip(".")
    return host.removeprefix("www.")


def _canonical(rest: str, authority: str, host: str) -> str:
    user = f"{authority.rpartition('@')[0]}@" if "@" in authority else ""
    return f"{user}{host}{rest[len(authority) :].rstrip('/')}"


def _email(start: int, raw: str, _: PlainText) -> Address | None:
    raw = trim_address(raw)
    clean = raw.lstrip("'.")
    start += len(raw) - len(clean)
    local, _separator, host = clean.rpartition("@")
    if not local or "." not in host:
        return None
    return Address(MentionKind.EMAIL, start, start + len(clean), clean, host)


def _hidden(start: int, raw: str, _: PlainText) -> Address | None:
    text = re.sub(r"\s?[([{](?:dot|\.)[)\]}]\s?| dot ", ".", raw)
    text = re.sub(r"\s?[([{]at[)\]}]\s?", "@", text)
    host = text.rpartition("@")[2]
    kind = MentionKind.EMAIL if "@" in text else MentionKind.LINK
    return Address(kind, start, start + len(raw), text, host, "it is written so that filters do not see it")


def _bare(start: int, raw: str, plain: PlainText) -> Address | None:
    raw = trim_address(raw)
    authority = raw.partition("/")[0]
    host = _host_of(authority)
    labels = host.split(".")
    if len(labels) < 2 or not all(labels):
        return None
    has_more = len(authority) < len(raw) or ":" in authority
    if not _looks_like_domain(labels, has_more) or _is_missing_space(start, authority, plain):
        return None
    return Address(MentionKind.LINK, start, start + len(raw), _canonical(raw, authority, host), host)


def _looks_like_domain(labels: list[str], has_more: bool) -> bool:
    ending = labels[-1]
    if ending.startswith("xn--"):
        return True
    if all(label.isdigit() for label in labels):
        return has_more and len(labels) == 4
    if not ending.isalpha() or len(ending) < 2 or ending in _FILE_ENDINGS:
        return False
    return has_more or (len(ending) == 2 and ending not in _SHORT_WORDS) or ending in _COMMON_ENDINGS or len(labels) > 2


def _is_missing_space(start: int, authority: str, plain: PlainText) -> bool:
    """Whether "order.It" is the end of a sentence rather than a domain."""
    ending_at = start + authority.rindex(".") + 1
    ending = authority[authority.rindex(".") + 1 :].partition(":")[0]
    starts_upper = plain.is_upper(ending_at)
    rest_upper = ending_at + 1 < len(plain.text) and plain.is_upper(ending_at + 1)
    return ending in _WORD_ENDINGS and starts_upper and not rest_upper


def _handle(start: int, raw: str, _: PlainText) -> Address | None:
    name = raw[1:].rstrip(".")
    return Address(MentionKind.HANDLE, start, start + len(name) + 1, name, "") if name else None


def _phone(start: int, raw: str, _: PlainText) -> Address | None:
    digits = "".join(character for character in raw if character.isdigit())
    if len(digits) < 7 or _DATE.fullmatch(raw):
        return None
    return Address(MentionKind.PHONE, start, start + len(raw), digits[-9:].lstrip("0"), "")


# A text without any of the hints has no such address; each pattern reads what the ones before it have left.
_BUILDERS = (
    ((":", "www."), _URL, _url),
    (("@",), _EMAIL, _email),
    (("dot", "[.]", "(.)"), _HIDDEN, _hidden),
    ((".",), _BARE, _bare),
    (("@",), _HANDLE, _handle),
    (("",), _PHONE, _phone),
)
