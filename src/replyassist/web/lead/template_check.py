"""What is said of a template while somebody writes it: lint, what was mended, and how its reply would read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from replyassist.brands.models import Brand
from replyassist.brands.service import voice_of
from replyassist.core.errors import EncoderBusy
from replyassist.drafting.preview import EditorPreview, previews
from replyassist.faq.checking import CheckedFields, check_fields
from replyassist.faq.lint_findings import LintFinding
from replyassist.faq.template import ReplyTemplate, TemplateRoute
from replyassist.retrieval.near_questions import near_questions
from replyassist.retrieval.service import IndexRegistry
from replyassist.review.repository.lists import facet_values

from ..visits import Visit
from .template_form import TemplateForm

CHANNELS_FROM = 500  # newest items: their channels are previewed
MOST_LOOKED_UP = 10  # new questions that are compared by meaning while somebody types
USUAL_CHANNELS = ("default",)


@dataclass(frozen=True)
class TemplateCheck:
    """The form as it would be stored; ``previews`` is empty where nothing would be drafted."""

    fields: CheckedFields
    near: list[LintFinding]
    previews: list[EditorPreview]

    @property
    def count(self) -> int:
        """How many things there are to look at."""
        return len(self.fields.errors) + len(self.fields.findings) + len(self.near)

    @property
    def findings(self) -> list[LintFinding]:
        """All that lint says, errors first."""
        return sorted([*self.fields.findings, *self.near], key=lambda finding: finding.severity.value)


def template_check(visit: Visit, brand: Brand, form: TemplateForm) -> TemplateCheck:
    """Everything that can be said of the form at once; no transaction is open while questions are encoded."""
    registry: IndexRegistry = visit.request.app.state.registry
    index = registry.index_for(visit.database, brand.id)
    day, voice = brand.day(visit.now), voice_of(brand)
    before = index.template(form.id.strip())
    others = [template for template in index.templates if template.id != form.id.strip()]
    checked = check_fields(form.fields(before), others=others, voice=voice, today=day)
    template = checked.template
    if template is None:
        return TemplateCheck(checked, [], [])
    new = [question for question in template.questions if before is None or question not in before.questions]
    near: list[LintFinding] = []
    try:
        visibility = "public" if template.visibility == "any" else template.visibility.value
        near = near_questions(index, template.id, new[:MOST_LOOKED_UP], visibility=visibility, day=day)
    except EncoderBusy:
        near = []  # the next letter asks again
    with visit.database.reading() as session:
        shown = _previewed(session, brand, template)
    return TemplateCheck(checked, near, shown)


def _previewed(session: Session, brand: Brand, template: ReplyTemplate) -> list[EditorPreview]:
    if template.route is not TemplateRoute.DRAFT:
        return []
    channels = (
        facet_values(session, frozenset({brand.id}), ("channel",), newest=CHANNELS_FROM)["channel"] or USUAL_CHANNELS
    )
    return previews(template, voice_of(brand), channels=channels)
