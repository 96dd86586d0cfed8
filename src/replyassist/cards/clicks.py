"""A press of a card's button: a person's own act, by the account that they linked, on exactly what the card showed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from sqlmodel import Session

from replyassist.channels.connections import Connections
from replyassist.channels.models import Connection
from replyassist.channels.slack import TEAM
from replyassist.channels.slack.api import SlackApi
from replyassist.core.accounts import Principal, principal
from replyassist.core.digests import text_digest
from replyassist.core.entailment import Entailment
from replyassist.core.errors import Forbidden, InvalidInput, NotAuthenticated, ReplyassistError, VersionConflict
from replyassist.core.jobs import JobQueue
from replyassist.core.settings import Settings
from replyassist.review import approving, decisions
from replyassist.review.binding import hold
from replyassist.review.checking import CheckedText, weigh
from replyassist.review.models import ReviewItem, ReviewStatus
from replyassist.review.reasons import ESCALATE_REASONS, failure_of
from replyassist.review.repository.approved import send_times
from replyassist.wording.catalogues import gettext, written_in
from replyassist.wording.finding_words import problem_words

from . import repository
from .content import APPROVE, ESCALATE, REASONS, REJECT, ShownVersion, asks_of, language_of, state_of
from .linking import signed_offer
from .presses import Press

VIA = "slack"
NOT_DONE = {APPROVE: "Nothing was sent.", REJECT: "It was not rejected.", ESCALATE: "It was not escalated."}
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clicks:
    """Carries presses out. ``console``: the address of the console, without a slash at its end."""

    connections: Connections
    jobs: JobQueue
    settings: Settings
    console: str
    entailment: Entailment | None = None

    def take(self, connection: Connection, press: Press) -> None:
        """Act, and tell the person what became of it, in words that they alone see."""
        if press.action not in NOT_DONE:
            return
        with self.connections.database.reading() as session:
            language = language_of(session, connection.brand_id)
        with written_in(language):
            try:
                words = self._act(connection, press)
            except ReplyassistError as error:
                words = f"{gettext(NOT_DONE[press.action])} {problem_words(error)}"
        self._tell(connection, press, words)

    def _act(self, connection: Connection, press: Press) -> str:
        if press.team != self.connections.account(connection).credentials.get(TEAM):
            raise Forbidden("This account of Slack is not of the workspace that the cards stand in.")
        seen, database = self._seen(connection, press), self.connections.database
        with database.reading() as session:
            who = _person(session, press)
        if who is None:
            return f"{gettext(NOT_DONE[press.action])} {self._how_to_link(press)}"
        with database.reading() as session:
            item = session.get_one(ReviewItem, seen.item)
            if not seen.is_of(item):
                stands = state_of(session, item) or gettext("The card shows an earlier state.")
                return f"{gettext(NOT_DONE[press.action])} {gettext('The item has moved on.')} {stands}"
        return {APPROVE: self._approve, REJECT: self._reject, ESCALATE: self._escalate}[press.action](who, seen, press)

    def _approve(self, who: Principal, seen: ShownVersion, _: Press) -> str:
        with self.connections.database.reading() as session:
            draft = session.get_one(ReviewItem, seen.item).draft
            text = approving.checked(session, who, seen.item, draft, entailment=self.entailment)
        if text_digest(text.text) != seen.digest:
            raise InvalidInput("The draft has blanks at its ends. Open it in the console.")
        try:
            status = self._approved(who, seen, text)
        except VersionConflict:
            with self.connections.database.writing() as session:
                repository.show_anew(session, seen.item)
            raise
        if status == ReviewStatus.APPROVED:
            with self.connections.database.reading() as session:
                is_later = bool(send_times(session, [session.get_one(ReviewItem, seen.item)]))
            if is_later:
                return gettext("You approved it for the time that was chosen first. The console can take it back.")
            return gettext("You approved it. It is sent shortly; until then it can be taken back in the console.")
        return gettext("Your yes is recorded. A second person has to approve it before it is sent.")

    def _approved(self, who: Principal, seen: ShownVersion, text: CheckedText) -> str:
        """How the item stands then; raise VersionConflict where the card did not show what approving confirms."""
        with self.connections.database.writing() as session:
            now, item = self.connections.runtime.clock.now(), session.get_one(ReviewItem, seen.item)
            if asks_of(weigh(item, text.result, hold(session, item), now=now).findings) != seen.asks:
                raise VersionConflict(
                    "The card lacked what is to be checked before sending. It is renewed in a moment: look at it again."
                )
            return approving.approve(
                session,
                who,
                seen.item,
                version=seen.version,
                text=text,
                accept_findings=False,
                jobs=self.jobs,
                now=now,
                send_delay_seconds=self.settings.send_delay_seconds,
            ).status

    def _reject(self, who: Principal, seen: ShownVersion, press: Press) -> str:
        reason = _picked(press, REASONS)
        self._decide(decisions.reject, who, seen, reason=reason, failures=failure_of(reason))
        return gettext("You rejected it; that can be taken back in the console.")

    def _escalate(self, who: Principal, seen: ShownVersion, press: Press) -> str:
        self._decide(decisions.escalate, who, seen, reason=gettext(_picked(press, ESCALATE_REASONS)))
        return gettext("You escalated it: a lead decides.")

    def _decide(self, act: Callable[..., ReviewItem], who: Principal, seen: ShownVersion, **more: Any) -> None:
        with self.connections.database.writing() as session:
            now = self.connections.runtime.clock.now()
            act(session, who, seen.item, version=seen.version, jobs=self.jobs, now=now, **more)

    def _seen(self, connection: Connection, press: Press) -> ShownVersion:
        """What the card showed; raise InvalidInput for a message that is no card of this connection."""
        try:
            seen = ShownVersion.read(press.block)
        except ValueError:
            raise InvalidInput("this is no card of ours") from None
        with self.connections.database.reading() as session:
            card = repository.card_of(session, seen.item, connection.id or 0)
        # An empty id: the answer to its posting was lost. The signature says that the message is our app's.
        if card is None or card.external_id not in ("", f"{press.channel}:{press.message}"):
            raise InvalidInput("this is no card of ours")
        return seen

    def _how_to_link(self, press: Press) -> str:
        offer = signed_offer(
            self.settings,
            team=press.team,
            slack_user=press.slack_user,
            shown_as=press.shown_as,
            now=self.connections.runtime.clock.now(),
        )
        address = f"{self.console}/account/slack?offer={quote(offer, safe='')}"
        how = gettext(
            "replyassist does not know who you are. Link your own account within ten minutes, then press the button "
            "again. This address is for you alone: {address}"
        )
        return how.format(address=address)

    def _tell(self, connection: Connection, press: Press, words: str) -> None:
        try:
            api = SlackApi(self.connections.account(connection), self.connections.runtime)
            try:
                api.post("chat.postEphemeral", channel=press.channel, user=press.slack_user, text=words, mrkdwn=False)
            finally:
                api.close()
        except ReplyassistError as error:
            logger.warning("somebody could not be told what became of their press: %s", error.detail)


def _picked(press: Press, offered: Collection[str]) -> str:
    """The reason that was picked; raise InvalidInput for one that no card offers."""
    if press.choice not in offered:
        raise InvalidInput("this is no card of ours")
    return press.choice


def _person(session: Session, press: Press) -> Principal | None:
    """The linked person with what they may do now; None for nobody. Raises NotAuthenticated for one who left."""
    link = repository.link_in(session, press.team, press.slack_user)
    if link is None:
        return None
    try:
        return replace(principal(session, link.user_id), via=VIA)
    except NotAuthenticated:
        raise NotAuthenticated("Your account is not active.") from None
