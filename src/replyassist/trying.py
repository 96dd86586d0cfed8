"""Carries out a trial: what a changed template would do to the newest messages of its brand, or to a set of cases."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.evaluation.sets import CaseSets
from replyassist.evaluation.template_trial import TriedMessage, sides_of, try_change
from replyassist.faq import trials
from replyassist.faq.models import TemplateTrialRow
from replyassist.faq.repository.learned import examples_of_messages
from replyassist.faq.trial_results import TrialOutcome, TrialState
from replyassist.inbox.readable import readable
from replyassist.inbox.service import load_all
from replyassist.proposing import Proposer
from replyassist.review.list_order import QueueFilter, Sort
from replyassist.review.models import REPLIED, ReviewItem
from replyassist.review.repository.lists import list_items, with_proposals

logger = logging.getLogger(__name__)
TRIED = 200
"""The newest messages; a share of 200 is known to within 7 points, and two look-ups of each take seconds."""
MOST_CASES = 2000
"""Of a set; they take about half a minute."""
TOLD_EVERY = 20  # messages; each telling is a small write


@dataclass(frozen=True)
class Trials:
    """Carries trials out with the adapters of this process."""

    proposer: Proposer

    def run(self, trial_id: int) -> None:
        """Try it and keep what comes out; a trial that is gone or over is left alone. Safe to run again."""
        database = self.proposer.database
        with database.reading() as session:
            row = session.get(TemplateTrialRow, trial_id)
        if row is None or row.state in (TrialState.DONE, TrialState.FAILED):
            return
        try:
            outcome = self._outcome(row)
        except Exception:
            logger.exception("trial %d failed", trial_id)
            outcome = None
        with database.writing() as session:
            trials.finish(session, trial_id, outcome)

    def _outcome(self, row: TemplateTrialRow) -> TrialOutcome:
        database, registry = self.proposer.database, self.proposer.registry
        with database.reading() as session:
            known = self._cases(row) if row.cases else tried_messages(session, row.brand_id)
            messages, left_out = known[:MOST_CASES], len(known[MOST_CASES:])
            taught = examples_of_messages(session, row.brand_id, [each.message_id for each in messages])
            threshold = registry.threshold_for(session, row.brand_id)
            day = get_brand(session, row.brand_id).day(self.proposer.clock.now())
        self._tell(row, 0, len(messages))
        live = registry.index_for(database, row.brand_id)
        sides = sides_of(live, row.template_id, trials.proposed_in(row), without_examples=frozenset(taught))

        def progress(done: int) -> None:
            if done % TOLD_EVERY == 0:
                self._tell(row, done, len(messages))

        tried = try_change(messages, row.template_id, sides, threshold=threshold, day=day, progress=progress)
        return tried.model_copy(update={"left_out": left_out})

    def _cases(self, row: TemplateTrialRow) -> list[TriedMessage]:
        """The cases of the brand in the set that was chosen; raise NotFound where it is gone."""
        dataset = CaseSets(self.proposer.settings.home).load(row.cases.name if row.cases else "")
        return [
            TriedMessage(0, 0, case.text, case.channel, case.visibility, case.expected.template_id, case.id)
            for case in dataset.cases
            if case.brand in ("", row.brand_id)
        ]

    def _tell(self, row: TemplateTrialRow, done: int, total: int) -> None:
        with self.proposer.database.writing() as session:
            trials.note_progress(session, row.id or 0, done=done, total=total)


def tried_messages(session: Session, brand_id: str) -> list[TriedMessage]:
    """The newest messages of the brand that have words, the newest first, with what people decided about them."""
    newest = QueueFilter(brands=frozenset({brand_id}), sort=Sort.NEWEST)
    items = with_proposals(session, list_items(session, newest, after=None, limit=TRIED))
    stored = load_all(session, [item.message_id for item in items])
    return [
        TriedMessage(
            message_id=item.message_id,
            review_item_id=item.id or 0,
            text=text,
            channel=item.channel,
            visibility=stored[item.message_id].conversation.visibility,
            decided=_decided(item),
        )
        for item in items
        if (text := readable(stored[item.message_id].text)) and not stored[item.message_id].is_withdrawn
    ]


def _decided(item: ReviewItem) -> str | None:
    """The template whose reply was approved; a reply that stands on several says nothing of the first one alone."""
    return item.template_id if item.status in REPLIED and not item.proposal.also_templates else None
