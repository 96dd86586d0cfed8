"""A brand with something on every page: what the tests that visit all of them look at, in words of their choice."""

from __future__ import annotations

from typing import Any

from replyassist.core.accounts import Principal, User
from replyassist.core.security import Role
from replyassist.evaluation.jobs import service as evaluation_jobs
from replyassist.evaluation.jobs.models import Request as RunRequest
from replyassist.evaluation.labelling import batch_of
from replyassist.evaluation.pairs import PreferenceBook, pair_batch_of
from replyassist.evaluation.sets import CaseSets, TemplateSets
from replyassist.evaluation.store import RunStore
from replyassist.faq import trials
from replyassist.faq.proposed import PastText, ProposedTexts
from replyassist.review import decisions
from replyassist.review.saved_views import keep_view
from tests.evaluation.builders import case, proposal, result, run
from tests.faq.builders import template
from tests.faq.test_proposals import gifts, keep
from tests.web.fresh import Fresh
from tests.web.route_table import Example
from tests.web.test_learned import taught_by
from tests.world import BRAND, DRAFT, World, shipping

NAMES_MOST = 60


class House:
    """What the addresses of ``route_table`` speak of; ``words`` stands in every text that people can write."""

    def __init__(self, world: World, words: str = "") -> None:
        self.world, self.words = world, words
        self.known: dict[str, Any] = {"brand": BRAND}
        self.lead = world.person(Role.LEAD)
        self._queue()
        self._templates()
        self._evaluation()

    def of(self, example: Example, who: Principal | None = None) -> tuple[str, Any]:
        """The address and the body of an example for who asks, about things that nobody has touched."""
        fresh = Fresh(self, who or self.lead)
        return example.path.format_map(fresh), _filled(example.body, fresh)

    def item(self, **overrides: Any) -> Any:
        """Another item, in the words of the house."""
        author = {"external_id": "9911", "handle": self._or("tom.k")[:NAMES_MOST], "name": self._or("Tom")}
        number = next(self.world.numbers)
        where = {"external_id": f"post-{number}", "visibility": "public", "parent_text": self._or("New roast is out!")}
        message = {"text": self._or("do you ship to Norway??"), "author": author, "conversation": where}
        return self.world.item(message=message, **({"draft": f"{DRAFT} {self.words}".strip()} | overrides))

    def rename(self, person: Principal) -> None:
        """Let a person bear the words of the house as a name."""
        if self.words:
            with self.world.database.writing() as session:
                session.get_one(User, person.user_id).name = self.words[:200]

    def _or(self, usual: str) -> str:
        return self.words or usual

    def _queue(self) -> None:
        item, world, now = self.item(), self.world, self.world.clock.now()
        taught_by(world, item, self._or("to Bergen?"))
        escalated = self.item()
        with world.database.writing() as session:
            decisions.escalate(
                session, self.lead, escalated.id or 0,
                version=escalated.version, reason=self._or("help"), jobs=world.jobs, now=now,
            )  # fmt: skip
            keep_view(session, self.lead, self._or("My view")[:NAMES_MOST], "", now=now)

    def _templates(self) -> None:
        world, now = self.world, self.world.clock.now()
        past = PastText(text=self._or("vouchers?"), key="line 1")
        texts = ProposedTexts(questions=(past,), reply=past)
        keep(world, gifts(texts=texts, title=self._or("Gift cards?")))
        with world.database.writing() as session:
            changed = shipping(title=self._or("Abroad"), questions=[self._or("abroad?")])
            row = trials.ask(
                session, BRAND, "shipping-abroad", changed,
                base_version=shipping().version, by=self._or("Lea"), jobs=world.jobs, now=now,
            )  # fmt: skip
            self.known["trial"] = row.id

    def _evaluation(self) -> None:
        world, home, now = self.world, self.world.settings.home, self.world.clock.now()
        told = case(1, text=self._or("do you ship?"), author_name=self._or("Tom"))
        results = [
            result(1, case=told, proposal=proposal(f"{DRAFT} {self.words}")),
            *(result(n, case=case(n)) for n in range(2, 5)),
        ]
        RunStore(home).save(run(*results, id="r1", title=self._or("first")[:200]))
        other = result(1, case=told, proposal=proposal(f"{DRAFT} See you soon. {self.words}"))
        RunStore(home).save(run(other, *results[1:], id="r2", title=self._or("second")[:200]))
        PreferenceBook(home, "r1", "r2").open()
        title, by = self._or("cases")[:100], self._or("Ana")
        cases = CaseSets(home).save([told], title=title, files=(), by=by, at=now)
        sets = TemplateSets(home).save([template("a")], brand=BRAND, title=title, files=(), by=by, at=now)
        wanted = RunRequest(cases=cases.name, templates=sets.name, stages=("retrieval",), limit=None)
        with world.database.writing() as session:
            job = evaluation_jobs.start(
                session, wanted, title=title, brands=[BRAND], asked_by=self.lead.user_id, jobs=world.jobs, now=now
            )
            self.known["job"] = job.id
        self.known |= {"cases": cases.name, "templates": sets.name}
        self.known |= {"batch": batch_of("r1"), "pair": pair_batch_of("r1", "r2")}


def _filled(part: Any, known: Fresh) -> Any:
    if isinstance(part, dict):
        return {key: _filled(value, known) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, known) for value in part]
    return part.format_map(known) if isinstance(part, str) else part
