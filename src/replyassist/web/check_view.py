"""What the checks say of a text in the editor, with places as a browser counts, its length, and how it will look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from replyassist.brands.room import Room, addressed
from replyassist.core.accounts import Principal
from replyassist.core.entailment import Entailment
from replyassist.guardrails import CheckResult, Finding, OmittedFact, Verdict
from replyassist.review.checking import assess
from replyassist.review.models import ReviewItem
from replyassist.review.permits import ASKS, may_confirm
from replyassist.review.standing import standing_findings
from replyassist.review.surroundings import Surroundings
from replyassist.review.thread import inbound

from .abilities import ApprovalGate, gate
from .policy_gate import hold_gate
from .preview import NO_PREVIEW, PostPreview, preview
from .rendering import Segment, segments, utf16_offset


@dataclass(frozen=True)
class MarkedFinding:
    """A finding with its place as a browser counts, and whether this person may confirm it."""

    finding: Finding
    start: int
    end: int
    may_confirm: bool


@dataclass(frozen=True)
class SentenceSupport:
    """A sentence of the text with what stands behind it."""

    sentence: str
    support: str
    source: str


@dataclass(frozen=True)
class DraftCheck:
    """What the checks say of the text in the editor; ``verdict`` is None when there is no text."""

    verdict: Verdict | None
    segments: list[Segment]
    findings: list[MarkedFinding]
    gate: ApprovalGate
    grounds: list[SentenceSupport] = field(default_factory=list)
    left_out: tuple[OmittedFact, ...] = ()
    count: int = 0
    fits: bool = True
    preview: PostPreview = NO_PREVIEW

    @property
    def asks(self) -> int:
        """How many findings leave something to do."""
        return sum(found.finding.severity in ASKS for found in self.findings)

    @property
    def summary(self) -> str:
        """One sentence for people who do not see the marks."""
        if self.verdict is None:
            return ""
        count = self.asks
        return "Checks: ready." if not count else f"Checks: {count} finding{'s' if count > 1 else ''}."


def check_view(
    principal: Principal,
    item: ReviewItem,
    text: str,
    around: Surroundings,
    *,
    now: datetime,
    entailment: Entailment | None = None,
) -> DraftCheck:
    """What the checks say of this text as the reply to this item."""
    text, room = text.strip(), room_for(around)
    if not text:
        standing = CheckResult(findings=standing_findings(item, around, now=now), verdict=Verdict.READY, coverage=1.0)
        return replace(_check(text, standing, gate(principal, text, None), principal), verdict=None)
    result = assess(item, text, around, now=now, entailment=entailment)
    held = hold_gate(gate(principal, text, result), principal, item, text, around, result)
    checked = _check(text, result, held, principal)
    shown = preview(addressed(text, room.mention), room.counting)
    return replace(checked, count=room.count(text), fits=room.fits(text), preview=shown)


def room_for(around: Surroundings) -> Room:
    """How long the reply to an item may be."""
    return inbound(around.stored, around.earlier_replies).room(around.voice)


def unchecked(text: str) -> DraftCheck:
    """A text that no check is asked about: the item is decided."""
    return _check(text, None, ApprovalGate("closed"), None)


def _check(text: str, result: CheckResult | None, gate: ApprovalGate, principal: Principal | None) -> DraftCheck:
    findings: Sequence[Finding] = result.findings if result else ()
    return DraftCheck(
        verdict=result.verdict if result else None,
        segments=segments(text, findings),
        findings=[
            MarkedFinding(
                finding,
                utf16_offset(text, finding.start),
                utf16_offset(text, finding.end),
                principal is not None and may_confirm(principal, finding),
            )
            for finding in findings
        ],
        gate=gate,
        grounds=[
            SentenceSupport(text[span.start : span.end], span.support.value, span.source)
            for span in (result.spans if result else ())
        ],
        left_out=result.left_out if result else (),
    )
