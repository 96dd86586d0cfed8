"""``replyassist mcp``."""

from __future__ import annotations

from replyassist.assistants.transports import serve_pipes

from .common import parts


def mcp() -> None:
    """Tools for an assistant that starts this command: draft, search, read the queue; nothing that decides.

    Speaks the Model Context Protocol over standard input and output, for the holder of the API token in
    REPLYASSIST_TOKEN. Over HTTP, `replyassist serve` has the same tools at /mcp.
    """
    with parts() as built:
        serve_pipes(built.proposer, built.settings.token.get_secret_value())
