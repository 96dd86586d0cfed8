"""How the queue is searched: the words of an item, its columns as words, and one question to either database.

Both databases look up the same words: SQLite in an FTS5 index, PostgreSQL in a tsvector with a GIN index. Splitting
texts is done here, so that they agree in what a word is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, column, func, literal_column, select, table, update
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlmodel import Session, col

from ..models import ReviewSearch

LONGEST_WORD = 64
MOST_WORDS_ASKED = 12
PREFIX_FROM = 3
"""A word of a question with so many characters also finds longer words that begin with it."""
PARTS = 1009
SAMPLE = tuple(617 * place % PARTS for place in range(1, 101))
"""Which of so many parts of all ids a sample is taken from; without a rhythm, which what comes in may have."""
_RUN = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
FACETS: Mapping[str, str] = {
    "brand_id": "b",
    "status": "s",
    "channel": "c",
    "visibility": "p",
    "kind": "k",
    "risk": "r",
    "route": "o",
    "verdict": "v",
    "language": "l",
    "template_id": "t",
    "assigned_to": "a",
}
"""The columns that are words too, with the letter of each; a word is ``_``, the letter and the value in hexadecimal."""


def words_of(*texts: str | None) -> list[str]:
    """The words of some texts, each once: small letters without accents; pairs of characters where a script sets no
    spaces."""
    found: dict[str, None] = {}
    for part in texts:
        spread = unicodedata.normalize("NFKD", part or "").casefold()
        plain = "".join(character for character in spread if not unicodedata.combining(character))
        for run in _RUN.findall(plain):
            found.update(dict.fromkeys(_pieces(run)))
    return list(found)


def joined_words(*texts: str | None) -> str:
    """The words as ``ReviewSearch`` keeps them: a space before each."""
    return "".join(f" {word}" for word in words_of(*texts))


def facet(column_name: str, value: str | int | None) -> str:
    """The word for a column's value, None included."""
    known = "" if value is None else str(value).encode().hex()
    return f"_{FACETS[column_name]}{known}"


def keep_words(session: Session, item_id: int, words: str) -> None:
    """Keep what an item is found by."""
    session.exec(update(ReviewSearch).where(col(ReviewSearch.review_item_id) == item_id).values(words=words))


def matching(session: Session, words: Iterable[str], facets: Iterable[Iterable[str]]) -> Select[int]:
    """Ids of the items that have all the words, and of each group of facets one; at least one of either is given."""
    if is_sqlite(session):
        groups = [_quoted(word) for word in words]
        groups += ["(" + " OR ".join(f'"{each}"' for each in group) + ")" for group in facets]
        index = table("review_search_index", column("rowid"))
        return select(index.c.rowid).where(literal_column(index.name).op("MATCH")(" AND ".join(groups)))
    groups = [_quoted(word, mark=":*") for word in words]
    groups += ["(" + " | ".join(f"'{each}'" for each in group) + ")" for group in facets]
    return select(col(ReviewSearch.review_item_id)).where(_has(groups))


def common_facets(session: Session) -> frozenset[str]:
    """The words of columns that more than half of all items have, told from a sample of them.

    None on PostgreSQL: its index passes over what others of the words leave out, where FTS5 goes through the whole list
    of each word.
    """
    if not is_sqlite(session):
        return frozenset()
    newest = select(func.max(ReviewSearch.review_item_id)).scalar_subquery()
    sample = select(newest * numbers(session, SAMPLE).subquery().columns[0] // PARTS)
    found = select(col(ReviewSearch.facets)).where(col(ReviewSearch.review_item_id).in_(sample))
    rows = list(session.scalars(found))
    seen = Counter(word for row in rows for word in row.split())
    return frozenset(word for word, times in seen.items() if 2 * times > len(rows))


def numbers(session: Session, given: Iterable[int]) -> Select[int]:
    """Some numbers as rows: one parameter, however many they are."""
    if is_sqlite(session):
        return select(func.json_each(json.dumps(list(given))).table_valued("value").c.value)
    return select(func.unnest(cast(list(given), ARRAY(Integer))).column_valued())


def has_words(session: Session, words: Iterable[str]) -> ColumnElement[bool]:
    """Whether a row of ``ReviewSearch`` that is at hand has all the words; no index is asked."""
    if is_sqlite(session):
        return and_(*((col(ReviewSearch.words) + " ").like(f"% {word}{_end(word)}") for word in words))
    return _has([_quoted(word, mark=":*") for word in words])


def _has(groups: Iterable[str]) -> ColumnElement[bool]:
    asked = cast(" & ".join(groups), TSQUERY)
    return literal_column("review_search.lexemes").bool_op("@@")(asked)


def _quoted(word: str, *, mark: str = "*") -> str:
    quote = '"' if mark == "*" else "'"
    return f"{quote}{word}{quote}{mark if _is_prefix(word) else ''}"


def _end(word: str) -> str:
    return "%" if _is_prefix(word) else " %"


def _is_prefix(word: str) -> bool:
    return len(word) >= PREFIX_FROM


def _pieces(run: str) -> Iterable[str]:
    if not _UNSPACED.search(run) or len(run) == 1:
        return [run[:LONGEST_WORD]]
    return [run[at : at + 2] for at in range(len(run) - 1)]


def is_sqlite(session: Session) -> bool:
    """Which of the two databases it is."""
    return session.get_bind().dialect.name == "sqlite"
