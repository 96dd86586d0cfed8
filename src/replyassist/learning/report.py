"""The report of a run: the coverage curve and each proposal, in one file that needs no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from replyassist.core.pages import write_page
from replyassist.faq.proposals import FoundProposal
from replyassist.faq.proposed import ProposalCoverage

from .coverage_chart import coverage_chart, environment

REPORT = "proposals.html"


def write_proposals(
    proposals: Sequence[FoundProposal], coverage: ProposalCoverage, folder: Path, *, brand: str, source: str
) -> Path:
    """Write the page into the folder, which is made where it is missing; raise InvalidInput where that fails."""
    html = (
        environment()
        .get_template("proposals.html")
        .render(
            brand=brand,
            source=source,
            proposals=proposals,
            coverage=coverage,
            chart=coverage_chart(coverage, coverage.sentence),
        )
    )
    return write_page(html, folder / REPORT)
