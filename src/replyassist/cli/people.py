"""People and programs: users, and the API tokens that they hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table
from sqlmodel import Session

from replyassist.brands.service import get_brand
from replyassist.core.accounts import PERSON, SERVICE, AccountAct, ApiToken, User, add_user, create_token
from replyassist.core.accounts.events import COMMAND_LINE, record
from replyassist.core.accounts.repository import user_by_email
from replyassist.core.accounts.tokens import DAYS, list_tokens, revoke_token
from replyassist.core.errors import NotFound
from replyassist.core.security import Permission, Role

from .common import cells, clock, console, database, output, print_json

LONGEST_DAYS = 3660  # ten years: a program that nobody signs in as

user_app = typer.Typer(no_args_is_help=True)
token_app = typer.Typer(no_args_is_help=True)


@user_app.callback()
@token_app.callback()
def _group() -> None:
    """Administration."""


@user_app.command("add")
def user_add(
    email: str,
    role: Annotated[Role, typer.Option(help="What they may do.")],
    name: Annotated[str, typer.Option()] = "",
    brand: Annotated[list[str] | None, typer.Option(help="A brand that they see; repeat for more.")] = None,
    password: Annotated[
        str | None, typer.Option(help="Asked for when not given.", envvar="REPLYASSIST_PASSWORD")
    ] = None,
    service: Annotated[
        bool, typer.Option("--service", help="A program: it has tokens, and can never approve.")
    ] = False,
) -> None:
    """Add a person who signs in, or a service that holds tokens."""
    if password is None and not service:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    now = clock().now()
    with database().writing() as session:
        for brand_id in brand or []:
            get_brand(session, brand_id)
        user = add_user(
            session,
            email,
            name=name or email,
            role=role,
            brands=brand or [],
            password=None if service else password,
            now=now,
            kind=SERVICE if service else PERSON,
        )
        record(session, user.key, AccountAct.ADDED, by=COMMAND_LINE, now=now, detail=role.value)
    console.print(f"{email} was added as {role.value}.", markup=False)


@token_app.command("create")
def token_create(
    email: str,
    name: Annotated[str, typer.Option(help="What it is for.")] = "api",
    scope: Annotated[
        list[Permission] | None, typer.Option(help="What it may do; repeat for more. Without one: all of the role.")
    ] = None,
    expires: Annotated[int, typer.Option(min=1, max=LONGEST_DAYS, help="Days until it expires.")] = DAYS,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Make an API token for a user; it is shown once."""
    now = clock().now()
    with database().writing() as session:
        token = create_token(
            session, email, name=name, now=now, expires_at=now + timedelta(days=expires), scopes=scope or None
        )
    if json:
        print_json({"token": token})
    else:
        output.print(token, markup=False, soft_wrap=True)


@token_app.command("list")
def token_list(
    email: Annotated[str | None, typer.Argument(help="Whose; without it, the newest of all.")] = None,
    json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """The tokens that were not revoked, newest first, at most 100; never the tokens themselves."""
    with database().reading() as session:
        user = _user(session, email) if email is not None else None
        rows = [(row, session.get_one(User, row.user_id)) for row in list_tokens(session, user.key if user else None)]
    if json:
        print_json([_facts(row, user) for row, user in rows])
        return
    table = Table()
    for column in ("id", "user", "name", "scopes", "expires", "last used"):
        table.add_column(column, overflow="fold")
    for row, user in rows:
        scopes = "all of the role" if row.scopes is None else ", ".join(row.scopes)
        days = [moment.date().isoformat() if moment else "never" for moment in (row.expires_at, row.last_used_at)]
        table.add_row(*cells(str(row.id), user.email, row.name, scopes, *days))
    output.print(table)


@token_app.command("revoke")
def token_revoke(token_id: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="As `token list` says.")]) -> None:
    """Revoke a token; it is refused from now on."""
    with database().writing() as session:
        row = revoke_token(session, token_id, of_user=None, by=COMMAND_LINE, now=clock().now())
    console.print(f"The token '{row.name}' was revoked.", markup=False)


def _user(session: Session, email: str) -> User:
    user = user_by_email(session, email)
    if user is None:
        raise NotFound(f"there is no user '{email}'")
    return user


def _facts(row: ApiToken, user: User) -> dict[str, object]:
    return {
        "id": row.id,
        "user": user.email,
        "name": row.name,
        "scopes": row.scopes,
        "created_at": row.created_at.isoformat(),
        "expires_at": row.expires_at and row.expires_at.isoformat(),
        "last_used_at": row.last_used_at and row.last_used_at.isoformat(),
    }
