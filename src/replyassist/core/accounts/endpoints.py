"""``/v1/tokens``: one's own API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from ..http import PROBLEM_RESPONSES, ClockDep, PrincipalDep, ReadingDep, WritingDep
from ..security import Permission
from .models import ApiToken
from .tokens import DAYS, LONGEST_DAYS, LONGEST_NAME, list_tokens, make_own_token, revoke_own_token

router = APIRouter(prefix="/v1/tokens", tags=["tokens"], responses=PROBLEM_RESPONSES)


class TokenOut(BaseModel):
    """One token, without the token itself. ``scopes`` null: all that the role may."""

    id: int
    name: str
    scopes: list[str] | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewToken(TokenOut):
    """A token that was just made; ``token`` is told this once."""

    token: str


class TokenBody(BaseModel):
    """What a new token is for, what it may (null: all that the role may), and for how many days."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"name": "inbox", "scopes": ["messages:write"], "days": 90}]},
    )
    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00]*$")]
    scopes: list[Permission] | None = None
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = DAYS


@router.get("")
def list_own_tokens(*, principal: PrincipalDep, session: ReadingDep) -> list[TokenOut]:
    """The tokens that were not revoked, newest first, at most 100."""
    principal.require(Permission.TOKENS_WRITE)
    return [_out(row) for row in list_tokens(session, principal.user_id)]


@router.post("", status_code=201)
def make_token(*, principal: PrincipalDep, session: WritingDep, clock: ClockDep, body: TokenBody) -> NewToken:
    """Make a token of at most what the caller may; it is shown in this answer alone."""
    row, token = make_own_token(session, principal, name=body.name, scopes=body.scopes, days=body.days, now=clock.now())
    return NewToken(**_out(row).model_dump(), token=token)


@router.delete("/{token_id}", status_code=204)
def revoke(
    *,
    principal: PrincipalDep,
    session: WritingDep,
    clock: ClockDep,
    token_id: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> None:
    """Revoke a token; it is refused from now on."""
    revoke_own_token(session, principal, token_id, now=clock.now())


def _out(row: ApiToken) -> TokenOut:
    return TokenOut.model_validate(row, from_attributes=True)
