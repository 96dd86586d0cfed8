"""The port that every platform is behind. A platform implements the parts it has: ``docs/adding-a-platform.md``.

Errors that its parts raise (``core/errors.py``):

DeliveryRefused         the platform said no; repeating is of no use (the item fails, with the detail)
├── WindowClosed        the time in which it takes replies is over
└── CredentialsRefused  the account's sign-in is no longer valid (the connection is shown as failing)
DeliveryNotMade         surely nothing was sent; tried again
└── RateLimited         the same, after ``retry_after_s`` seconds, and without using up an attempt
    └── Unavailable     a 5xx that says so of what was asked for
DeliveryUncertain       the effect is unknown: looked up, repeated or shown to a person, as ``Traits.repeat`` says;
                        where it says when to come back, the attempt is not used up either
SignatureInvalid        a webhook that is not the platform's, or too old
ConfigurationError      credentials that cannot be used as they are
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from replyassist.brands.counting import Counting
from replyassist.brands.room import addressed, mention_of
from replyassist.core.errors import CredentialsRefused, DeliveryRefused, SignatureInvalid

from .account import Account, Field, Runtime, Tested
from .notes import Notes
from .outgoing import OutgoingReply, Thread, ThreadPlace
from .traits import Traits

if TYPE_CHECKING:
    from .events import Deleted, Edited, Event

_TOKEN = re.compile(r"[A-Za-z0-9_+/=-]{1,200}")
"""Of a challenge: no document of JSON but a number or a word, and no platform sends such a body."""


class Platform(ABC):
    """Sends replies. Made for one job and closed after it; making one calls nobody.

    No transaction is open while any of this is called. Calls from several processes at once happen.
    """

    @property
    @abstractmethod
    def traits(self) -> Traits:
        """What it can do; a plain class attribute does: ``traits = TRAITS``."""

    @property
    def address(self) -> str:
        """What an earlier attempt can be looked up at; where it has changed since, nothing is repeated."""
        return ""

    def test(self) -> Tested:
        """Sign in and say what works; raises nothing for what the platform does (a failed sign-in is a Check)."""
        return Tested(())

    def as_sent(self, reply: OutgoingReply) -> str:
        """The text as it will stand there: the approved one, with the mention before it where the platform tells its
        author by nothing else (``mention`` in ``counting.yaml``). This is what is measured before anything is sent."""
        counts_as = self.traits.counts_as or self.traits.name
        mention = mention_of(counts_as, reply.visibility, handle=reply.author_handle, metadata=reply.metadata)
        return addressed(reply.text, mention)

    def counting(self, visibility: str) -> Counting:
        """How text is measured here and the limit."""
        return self.traits.counting(visibility)

    def prepare(self, reply: OutgoingReply) -> Mapping[str, str]:
        """What is fixed before the first attempt: an own id, a container. Stored before ``send``, and made once.

        May call the platform for what nobody sees and repeating does not harm. Raises as ``send``; whatever it raises,
        nothing was sent.
        """
        return {}

    def reread(self, reply: OutgoingReply) -> Sequence[Edited | Deleted]:
        """What has become of the messages that are answered (``reply.answers``); asked before each attempt where
        ``traits.rereads``. An edit that changes nothing does no harm, and only what the platform says is gone is
        Deleted. Raises as ``send``: nothing is sent unchecked."""
        return ()

    @abstractmethod
    def send(self, reply: OutgoingReply) -> str:
        """Post ``as_sent(reply)`` under ``reply.in_reply_to`` and return the platform's id of it (1 to 500 characters):
        the id under which it comes back as an echo. Exactly one effect; never loops or retries by itself."""

    def find(self, reply: OutgoingReply) -> str | None:
        """The platform's id of an earlier attempt that arrived, or None. Only asked where ``Repeat.finds``.

        LOOK_UP: author is us, the text is ``as_sent``, it answers ``in_reply_to``, and it is not older than
        ``first_tried_at`` (less a minute for clocks). Read every page that may hold it, or raise DeliveryNotMade:
        None means that it surely is not there (but for ``Traits.find_lag``).
        """
        return None

    def thread(self, place: ThreadPlace) -> Thread:
        """What events left out; asked before drafting where ``traits.tells_parent`` is False and the post, or what the
        message answers, is not known."""
        return Thread()

    def close(self) -> None:
        """End connections."""
        return


FRESH_SECONDS = 300.0


@dataclass(frozen=True)
class HookRequest:
    """A request as it came. ``headers`` by lower-case name; ``query`` and ``headers`` hold the last of equal names;
    ``body`` is raw. ``key``: what stands behind the connection in the address, for platforms that sign nothing."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    received_at: datetime
    key: str = ""

    def token(self, name: str) -> str:
        """The token of a challenge that is answered with its signature; empty where the query has none.

        Raises SignatureInvalid for one that could be a body: it would come back signed, and then be taken.
        """
        token = self.query.get(name, "")
        if token and not _TOKEN.fullmatch(token):
            raise SignatureInvalid("the challenge is no token")
        return token

    def is_fresh(self, signed_at: float | str) -> bool:
        """Whether it was signed within five minutes of its arrival; ``signed_at``: seconds since 1970, as told."""
        try:
            return abs(self.received_at.timestamp() - float(signed_at)) <= FRESH_SECONDS
        except ValueError:
            return False


@dataclass(frozen=True)
class HookAnswer:
    """What is answered."""

    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


class Inbound(ABC):
    """Reads an account's webhooks. Nothing here calls anybody, or takes long: the platform waits for the answer."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def handshake(self, request: HookRequest) -> HookAnswer | None:
        """The answer to a test of the address (GET challenge, Slack's ``url_verification``), None where it is none.

        Asked for a GET without ``verify`` (check its token here and raise SignatureInvalid), for a POST after it. Where
        the answer is a signature by the secret that bodies are signed with, sign nothing but ``request.token(…)``.
        """
        return None

    @abstractmethod
    def verify(self, request: HookRequest) -> None:
        """Raise SignatureInvalid unless the platform signed this raw body, in constant time, and where the signature
        has a time, within five minutes of ``received_at``."""

    @abstractmethod
    def parse(self, request: HookRequest) -> list[Event]:
        """The events in it that concern this account, in their order; none for kinds that we do not take.

        Make them by ``events.built`` and ``events.message``. A body that is none of the platform's: raise InvalidInput.
        """

    def answer(self) -> HookAnswer:
        """What the platform wants to hear once the events are on disk."""
        return HookAnswer()


MOST_PAGES = 50
"""That one reading asks for of a list: far more than a minute brings, and an end where a server repeats itself."""


MOST_TOLD = 3


@dataclass(frozen=True)
class Pulled:
    """Some events, oldest first, at most a few hundred, and the cursor behind them (at most 4,000 characters).

    They are stored in short transactions, the cursor in the last: after a crash between they are brought again. Bring
    our own replies in the same batch as the messages they answer where the platform lets you: what is answered is not
    drafted.
    """

    events: tuple[Event, ...]
    cursor: str


class Source(ABC):
    """Brings what no webhook does: a poll or a stream."""

    _refused: tuple[str, ...] = ()
    goes_on_after: float | None = None
    """The seconds after which a reading that was cut goes on at its cursor; None where it came to its end."""

    @property
    def problem(self) -> str:
        """What the last reading left out and why, for the account's page; empty for nothing."""
        more = f"; and {len(self._refused) - MOST_TOLD} more" if len(self._refused) > MOST_TOLD else ""
        return "; ".join(self._refused[:MOST_TOLD]) + more

    @contextmanager
    def leaving_out(self, name: str) -> Iterator[None]:
        """Around what reads one of several things: one that is refused is said to be left out, and the others are
        read. That the account itself is refused goes through."""
        try:
            yield
        except CredentialsRefused:
            raise
        except DeliveryRefused as error:
            self._refused = (*self._refused, f"{name} was left out: {error.detail}")

    @abstractmethod
    def pull(self, cursor: str | None, *, since: datetime, is_ending: Callable[[], bool]) -> Iterator[Pulled]:
        """All that is new behind the cursor, batch by batch; without a cursor, what was posted from ``since`` on.

        A poll ends when there is no more. A stream goes on until ``is_ending()``, asked at least each second. Events
        that were brought before do no harm. Raises DeliveryError or CredentialsRefused; what was yielded stays.
        """

    def close(self) -> None:
        """End connections."""
        return


@dataclass(frozen=True)
class Adapter:
    """One platform as the registry knows it: its traits, what connecting asks for, and the parts that it has.

    ``traits_of``: the traits of one account, by those of the platform and what of its credentials is no secret; None
    where they are all the same. ``remembers``: names in the credentials of what was learnt of an account, and what
    stays when it is signed in again.

    ``platform`` is None for one that only brings messages in. Import libraries inside these functions: every process
    reads every adapter's traits.
    """

    traits: Traits
    fields: tuple[Field, ...] = ()
    platform: Callable[[Account, Runtime], Platform] | None = None
    inbound: Callable[[Account, Runtime], Inbound] | None = None
    source: Callable[[Account, Runtime], Source] | None = None
    notes: Callable[[Account, Runtime], Notes] | None = None
    traits_of: Callable[[Traits, Mapping[str, str]], Traits] | None = None
    remembers: tuple[str, ...] = ()

    @property
    def brings(self) -> bool:
        """Whether messages come in by it."""
        return self.inbound is not None or self.source is not None

    def traits_for(self, options: Mapping[str, str] | None) -> Traits:
        """The traits of the account that has these options."""
        return self.traits_of(self.traits, options or {}) if self.traits_of else self.traits
