"""What every adapter is tried at, which of it a platform cannot show by its traits, and the table of both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from replyassist.channels import Adapter
from replyassist.channels.traits import Repeat, Signature

HERE = Path(__file__).parent
BEGIN, END = "<!-- table of cases -->", "<!-- end of the table -->"
_NO_EVENTS = "brings no messages in"
_NO_SENDING = "sends nothing"
NO_HTTP = frozenset({"file", "email"})
TELLS_NO_LIMIT = NO_HTTP | {"mastodon", "instagram", "facebook", "threads", "google", "youtube", "tiktok"}
"""Adapters whose peers cannot be told to ask for a wait: the case raises it in front of them."""


def _brings(adapter: Adapter) -> str:
    return "" if adapter.inbound or adapter.source else _NO_EVENTS


def _sends(adapter: Adapter) -> str:
    return "" if adapter.platform else _NO_SENDING


def _changes(adapter: Adapter) -> str:
    tells = adapter.traits.tells_edits or adapter.traits.tells_deletions
    return _brings(adapter) or ("" if tells else "tells of no edits or deletions")


def _noticed(adapter: Adapter) -> str:
    return "" if adapter.traits.rereads else _changes(adapter)


def _echoes(adapter: Adapter) -> str:
    return _brings(adapter) or _sends(adapter) or ("" if adapter.traits.tells_own else "tells a bot nothing of its own")


def _threaded(adapter: Adapter) -> str:
    is_flat = adapter.traits.name in ("google", "chatwoot", "zendesk", "freescout")
    return _echoes(adapter) or ("has nothing below a reply" if is_flat else "")


def _signed(adapter: Adapter) -> str:
    return "" if adapter.inbound and adapter.traits.signature is not Signature.NONE else "sends no webhooks"


def _timed(adapter: Adapter) -> str:
    return _signed(adapter) or ("" if adapter.traits.signature is Signature.TIMED else "signs no time")


def _limited(adapter: Adapter) -> str:
    counting = adapter.traits.counting("public")
    has_limit = bool(counting.most or adapter.traits.counting("private").most)
    return _sends(adapter) or ("" if has_limit else "has no limit that is known")


def _windowed(adapter: Adapter) -> str:
    traits = adapter.traits
    return _sends(adapter) or ("" if traits.private_window or traits.public_window else "has no window")


def _speaks_http(adapter: Adapter) -> str:
    return _sends(adapter) or ("speaks no HTTP" if adapter.traits.name in NO_HTTP else "")


def _finding(adapter: Adapter) -> str:
    return _sends(adapter) or ("" if adapter.traits.repeat.finds else f"repeats by {adapter.traits.repeat.value}")


def _forgetting(adapter: Adapter) -> str:
    forgets = adapter.traits.repeat is Repeat.IDEMPOTENCY_KEY and adapter.traits.key_lifetime is not None
    return _sends(adapter) or ("" if forgets else "has no key that is forgotten")


def _read(adapter: Adapter) -> str:
    if reason := _brings(adapter) or _signed(adapter):
        return reason
    is_read = re.search(r"^class \w+\((?:\w+\.)?\w*Reading\):", _tests(adapter), re.MULTILINE)
    return "" if is_read else "is read as one list, by tests of its own"


def _goes_on(adapter: Adapter) -> str:
    return "" if "(Rounds)" in _tests(adapter) else _read(adapter)


def _tests(adapter: Adapter) -> str:
    path = HERE / f"test_{adapter.traits.name}.py"
    return path.read_text(encoding="utf-8") if path.exists() else ""


@dataclass(frozen=True)
class ConformanceCase:
    """``why_not`` says, from an adapter's traits, why it is not tried at this; empty where it is. ``how``: how the case
    differs there. ``raised``: those in front of which it raises what their peers cannot be told to do."""

    title: str
    why_not: Callable[[Adapter], str]
    how: Callable[[Adapter], str] = lambda _: ""
    raised: frozenset[str] = frozenset()

    def cell(self, adapter: Adapter) -> str:
        """What the table says."""
        how = "raised in front of the adapter" if adapter.traits.name in self.raised else self.how(adapter)
        return self.why_not(adapter) or f"✓ {how}".strip()


CASES: Mapping[str, ConformanceCase] = {
    "duplicates": ConformanceCase("the same event twice", _brings),
    "order": ConformanceCase("deletion or edit before its message", _changes),
    "echo": ConformanceCase("our own reply comes back", _echoes),
    "thread": ConformanceCase("a question below our reply, answered, comes back", _threaded),
    "changes": ConformanceCase(
        "edit and deletion reopen the item",
        _noticed,
        lambda adapter: "noticed before sending" if adapter.traits.rereads else "",
    ),
    "malformed": ConformanceCase("an entry that cannot be read", _brings),
    "forged": ConformanceCase("bad signature", _signed),
    "stale": ConformanceCase("stale signature", _timed),
    "at_limit": ConformanceCase("text at the limit", _limited),
    "past_limit": ConformanceCase("text past the limit", _limited),
    "window": ConformanceCase("window closes after approval", _windowed),
    "rate": ConformanceCase("rate limit with a time", _sends, raised=TELLS_NO_LIMIT),
    "lost_before": ConformanceCase("timeout before the effect", _sends),
    "lost_after": ConformanceCase("timeout after the effect", _sends),
    "lag": ConformanceCase("`find` lags", _finding),
    "forgotten": ConformanceCase("key forgotten", _forgetting),
    "killed_before": ConformanceCase("killed between prepare and send", _sends),
    "killed_after": ConformanceCase("killed between send and verdict", _sends),
}


READ_CASES: Mapping[str, ConformanceCase] = {
    "read_as_told": ConformanceCase("read besides: as the webhooks tell it, and once", _read),
    "read_missed": ConformanceCase("read besides: what was missed, in order", _read),
    "read_answered": ConformanceCase("read besides: what is answered there is kept", _read),
    "read_wait": ConformanceCase("reading: a limit, then on where it stopped", _goes_on),
    "read_malformed": ConformanceCase("read besides: an entry that cannot be read", _read),
}
"""Those of ``reading.py``."""


HTTP_CASES: Mapping[str, ConformanceCase] = {
    "an_attempt": ConformanceCase("429 and 503 with `Retry-After`, over HTTP", _speaks_http),
}
"""Those of ``test_retry_after.py``."""


def table(adapters: Mapping[str, Adapter]) -> str:
    """Markdown: what each platform was proven against, then platform x case; what is not tried says why."""
    lines = ["| platform | proven against | on | read again before going live |", "|---|---|---|---|"]
    for adapter in adapters.values():
        traits = adapter.traits
        proof = f"{traits.proof.value}: {traits.proven_by}" if traits.proven_by else traits.proof.value
        lines.append(f"| {traits.title} | {proof} | {traits.checked_on or ''} | {traits.reread} |")
    names = [adapter.traits.title for adapter in adapters.values()]
    lines += ["", f"| case | {' | '.join(names)} |", "|---|" + "---|" * len(names)]
    for case in (*CASES.values(), *HTTP_CASES.values(), *READ_CASES.values()):
        cells = [case.cell(adapter) for adapter in adapters.values()]
        lines.append(f"| {case.title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def with_table(page: str, adapters: Mapping[str, Adapter]) -> str:
    """The page with the table as it is now between its marks."""
    head, _, rest = page.partition(BEGIN)
    return f"{head}{BEGIN}\n{table(adapters)}\n{END}{rest.partition(END)[2]}"
