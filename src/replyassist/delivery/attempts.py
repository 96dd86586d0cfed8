"""One attempt at one reply, from what was claimed to a verdict; no transaction is open here."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from replyassist.channels import Deleted, Edited, OutgoingReply, Platform, Repeat
from replyassist.channels.models import SignIn
from replyassist.core.errors import CredentialsRefused, DeliveryError, DeliveryNotMade, DeliveryRefused, RateLimited
from replyassist.core.jobs import Fence

from .models import DeliveryStatus

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A delivery that this worker holds; ``may_have_landed``: an earlier attempt ended without a verdict.

    ``repeat`` is what makes an attempt safe by now. ``is_prepared``: the platform's part is stored from before.
    ``sign_in``: of the connection that it leaves by. ``lag_seconds``: for so long what an earlier attempt did may not
    be found yet. ``reread``: what the messages that are answered were found to be just now.
    """

    delivery_id: int
    token: str
    reply: OutgoingReply
    may_have_landed: bool
    repeat: Repeat
    is_prepared: bool
    claimed_at: datetime
    lag_seconds: float = 0.0
    connection_id: int | None = None
    sign_in: SignIn | None = None
    micro_usd: int | None = None
    reread: tuple[Edited | Deleted, ...] = ()


@dataclass(frozen=True)
class AttemptResult:
    """What became of one attempt. ``wait_seconds``: how long the next one waits, None for the usual time;
    ``is_spared``: this one does not count. ``is_found``: an earlier one was, by ``Platform.find``. ``has_answered``:
    whether the platform is there; None where nobody called it. ``sign_in_problem``: why the account has to be connected
    again."""

    status: DeliveryStatus
    platform_id: str | None = None
    error: str | None = None
    may_have_landed: bool = False
    wait_seconds: float | None = None
    is_spared: bool = False
    is_found: bool = False
    has_answered: bool | None = None
    sign_in_problem: str = ""


def prepare(claimed: Claimed, channel: Platform) -> Claimed | AttemptResult:
    """What the platform fixes before the first attempt, or why there is none; no transaction is open."""
    reply = claimed.reply
    try:
        if limit := channel.counting(reply.visibility).past_limit(channel.as_sent(reply)):
            raise DeliveryRefused(f"{channel.traits.title} takes at most {limit}")
        if channel.traits.rereads:
            claimed = replace(claimed, reread=tuple(channel.reread(reply)))
        if claimed.is_prepared:
            return claimed
        return replace(claimed, reply=reply.with_prepared(channel.prepare(reply)))
    except DeliveryError as error:
        return _of_error(error, claimed.may_have_landed, is_sending=False)
    except Exception as error:
        logger.exception("delivery %d could not be prepared", claimed.delivery_id)
        detail = f"unforeseen: {type(error).__name__}"
        return AttemptResult(DeliveryStatus.RETRY, error=detail, may_have_landed=claimed.may_have_landed)


def send(claimed: Claimed, channel: Platform, fence: Fence) -> AttemptResult:
    """Call the platform; no transaction is open. Never raises for what the platform does."""
    uncertain = claimed.may_have_landed
    try:
        if claimed.may_have_landed and claimed.repeat.finds:
            if found := _found(claimed, channel):
                return found
            uncertain = False
        if fence.closed:
            error = "this worker was paused for too long"
            return AttemptResult(DeliveryStatus.RETRY, error=error, may_have_landed=uncertain, is_spared=True)
        return AttemptResult(DeliveryStatus.SENT, platform_id=channel.send(claimed.reply), has_answered=True)
    except (DeliveryRefused, DeliveryNotMade) as error:
        return _of_error(error, uncertain, is_sending=True)
    except DeliveryError as error:
        status = DeliveryStatus.UNCERTAIN if claimed.repeat is Repeat.NEITHER else DeliveryStatus.RETRY
        wait, has_answered = error.retry_after_s, error.has_answered or False
        return AttemptResult(status, None, error.detail, True, wait, wait is not None, has_answered=has_answered)
    except Exception as error:
        logger.exception("delivery %d failed in a way that nobody foresaw", claimed.delivery_id)
        return AttemptResult(
            DeliveryStatus.UNCERTAIN, error=f"unforeseen: {type(error).__name__}", may_have_landed=True
        )


def _found(claimed: Claimed, channel: Platform) -> AttemptResult | None:
    """An earlier attempt that arrived, or may still be seen to have; None where it surely has not."""
    if platform_id := channel.find(claimed.reply):
        return AttemptResult(DeliveryStatus.SENT, platform_id=platform_id, is_found=True, has_answered=True)
    if not claimed.lag_seconds:
        return None
    error = "an earlier attempt may have arrived; it may not be seen there yet"
    return AttemptResult(DeliveryStatus.RETRY, None, error, True, claimed.lag_seconds, is_spared=True)


def _of_error(error: DeliveryError, uncertain: bool, *, is_sending: bool) -> AttemptResult:
    """The verdict for an attempt that surely did nothing; ``uncertain``: an earlier one may have. A refusal before
    sending may be our own, of something that the platform was never asked."""
    if isinstance(error, DeliveryRefused):
        has_answered = error.has_answered if error.has_answered is not None or not is_sending else True
        status = DeliveryStatus.UNCERTAIN if uncertain else DeliveryStatus.FAILED
        problem = error.detail if isinstance(error, CredentialsRefused) else ""
        return AttemptResult(status, None, error.detail, uncertain, has_answered=has_answered, sign_in_problem=problem)
    is_spared = isinstance(error, RateLimited)
    has_answered = error.has_answered or False
    return AttemptResult(
        DeliveryStatus.RETRY, None, error.detail, uncertain, error.retry_after_s, is_spared, has_answered=has_answered
    )
