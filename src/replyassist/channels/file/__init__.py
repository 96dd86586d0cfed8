"""Replies as lines of a file, for the demo and for people who paste by hand."""

from __future__ import annotations

from datetime import date

from ..account import Account, Runtime
from ..port import Adapter, Platform
from ..traits import Proof, Repeat, Traits

OUTBOX = "outbox"
TRAITS = Traits(
    name="file",
    title="File",
    repeat=Repeat.OWN_ID,
    proof=Proof.PEER,
    proven_by="the file system",
    checked_on=date(2026, 11, 26),
)


def _platform(account: Account, runtime: Runtime) -> Platform:
    from .send import FileChannel

    return FileChannel(runtime.home / OUTBOX, account.brand)


ADAPTER = Adapter(TRAITS, platform=_platform)
