"""Words out of the HTML that platforms send."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

_NEVER_SHOWN = "script, style, head, title, template"
_PARAGRAPHS = "p, h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, pre"
_LINES = "div, li, tr, dt, dd, section, article, header, footer"


def words_of(markup: str, *, without: str = "") -> str:
    """The text as a reader sees it, in lines and paragraphs; ``without``: a CSS selector of what is left out."""
    soup = BeautifulSoup(markup, "html.parser")
    for element in soup.select(", ".join(filter(None, (_NEVER_SHOWN, without)))):
        element.decompose()
    for node in soup.find_all(string=True):
        node.replace_with(type(node)(re.sub(r"\s+", " ", node)))
    for mark, places in (("\n", soup.select("br")), ("\n", soup.select(_LINES)), ("\n\n", soup.select(_PARAGRAPHS))):
        for element in places:
            element.insert_before(mark)
            element.insert_after("" if element.name == "br" else mark)
    lines = (" ".join(line.split()) for line in soup.get_text().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
