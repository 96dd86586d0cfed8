"""HTML in a saved reply, found and made into plain text."""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning
from markdownify import MarkdownConverter

from replyassist.core.word_lists import words_of

_BLOCKS = words_of(
    "html body head p div ul ol li dl dt dd table thead tbody tfoot tr td th caption br hr h1 h2 h3 h4 h5 h6 "
    "blockquote pre section article header footer main aside figure figcaption center form fieldset"
)
_INLINE = words_of(
    "a b i u s em strong span small big sub sup font code tt del ins strike mark q cite abbr img wbr style script meta "
    "o:p nobr blink button input iframe video audio svg"
)
TAGS = _BLOCKS | _INLINE
"""Elements that editors of saved replies write. ``<link>``, ``<address>`` or ``<title>`` in a reply is a gap."""

_TAG = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>|</?(?P<name>[a-zA-Z][\w:]*)(?P<rest>(?:\s[^<>]*)?)/?>", re.IGNORECASE | re.DOTALL
)
_BOARD = re.compile(
    r"\[/(?!inst\])[a-z*]\w{0,20}\]|\[[a-z]\w{0,20}=[^\[\]\n]{1,200}\]"
    r"|\[[a-z][\w-]{0,20}(?:\s[\w-]{1,20}=[^\[\]\n]{1,200})\]|\[(?P<opened>[a-z]\w{0,20})\](?=.{0,2000}?\[/(?P=opened)\])",
    re.IGNORECASE | re.DOTALL,
)
"""Tags in square brackets, as forums and WordPress write them."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def is_tag(candidate: str) -> bool:
    """Whether ``<…>`` is an HTML tag."""
    match = _TAG.fullmatch(candidate)
    return match is not None and _is_known(match)


def tags_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of HTML tags and comments, and of tags in square brackets."""
    yield from (match.span() for match in _TAG.finditer(text) if _is_known(match))
    yield from (match.span() for match in _BOARD.finditer(text))


def entities_in(text: str) -> Iterator[tuple[int, int]]:
    """Places of HTML entities, such as ``&amp;``."""
    yield from (match.span() for match in _ENTITY.finditer(text) if html.unescape(match[0]) != match[0])


def holds_image(text: str) -> bool:
    """Whether an HTML image is in the text."""
    return any((match["name"] or "").lower() == "img" for match in _TAG.finditer(text))


def without_markup(text: str) -> str:
    """The text as a reader of the HTML sees it: links with their address, lists and paragraphs as lines."""
    if any(_is_known(match) for match in _TAG.finditer(text)):
        text = _converted(text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text)


def _is_known(match: re.Match[str]) -> bool:
    name = match["name"]
    return name is None or (name.lower() in TAGS and (not match["rest"].strip(" /") or "=" in match["rest"]))


def _converted(text: str) -> str:
    found = [match for match in _TAG.finditer(text) if _is_known(match)]
    if not any((match["name"] or "").lower() in _BLOCKS for match in found):
        text = text.replace("\n", "<br>")  # plain text with a few tags in it: its own line breaks count
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        soup = BeautifulSoup(_TAG_OR_ANGLE.sub(_kept, text), "html.parser")
    converter = _PlainText(
        autolinks=False, bullets="-", escape_asterisks=False, escape_underscores=False, escape_misc=False
    )
    lines = converter.convert_soup(soup).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in lines)).strip()


_TAG_OR_ANGLE = re.compile(_TAG.pattern + "|<", re.IGNORECASE | re.DOTALL)


def _kept(match: re.Match[str]) -> str:
    """What is no tag is text for the parser too."""
    return (
        match[0] if match[0] != "<" and _is_known(match) else html.escape(match[0], quote=False).replace("&amp;", "&")
    )


class _PlainText(MarkdownConverter):
    """Text without the signs of Markdown."""

    def _as_is(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return text

    convert_b = convert_strong = convert_em = convert_i = convert_del = convert_s = convert_code = convert_kbd = _as_is
    convert_samp = convert_sub = convert_sup = _as_is

    def convert_a(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """``text (address)``, or the address alone where both say the same."""
        address = re.sub(r"^(?:mailto|tel):", "", (el.get("href") or "").strip()).split("?subject")[0]
        shown = text.strip()
        if not address or address.startswith(("#", "javascript:", "data:")) or _bare(address) == _bare(shown):
            return text if shown else ""
        return f"{shown} ({address})" if shown else address

    def convert_br(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """A line break."""
        return "\n"

    def convert_hr(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """A paragraph."""
        return "\n\n"

    def _paragraph(self, el: Any, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n"

    convert_h1 = convert_h2 = convert_h3 = convert_h4 = convert_h5 = convert_h6 = _paragraph
    convert_blockquote = convert_pre = convert_table = _paragraph

    def convert_img(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """What an image says for those who do not see it."""
        return str(el.get("alt") or "")

    def convert_tr(self, el: Any, text: str, parent_tags: set[str]) -> str:
        """The cells of a row in one line."""
        cells = [" ".join(cell.get_text().split()) for cell in el.find_all(["td", "th"])]
        first, rest = "".join(cells[:1]), ", ".join(filter(None, cells[1:]))
        return "\n" + (f"{first}: {rest}" if rest else first) + "\n"


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?|/$", "", address.casefold())
