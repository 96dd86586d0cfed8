"""The form of a policy: its fields with their words, and the way from fields to a policy and back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from replyassist.review.policies.policy import Policy

_BETWEEN = re.compile(r"[\n,]+")


class FieldLook(StrEnum):
    """How a field of the form looks."""

    NAMES = "names"  # several, by commas or lines
    KINDS = "kinds"  # boxes
    VERDICTS = "verdicts"  # boxes
    AMOUNT = "amount"  # a number, or nothing
    COUNT = "count"  # a whole number


@dataclass(frozen=True)
class PolicyField:
    """One field: ``name`` is its place in the policy."""

    name: str
    field: FieldLook
    label: str
    hint: str = ""

    @property
    def group(self) -> str:
        """The part of the policy that it is in."""
        return self.name.partition(".")[0]


def _sending(who: str) -> tuple[PolicyField, ...]:
    return (
        PolicyField(f"{who}.channels", FieldLook.NAMES, "Only on these channels", "such as instagram, email"),
        PolicyField(f"{who}.templates", FieldLook.NAMES, "Only from these templates", "ids or tags"),
        PolicyField(f"{who}.languages", FieldLook.NAMES, "Only in these languages", "such as en, de"),
        PolicyField(f"{who}.amounts_up_to", FieldLook.AMOUNT, "Only sums of money up to"),
        PolicyField(f"{who}.verdicts", FieldLook.VERDICTS, "Only what the checks call"),
        PolicyField(f"{who}.kinds", FieldLook.KINDS, "Only replies to these kinds of message"),
    )


_RISKS = "kinds of risk such as legal, health, press; or any"
_ALL = (
    *_sending("agents"),
    *_sending("managers"),
    PolicyField("second_person.templates", FieldLook.NAMES, "Replies from these templates", "ids or tags"),
    PolicyField("second_person.risks", FieldLook.NAMES, "Messages with these risks", _RISKS),
    PolicyField("second_person.words", FieldLook.NAMES, "Replies with these words", "such as refund, voucher"),
    PolicyField("second_person.amounts_above", FieldLook.AMOUNT, "Replies that name more money than"),
    PolicyField("second_person.channels", FieldLook.NAMES, "Everything on these channels"),
    PolicyField("leads_only.templates", FieldLook.NAMES, "Drafts from these templates", "ids or tags"),
    PolicyField("leads_only.risks", FieldLook.NAMES, "Messages with these risks", _RISKS),
    PolicyField("leads_only.kinds", FieldLook.KINDS, "These kinds of message"),
    PolicyField(
        "seeded_checks_per_100", FieldLook.COUNT, "Of a hundred drafts that somebody opens, show so many with an error"
    ),
)
FIELDS = {field.name: field for field in _ALL}
GROUPS = {
    "agents": ("Agents send", "What is left empty is not limited. The role itself still is: agents send drafts of low "
               "risk that the checks call ready."),
    "managers": ("Managers send", "What is left empty is not limited."),
    "second_person": ("Two people approve", "Where one of these is true, the first approval is recorded, and nothing "
                      "is sent before another manager or lead approves the same text."),
    "leads_only": ("Only leads see", "Where one of these is true, nobody below a lead finds the item."),
    "seeded_checks_per_100": ("Seeded checks", "Now and then a draft is shown with an error that we put there. It can "
                              "never be sent; who approves it is told at once. Leads see the results. 0: off."),
}  # fmt: skip


def policy_from(form: Mapping[str, Sequence[str]]) -> Policy:
    """The policy that a form holds; raise pydantic's ValidationError."""
    found: dict[str, Any] = {}
    for name, field in FIELDS.items():
        value = _value(field.field, form.get(name, ()))
        if value is None:
            continue
        group, _, rest = name.partition(".")
        if rest:
            found.setdefault(group, {})[rest] = value
        else:
            found[group] = value
    return Policy.model_validate(found)


def values_of(policy: Policy) -> dict[str, list[str]]:
    """What the form's fields hold for a policy."""
    document = policy.model_dump(mode="json")
    values: dict[str, list[str]] = {}
    for name, field in FIELDS.items():
        group, _, rest = name.partition(".")
        value = document[group][rest] if rest else document[group]
        if field.field in (FieldLook.KINDS, FieldLook.VERDICTS):
            values[name] = value
        elif field.field is FieldLook.NAMES:
            values[name] = [", ".join(value)]
        else:
            values[name] = [] if value is None else [f"{value:g}"]
    return values


def _value(field: FieldLook, given: Sequence[str]) -> Any:
    if field in (FieldLook.KINDS, FieldLook.VERDICTS):
        return list(given)
    if field is FieldLook.NAMES:
        names = (name.strip() for text in given for name in _BETWEEN.split(text))
        return list(dict.fromkeys(filter(None, names)))
    text = given[0].strip() if given else ""
    return text or None
