"""Makes what the addresses and bodies of ``route_table`` name, anew for each request, so that each can succeed."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlmodel import Session, col, select
from starlette.datastructures import UploadFile

from replyassist.brands.service import get_brand, voice_of
from replyassist.brands.voice.reader import written
from replyassist.core.accounts import Principal, User, start_session
from replyassist.core.accounts.links import make_link
from replyassist.core.accounts.models import UserSession
from replyassist.core.accounts.tokens import make_own_token
from replyassist.core.digests import text_digest
from replyassist.core.security import Role
from replyassist.evaluation.jobs import service as evaluation_jobs
from replyassist.evaluation.jobs.models import Request as RunRequest
from replyassist.evaluation.sets import TemplateSets
from replyassist.evaluation.upload_files import UploadKind
from replyassist.evaluation.uploads import Uploads
from replyassist.faq import generated, learned, proposals, service, trials
from replyassist.faq.repository.generated import active_questions
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.review import approving, decisions
from replyassist.review.corrections import acts as corrections
from replyassist.review.models import ReviewItem
from replyassist.review.onboarding import service as onboarding
from replyassist.review.policies import repository as policies
from replyassist.review.saved_views import keep_view
from replyassist.review.teamwork import acts as teamwork
from replyassist.review.teamwork import saved
from replyassist.triage import Kind
from tests.faq.builders import template
from tests.faq.test_proposals import dismiss, gifts, keep
from tests.web.test_learned import taught_by
from tests.world import BRAND, World, alike, shipping

if TYPE_CHECKING:
    from tests.web.house import House

DOUBT = Finding(rule="message.doubt", severity=Severity.WARN, explanation="It may ask something else.")


@dataclass(frozen=True)
class Together:
    """Items that ask the same: the id of their page, and what its form carries of each."""

    id: int
    seen: list[str]
    drafts: list[str]

    @property
    def first(self) -> str:
        """The id and the version of the first."""
        return self.seen[0].rpartition(":")[0]


class Fresh(dict[str, Any]):
    """What a request names: of the house where the house knows it, else made when it is first named.

    ``who`` asks; what only its owner may use is theirs, or that of the brand's lead for somebody of another brand.
    """

    def __init__(self, house: House, who: Principal) -> None:
        super().__init__(house.known)
        self.house = house
        self.world: World = house.world
        self.lead: Principal = house.lead
        self.owner: Principal = who if who.sees(BRAND) else house.lead

    def __missing__(self, name: str) -> Any:
        """Make it; the same within one request."""
        self[name] = MAKERS[name](self)
        return self[name]

    @property
    def given(self) -> dict[str, Any]:
        """What most acts take."""
        return {"now": self.world.clock.now(), "jobs": self.world.jobs}

    def store(self, act: Callable[[Session], Any]) -> Any:
        """Do it in a transaction."""
        with self.world.database.writing() as session:
            return act(session)

    def acted(self, act: Callable[..., ReviewItem], item: ReviewItem | None = None, **more: Any) -> ReviewItem:
        """An item that the brand's lead did something with."""
        item = item or self.house.item()
        self.store(lambda session: act(session, self.lead, item.id or 0, version=item.version, **more))
        return self.world.reload(item)

    def held(self) -> ReviewItem:
        """An item that the brand's lead works on."""
        item, now = self.house.item(), self.world.clock.now()
        self.store(lambda session: decisions.claim(session, self.lead, item.id or 0, now=now, minutes=10))
        return self.world.reload(item)

    def approved(self) -> ReviewItem:
        """An item that the brand's lead approved as it was drafted."""
        item = self.house.item()
        with self.world.database.reading() as session:
            text = approving.checked(session, self.lead, item.id or 0, item.draft)
        return self.acted(approving.approve, item, text=text, accept_findings=True, send_delay_seconds=10, **self.given)

    def proposal(self) -> Any:
        """A template that was found in past messages."""
        number = keep(self.world, gifts(suggested_id=f"gift-cards-{self['number']}"))[0]
        return self.store(lambda session: proposals.find_proposal(session, BRAND, number))

    def dismissed(self) -> Any:
        """One that was taken off the list."""
        found = self.proposal()
        dismiss(self.world, found.id)
        return found

    def lesson(self) -> Any:
        """An example that an item taught."""
        number = taught_by(self.world, self.house.item(), f"to Bergen {self['number']}?")
        return self.store(lambda session: learned.find_example(session, BRAND, number))

    def withdrawn(self) -> Any:
        """One that counts no more."""
        found, now = self.lesson(), self.world.clock.now()
        self.store(lambda session: learned.withdraw(session, BRAND, found.id, by="Ada", now=now))
        return found

    def question(self) -> Any:
        """A question that the model wrote for a template."""
        texts, now = [f"over the sea {self['number']}?"], self.world.clock.now()

        def act(session: Session) -> Any:
            generated.keep(session, BRAND, "shipping-abroad", shipping().version, texts, model="m", now=now)
            return active_questions(session, BRAND)[0]

        return self.store(act)

    def spare(self) -> Any:
        """A template that nothing else stands on."""
        made = shipping(id=f"spare-{self['number']}")
        self.store(lambda session: service.add_template(session, BRAND, made, now=self.world.clock.now(), by="Ada"))
        return made

    def tried(self) -> Any:
        """A change of such a template that was asked about."""
        base = self["spare"]
        changed = base.model_copy(update={"title": "Abroad"})
        return self.store(
            lambda session: trials.ask(
                session, BRAND, base.id, changed, base_version=base.version, by="Ada", **self.given
            )
        )

    def token_of(self, who: Principal) -> Any:
        """An API token of somebody."""
        now = self.world.clock.now()
        return self.store(lambda session: make_own_token(session, who, name="inbox", scopes=None, days=9, now=now)[0])

    def session(self) -> Any:
        """Another browser in which the owner is signed in."""
        now, owner = self.world.clock.now(), self.owner.user_id

        def act(session: Session) -> Any:
            start_session(session, owner, address="", user_agent="", now=now)
            newest = select(UserSession).where(UserSession.user_id == owner).order_by(col(UserSession.id).desc())
            return session.exec(newest).first()

        return self.store(act)

    def email(self) -> str:
        """The address that the owner signs in with."""
        return str(self.store(lambda session: session.get_one(User, self.owner.user_id).email))

    def link(self, *, is_new: bool) -> str:
        """The secret of a link that invites somebody, or lets them set another password."""
        user_id, now = self["user"].user_id, self.world.clock.now()

        def act(session: Session) -> str:
            user = session.get_one(User, user_id)
            user.password_hash = None if is_new else user.password_hash
            return make_link(session, user, by=self.lead, now=now)

        return str(self.store(act))

    def voice(self) -> Any:
        """The voice as it is."""
        return self.store(lambda session: voice_of(get_brand(session, BRAND)))

    def policy_number(self) -> int:
        """The number of the policy that counts."""
        found = self.store(lambda session: policies.versions_of(session, BRAND, before=None, limit=1))
        return found[0].number if found else 0

    def upload(self) -> str:
        """Files of the owner that are not kept yet."""
        file = UploadFile(io.BytesIO(b"text,template_id\ndo you ship?,shipping-abroad\n"), filename="x.csv")
        uploads, now = Uploads(self.world.settings.home), self.world.clock.now()
        more: dict[str, Any] = {"user_id": self.owner.user_id, "brand": BRAND, "title": "x", "now": now}
        return uploads.receive(UploadKind.CASES, [file], **more).token

    def spare_set(self) -> str:
        """A set of templates that no run uses."""
        sets, number, now = TemplateSets(self.world.settings.home), self["number"], self.world.clock.now()
        return sets.save([template("a")], brand=BRAND, title=f"spare {number}", files=(), by="Ada", at=now).name

    def waiting_job(self) -> Any:
        """A run that waits for a worker."""
        wanted = RunRequest(cases=self["cases"], templates=self["templates"], stages=("retrieval",), limit=None)
        more: dict[str, Any] = {"title": "x", "brands": [BRAND], "asked_by": self.lead.user_id}
        return self.store(lambda session: evaluation_jobs.start(session, wanted, **more, **self.given))

    def together(self) -> Together:
        """Items that ask the same."""
        items = alike(self.world, 2)
        seen = [f"{item.id}:{item.version}:{text_digest(item.draft)}" for item in items]
        return Together(items[0].cluster_id or 0, seen, [item.draft for item in items])


def _acted(act: Callable[..., Any], **more: Any) -> Callable[[Fresh], ReviewItem]:
    return lambda fresh: fresh.acted(act, **more, **fresh.given)


def _snoozed(fresh: Fresh) -> ReviewItem:
    now = fresh.world.clock.now()
    return fresh.acted(teamwork.snooze, until=now + timedelta(hours=1), now=now)


def _doubted(fresh: Fresh) -> ReviewItem:
    item: ReviewItem = fresh.house.item(doubts=(DOUBT,), verdict=Verdict.NEEDS_EDIT)
    return item


def _view(fresh: Fresh) -> Any:
    name, now = f"view {fresh['number']}", fresh.world.clock.now()
    return fresh.store(lambda session: keep_view(session, fresh.owner, name, "", now=now))


def _saved(fresh: Fresh) -> Any:
    more: dict[str, Any] = {"title": "Ships", "text": "We do.", "is_shared": False, "now": fresh.world.clock.now()}
    return fresh.store(lambda session: saved.save(session, fresh.owner, BRAND, **more))


def _practice(fresh: Fresh) -> Any:
    now = fresh.world.clock.now()
    return fresh.store(lambda session: onboarding.begin(session, fresh.owner, BRAND, now=now))


MAKERS: dict[str, Callable[[Fresh], Any]] = {
    "number": lambda fresh: next(fresh.world.numbers),
    "item": lambda fresh: fresh.house.item(),
    "message": lambda fresh: fresh.world.key(fresh.house.item()),
    "held": Fresh.held,
    "approved": Fresh.approved,
    "doubted": _doubted,
    "rejected": _acted(decisions.reject, reason="no"),
    "escalated": _acted(decisions.escalate, reason="help"),
    "corrected": _acted(corrections.correct, kind=Kind.PRAISE),
    "snoozed": _snoozed,
    "together": Fresh.together,
    "proposal": Fresh.proposal,
    "dismissed": Fresh.dismissed,
    "lesson": Fresh.lesson,
    "withdrawn": Fresh.withdrawn,
    "question": Fresh.question,
    "spare": Fresh.spare,
    "tried": Fresh.tried,
    "user": lambda fresh: fresh.world.person(Role.AGENT),
    "token": lambda fresh: fresh.token_of(fresh.owner),
    "their_token": lambda fresh: fresh.token_of(fresh["user"]),
    "session": Fresh.session,
    "email": Fresh.email,
    "invitation": lambda fresh: fresh.link(is_new=True),
    "reset": lambda fresh: fresh.link(is_new=False),
    "view": _view,
    "saved": _saved,
    "practice": _practice,
    "connected": lambda fresh: fresh.world.connect("file", f"paper-{fresh['number']}"),
    "voice": Fresh.voice,
    "rules": lambda fresh: written(fresh["voice"]),
    "policy_number": Fresh.policy_number,
    "upload": Fresh.upload,
    "spare_set": Fresh.spare_set,
    "waiting_job": Fresh.waiting_job,
}
