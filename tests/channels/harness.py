"""What a test of an adapter tells of its peer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from replyassist.channels import (
    Account,
    Adapter,
    Event,
    HookRequest,
)
from tests.world import World

QUESTION = "do you ship to Norway??"
MALFORMED = "what cannot be read"
P = TypeVar("P")


class Harness(ABC):
    """One adapter and its peer, for one test. Times are real: the suite sets the world's clock to now.

    What a peer cannot be told (to lag, to ask to wait, to lose an answer) is injected in front of the platform: the
    methods below then return False, as they do by themselves.
    """

    adapter: Adapter
    account = ""
    """Our id at the platform, as ``Platform.test`` tells it."""
    visibility = "public"
    """Of the messages that ``write`` makes."""

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """What signs in at the peer."""

    @abstractmethod
    def write(self, text: str) -> str:
        """Somebody called Tom writes to us at the peer; the id that the message has for us."""

    @abstractmethod
    def posted(self) -> Sequence[str]:
        """The texts of our replies that stand at the peer, oldest first."""

    def events(self, account: Account) -> list[Event]:
        """What the adapter brings of all that happened at the peer since this was last asked, in order.

        The default is for webhooks: it parses ``hooks``. For a Source: pull from where the last call ended.
        """
        assert self.adapter.inbound is not None
        inbound = self.adapter.inbound(account, self.runtime)
        return [event for hook in self.hooks() for event in inbound.parse(hook)]

    def hooks(self) -> list[HookRequest]:
        """The webhooks of all that happened since this was last asked, signed by the platform, in order."""
        raise NotImplementedError("this platform's harness has no webhooks")

    def edit(self, external_id: str, text: str) -> None:
        """Tom edits; for platforms that tell of edits."""
        raise NotImplementedError("this platform's harness has no edits")

    def delete(self, external_id: str) -> None:
        """Tom deletes; for platforms that tell of deletions."""
        raise NotImplementedError("this platform's harness has no deletions")

    def write_below(self, external_id: str, text: str) -> str:
        """Tom answers one of the messages, where the platform lets him; for platforms with threads."""
        raise NotImplementedError("this platform's harness has no threads")

    def write_malformed(self) -> None:
        """Somebody writes what cannot be read as a message."""
        raise NotImplementedError("this platform's harness has no messages that nobody can read")

    def ask_to_wait(self, seconds: float) -> bool:
        """The peer answers the next send with its own rate limit."""
        return False

    def lose_answer(self, when: str) -> bool:
        """The answer to the next send is lost, ``before`` or ``after`` its effect."""
        return False

    def hide(self, is_hidden: bool) -> bool:
        """Our posts are not found yet, or are found again."""
        return False

    def wait_for_time(self, seconds: float) -> None:
        """The peer's own clock goes on too, where it has one that can be set."""
        return

    world: World

    @property
    def runtime(self) -> Any:
        """What the house lends."""
        return self.world.connections.runtime


class PeerHarness(Harness, Generic[P]):
    """A peer of our own, which is told by its attributes; what it has no attribute for is injected.

    ``wait_seconds``: what the next sender is asked to wait; ``lose``: when the next answer is lost; ``hides``: whether
    our posts are not found; ``hooks()``: the webhooks since it was last asked.
    """

    peer: P

    def hooks(self) -> list[HookRequest]:
        peer: Any = self.peer
        return list(peer.hooks())

    def ask_to_wait(self, seconds: float) -> bool:
        return self._tell("wait_seconds", seconds)

    def lose_answer(self, when: str) -> bool:
        return self._tell("lose", when)

    def hide(self, is_hidden: bool) -> bool:
        return self._tell("hides", is_hidden)

    def _tell(self, name: str, value: object) -> bool:
        if not hasattr(self.peer, name):
            return False
        setattr(self.peer, name, value)
        return True
