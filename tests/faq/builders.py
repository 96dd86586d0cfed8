"""Templates for tests, by hand and by hypothesis."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from replyassist.faq.repair.door import admit
from replyassist.faq.template import ReplyTemplate, TemplateRoute, TemplateVisibility

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufffe\uffff"), max_size=30)
awkward = st.sampled_from(
    [
        " | ",
        "|",
        "a | b",
        '["a"]',
        "[",
        "=1+1",
        "'",
        '"',
        ",",
        ";",
        "null",
        "1.50",
        "11:00",
        "#",
        "- x",
        "\r\n",
        "\r",
        "\u2028",
        "\x85",
        "\ufeff",
        "😀",
        "C:\\n",
        "yes",
        "a: b",
        "---",
        "~",
    ]
)
mixed = st.one_of(texts, awkward, st.tuples(texts, awkward, texts).map("".join))
filled = mixed.filter(lambda text: bool(text.strip()))
replies = filled.map(lambda text: text.replace("{", "("))
facts = st.dictionaries(
    mixed, st.one_of(mixed, st.integers(), st.floats(allow_nan=False, allow_infinity=False)), max_size=3
)


@st.composite
def templates(draw: st.DrawFn) -> ReplyTemplate:
    """Any template that the model allows."""
    days = sorted([draw(st.dates()), draw(st.dates())])
    return ReplyTemplate(
        id=draw(filled.map(str.strip)),
        title=draw(mixed),
        questions=draw(st.lists(filled.filter(_is_more_than_blank), max_size=4)),
        reply=draw(replies) + " {{ slot }}",
        facts=draw(facts) | {"slot": draw(st.one_of(mixed, st.integers()))},
        links=draw(st.lists(mixed, max_size=3)),
        channels=draw(st.lists(mixed.map(lambda text: text[:60]), max_size=3)),
        visibility=draw(st.sampled_from(TemplateVisibility)),
        route=draw(st.sampled_from(TemplateRoute)),
        valid_from=draw(st.sampled_from([None, days[0]])),
        valid_until=draw(st.sampled_from([None, days[1]])),
        owner=draw(mixed),
        tags=draw(st.lists(mixed, max_size=3)),
    )


def admitted_templates() -> st.SearchStrategy[ReplyTemplate]:
    """Any template that comes through the door, as it is behind it."""
    admissions = templates().map(lambda item: admit(item.model_dump())).filter(lambda found: not found.refusals)
    return admissions.map(lambda found: ReplyTemplate.model_validate(found.fields))


def _is_more_than_blank(text: str) -> bool:
    """Python and pydantic do not call quite the same characters white space."""
    return any(character.isprintable() and not character.isspace() for character in text)


def template(template_id: str = "shipping-abroad", **fields: Any) -> ReplyTemplate:
    """A good template, with these fields different."""
    usual: dict[str, Any] = {
        "title": "Do you ship abroad?",
        "questions": ["do you ship to Norway?", "international delivery?", "can I order from Spain"],
        "reply": "We ship to {{ count }} countries.",
        "facts": {"count": 32},
        "valid_from": date(2026, 1, 1),
    }
    return ReplyTemplate.model_validate(usual | {"id": template_id} | fields)
