"""Every error that replyassist raises on purpose.

ReplyassistError                500 internal_error
├── InvalidInput                422 invalid_input      a payload or file is malformed; names file, line, field
├── NotAuthenticated            401 not_authenticated
├── SignatureInvalid            401 signature_invalid  a webhook that the platform did not sign, or too old
├── Forbidden                   403 forbidden
├── NotFound                    404 not_found          also for what belongs to another brand
├── Conflict                    409 conflict
│   ├── VersionConflict         409 version_conflict   the item has moved on since it was seen
│   ├── ClaimedByAnother        409 claimed            somebody else is working on it
│   ├── InvalidTransition       409 invalid_transition the status does not allow this act
│   └── TextBlocked             409 text_blocked       the guardrails do not let this text out
├── PayloadTooLarge             413 payload_too_large
├── TooManyRequests             429 too_many_requests
├── QueueFull                   503 queue_full         try again later; nothing was stored
├── EncoderBusy                 503 encoder_busy       the encoder did not get to these texts in time
├── DatabaseBusy                503 database_busy      somebody else was in the way for too long; nothing was stored
├── ConfigurationError          500 configuration_error
├── LanguageModelError          502 language_model_error
│   ├── LanguageModelTimeout    504 language_model_timeout
│   ├── UnusableAnswer          502 language_model_error    it answered, with nothing that can be used
│   └── BudgetUsedUp            502 budget_used_up      the brand's day has no money left for the language model
├── EntailmentError             502 entailment_error
└── DeliveryError               502 delivery_error
    ├── DeliveryRefused         502 delivery_refused   the platform said no; repeating is of no use
    │   ├── WindowClosed        502 window_closed      the platform takes no more replies to this message
    │   └── CredentialsRefused  502 credentials_refused the account has to be connected again
    ├── DeliveryNotMade         502 delivery_not_made  surely nothing was sent; may be repeated
    │   └── RateLimited         502 rate_limited       the same, after ``retry_after_s`` seconds
    │       └── Unavailable     502 rate_limited       a 5xx that says when to come back: what else is there may work
    └── DeliveryUncertain       502 delivery_uncertain nobody can know; a person must look
"""

from __future__ import annotations

from math import isnan
from typing import Any, ClassVar


class ReplyassistError(Exception):
    """The root. ``detail`` is safe to show to the person who made the request."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class InvalidInput(ReplyassistError):
    """A payload or a file is malformed; ``reason`` says how, and ``file``, ``line`` and ``field`` where, when known."""

    status = 422
    code = "invalid_input"
    title = "The input is malformed"

    def __init__(
        self, detail: str, *, file: str | None = None, line: int | None = None, field: str | None = None
    ) -> None:
        self.reason = detail
        where = ":".join(str(part) for part in (file, line) if part is not None)
        place = ", ".join(part for part in (where, f"field '{field}'" if field else "") if part)
        super().__init__(f"{place}: {detail}" if place else detail)
        self.file, self.line, self.field = file, line, field


class NotAuthenticated(ReplyassistError):
    """No valid token or session came with the request."""

    status = 401
    code = "not_authenticated"
    title = "Sign in first"


class SignatureInvalid(ReplyassistError):
    """A webhook that the platform did not sign, or long ago."""

    status = 401
    code = "signature_invalid"
    title = "The signature is not valid"


class Forbidden(ReplyassistError):
    """The role does not allow this act."""

    status = 403
    code = "forbidden"
    title = "Your role does not allow this"


class NotFound(ReplyassistError):
    """It does not exist, or it belongs to a brand that is not yours."""

    status = 404
    code = "not_found"
    title = "There is no such thing"


class Conflict(ReplyassistError):
    """The state of the thing does not allow the act."""

    status = 409
    code = "conflict"
    title = "The request conflicts with the current state"


class VersionConflict(Conflict):
    """The item has changed since the caller saw it."""

    code = "version_conflict"
    title = "The item has moved on since you saw it"


class ClaimedByAnother(Conflict):
    """Somebody else holds the claim."""

    code = "claimed"
    title = "Somebody else is working on this item"


class InvalidTransition(Conflict):
    """The life of a review item has no such move."""

    code = "invalid_transition"
    title = "The item's status does not allow this"


class TextBlocked(Conflict):
    """The final text has findings that this role may not accept."""

    code = "text_blocked"
    title = "The guardrails do not let this text out"


class PayloadTooLarge(ReplyassistError):
    """The request body is larger than the limit."""

    status = 413
    code = "payload_too_large"
    title = "The request is too large"


class TooManyRequests(ReplyassistError):
    """The caller tries too often."""

    status = 429
    code = "too_many_requests"
    title = "Too many attempts"


class QueueFull(ReplyassistError):
    """As many messages of the brand wait for a draft as places are free; nothing was stored, try again later."""

    status = 503
    code = "queue_full"
    title = "The queue is full"


class EncoderBusy(ReplyassistError):
    """The encoder did not get to these texts in time; try again later."""

    status = 503
    code = "encoder_busy"
    title = "The encoder is busy"


class DatabaseBusy(ReplyassistError):
    """Somebody else kept the database busy for too long, or it is away; nothing was stored, try again later."""

    status = 503
    code = "database_busy"
    title = "The database is busy"


class ConfigurationError(ReplyassistError):
    """A setting is missing or wrong."""

    code = "configuration_error"
    title = "replyassist is not configured for this"


class LanguageModelError(ReplyassistError):
    """The language model gave no usable answer. ``micro_usd``: what asking cost all the same, in millionths of a
    dollar."""

    micro_usd: int = 0

    status = 502
    code = "language_model_error"
    title = "The language model gave no usable answer"


class LanguageModelTimeout(LanguageModelError):
    """The language model did not answer in time."""

    status = 504
    code = "language_model_timeout"
    title = "The language model did not answer in time"


class UnusableAnswer(LanguageModelError):
    """The language model answered: that it does not take the request, or with nothing in it."""


class BudgetUsedUp(LanguageModelError):
    """What a brand may pay for the language model in a day is paid."""

    code = "budget_used_up"


class EntailmentError(ReplyassistError):
    """The model that compares statements with their sources cannot be loaded, or gave no usable answer."""

    status = 502
    code = "entailment_error"
    title = "The entailment model gave no usable answer"


LONGEST_WAIT_SECONDS = 86_400.0


class DeliveryError(ReplyassistError):
    """A reply could not be handed to the platform; ``retry_after_s``: how many seconds it asked to wait, if it did,
    and a day at most. ``has_answered``: whether the platform is there, where more is known than the kind tells."""

    status = 502
    code = "delivery_error"
    title = "The reply could not be delivered"

    def __init__(self, detail: str, *, retry_after_s: float | None = None, has_answered: bool | None = None) -> None:
        super().__init__(detail)
        self.has_answered = has_answered
        self.retry_after_s = None if retry_after_s is None else _bounded(retry_after_s)


def _bounded(seconds: float) -> float:
    """From 0 to a day, whatever the server wrote; what is no number is none."""
    return min(max(0.0, seconds), LONGEST_WAIT_SECONDS) if not isnan(seconds) else 0.0


class DeliveryRefused(DeliveryError):
    """The platform refused; the same request would be refused again."""

    code = "delivery_refused"


class WindowClosed(DeliveryRefused):
    """The time in which the platform takes replies to this message is over."""

    code = "window_closed"


class CredentialsRefused(DeliveryRefused):
    """The platform no longer takes the account's credentials: a person has to connect it again."""

    code = "credentials_refused"


class DeliveryNotMade(DeliveryError):
    """It is certain that nothing was sent; another attempt is safe."""

    code = "delivery_not_made"


class RateLimited(DeliveryNotMade):
    """The platform asked to wait ``retry_after_s`` seconds: nothing was sent, and the attempt does not count."""

    code = "rate_limited"

    def __init__(self, detail: str, *, retry_after_s: float) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, has_answered=True)


class Unavailable(RateLimited):
    """What was asked for answered a 5xx that says when to come back; what else the platform has may be there."""


class DeliveryUncertain(DeliveryError):
    """The reply may or may not have been sent; only a person can find out."""

    code = "delivery_uncertain"
