"""A template that comes in through the API: mended as on import, or refused with the field."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from replyassist.core.errors import InvalidInput

from .repair.door import FieldChange, admit
from .template import ReplyTemplate, TemplateFields


@dataclass(frozen=True)
class AdmittedTemplate:
    """The template as it is stored, and what was mended."""

    template: ReplyTemplate
    changes: tuple[FieldChange, ...]


def admitted(body: TemplateFields) -> AdmittedTemplate:
    """The template of a request body; raise InvalidInput that names each field which nobody but its writer can mend."""
    admission = admit(body.model_dump())
    wrong = [(f"body.{refusal.field}", refusal.detail) for refusal in admission.refusals]
    if not wrong:
        try:
            return AdmittedTemplate(ReplyTemplate.model_validate(admission.fields), admission.changes)
        except ValidationError as error:
            items = error.errors(include_url=False, include_input=False)
            wrong = [(".".join(str(part) for part in ("body", *item["loc"])), item["msg"]) for item in items]
    problem = InvalidInput("; ".join(f"{field}: {detail}" for field, detail in wrong[:3]))
    problem.field = wrong[0][0]
    problem.extra = {"errors": [{"field": field, "message": detail} for field, detail in wrong[:20]]}
    raise problem
