"""simcord, a simulation of Discord's REST API for discord.py, served over HTTP: ``python -P discord_server.py PORT``.

Runs in the environment of scripts/install_peers.sh. What simcord has not is kept here as the documentation tells it:
the bot's token, a nonce that is known for five minutes, and the application's flags. ``/_/`` is for tests: Tom's acts.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "bot token of nobody"
API = "/api/v10"
NONCE_SECONDS = 300
FLAGS = 1 << 19


class Simulated:
    """A server with a channel, our bot and Tom."""

    def __init__(self) -> None:
        import_module("simcord.http.routes")
        self.router, errors = import_module("simcord.http.router"), import_module("simcord.backend.errors")
        self.refusal = errors.BackendError
        clock = import_module("simcord._clock").Clock()
        clock.now = lambda: datetime.now(UTC)
        self.backend = import_module("simcord.backend").Backend(clock=clock)
        self.us, self.tom = self.backend.bot_user.id, self.backend.make_user("tom").id
        guild = self.backend.create_guild("Fernhill", owner_id=self.tom)
        self.channel = self.backend.create_channel(guild.id, "help").id
        self.nonces: dict[str, tuple[float, Any]] = {}

    def answer(self, method: str, address: str, document: Any, token: str) -> tuple[int, Any]:
        """Status and JSON."""
        parts = urlsplit(address)
        if parts.path.startswith("/_/"):
            return 200, self._act(parts.path.removeprefix("/_/"), document)
        if token != f"Bot {TOKEN}":
            return 401, {"message": "401: Unauthorized", "code": 0}
        path, given = parts.path.removeprefix(API), dict(parse_qsl(parts.query))
        if path == "/applications/@me":
            return 200, {"id": str(self.us), "flags": FLAGS}
        nonce = str(document.get("nonce") or "") if method == "POST" and document.get("enforce_nonce") else ""
        at, known = self.nonces.get(nonce, (0.0, None))
        if nonce and time.monotonic() - at < NONCE_SECONDS and known is not None:
            return 200, known
        try:
            made = self.router.dispatch(self.backend, method, path, json=document, params=given)
        except self.refusal as error:
            return error.status, error.to_json()
        if nonce:
            self.nonces[nonce] = time.monotonic(), made
        return (204, None) if made is None else (200, made)

    def _act(self, act: str, given: Any) -> Any:
        if act == "place":
            return {"us": str(self.us), "channel": str(self.channel)}
        if act == "write":
            return {"id": f"{self.channel}:{self.backend.create_message(self.channel, self.tom, given['text']).id}"}
        if act == "posted":
            known = self.backend.messages[self.channel].values()
            return [each.content for each in sorted(known, key=lambda each: each.id) if each.author_id == self.us]
        number = int(given["id"].partition(":")[2])
        if act == "edit":
            self.backend.edit_message(self.channel, number, {"content": given["text"]})
        else:
            self.backend.delete_message(self.channel, number)
        return None


def main(port: int) -> None:
    """Serve until the process is ended."""
    simulated = Simulated()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = self.headers.get("authorization") or ""
            status, document = simulated.answer(self.command, self.path, json.loads(body or b"{}"), token)
            answer = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def __getattr__(self, name: str) -> Callable[[], None]:
            if name.startswith("do_"):
                return self._serve
            raise AttributeError(name)

        def log_message(self, format: str, *args: Any) -> None:
            return

    HTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
