"""Addresses of pages that leave the browser: links in e-mail, and where a provider leads back to."""

from __future__ import annotations

from fastapi import Request


def address_for(request: Request, path: str) -> str:
    """The whole address of a page: REPLYASSIST_PUBLIC_URL and the path, else as the browser that asks sees it."""
    public: str = request.app.state.settings.public_url or str(request.base_url)
    return public.rstrip("/") + path
