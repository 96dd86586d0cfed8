"""What became of what was promised: lost, doubled, sent unapproved, and how long others were kept waiting."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import text

from replyassist.core.database import Database

from .deployment import DEAD_AFTER_SECONDS, Deployment
from .traffic import Promise, Traffic
from .waits import Span

REQUEST_SECONDS = 5.0
"""What one request takes at most on busy cores, when nobody is in its way."""
LONGEST_WAIT_SECONDS = DEAD_AFTER_SECONDS + REQUEST_SECONDS
SETTLE_SECONDS, STILL_SECONDS = 1800.0, 240.0
_STANDING = """
SELECT m.external_id, m.status, i.status, i.final_text
FROM message m LEFT JOIN review_item i ON i.message_id = m.id WHERE m.direction = 'in'
"""


@dataclass(frozen=True)
class Standing:
    """How a message stands in the database."""

    message: str
    item: str | None
    text: str | None


@dataclass
class Count:
    """Of one part; the lists name what went wrong.

    ``faults``: how often something was done to the deployment. ``put_off``: requests that were answered with 503.
    ``doubted``: replies of which the product said that a person has to look. ``longest_wait_s``: of the brand that had
    no trouble of its own, by what was asked, without the time in which no server ran; ``arrival`` is from an approval
    until the reply was there, with all of it. ``blocked``: requests of either brand that took longer than it takes to
    notice a dead process, and to answer. ``absent_s``: without a server, its first start included. ``settled_s``: until
    nothing waited any more, once the faults had ended.
    """

    part: str
    database: str
    faults: int = 0
    messages: int = 0
    sent: int = 0
    rejected: int = 0
    put_off: int = 0
    doubted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    longest_wait_s: dict[str, float] = field(default_factory=dict)
    absent_s: float = 0.0
    settled_s: float = 0.0
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept, nobody was blocked, and nobody saw an error that is no answer."""
        return not (self.lost or self.doubled or self.unapproved or self.refusals or self.blocked)

    @property
    def document(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def settle(deployment: Deployment, traffics: Sequence[Traffic]) -> float:
    """Go on deciding, without further trouble, until nothing waits any more; the seconds.

    It ends after SETTLE_SECONDS, or where nothing has moved for STILL_SECONDS.
    """
    began = moved = time.monotonic()
    database, before = Database(deployment.database.url), None
    promises = [each for traffic in traffics for each in traffic.promises]
    while time.monotonic() < min(began + SETTLE_SECONDS, moved + STILL_SECONDS):
        deployment.wait_until_served()
        for traffic in traffics:
            traffic.decide_all()
        standing = standings(database)
        if all(is_settled(standing.get(each)) for each in promises):
            break
        if standing != before:
            before, moved = standing, time.monotonic()
        time.sleep(0.5)
    database.dispose()
    return time.monotonic() - began


def count(part: str, deployment: Deployment, traffics: Sequence[Traffic], *, other: str) -> Count:
    """Hold what was promised against the database and the far side; the deployment must have settled."""
    made, absent = Count(part, deployment.database.kind), deployment.absences.spans
    made.absent_s = round(sum(each.seconds for each in absent), 1)
    database = Database(deployment.database.url)
    standing = standings(database)
    database.dispose()
    for traffic in traffics:
        made.refusals += traffic.refusals
        made.put_off += traffic.put_off
        for promise in traffic.promises.values():
            count_one(made, traffic, promise, standing.get(promise.external_id))
        count_waits(made, traffic, absent, other=other)
        known = traffic.promises.keys()
        made.unapproved += [each.answers for each in traffic.far.arrivals if each.answers not in known]
    return made


def count_waits(made: Count, traffic: Traffic, absent: Sequence[Span], *, other: str) -> None:
    """Hold what people waited for against what they may, and note the longest waits of the other brand."""
    waits = traffic.waits.longest(absent)
    made.blocked += [
        f"{traffic.brand} {kind}: {seconds:.1f} s"
        for kind, seconds in sorted(waits.items())
        if seconds > LONGEST_WAIT_SECONDS
    ]
    if traffic.brand == other:
        waits["arrival"] = _longest_way(traffic)
        made.longest_wait_s = {kind: round(each, 2) for kind, each in sorted(waits.items())}


def standings(database: Database) -> dict[str, Standing]:
    """How every message stands, by its external id."""
    with database.reading() as session:
        rows = session.connection().execute(text(_STANDING)).all()
    return {row[0]: Standing(row[1], row[2], row[3]) for row in rows}


def _longest_way(traffic: Traffic) -> float:
    """Seconds from the answer to an approval until the reply arrived."""
    approved = [(each.approved_at, traffic.far.answers(each.external_id)) for each in traffic.promises.values()]
    return max((arrivals[0].at - at for at, arrivals in approved if at and arrivals), default=0.0)


def is_settled(standing: Standing | None) -> bool:
    """Whether nothing is still to happen to a message by itself."""
    return standing is not None and standing.item in ("sent", "rejected", "uncertain")


def count_one(made: Count, traffic: Traffic, promise: Promise, standing: Standing | None) -> None:
    """Hold one promise against what became of it."""
    name = f"{traffic.brand} {promise.external_id}"
    arrivals = traffic.far.answers(promise.external_id)
    made.messages += 1
    made.sent += bool(arrivals)
    item = standing.item if standing else None
    made.rejected += item == "rejected"
    made.doubted += item == "uncertain"
    if len({each.key for each in arrivals}) > 1 or len({each.text for each in arrivals}) > 1:
        made.doubled.append(name)
    wrong = [each for each in arrivals if each.text not in promise.tried - promise.taken_back]
    if wrong or (arrivals and item == "rejected"):
        made.unapproved.append(name)
    if not is_settled(standing) or (item in ("sent", "uncertain") and not arrivals):
        made.lost.append(f"{name}: {standing}")
