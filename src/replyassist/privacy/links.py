"""E-mail addresses and links."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EMAIL = re.compile(
    r"(?<![\w.+%-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}"
    r"|(?<![\w.+-])[\w.+-]{1,64}\s?(?:\(at\)|\[at\]|\{at\})\s?[\w-]{1,63}"
    r"(?:\s?(?:\(dot\)|\[dot\]|\{dot\}|\.|\sdot\s)\s?[\w-]{2,63}){1,4}"
    r"|(?<![\w.+-])[\w.+-]{2,64} at [\w-]{2,63} dot [^\W\d_]{2,10}(?!\w)",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?<!\w)(?:[a-z][a-z0-9+.-]{1,10}://|www\.)[^\s<>\"|\x00]+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}"
    r"(?:com|net|org|info|biz|io|co|app|dev|shop|store|online|edu|gov|example|me(?=/)|ly(?=/)|gl(?=/)"
    r"|(?:co|com|org|net|ac|gov)\.[a-z]{2}|(?:de|fr|uk|ie|es|it|nl|be|at|ch|se|dk|pl|eu|us|au|ca|br)(?=/|$|[\s.,;:!?)]))"
    r"(?::\d{2,5})?(?:/[^\s<>\"|\x00]*)?(?![\w@-])",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'\"*_~"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_PERSONAL_QUERY = re.compile(
    r"[?&;#](?:e?mail|token|key|user|uid|u|id|name|phone|tel|order|session|sid|auth|code|account|customer|tracking"
    r"|track|parcel|invoice|ref|client|member|password|pwd|signature|sig)[\w-]{0,20}=[^&]",
    re.IGNORECASE,
)
_PERSONAL_PATH = re.compile(
    r"://[^/]*@"
    r"|/(?:[a-z-]*\d{6,}[a-z\d-]*|(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{24,})(?:[/?#]|$)"
    r"|(?:facebook|fb|instagram|twitter|x|tiktok|t|wa|paypal|threads)\.(?:com|me|net)/@?[\w.]{2,}"
    r"|linkedin\.com/in/|/(?:users?|profiles?|members?|orders?|invoices?)/[\w.@-]+",
    re.IGNORECASE,
)


def email_addresses(text: str) -> Iterator[tuple[int, int]]:
    """E-mail addresses, also those written with "(at)" and "dot"."""
    lowered = text.lower() if "@" not in text else ""
    if lowered and " at " not in lowered and "at)" not in lowered and "at]" not in lowered and "at}" not in lowered:
        return
    for match in _EMAIL.finditer(text):
        start = match.start() + len(match[0]) - len(match[0].lstrip(".'%-"))
        yield start, match.start() + len(match[0].rstrip("-"))


def links(text: str) -> Iterator[tuple[int, int]]:
    """What begins with a scheme or "www."; the stop or bracket after it is no part of it."""
    if "://" not in text and "www." not in text.lower():
        return
    for match in _LINK.finditer(text):
        link = _trimmed(match[0])
        if "." in link or "localhost" in link or "[" in link:
            yield match.start(), match.start() + len(link)


def bare_domains(text: str) -> Iterator[tuple[int, int]]:
    """Domains with a well-known ending that have neither scheme nor "www."."""
    if "." not in text:
        return
    for match in _BARE.finditer(text):
        link = _trimmed(match[0])
        ending = link.partition("/")[0].rpartition(".")[2]
        if ending.islower() or ending.isupper():
            yield match.start(), match.start() + len(link)


def is_personal_link(link: str) -> bool:
    """Whether a link itself tells who somebody is: an account in it, a token, a long number, a profile page."""
    return bool(_PERSONAL_QUERY.search(link) or _PERSONAL_PATH.search(link))


def _trimmed(link: str) -> str:
    while link:
        last = link[-1]
        if last in _TRAILING or (last in _CLOSING and link.count(last) > link.count(_CLOSING[last])):
            link = link[:-1]
        else:
            break
    return link
