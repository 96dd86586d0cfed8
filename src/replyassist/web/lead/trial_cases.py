"""The kept sets of labelled cases that a change of a template can be tried on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import Form

from replyassist.core.accounts import Principal
from replyassist.core.errors import InvalidInput
from replyassist.core.security import Permission
from replyassist.evaluation.sets import CaseSets, SetInfo
from replyassist.faq.trial_results import TrialCases

from ..evaluation.shared import visible

OFFERED = 50
CaseSetName = Annotated[str, Form(max_length=200)]


def case_sets(home: Path, principal: Principal, brand: str) -> list[SetInfo]:
    """Those with cases of the brand, of which this person sees every brand."""
    if not principal.may(Permission.TEMPLATES_WRITE):
        return []
    return [info for info in visible(CaseSets(home).infos(), principal) if brand in info.brands][:OFFERED]


def chosen_cases(home: Path, principal: Principal, brand: str, name: str) -> TrialCases | None:
    """The set of this name; None for no name, which means the newest messages. Raise InvalidInput for another."""
    if not name:
        return None
    found = next((info for info in case_sets(home, principal, brand) if info.name == name), None)
    if found is None:
        raise InvalidInput("there is no such set of cases for this brand", field="cases")
    return TrialCases(name=found.name, title=found.title, size=found.size, at=found.at)
