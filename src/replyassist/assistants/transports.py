"""The two ways to the tools: ``/mcp`` of the serving application, and the pipes of a process that an assistant starts.

Over HTTP each request brings its own bearer token and is answered by itself: no session is kept. The Host and Origin
headers are checked, so that no web page can reach a server on its reader's machine by turning its own name (DNS
rebinding).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from fastapi.concurrency import run_in_threadpool
from mcp.server.transport_security import TransportSecuritySettings
from starlette.datastructures import Headers
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from replyassist.core.accounts import Principal
from replyassist.core.errors import ConfigurationError, NotAuthenticated, ReplyassistError
from replyassist.core.http import HOW_TO_SIGN_IN, problem, token_holder
from replyassist.core.settings import Settings
from replyassist.proposing import Proposer

from .tools import Call, assistant_server, require_assistant

PATH = "/mcp"
MOST_BYTES = 256 * 1024  # of a request; the longest message has 10,000 characters
EVERY_INTERFACE = frozenset({"", str(IPv4Address(0)), str(IPv6Address(0))})
_CALLER = "replyassist.caller"
_BEARER = "bearer "


class AssistantEndpoint:
    """The ASGI application at ``/mcp``; it answers while ``running`` is entered."""

    def __init__(self, proposer: Proposer) -> None:
        self._proposer = proposer
        self._app: ASGIApp | None = None

    @property
    def route(self) -> Route:
        """Where it is found; a stream that only the server would write to (GET) is not offered."""
        return Route(PATH, endpoint=self, methods=["POST"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer requests until the end of the block."""
        server = assistant_server(self._proposer, _caller_of)
        app = server.streamable_http_app(
            streamable_http_path=PATH,
            json_response=True,
            stateless_http=True,
            max_request_body_size=MOST_BYTES,
            transport_security=who_may_be_named(self._proposer.settings),
        )
        async with server.session_manager.run():
            self._app = app
            try:
                yield
            finally:
                self._app = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request of somebody with an assistant's token."""
        try:
            caller = await run_in_threadpool(self._caller, Headers(scope=scope).get("authorization", ""))
        except ReplyassistError as error:
            await problem(error)(scope, receive, send)
            return
        if self._app is None:
            raise RuntimeError("the application has not started, or has ended")
        await self._app({**scope, _CALLER: caller}, receive, send)

    def _caller(self, authorization: str) -> Principal:
        if not authorization.casefold().startswith(_BEARER):
            raise NotAuthenticated(HOW_TO_SIGN_IN)
        return _holder(self._proposer, authorization[len(_BEARER) :].strip())


def who_may_be_named(settings: Settings) -> TransportSecuritySettings:
    """The Host and Origin headers that are answered: this machine's, the address that is bound, the public one."""
    hosts = ["127.0.0.1", "localhost", "[::1]"]
    if settings.host not in EVERY_INTERFACE:
        hosts.append(f"[{settings.host}]" if ":" in settings.host else settings.host)
    hosts += [f"{host}:*" for host in hosts]
    origins = [f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts]
    public = urlsplit(settings.public_url)
    if public.netloc:
        hosts.append(public.netloc)
        origins.append(f"{public.scheme}://{public.netloc}")
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)


def serve_pipes(proposer: Proposer, token: str) -> None:
    """Serve the tools over standard input and output until the input ends, for the holder of a token.

    Raises ConfigurationError without a token, NotAuthenticated and Forbidden for one that does not do.
    """
    if not token:
        raise ConfigurationError("REPLYASSIST_TOKEN is empty; it holds the API token that the assistant acts with")
    _holder(proposer, token)
    assistant_server(proposer, lambda _call: _holder(proposer, token)).run("stdio")


def _caller_of(call: Call) -> Principal:
    request = call.request_context.request
    if request is None:
        raise NotAuthenticated(HOW_TO_SIGN_IN)
    caller: Principal = request.scope[_CALLER]
    return caller


def _holder(proposer: Proposer, token: str) -> Principal:
    """Who holds the token by now: one that was revoked ends with the next call."""
    who = token_holder(proposer.database, token, now=proposer.clock.now())
    require_assistant(who)
    return who
