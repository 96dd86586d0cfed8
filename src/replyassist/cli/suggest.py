"""``replyassist draft``: one suggestion, nothing stored."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from replyassist.core.errors import InvalidInput
from replyassist.inbox.inbound import InboundMessage
from replyassist.inbox.schemas import MAX_TEXT
from replyassist.proposal import Proposal

from .common import cells, output, parts, print_json


def draft(
    text: Annotated[str, typer.Argument(help="The message to answer.")],
    brand: Annotated[str, typer.Option(help="The brand that answers.")],
    channel: Annotated[str, typer.Option(help="The platform.")] = "instagram",
    author: Annotated[str | None, typer.Option(help="The author's name.")] = None,
    private: Annotated[bool, typer.Option("--private", help="A direct message, not a public comment.")] = False,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Draft one reply now; nothing is stored."""
    text = text.strip()
    if not 1 <= len(text) <= MAX_TEXT:
        raise InvalidInput(f"a message has 1 to {MAX_TEXT} characters", field="TEXT")
    with parts() as built:
        proposal = built.proposer.propose(
            brand,
            InboundMessage(
                text=text, channel=channel, visibility="private" if private else "public", author_name=author
            ),
        )
    if json:
        print_json(proposal.model_dump(mode="json"))
        return
    _show(proposal)


def _show(proposal: Proposal) -> None:
    output.print(f"Route: {proposal.route.value}  {proposal.reason}", markup=False)
    table = Table()
    for name in ("template", "sure", "matched"):
        table.add_column(name)
    for match in proposal.templates:
        table.add_row(*cells(match.template_id, f"{match.probability:.0%}", match.matched_text[:80]))
    output.print(table)
    if proposal.draft:
        output.print(f"\n{proposal.draft}\n", markup=False, soft_wrap=True)
        output.print(f"Drafted by {proposal.drafted_by}; verdict {proposal.verdict}", markup=False)
    for finding in proposal.findings:
        output.print(f"  {finding.severity}: {finding.explanation} «{finding.excerpt}»", markup=False, soft_wrap=True)
    for note in proposal.notes:
        output.print(f"  note: {note}", markup=False, soft_wrap=True)
