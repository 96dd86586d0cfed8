"""A request of a platform's, read whole and not too much of it."""

from __future__ import annotations

from fastapi import Request

from replyassist.core.errors import PayloadTooLarge

from .port import HookRequest

LONGEST_BODY = 1024 * 1024


async def read_hook(request: Request, key: str = "") -> HookRequest:
    """The request as it came; ``key``: what stands behind the connection in the address. Raises PayloadTooLarge."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            raise PayloadTooLarge(f"a webhook has at most {LONGEST_BODY} bytes")
    return HookRequest(
        method=request.method,
        headers=dict(request.headers),
        query=dict(request.query_params),
        body=body,
        received_at=request.app.state.clock.now(),
        key=key,
    )
