"""A finding is what one rule has against a text; the verdict follows from the findings alone."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel

from replyassist.core.digests import text_digest


class Severity(StrEnum):
    """How bad a finding is."""

    BLOCK = "block"  # must not leave as it is
    WARN = "warn"  # a person should look at this place
    INFO = "info"  # worth knowing, harmless
    FIX = "fix"  # was mended by itself; nothing is left to do


class Verdict(StrEnum):
    """What the checks say of a whole draft."""

    READY = "ready"  # nothing found that a person must mend
    NEEDS_EDIT = "needs_edit"  # warnings: a person should mend it
    BLOCKED = "blocked"  # at least one blocking finding


class Concern(StrEnum):
    """What a finding is about, which says what can clear it."""

    TEXT = "text"  # checked anew with every edit
    MESSAGE = "message"  # the message or the choice of template: stays through every edit until a person confirms it


UNSURE_TEMPLATE = "draft.unsure_template"
FACT_NOT_IN_ANSWER = "draft.fact_not_in_answer"
CONCERNS = {
    "voice": Concern.TEXT,
    "grounding": Concern.TEXT,
    "privacy": Concern.TEXT,
    "language": Concern.TEXT,
    "language.message_unread": Concern.MESSAGE,
    "template": Concern.MESSAGE,
    "thread": Concern.MESSAGE,
    "draft.cut_end": Concern.TEXT,
    "draft.damaged_text": Concern.TEXT,
    "draft.empty": Concern.TEXT,
    "draft.language": Concern.TEXT,
    "draft.machine_talk": Concern.TEXT,
    "draft.markup": Concern.TEXT,
    "draft.placeholder": Concern.TEXT,
    "draft.prompt_debris": Concern.TEXT,
    "draft.repeated_sentence": Concern.TEXT,
    "draft.wrong_name": Concern.TEXT,
    "draft.wrong_yes": Concern.TEXT,
    FACT_NOT_IN_ANSWER: Concern.MESSAGE,
    "draft.for_a_person": Concern.MESSAGE,
    "draft.not_asked": Concern.MESSAGE,
    "draft.open_question": Concern.MESSAGE,
    "draft.own_case": Concern.MESSAGE,
    "draft.praise_or_irony": Concern.MESSAGE,
    "draft.several_questions": Concern.MESSAGE,
    "draft.translated": Concern.MESSAGE,
    UNSURE_TEMPLATE: Concern.MESSAGE,
    "safety.attacker_content": Concern.TEXT,
    "safety.off_brand_task": Concern.TEXT,
    "safety.prompt_leak": Concern.TEXT,
    "safety.suspicious_message": Concern.MESSAGE,
}
"""Every rule, by its id or its family (the part before the dot); the longer name counts."""


def concern_of(rule: str) -> Concern:
    """What a rule's findings are about; of a rule that nobody knows (any more), the one that no edit clears."""
    return CONCERNS.get(rule) or CONCERNS.get(rule.partition(".")[0]) or Concern.MESSAGE


class Finding(BaseModel, frozen=True):
    """One rule's objection; ``start`` and ``end`` are character offsets into the checked text.

    ``confirmed_by`` names the person who confirmed a finding about the message; it then asks nothing more.
    """

    rule: str
    severity: Severity
    explanation: str
    start: int = 0
    end: int = 0
    excerpt: str = ""
    confirmed_by: str = ""

    @property
    def concern(self) -> Concern:
        """Whether it is about the text, or about the message or the choice of template."""
        return concern_of(self.rule)

    @property
    def key(self) -> str:
        """The same for the same finding whatever the text is: its rule and what it says (SHA-256, 64 hex digits)."""
        return text_digest(f"{self.rule}\n{self.explanation}")

    def confirmed(self, by: str) -> Finding:
        """As confirmed by somebody: worth knowing, and nothing left to do."""
        return self.model_copy(update={"severity": Severity.INFO, "confirmed_by": by})


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """The worst severity decides: block -> blocked, warn -> needs_edit, else ready (info and fix ask nothing)."""
    severities = {finding.severity for finding in findings}
    if Severity.BLOCK in severities:
        return Verdict.BLOCKED
    return Verdict.NEEDS_EDIT if Severity.WARN in severities else Verdict.READY
