"""A template in a form: lists are lines, and every fact is a name and a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Form

from replyassist.faq.template import SLOT, ReplyTemplate

from ..rendering import typed

SPARE_FACTS = 2  # empty rows of the form
MOST_FACTS = 200
Line = Annotated[str, Form(max_length=2000)]
Text = Annotated[str, Form(max_length=100_000)]
Lines = Annotated[tuple[str, ...], Form(max_length=MOST_FACTS)]


@dataclass(frozen=True)
class TemplateForm:
    """What stands in the form. ``version`` is that of the template that it was filled from, empty for a new one."""

    id: str = ""
    version: str = ""
    title: str = ""
    questions: str = ""
    reply: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    links: str = ""
    channels: str = ""
    visibility: str = "any"
    route: str = "draft"
    valid_from: str = ""
    valid_until: str = ""
    owner: str = ""
    tags: str = ""

    @classmethod
    def of(cls, template: ReplyTemplate) -> TemplateForm:
        """Filled from a template."""
        return cls(
            id=template.id,
            version=template.version,
            title=template.title,
            questions="\n".join(template.questions),
            reply=template.reply,
            facts=tuple((name, str(value)) for name, value in template.facts.items()),
            links="\n".join(template.links),
            channels=", ".join(template.channels),
            visibility=template.visibility.value,
            route=template.route.value,
            valid_from=str(template.valid_from or ""),
            valid_until=str(template.valid_until or ""),
            owner=template.owner,
            tags=", ".join(template.tags),
        )

    @property
    def fact_rows(self) -> list[tuple[str, str]]:
        """The facts, a row for each slot of the reply that has none yet, and some to spare."""
        named = {name for name, _ in self.facts}
        missing = [(name, "") for name in dict.fromkeys(SLOT.findall(self.reply)) if name not in named]
        return [*self.facts, *missing, *[("", "")] * SPARE_FACTS]

    def fields(self, before: ReplyTemplate | None) -> dict[str, Any]:
        """As a template is written. A fact that reads as it did ``before`` keeps its type: "32" may be a text."""
        known = before.facts if before else {}
        return {
            "id": self.id.strip(),
            "title": self.title,
            "questions": _lines(self.questions),
            "reply": self.reply,
            "facts": {
                name.strip(): known[name.strip()] if str(known.get(name.strip())) == value else _value(value)
                for name, value in self.facts
                if name.strip() and (value.strip() or name.strip() in known)
            },
            "links": _lines(self.links),
            "channels": _listed(self.channels),
            "visibility": self.visibility,
            "route": self.route,
            "valid_from": self.valid_from or None,
            "valid_until": self.valid_until or None,
            "owner": self.owner,
            "tags": _listed(self.tags),
        }


def _typed_form(
    template_id: Annotated[str, Form(alias="id", max_length=200)] = "",
    version: Annotated[str, Form(max_length=64)] = "",
    title: Line = "",
    questions: Text = "",
    reply: Text = "",
    fact_name: Lines = (),
    fact_value: Lines = (),
    links: Text = "",
    channels: Line = "",
    visibility: Line = "any",
    route: Line = "draft",
    valid_from: Line = "",
    valid_until: Line = "",
    owner: Line = "",
    tags: Line = "",
) -> TemplateForm:
    return TemplateForm(
        id=typed(template_id),
        version=typed(version),
        title=typed(title),
        questions=typed(questions),
        reply=typed(reply),
        facts=_pairs(fact_name, fact_value),
        links=typed(links),
        channels=typed(channels),
        visibility=typed(visibility),
        route=typed(route),
        valid_from=typed(valid_from),
        valid_until=typed(valid_until),
        owner=typed(owner),
        tags=typed(tags),
    )


TemplateFormDep = Annotated[TemplateForm, Depends(_typed_form)]
"""The form as it was sent."""


def _pairs(names: Sequence[str], values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = [(typed(name), typed(value)) for name, value in zip(names, values, strict=False)]
    return tuple(pair for pair in pairs if any(pair))


def _value(text: str) -> str | int | float:
    """A number where it is written as one writes numbers, so that ``4.50`` and ``007`` stay what they are."""
    for kind in (int, float) if text.lstrip("-")[:1].isdigit() else ():
        try:
            number = kind(text)
        except ValueError:
            continue
        if str(number) == text:
            return number
    return text


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
