"""Refuses request bodies over the limit, declared or streamed, before anything is parsed."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import PayloadTooLarge
from .http import problem


class BodyLimit:
    """ASGI middleware: answers 413 for a body of more than ``limit`` bytes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._limit:
            await problem(self._error())(scope, receive, send)
            return
        seen = 0
        answered = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise self._error()
            return message

        async def guarded(message: Message) -> None:
            """Whatever the application makes of the refused body, the answer is 413."""
            nonlocal answered
            if seen <= self._limit:
                await send(message)
            elif not answered:
                answered = True
                await problem(self._error())(scope, receive, send)

        await self._app(scope, counted, guarded)

    def _error(self) -> PayloadTooLarge:
        return PayloadTooLarge(f"a request has at most {self._limit} bytes")
