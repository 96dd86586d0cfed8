"""What mail programs put round a message: quoted text, signatures, footers; and messages that no person wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

from replyassist.privacy.gazetteer import PARTICLE

from .mail_words import phrases

LONGEST_HEADER = 200  # characters; the library's patterns take cubic time
MOST_HEADERS = 20  # lines looked at
MOST_FOOTERS = 10  # places looked at
LONGEST_SIGNATURE = 10  # lines
LONGEST_SUBJECT = 3  # words of a phrase that stands alone as a subject; a longer one is a sentence
LONGEST_TITLE = 6  # words of a line such as "Head of Office, Acme Ltd"
QUOTED_SENTENCE = 4  # words from which a line behind ">" is a sentence and not an item of a list
_DEVICE = re.compile(
    r"(?<!\w)(?:i?phone\w*|ipad\w*|android\w*|ios|outlook|samsung|galaxy|huawei|xiaomi|pixel|blackberry|yahoo|gmail"
    r"|aol|proton ?mail|windows|thunderbird|spark|gmx|web\.de|bluemail|k-9)(?!\w)",
    re.IGNORECASE,
)
_DATE = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}|@")
_QUOTED = re.compile(r"\s*(?:>\s?)+")
_TITLE = re.compile(r"\s*[-_]{4,}\s*[^\W\d_][^-_]{3,60}?\s*[-_]{4,}\s*")
_RULE = re.compile(r"\s*_{10,}\s*")
_FIELD = re.compile(r"[*\s]*[^\W\d_][\w\s/-]{0,20}\s?:\*?\s*\S")
_DELIMITER = re.compile(r"\s*(?:--|__)\s*")
_CONTACT = re.compile(r"@\w|https?://|www\.|\+\d[\d\s()/.-]{6,}")
_NAME_WORD = re.compile(rf"[^\W\d_a-z][\w.'’-]*,?|{PARTICLE}|&")


def without_mail_parts(text: str) -> str:
    """The writer's own words; the text as it is where nothing of it would be left, or where it is one line."""
    lines = text.split("\n")
    if sum(map(_is_written, lines)) < 2:
        return text
    own = _without_quotes(lines)
    for cut in (_before_footer, _before_delimited, _before_device, _before_footer, _before_signature):
        kept = own[: cut(own)]
        own = kept if any(map(_is_written, kept)) else own
    return "\n".join(own).strip()


def is_automatic(text: str) -> bool:
    """Whether a mail program wrote it: a message came back, or nobody is in the office."""
    first = _folded(next((line for line in text.split("\n") if line.strip()), ""))
    marks = rf"\W*(?:(?:{'|'.join(map(re.escape, phrases('subject_marks')))})\s?:\W*){{0,5}}"
    said = re.sub(f"^{marks}", "", first)
    for title in filter(said.startswith, phrases("automatic")):
        goes_on = said[len(title) :].lstrip()[:1].isalpha()  # "out of office hours" is no title
        if not goes_on or len(title.split()) > LONGEST_SUBJECT:
            return True
    return (
        said.startswith(phrases("away"))
        and not _asks(text)
        and any(sign in _folded(text) for sign in phrases("away_says"))
    )


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """Without text that a line above says was written by others, or that is marked as quoted."""
    own: list[str] = []
    position, looked_at = 0, 0
    while position < len(lines):
        header = 0
        if looked_at < MOST_HEADERS and _may_be_header(lines[position]):
            looked_at += 1
            header = _header_lines(lines, position)
        if header:
            position = _end_of_quote(lines, position + header)
        else:
            own.append(lines[position])
            position += 1
    is_safe = any(map(_is_written, own)) and (_asks("".join(own)) or not _may_be_own_question(lines, own))
    return _without_marked(own) if is_safe else list(lines)


def _end_of_quote(lines: Sequence[str], start: int) -> int:
    """After the marked lines that begin here; where none is marked, the quote goes on to the end."""
    end = start
    while end < len(lines) and (_QUOTED.match(lines[end]) or not lines[end].strip()):
        end += 1
    return end if any(map(_QUOTED.match, lines[start:end])) else len(lines)


def _may_be_own_question(lines: Sequence[str], own: Sequence[str]) -> bool:
    """Whether what would be set aside asks something, and no mark, title or address says that others wrote it."""
    kept = set(own)
    aside = [line for line in lines if line not in kept]
    is_others = any(_QUOTED.match(line) or _is_title(line) or "@" in line for line in aside)
    return not is_others and any(map(_asks, aside))


def _without_marked(lines: list[str]) -> list[str]:
    """Without lines behind ">" that quote sentences; a question there is the writer's own where no other stands."""
    marked = [line for line in lines if _QUOTED.match(line)]
    others = [line for line in lines if not _QUOTED.match(line)]
    quotes = any(len(line.split()) > QUOTED_SENTENCE for line in marked)
    is_own_question = any(_asks(line) for line in marked) and not any(_asks(line) for line in others)
    return others if quotes and not is_own_question and any(map(_is_written, others)) else lines


def _may_be_header(line: str) -> bool:
    """A cheap look before the patterns of the library."""
    return len(line) <= LONGEST_HEADER and (
        _is_title(line) or _DATE.search(line) is not None or _FIELD.match(line) is not None
    )


def _is_title(line: str) -> bool:
    """ "-----Original Message-----" in any language, or a line across the page."""
    return _TITLE.fullmatch(line) is not None or _RULE.fullmatch(line) is not None


def _header_lines(lines: Sequence[str], position: int) -> int:
    """How many lines from here say that others wrote what follows; 0 where this line is none."""
    if _is_title(lines[position]):
        following = [line for line in lines[position + 1 : position + 5] if line.strip()]
        return 1 + _fields(lines, position + 1) if sum(map(bool, map(_FIELD.match, following))) >= 2 else 0
    for count in (1, 2, 3):
        joined = " ".join(line.strip() for line in lines[position : position + count])
        if (
            len(joined) <= LONGEST_HEADER
            and joined.endswith((":", "："))
            and _is_attribution(joined, lines[position + count :])
        ):
            return count
    pair = "\n".join(line.strip() for line in lines[position : position + 2])
    block = lines[position : position + 5]
    is_block = len(pair) <= 2 * LONGEST_HEADER and all(map(_FIELD.match, lines[position : position + 2]))
    if is_block and any(map(_DATE.search, block)) and _headers().match(pair):
        return _fields(lines, position)
    return 0


def _is_attribution(line: str, following: Sequence[str]) -> bool:
    """ "On 3 May at 10:12, Tom wrote:": a date or an address, and a word for writing or marked lines below."""
    if not _DATE.search(line):
        return False
    below = next((other for other in following if other.strip()), "")
    words = f" {_folded(line).rstrip(':：')} "
    return bool(
        _QUOTED.match(below) or any(f" {verb} " in words for verb in phrases("wrote")) or _headers().match(line)
    )


def _fields(lines: Sequence[str], position: int) -> int:
    """How many lines from here are fields of a header."""
    count = 0
    while position + count < len(lines) and _FIELD.match(lines[position + count]):
        count += 1
    return count


@lru_cache(maxsize=1)
def _headers() -> re.Pattern[str]:
    """What stands above quoted text, in the library's languages."""
    pattern: re.Pattern[str] = EmailMessage(text="", languages=sorted(MAIL_LANGUAGES)).HEADER_REGEX
    return pattern


@lru_cache(maxsize=1)
def _sign_offs() -> re.Pattern[str]:
    """A line that closes a letter, in the library's languages."""
    listed = [form for language in MAIL_LANGUAGES.values() for form in language.get("signatures", ())]
    return re.compile(rf"\s*(?:{'|'.join(form for form in listed if len(form) > 1)})[\s,.!]*", re.IGNORECASE)


def _before_footer(lines: Sequence[str]) -> int:
    """Where a footer about confidence or printing begins that goes on to the end."""
    begins = (
        place for place, line in enumerate(lines) if _folded(line).lstrip("*-_ ").startswith(phrases("footer_begins"))
    )
    for position in islice(filter(None, begins), MOST_FOOTERS):
        tail = _folded(" ".join(lines[position:]))
        if not _asks(tail) and any(said in tail for said in phrases("footer_says")):
            return position
    return len(lines)


def _before_delimited(lines: Sequence[str]) -> int:
    """Where a signature stands under two hyphens."""
    for position in range(max(0, len(lines) - 4 * LONGEST_SIGNATURE), len(lines)):
        if _DELIMITER.fullmatch(lines[position]) and _is_signature(lines[position + 1 :]):
            return position
    return len(lines)


def _before_device(lines: Sequence[str]) -> int:
    """Where the last line says from which device the message was sent."""
    last = max((place for place, line in enumerate(lines) if line.strip()), default=0)
    line = _folded(lines[last]) if lines else ""
    is_about_device = len(line.split()) <= 8 and not _asks(line) and _DEVICE.search(line)
    return last if is_about_device and line.startswith(phrases("sent_from")) else len(lines)


def _before_signature(lines: Sequence[str]) -> int:
    """Where names and addresses follow a sign-off, which stays, or stand in a last paragraph of their own."""
    for position in range(max(1, len(lines) - 2 * LONGEST_SIGNATURE), len(lines)):
        line = lines[position]
        if _sign_offs().fullmatch(line) and _is_signature(lines[position + 1 :]):
            return position + 1
        if not line.strip() and _is_signature(lines[position + 1 :], has_contact=True):
            return position
    return len(lines)


def _is_signature(lines: Sequence[str], *, has_contact: bool = False) -> bool:
    """A name first or an address among them, nothing asked, no sentences; ``has_contact``: both, in one paragraph."""
    written = [line.strip() for line in lines if line.strip()]
    if (
        not written
        or len(written) > LONGEST_SIGNATURE
        or any(_asks(line) or len(line.split()) > 12 for line in written)
    ):
        return False
    words = written[0].split()
    is_name = len(words) <= 5 and not written[0].isupper() and all(map(_NAME_WORD.fullmatch, words))
    is_reached = any(map(_is_contact, written))
    if has_contact:
        return is_name and is_reached and len(written) > 1
    return is_name or (is_reached and all(len(line.split()) <= LONGEST_TITLE for line in written))


def _is_contact(line: str) -> bool:
    """An address or a number with at most two words before it."""
    words = [word for word in line.split() if word[0].isalpha() and not _CONTACT.search(word)]
    return _CONTACT.search(line) is not None and len(words) <= 2


def _is_written(line: str) -> bool:
    return any(character.isalnum() or ord(character) > 0x2190 for character in line)


def _asks(text: str) -> bool:
    return any(mark in text for mark in "?？؟")


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())
