"""Ids for templates of programs that give them none: made from the question, so that the next import finds them."""

from __future__ import annotations

import re
import unicodedata

from replyassist.core.digests import text_digest

LONGEST = 60


class TemplateIds:
    """Makes ids for one file; the same question gets the same id, and another question another one."""

    def __init__(self) -> None:
        self._questions: dict[str, str] = {}

    def made_from(self, question: str) -> str:
        """The words of the question joined by hyphens, with a digest where they are too long or taken."""
        folded = " ".join(question.casefold().split())
        asked = folded.rstrip("?!. ")
        digest = text_digest(asked)[:8]
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(sign))
        slug = re.sub(r"[\W_]+", "-", plain).strip("-")
        if not slug:
            return digest
        if len(slug) > LONGEST:
            slug = f"{slug[: LONGEST - 9].rstrip('-')}-{digest}"
        if self._questions.setdefault(slug, asked) != asked:
            slug = f"{slug}-{digest}"
        return slug
