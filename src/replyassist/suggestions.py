"""``POST /v1/suggestions``: retrieve and draft now, store nothing; for other inboxes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from replyassist.core.accounts import Principal
from replyassist.core.http import PROBLEM_RESPONSES, PrincipalDep
from replyassist.core.security import Permission
from replyassist.inbox.inbound import InboundMessage
from replyassist.proposal import Proposal
from replyassist.proposing import Proposer

router = APIRouter(prefix="/v1/suggestions", tags=["suggestions"], responses=PROBLEM_RESPONSES)

MessageText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Short = Annotated[str, Field(max_length=60)]
Visibility = Literal["public", "private"]


class SuggestionBody(BaseModel):
    """A message that lives in another inbox."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [{"brand": "fernhill", "text": "do you ship to Norway??", "author_name": "Tom"}]
        },
    )
    brand: str
    text: MessageText
    channel: Short = "instagram"
    visibility: Visibility = "public"
    author_name: Annotated[str, Field(max_length=200)] | None = None
    parent_text: Annotated[str, Field(max_length=10_000)] | None = None
    instruction: Annotated[str, Field(max_length=500)] | None = None
    with_follow_up: Annotated[
        bool, Field(description="A public reply with nothing personal, and a private message")
    ] = False


@router.post("")
def suggest(request: Request, principal: PrincipalDep, body: SuggestionBody) -> Proposal:
    """One proposal with its templates, candidates, findings and verdict; nothing is stored or sent."""
    return suggestion(request.app.state.proposer, principal, body)


def suggestion(proposer: Proposer, principal: Principal, body: SuggestionBody) -> Proposal:
    """One proposal for somebody who may ask for it; raise Forbidden, and NotFound for a brand that is not theirs."""
    principal.require_for(Permission.SUGGEST, body.brand)
    message = InboundMessage(
        text=body.text,
        channel=body.channel,
        visibility=body.visibility,
        author_name=body.author_name,
        parent_text=body.parent_text,
    )
    return proposer.propose(body.brand, message, instruction=body.instruction, with_follow_up=body.with_follow_up)
