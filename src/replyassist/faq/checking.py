"""A template as somebody is writing it: mended as on import, and everything that lint would say of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError

from replyassist.brands.voice import VoiceRules
from replyassist.core.errors import InvalidInput

from .admission import admitted
from .lint_findings import LintFinding
from .lint_pairs import similar_questions, similar_replies
from .lint_rules import SINGLE_RULES, expired
from .repair.door import FieldChange
from .template import ReplyTemplate, TemplateFields


@dataclass(frozen=True)
class FieldError:
    """What keeps a template out; ``field`` is empty where it is about the whole."""

    field: str
    message: str


@dataclass(frozen=True)
class CheckedFields:
    """``template`` is None with ``errors``; ``changes`` are what was mended, ``findings`` are worth a look."""

    template: ReplyTemplate | None
    errors: tuple[FieldError, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    findings: tuple[LintFinding, ...] = ()


def check_fields(
    fields: Mapping[str, Any], *, others: Sequence[ReplyTemplate], voice: VoiceRules, today: date
) -> CheckedFields:
    """What is wrong or suspicious with one template among the ``others`` of its brand.

    Texts are compared letter by letter only: what means nearly the same is for the index to say.
    """
    try:
        admission = admitted(TemplateFields.model_validate(fields))
    except ValidationError as error:
        return CheckedFields(None, tuple(_errors(error)))
    except InvalidInput as error:
        told = error.extra.get("errors") or [{"field": error.field or "", "message": error.reason}]
        return CheckedFields(None, tuple(FieldError(_own(each["field"]), each["message"]) for each in told))
    template = admission.template
    findings = [finding for rule in SINGLE_RULES for finding in rule(template, voice)]
    findings += expired(template, today)
    among = [*others, template]
    pairs = [*similar_questions(among, None), *similar_replies(among, None)]
    findings += [finding for finding in pairs if template.id in finding.template_ids]
    return CheckedFields(template, changes=admission.changes, findings=tuple(findings))


def _errors(error: ValidationError) -> list[FieldError]:
    items = error.errors(include_url=False, include_input=False)
    return [FieldError(".".join(str(part) for part in item["loc"]), item["msg"]) for item in items[:20]]


def _own(field: str) -> str:
    return field.removeprefix("body").removeprefix(".")
