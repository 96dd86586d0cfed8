"""What happened in the gallery today, so that every page has something to show; and the addresses of the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from replyassist.evaluation.dataset import Case
from replyassist.evaluation.jobs import service as evaluation_jobs
from replyassist.evaluation.jobs.models import EvaluationJob, Request
from replyassist.evaluation.jobs.service import EVALUATE_JOB
from replyassist.evaluation.labelling import LabelBook, batch_of, order_of, reader_of
from replyassist.evaluation.labels import Label, Usability
from replyassist.evaluation.pairs import PreferenceBook, pair_batch_of
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore
from replyassist.faq import proposals, service, trials
from replyassist.faq.proposals import FoundProposal
from replyassist.faq.proposed import PastText, ProposalCoverage, ProposedTexts
from replyassist.faq.trials import TRIAL_JOB
from replyassist.review.failures import FailureKind
from replyassist.review.onboarding import service as onboarding
from replyassist.review.onboarding.practice import PracticeAct
from replyassist.review.policies.changing import save_policy
from replyassist.review.policies.policy import Policy
from replyassist.review.saved_views import keep_view
from replyassist.review.teamwork import acts, notes
from tests.review.test_decisions import approve
from tests.web.gallery import UNDER_ONE_POST, Gallery, drafted

SCORED = 36  # cases of an evaluation
COVERAGE = ProposalCoverage(
    messages=412, counted=206, held_out=True, today=118, with_first=(133, 145, 152, 157, 161, 164)
)
PROPOSED = (
    ("gift-cards", "Do you sell gift cards?", ("do you do gift cards", "can I buy a voucher for my sister?",
     "Is there a gift card I could print at home?"),
     "You find gift cards from €15 under Gifts; they come by e-mail at once."),
    ("cold-brew", "Which coffee is best for cold brew?", ("which beans for cold brew", "cold brew recipe pls 🧊"),
     "Bramble makes a lovely cold brew: 60 g to a litre of cold water, twelve hours in the fridge."),
    ("wholesale-minimum", "What is the smallest trade order?", ("min order for cafes?",), ""),
)  # fmt: skip


class Showroom:
    """The gallery with everything of today."""

    def __init__(self, gallery: Gallery) -> None:
        self.gallery, self.world, self.parts = gallery, gallery.world, gallery.parts
        self.known = gallery.known
        self.ana, self.tim, self.mia, self.lea = (gallery.people[key] for key in ("ana", "tim", "mia", "lea"))
        self._cluster()
        self._today()
        self._templates()
        self._people()
        self._evaluation()

    def _by(self, start: str) -> Any:
        """The waiting item whose message begins so."""
        for item_id in self.gallery.items:
            item = self.gallery.item(item_id)
            if item.beginning.lower().startswith(start.lower()):
                return item
        raise LookupError(start)

    def _cluster(self) -> None:
        parent = "Bramble is sold out for now. Thank you, all of you!"
        for number, (name, text) in enumerate(UNDER_ONE_POST):
            item = self.gallery.item(drafted(self.parts, self.gallery.message(f"alike-{number}", text, name, parent)))
            self.known["cluster"] = item.cluster_id or self.known.get("cluster")

    def _today(self) -> None:
        world, now, gallery = self.world, self.gallery.now, self.gallery
        self.known |= {
            "item": self._by("Opened my parcel").id,
            "risky": self._by("hi, gave my daughter").id,
            "praise": self._by("Made my first ever").id,
            "question": self._by("is bramble ok").id,
            "several": self._by("Two things").id,
        }
        done = approve(world, self.lea, self._by("mine always ends up"), accept_findings=True)
        self.known["sent"] = done.id
        gallery.reject(self._by("this account is the only"), self.ana, "no_reply_needed")
        angry = self._by("Absolute joke")
        with world.database.writing() as session:
            notes.add_note(
                session, self.tim, angry.id or 0, now=now,
                text="@ana.keane his parcel 4471 is back at the depot, I asked them to send it out again today.",
            )  # fmt: skip
            notes.add_note(
                session,
                self.lea,
                self.known["item"],
                text="@ana.keane the third burst bag this week, I told the packers. ☕",
                now=now,
            )
            acts.assign(session, self.ana, angry.id or 0, version=angry.version, user_id=self.lea.user_id, now=now)
        gallery.escalate(self._by("You charged my card"), self.tim, "Legal or safety matter: he speaks of a solicitor")
        self.known["escalated"] = self._by("You charged my card").id
        later = self._by("heading away")
        with world.database.writing() as session:
            acts.snooze(
                session, self.ana, later.id or 0, version=later.version, until=now + timedelta(hours=20), now=now
            )
            for name, query in (
                ("Instagram, urgent", "channel=instagram&risk=high"),
                ("Shipping abroad", "template=shipping-abroad"),
            ):
                keep_view(session, self.ana, name, query, now=now)
            policy = Policy.model_validate({
                "agents": {"channels": ["instagram", "tiktok", "facebook"], "amounts_up_to": 50},
                "second_person": {"words": ["refund", "solicitor"], "amounts_above": 200},
            })  # fmt: skip
            save_policy(
                session,
                self.lea,
                "fernhill",
                policy,
                seen=0,
                note="Money above €200 needs two of us.",
                jobs=world.jobs,
                now=now,
            )

    def _templates(self) -> None:
        world, now = self.world, self.gallery.now
        found = [
            FoundProposal(
                suggested_id=key, title=title, replies=3 if reply else 0,
                covers=tuple(f"message {n}" for n in range(24 // (k + 1))),
                texts=ProposedTexts(
                    questions=tuple(PastText(text=text, key=f"message {n}") for n, text in enumerate(questions)),
                    reply=PastText(text=reply, key="message 2") if reply else None,
                ),
            )
            for k, (key, title, questions, reply) in enumerate(PROPOSED)
        ]  # fmt: skip
        with world.database.writing() as session:
            proposals.keep_run(session, "fernhill", found, coverage=COVERAGE, source="inbox-2026-10.jsonl", now=now)
            template = service.get_template(session, "fernhill", "shipping-abroad")
            changed = template.model_copy(update={"questions": [*template.questions, "is there a courier to Iceland?"]})
            row = trials.ask(
                session, "fernhill", template.id, changed, base_version=template.version, by="Lea Sommer",
                jobs=world.jobs, now=now,
            )  # fmt: skip
            self.known["trial"] = row.id
        self.parts.worker.trial(*world.jobs.take(TRIAL_JOB).arguments)

    def _people(self) -> None:
        now = self.gallery.now
        with self.world.database.writing() as session:
            run = onboarding.begin(session, self.mia, "fernhill", now=now)
            onboarding.answer(session, self.mia, run.id or 0, 0, PracticeAct.SEND, now=now)
            self.known |= {"practice": run.id, "member": self.tim.user_id}

    def _evaluation(self) -> None:
        world, home, now = self.world, self.world.settings.home, self.gallery.now
        cases = [Case.model_validate(case) for case in self.gallery.cases if case["brand"] == "fernhill"][:SCORED]
        kept = CaseSets(home).save(
            cases, title="Questions of October", files=("october.jsonl",), by="Lea Sommer", at=now
        )
        with world.database.reading() as session:
            live = service.active_templates(session, "fernhill")
        fewer = [template for template in live if template.id not in ("shipping-abroad", "gluten")]
        drafts = TemplateSets(home).save(
            fewer, brand="fernhill", title="Shorter replies, autumn", files=("macros.csv",), by="Lea Sommer", at=now
        )
        self.known |= {"cases": kept.name, "templates": drafts.name}
        runs = [
            self._run(kept.name, drafts.name, "Shorter replies, autumn"),
            self._run(kept.name, "", "Live templates"),
        ]
        self.known |= {"before": runs[0], "after": runs[1], "batch": batch_of(runs[1])}
        self.known["pair"] = pair_batch_of(*runs)
        PreferenceBook(home, *runs).open()
        self._labels(runs[1])
        with world.database.writing() as session:
            job = self._start(session, kept.name, "", "Live templates, after the new voice")
            job.state, job.done, job.total = "running", 22, SCORED
            self.known["job"] = job.id

    def _start(self, session: Session, cases: str, templates: str, title: str) -> EvaluationJob:
        request = Request(cases=cases, templates=templates, stages=("retrieval", "draft"))
        return evaluation_jobs.start(
            session, request, title=title, brands=["fernhill"], asked_by=self.lea.user_id, jobs=self.world.jobs,
            now=self.gallery.now,
        )  # fmt: skip

    def _run(self, cases: str, templates: str, title: str) -> str:
        with self.world.database.writing() as session:
            number = self._start(session, cases, templates, title).id
        self.parts.worker.evaluate(*self.world.jobs.take(EVALUATE_JOB).arguments)
        self.world.clock.advance(minutes=2)
        with self.world.database.reading() as session:
            job = session.get_one(EvaluationJob, number)
            assert job.run_id is not None, job.problem
            return job.run_id

    def _labels(self, run_id: str) -> None:
        home = self.world.settings.home
        run, book = RunStore(home).load(run_id), LabelBook(home, run_id)
        for who, share in ((self.ana, 0.9), (self.mia, 0.7)):
            reader = reader_of(who.user_id)
            drafts = order_of(run, reader)
            for result in drafts[: int(len(drafts) * share)]:
                assert result.proposal is not None
                number = int(result.case.id[-3:])
                label = (Usability.SEND_READY, Usability.SEND_READY, Usability.NEEDS_EDIT)[
                    number % 3 if who is self.ana else number % 7 % 3
                ]
                failures = () if label is Usability.SEND_READY else (FailureKind.MISSED_QUESTION,)
                book.add(
                    Label(
                        case_id=result.case.id, draft=result.proposal.draft, label=label, failures=failures, by=reader
                    )
                )
