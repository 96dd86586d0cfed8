"""A real client of the protocol, over HTTP and over the pipes of a process, in plain calls."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, ListToolsResult, TextContent

from replyassist.core.settings import Settings

SOURCES = str(Path(__file__).resolve().parents[2] / "src")
Use = Callable[[Client], Awaitable[Any]]


def over_http(address: str, token: str, use: Use, **headers: str) -> Any:
    """Use the tools of a server at an address."""

    async def run() -> Any:
        sent = {"Authorization": f"Bearer {token}", **headers}
        async with (
            httpx2.AsyncClient(headers=sent, timeout=60) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return await use(client)

    return asyncio.run(run())


def environment(settings: Settings, token: str) -> dict[str, str]:
    """What a process is told that serves the tools of an application with these settings."""
    return {
        "PYTHONPATH": SOURCES,
        "REPLYASSIST_HOME": str(settings.home),
        "REPLYASSIST_DATABASE_URL": settings.database_url,
        "REPLYASSIST_ENCODER_MODEL": "minilm",
        "REPLYASSIST_LLM_DISABLED": "1",
        "REPLYASSIST_TOKEN": token,
        "OMP_NUM_THREADS": "1",
    }


def over_pipes(settings: Settings, token: str, use: Use) -> Any:
    """Use the tools of a process that ``replyassist mcp`` is."""
    command = ["-c", "from replyassist.cli import main; main()", "mcp"]
    server = StdioServerParameters(
        command=sys.executable, args=command, env=environment(settings, token), cwd=settings.home
    )

    async def run() -> Any:
        # With the handshake of before 2026, which waits as long as the process takes to start; HTTP has the newer one.
        async with Client(stdio_client(server), mode="legacy") as client:
            return await use(client)

    return asyncio.run(run())


def calling(tool: str, **arguments: Any) -> Use:
    """Calls one tool."""

    async def use(client: Client) -> CallToolResult:
        return await client.call_tool(tool, arguments)

    return use


async def listing(client: Client) -> ListToolsResult:
    """Asks which tools there are."""
    return await client.list_tools()


def answer(result: CallToolResult) -> dict[str, Any]:
    """The fields of an answer."""
    assert not result.is_error, result.content
    fields: dict[str, Any] | None = result.structured_content
    assert fields is not None
    return fields


def refusal(result: CallToolResult) -> str:
    """What a refused call was told."""
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text
