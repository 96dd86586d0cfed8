"""A connection as its platform sees it: what signs in, what connecting asks for, and what trying it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from replyassist.core.clock import Clock

from .reach import Deadline


class Credentials(Mapping[str, str]):
    """What signs in: shown by nobody (``repr`` and ``str`` hide it)."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, key: str) -> str:
        """One value, by the name of its Field."""
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many values there are."""
        return len(self._values)

    def __repr__(self) -> str:
        return "Credentials(…)"


def _keep_nothing(_: Mapping[str, str]) -> None:
    return None


def _alone() -> AbstractContextManager[Mapping[str, str]]:
    return nullcontext({})


@dataclass(frozen=True)
class Account:
    """One connection as its platform sees it.

    ``channel``: of its messages (the platform's name, or that with a suffix for a second account: ``bluesky-shop``).
    ``account``: our own id at the platform, as it stands as the author of our posts; empty until ``test`` told it.
    ``keep``: stores renewed credentials at once, in a transaction of its own; call it when a token was refreshed.
    ``renewing``: held while a token is refreshed; it gives the credentials as they are kept now. Raises RateLimited
    while another attempt is at it, and DeliveryNotMade where the account was signed in again.
    """

    brand: str
    channel: str
    account: str = ""
    credentials: Credentials = field(default_factory=Credentials)
    keep: Callable[[Mapping[str, str]], None] = field(default=_keep_nothing, repr=False)
    renewing: Callable[[], AbstractContextManager[Mapping[str, str]]] = field(default=_alone, repr=False)


@dataclass(frozen=True)
class Runtime:
    """What the house lends a platform. ``timeout_seconds``: the most that one call takes. ``home``: its folder.
    ``slack_signing_secret``: of the deployment's own Slack app, which no brand knows; empty where it has none.

    ``before_call``: called before each request; raises RateLimited where it has to wait.
    ``allows_inside``: whether it may stand in this machine or its network. ``ends``: when the attempt that it is called
    for is over.
    """

    clock: Clock
    timeout_seconds: float
    home: Path
    allows_inside: bool = False
    slack_signing_secret: str = field(default="", repr=False)
    ends: Deadline = field(default_factory=Deadline)
    before_call: Callable[[], None] = field(default=lambda: None, repr=False)


@dataclass(frozen=True)
class Field:
    """One thing that connecting asks for. ``name`` is its key in Credentials; ``is_secret`` hides it on the screen.

    An optional one has a ``default``. ``help`` says in one sentence where a person finds it. ``made``: makes a value
    that we choose and a person enters at the other side, such as a signing secret. ``is_server``: it says which
    computer is called. ``is_for_people``: no program may give it.
    """

    name: str
    label: str
    help: str = ""
    is_secret: bool = True
    default: str | None = None
    made: Callable[[], str] | None = None
    is_server: bool = False
    is_for_people: bool = False


@dataclass(frozen=True)
class Check:
    """One plain answer of what works: ``name`` such as "sign-in", ``detail`` a sentence for a person, no secrets."""

    name: str
    is_ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Tested:
    """What ``Platform.test`` found: ``account`` (our id there) and ``shown_as`` (what a person calls it).

    ``renewed``: sealed, what trying it has changed of the credentials; empty for nothing.
    """

    checks: tuple[Check, ...]
    account: str = ""
    shown_as: str = ""
    renewed: str = field(default="", repr=False)

    @property
    def is_ok(self) -> bool:
        """Whether all of it works."""
        return all(check.is_ok for check in self.checks)

    @property
    def problem(self) -> str:
        """What does not work, in one line; empty where all of it does."""
        return "; ".join(f"{check.name}: {check.detail}" for check in self.checks if not check.is_ok)
