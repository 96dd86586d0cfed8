"""What a platform can do, as data: the delivery engine, the console and the conformance suite read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from replyassist.brands.counting import Counting, counting_for, links_in


class Repeat(StrEnum):
    """What makes it safe to send again when the outcome of an attempt is not known."""

    IDEMPOTENCY_KEY = "idempotency_key"  # the receiver drops what it has seen under the key (Mastodon, Discord)
    OWN_ID = "own_id"  # we choose the id in ``prepare``, and ``find`` asks for it (Bluesky, e-mail, Slack's metadata)
    LOOK_UP = "look_up"  # ``find`` looks for our text under the message that was answered (Instagram, X, Reddit)
    PUT = "put"  # sending again replaces (Google Business)
    NEITHER = "neither"  # only a person can find out (Telegram)

    @property
    def finds(self) -> bool:
        """Whether ``find`` is asked before the next attempt."""
        return self in (Repeat.OWN_ID, Repeat.LOOK_UP)


class Signature(StrEnum):
    """What proves that a webhook is the platform's."""

    TIMED = "timed"  # over the raw body and a time: also refuses what is older than five minutes
    BODY = "body"  # over the raw body
    NONE = "none"  # it sends no webhooks


class Proof(StrEnum):
    """What an adapter was run against."""

    PEER = "a real peer"
    SPEC = "a published specification"
    DOCUMENTATION = "documentation only"


@dataclass(frozen=True)
class Budget:
    """At most ``most`` points in any ``seconds``, for an account or for each conversation; one send takes ``send``.
    ``read``: what a call of a reading takes; 0 where the platform counts readings by themselves, or not at all."""

    most: int
    seconds: int
    send: int = 1
    read: int = 0
    scope: Literal["account", "conversation"] = "account"


@dataclass(frozen=True)
class Cost:
    """What one send costs, in US dollars; ``with_link``: where the text has a link in it (None: the same)."""

    usd: Decimal
    with_link: Decimal | None = None

    def micro_usd(self, text: str) -> int:
        """The cost of sending a text, in millionths of a US dollar."""
        usd = self.with_link if self.with_link is not None and links_in(text) else self.usd
        return int(usd * 1_000_000)


@dataclass(frozen=True)
class Traits:
    """One platform. ``name`` is its folder, its registry key and, by default, the channel of its messages.

    ``key_lifetime``: how long an idempotency key is known at the platform (None: for ever), counted from the first
    attempt; after it, ``then`` holds. ``find_lag``: how long after the end of an attempt ``find`` may not see it
    yet, and never 0 where ``find`` is asked; this much is waited where a platform says nothing of it.
    ``counts_as``: the entry of ``brands/counting.yaml`` that says how text is measured and its limit, for fakes alone:
    an approval measures by the channel, so a platform's entry has its ``name`` (which is what empty means; one that
    is not there counts characters without a limit).
    ``private_window``: how long after the person's last message a private reply may be sent; ``public_window``: how
    long after the message a public one may. None: no end.
    ``poll_seconds``: how often its Source is asked; 0 for a stream, which is asked again as soon as it returns.
    ``signature``: of its webhooks. ``tells_edits``, ``tells_deletions``: whether it tells us of them.
    ``rereads``: nothing tells of edits and deletions, so ``Platform.reread`` is asked before each attempt.
    ``tells_own``: whether what we post there comes back as an event of ours.
    ``tells_parent``: whether events bring the post above and what is answered; where not, ``Platform.thread`` is asked
    before drafting.
    ``proof``, ``proven_by``, ``checked_on`` and ``reread`` fill ``docs/platforms.md``: what it was run against, when,
    and what has to be read again at the source before a connection goes live.
    """

    name: str
    title: str
    repeat: Repeat
    key_lifetime: timedelta | None = None
    then: Repeat = Repeat.NEITHER
    find_lag: timedelta = timedelta(seconds=10)
    counts_as: str = ""
    private_window: timedelta | None = None
    public_window: timedelta | None = None
    cost: Cost | None = None
    budgets: tuple[Budget, ...] = ()
    poll_seconds: float = 60.0
    signature: Signature = Signature.NONE
    tells_edits: bool = True
    tells_deletions: bool = True
    rereads: bool = False
    tells_own: bool = True
    tells_parent: bool = True
    proof: Proof = Proof.DOCUMENTATION
    proven_by: str = ""
    checked_on: date | None = None
    reread: str = ""

    def repeat_after(self, age: timedelta) -> Repeat:
        """What makes another attempt safe when the first one was made ``age`` ago."""
        is_forgotten = self.key_lifetime is not None and age >= self.key_lifetime
        return self.then if self.repeat is Repeat.IDEMPOTENCY_KEY and is_forgotten else self.repeat

    def counting(self, visibility: str) -> Counting:
        """How the platform counts, and its limit; a platform with a limit per server overrides Platform.counting."""
        return counting_for(self.counts_as or self.name, visibility)

    def window(self, visibility: str) -> timedelta | None:
        """How long a reply may be sent."""
        return self.private_window if visibility == "private" else self.public_window
