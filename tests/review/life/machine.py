"""What the machine does: jobs that run, run twice, wait or are lost; drafts that fail; a platform that does as told."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from replyassist.brands.service import get_brand, voice_of
from replyassist.channels import Repeat
from replyassist.core.jobs import Job
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.core.settings import Settings
from replyassist.delivery.service import OpenConnection
from replyassist.faq.service import active_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.guardrails import CheckContext, Finding, Severity, check, verdict_of
from replyassist.inbox.inbound import InboundMessage
from replyassist.proposal import BY_NOBODY, BY_TEMPLATE, Candidate, Proposal, UsedTemplate
from replyassist.proposing import Proposer
from replyassist.retrieval.service import IndexRegistry
from replyassist.testing import FakeEncoder
from replyassist.triage import Route, triage
from replyassist.worker import Worker
from tests.world import World

from .channel import OUTCOMES, Killed
from .stage import Stage

logging.getLogger("replyassist.worker").addHandler(logging.NullHandler())
DOUBTS = ("draft.unsure_template", "draft.open_question", "draft.praise_or_irony")
FAILURE = "the model is away"


@dataclass(frozen=True)
class DicedProposer(Proposer):
    """Drafts from a template of the brand as the dice fall: none, one or two, with doubts or without, or not at all."""

    stage: Stage

    def propose(
        self,
        brand_id: str,
        message: InboundMessage,
        *,
        template_id: str | None = None,
        instruction: str | None = None,
        with_follow_up: bool = False,
    ) -> Proposal:
        stage = self.stage
        stage.meanwhile(0.15)
        if stage.chance(0.1):
            raise RuntimeError(FAILURE)
        with self.database.reading() as session:
            voice = voice_of(get_brand(session, brand_id))
            known = {template.id: template for template in active_templates(session, brand_id)}
        used = [known[template_id]] if template_id in known else []
        if template_id is None and known and stage.chance(0.9):
            used = list(known.values())[: 1 + stage.chance(0.2)]
        made = Proposal(
            route=Route.DRAFT if used else Route.ESCALATE,
            reason="",
            triage=triage(message.text),
            picked_template=template_id,
            voice_version=voice.version,
            drafted_by=BY_TEMPLATE if used else BY_NOBODY,
            instruction=instruction,
        )
        if not used:
            return made
        text = " ".join(("Hi there!", *(template.rendered_reply for template in used)))
        context = CheckContext(
            voice=voice, template=used[0], message=message, language="en", mood=made.triage.mood.value
        )
        result = check(text, context)
        rules = [rule for rule in DOUBTS if stage.chance(0.2)]
        doubts = tuple(Finding(rule=rule, severity=Severity.WARN, explanation="Look at this.") for rule in rules)
        return made.model_copy(update=_drafted(text, used, result, doubts))


def _drafted(text: str, used: list[ReplyTemplate], result: Any, doubts: tuple[Finding, ...]) -> dict[str, Any]:
    candidate = Candidate(text=text, drafted_by=BY_TEMPLATE, score=0.9, **result.model_dump())
    return {
        "draft": text,
        "template_id": used[0].id,
        "template_version": used[0].version,
        "also_templates": tuple(UsedTemplate(id=each.id, version=each.version) for each in used[1:]),
        "findings": candidate.findings,
        "doubts": doubts,
        "verdict": verdict_of((*candidate.findings, *doubts)),
        "candidates": (candidate,),
    }


def worker_on(world: World, stage: Stage) -> Worker:
    """The worker, with the dice for a model and the stage's platform for a channel."""
    settings: Settings = world.settings
    proposer = DicedProposer(
        database=world.database,
        registry=IndexRegistry(settings, lambda _: FakeEncoder()),
        encoder=FakeEncoder(),
        model=None,
        library=PromptLibrary(resource_folder("prompts")),
        settings=settings,
        clock=world.clock,
        stage=stage,
    )
    return Worker(
        database=world.database,
        proposer=proposer,
        jobs=world.jobs,
        connect=lambda _session, _item: OpenConnection("webhook", stage.platform, stage.platform.address),
        connections=world.connections,
        clock=world.clock,
        settings=settings,
    )


def run_job(stage: Stage) -> None:
    """A job runs, late or early, once or twice; not while it is running, which the fence sees to."""
    jobs = stage.world.jobs
    waiting = [each for each, _ in jobs.planned if each not in stage.running]
    waiting = [each for each in waiting if each.name != "learn"] or waiting
    if not waiting:
        return
    job = stage.pick(waiting)
    stage.running.append(job)
    for _ in range(1 + stage.chance(0.1)):
        stage.tell("job", job.key)
        run(stage.worker, job)
    stage.running.remove(job)
    jobs.live.discard(job.key)
    jobs.planned[:] = [(each, delay) for each, delay in jobs.planned if each.key != job.key]


def run(worker: Worker, job: Job) -> None:
    """Run a job as the runner does: what it raises ends it. Only the model's failure is no fault of ours."""
    try:
        getattr(worker, job.name)(*job.arguments)
    except Killed:
        return
    except RuntimeError as error:
        if str(error) != FAILURE:
            raise


def lose_job(stage: Stage) -> None:
    """A job is gone without a trace."""
    jobs = stage.world.jobs
    waiting = [(job, delay) for job, delay in jobs.planned if job not in stage.running]
    if waiting:
        lost = stage.pick(waiting)
        stage.tell("lost", lost[0].key)
        jobs.planned.remove(lost)
        jobs.live.discard(lost[0].key)


def reconcile(stage: Stage) -> None:
    """The worker looks after rows that wait without a job."""
    if stage.chance(0.7):
        stage.world.clock.advance(minutes=2)
    stage.tell("reconcile")
    stage.worker.reconciler.reconcile()


def refresh_verdicts(stage: Stage) -> None:
    """The worker holds drafts anew against what changed."""
    stage.tell("refresh verdicts")
    stage.worker.reconciler.refresh_verdicts()


def change_platform(stage: Stage) -> None:
    """The next attempt ends otherwise, or another platform is connected."""
    platform = stage.platform
    if stage.chance(0.7):
        platform.outcome = stage.pick(OUTCOMES)
    else:
        platform.repeat = stage.pick(list(Repeat))
        platform.place = stage.pick(["https://one.example", "https://one.example", "https://two.example"])
    stage.tell("platform", platform.outcome, platform.repeat, platform.place)


def in_order(worker: Worker, **changes: Any) -> Worker:
    """A worker whose model and platform work."""
    proposer = worker.proposer
    assert isinstance(proposer, DicedProposer)
    calm = Stage(proposer.stage.world, dice=CalmDice())
    return replace(worker, proposer=replace(proposer, stage=calm, **changes), **changes)


class CalmDice(Random):
    """Always the middle: nothing unlikely happens."""

    def random(self) -> float:
        return 0.5
