"""`replyassist faq propose`: the most common questions of past messages as proposals of templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from replyassist.brands.service import BRAND_ID, get_brand, voice_of
from replyassist.core.database import Database
from replyassist.core.embedding import SentenceTransformerEncoder
from replyassist.core.encoders import CHECKS
from replyassist.core.errors import InvalidInput
from replyassist.faq.proposals import FoundProposal, keep_run, remembered
from replyassist.faq.service import active_templates
from replyassist.learning.coverage import Today
from replyassist.learning.erasing import standing
from replyassist.learning.past_messages import PastMessages, read_past_messages
from replyassist.learning.pile import MOST_MESSAGES, QuestionPool, make_pile
from replyassist.learning.proposals import FEWEST, BrandKnowledge, ProposalRun, find_proposals
from replyassist.learning.report import write_proposals
from replyassist.learning.stored_messages import stored_messages, with_stored
from replyassist.retrieval.service import IndexRegistry

from . import common
from .faq_import import JsonOption, MapOption, create_brand, is_new_brand, parse_map
from .intake import shown_problems

STORED = "stored messages"
COLUMNS = ("messages", "proposal", "such as", "reply")


@dataclass(frozen=True)
class _Run:
    """One look at past messages, as it is told."""

    brand: str
    source: str
    past: PastMessages
    pile: QuestionPool
    found: ProposalRun


def propose_command(
    *,
    brand: Annotated[str, typer.Option("--brand", help="The brand, by its id; default: the one that FILE names.")] = "",
    file: Annotated[
        Path | None,
        typer.Option("--from", help="Past messages, .jsonl or .csv; default: those in the database."),
    ] = None,
    replies: Annotated[bool, typer.Option("--replies", help="Suggest the replies that people gave.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="Proposals at most.")] = 20,
    fewest: Annotated[int, typer.Option("--fewest", min=2, help="Messages that make a proposal.")] = FEWEST,
    column_map: MapOption = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write a page with pictures to this folder.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Store nothing; only show.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Propose templates for the questions that come most often, and say what they would have answered.

    Nothing uses a proposal until a lead accepts it, in the console or through the API. What was dismissed stays so.
    Exit status: 0, or 1 when some rows of the file were refused.
    """
    brand, past = _read(brand, file, column_map=column_map)
    database = common.database()
    if file is not None and not dry_run:
        with database.writing() as session:
            if is_new_brand(session, brand):
                create_brand(session, brand)
    run = _run(database, brand, past, file=file, limit=limit, fewest=fewest, with_replies=replies)
    found = run.found
    if not dry_run:
        with database.writing() as session:
            now = common.clock().now()
            still = standing(session, brand, found.proposals)
            keep_run(session, brand, still, coverage=found.coverage, source=run.source, now=now)
    _say(run, dry_run=dry_run)
    if report is not None:
        page = write_proposals(found.proposals, found.coverage, report, brand=brand, source=run.source)
        common.console.print(f"The report is {page}", markup=False, soft_wrap=True)
    if as_json:
        common.print_json(_document(run, stored=not dry_run))
    else:
        common.output.print(common.table_of(COLUMNS, map(_cells, found.proposals)))
        common.output.print(found.coverage.sentence, markup=False, soft_wrap=True)
    if run.past.problems:
        raise typer.Exit(1)


def _read(brand: str, file: Path | None, *, column_map: list[str] | None) -> tuple[str, PastMessages | None]:
    """The brand and the messages of the file; None where those of the database are wanted."""
    past = read_past_messages(file, brand=brand, column_map=parse_map(column_map)) if file is not None else None
    if file is not None and past is not None and not brand:
        brand = _only_brand(past, file)
    if not BRAND_ID.match(brand):
        detail = "name a --brand, or a file with --from; its id is 1 to 60 lower-case letters, digits, '-' or '_'"
        raise InvalidInput(detail, field="brand")
    return brand, past


def _run(
    database: Database,
    brand: str,
    past: PastMessages | None,
    *,
    file: Path | None,
    limit: int,
    fewest: int,
    with_replies: bool,
) -> _Run:
    """Read what there is, and only then encode: no transaction is open meanwhile."""
    encoder = common.encoder(model=CHECKS.name, for_templates=False)
    knowledge, past = _knowledge(database, brand, past)
    with _encoding() as tell:
        pile = make_pile(past.messages, encoder, languages=knowledge.languages, on_progress=tell)
    found = find_proposals(
        pile,
        encoder,
        knowledge,
        day=common.clock().now().date(),
        limit=limit,
        fewest=fewest,
        with_replies=with_replies,
    )
    return _Run(brand, file.name if file else STORED, past, pile, found)


def _knowledge(database: Database, brand: str, past: PastMessages | None) -> tuple[BrandKnowledge, PastMessages]:
    registry = IndexRegistry(common.settings(), SentenceTransformerEncoder)
    with database.reading() as session:
        if past is not None and is_new_brand(session, brand):
            return BrandKnowledge(), past
        known = BrandKnowledge(
            remembered=tuple(remembered(session, brand)), languages=tuple(voice_of(get_brand(session, brand)).languages)
        )
        past = stored_messages(session, brand) if past is None else with_stored(session, brand, past)
        threshold = registry.threshold_for(session, brand)
        has_templates = bool(active_templates(session, brand))
    if has_templates:
        known = replace(known, today=Today(registry.index_for(database, brand), threshold=threshold))
    registry.close()
    return known, past


def _only_brand(past: PastMessages, file: Path) -> str:
    if len(past.brands) != 1:
        names = ", ".join(sorted(past.brands)) or "none"
        raise InvalidInput(
            f"the rows name these brands: {names}; say which with --brand", file=str(file), field="brand"
        )
    return next(iter(past.brands))


@contextmanager
def _encoding() -> Iterator[Callable[[int, int], None]]:
    with common.progress() as bar:
        task = bar.add_task("Reading messages", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say(run: _Run, *, dry_run: bool) -> None:
    for note in run.past.notes:
        common.console.print(note, markup=False, soft_wrap=True)
    for line in shown_problems(run.past.problems):
        common.console.print(f"refused: {escape(line)}", soft_wrap=True)
    pile, found = run.pile, run.found
    left = len(run.past.messages) - pile.messages
    parts = [f"{pile.messages:,} messages"]
    parts += [f"a sample: of {MOST_MESSAGES + left:,} at most {MOST_MESSAGES:,} are read"] if left else []
    parts += [f"{pile.asking_nothing:,} ask nothing", f"{pile.unfit:,} are too short or too long"]
    parts += [f"{pile.own_cases:,} are somebody's own case"] if pile.own_cases else []
    left_out = {
        "rows refused": len(run.past.problems),
        "of other brands": run.past.of_other_brands,
        "erased or deleted": run.past.gone,
        "replies of ours to none of the messages": run.past.unmatched_replies,
    }
    told = ", ".join(f"{count:,} {why}" for why, count in left_out.items() if count)
    parts += [f"left out: {told}"] if told else []
    common.console.print("; ".join(parts), markup=False, soft_wrap=True)
    skipped = {
        "go to a person whatever the templates": found.for_people,
        "were dismissed or accepted before": found.decided,
        "ask what a template holds in the same words": found.answered,
    }
    told = "".join(f"; {count} {why}" for why, count in skipped.items() if count)
    kept = "nothing was stored" if dry_run else "they wait for a lead in the console under Proposals"
    common.console.print(
        f"{found.groups} groups{told}; {len(found.proposals)} proposals: {kept}", markup=False, soft_wrap=True
    )


def _cells(proposal: FoundProposal) -> tuple[object, ...]:
    name = f"more questions for {proposal.extends}" if proposal.extends else proposal.suggested_id
    reply = proposal.texts.reply.text if proposal.texts.reply else ""
    examples = "\n".join(past.text for past in proposal.texts.questions[:3])
    return len(proposal.covers), name, examples, _short(reply)


def _document(run: _Run, *, stored: bool) -> dict[str, Any]:
    coverage = run.found.coverage
    return {
        "brand": run.brand,
        "stored": stored,
        "messages": run.pile.messages,
        "asking_nothing": run.pile.asking_nothing,
        "too_short_or_long": run.pile.unfit,
        "own_cases": run.pile.own_cases,
        "of_other_brands": run.past.of_other_brands,
        "erased_or_deleted": run.past.gone,
        "unmatched_replies": run.past.unmatched_replies,
        "refused": list(run.past.problems),
        "groups": run.found.groups,
        "for_people": run.found.for_people,
        "decided_before": run.found.decided,
        "answered_already": run.found.answered,
        "proposals": [proposal_document(proposal) for proposal in run.found.proposals],
        "coverage": coverage.model_dump() | {"shares": coverage.shares, "sentence": coverage.sentence},
        "seconds": run.found.seconds,
    }


def proposal_document(proposal: FoundProposal) -> dict[str, Any]:
    """A proposal for programs; ``template`` is in the format of a template, ``reply_is_a_proposal`` until a person has
    checked it."""
    reply = proposal.texts.reply
    return {
        "template": {
            "id": proposal.suggested_id,
            "title": proposal.title,
            "questions": [past.text for past in proposal.texts.questions],
            "reply": reply.text if reply else "",
        },
        "extends": proposal.extends,
        "size": len(proposal.covers),
        "covers": list(proposal.covers),
        "replies": proposal.replies,
        "reply_is_a_proposal": True,
    }


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"
