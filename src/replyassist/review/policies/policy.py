"""A policy as data. It narrows what a role may (``core/security.py``) and never widens it; the empty one narrows
nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from replyassist.guardrails import Verdict
from replyassist.triage.kinds import Kind

Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[tuple[Name, ...], Field(max_length=200)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
ANY_RISK = "any"


class _Part(BaseModel, frozen=True, extra="forbid"):
    """Unknown fields are refused."""


class SendingRules(_Part):
    """What one role may send; an empty list allows everything.

    ``templates``: ids or tags, of which each template of the draft must be or have one. ``amounts_up_to``: the largest
    sum of money, in any currency, that the text may name.
    """

    templates: Names = ()
    channels: Names = ()
    kinds: tuple[Kind, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    languages: Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z]{2}$")], ...], Field(max_length=50)] = ()
    amounts_up_to: Amount | None = None


class SecondPerson(_Part):
    """What two people approve: where any of these is true. ``risks``: kinds of risk, or ``any``.

    ``words`` are looked for as whole words in the text, ``amounts_above`` is a sum of money in any currency.
    """

    templates: Names = ()
    channels: Names = ()
    risks: Names = ()
    words: Names = ()
    amounts_above: Amount | None = None


class LeadsOnly(_Part):
    """What nobody below a lead sees: where any of these is true. ``risks``: kinds of risk, or ``any``."""

    templates: Names = ()
    kinds: tuple[Kind, ...] = ()
    risks: Names = ()


class Policy(_Part):
    """The rules of one brand. Leads and admins are held by ``second_person`` alone."""

    agents: SendingRules = SendingRules()
    managers: SendingRules = SendingRules()
    second_person: SecondPerson = SecondPerson()
    leads_only: LeadsOnly = LeadsOnly()
    seeded_checks_per_100: Annotated[int, Field(ge=0, le=20)] = 0

    @property
    def wants_two(self) -> bool:
        """Whether anything needs two people."""
        return self.second_person != SecondPerson()
