"""From a message over HTTP, through the real LLM and a real browser, to a signed webhook in another process."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page
from typer.testing import CliRunner

from replyassist.cli import app
from replyassist.core.resources import resource_folder
from tests.browser import open_page

PASSWORD = "a long password"
START_SECONDS, DRAFT_SECONDS, SEND_SECONDS = 120.0, 180.0, 60.0


class Installation:
    """replyassist as a user has it: its command line, and a server in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "REPLYASSIST_HOME": str(home),
            "REPLYASSIST_PORT": str(self.port),
            "REPLYASSIST_PASSWORD": PASSWORD,
            "REPLYASSIST_SEND_DELAY_SECONDS": "1",
        }

    def run(self, *arguments: str) -> str:
        """In this process, which has loaded everything already."""
        done = CliRunner().invoke(app, arguments, env=self.environment)
        assert done.exit_code == 0, done.output
        return done.stdout.strip()

    def serve(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from replyassist.cli import main; main()", "serve", "--with-worker"]
        with (self.home / "server.log").open("wb") as log:
            return subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[int, Path, str]]:
    """Port, file and secret of a webhook receiver that runs by itself."""
    secret, file = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", tmp_path / "received.jsonl"
    script = Path(__file__).with_name("receiver.py")
    process = subprocess.Popen([sys.executable, str(script), secret, str(file)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield int(process.stdout.readline()), file, secret
    process.terminate()
    process.wait(timeout=10)
    process.stdout.close()


@pytest.fixture
def installation(tmp_path: Path, receiver: tuple[int, Path, str]) -> Iterator[Installation]:
    """A brand with templates, a webhook and a manager, being served."""
    home = tmp_path / "home"
    home.mkdir()
    installed = Installation(home)
    port, _, secret = receiver
    installed.run("faq", "import", str(resource_folder("faq") / "fernhill"), "--brand", "fernhill")
    installed.run("brand", "connect", "fernhill", "--webhook", f"http://127.0.0.1:{port}/", "--secret", secret)
    installed.run("user", "add", "ana@test.example", "--role", "manager", "--name", "Ana", "--brand", "fernhill")
    server = installed.serve()
    _wait(lambda: _answers(installed.url), START_SECONDS, "the server", server)
    yield installed
    server.terminate()
    server.wait(timeout=60)


@pytest.mark.encoder
@pytest.mark.llm
@pytest.mark.browser
def test_the_receiver_gets_exactly_the_edited_text_once_and_signed(
    installation: Installation, receiver: tuple[int, Path, str], tmp_path: Path
) -> None:
    token = installation.run("token", "create", "ana@test.example")
    client = httpx2.Client(base_url=installation.url, headers={"authorization": f"Bearer {token}"}, timeout=30)
    message = {
        "brand": "fernhill",
        "channel": "instagram",
        "external_id": "17841400001",
        "text": "do you ship to Norway??",
        "author": {"external_id": "9911", "handle": "tom.k", "name": "Tom"},
        "conversation": {"external_id": "post-77", "visibility": "public", "parent_text": "New roast is out!"},
        "posted_at": "2026-11-22T09:30:00Z",
        "metadata": {},
    }
    assert client.post("/v1/messages", json=message).status_code == 202
    item = _wait(lambda: client.get("/v1/reviews").json()["items"], DRAFT_SECONDS, "the draft")[0]
    proposal = client.get(f"/v1/reviews/{item['id']}").json()["proposal"]
    assert proposal["model"], "the real model was asked"
    assert any(candidate["drafted_by"] == "model" for candidate in proposal["candidates"])

    edited = item["draft"] + " See you soon!"
    with open_page(tmp_path / "profile") as page:
        _sign_in(page, installation.url)
        page.get_by_role("link", name=re.compile("do you ship to Norway")).click()
        page.locator("#text").fill(edited)
        page.locator("#text").press("Escape")
        page.get_by_role("button", name=re.compile("^Approve")).click()
        _wait(receiver[1].exists, SEND_SECONDS, "the webhook")

    _wait(lambda: client.get(f"/v1/reviews/{item['id']}").json()["status"] == "sent", SEND_SECONDS, "the status 'sent'")
    time.sleep(3)  # a second delivery would come within the first retry's two seconds
    client.close()
    received = [json.loads(line) for line in receiver[1].read_text().splitlines()]
    assert len(received) == 1
    assert received[0]["valid"]
    assert received[0]["body"]["data"]["text"] == edited
    assert received[0]["body"]["data"]["in_reply_to"] == "17841400001"
    assert received[0]["body"]["data"]["approved_by"] == "Ana"


def _sign_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("E-mail").fill("ana@test.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def _wait(ready: Callable[[], Any], seconds: float, what: str, process: subprocess.Popen[bytes] | None = None) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := ready()):
        assert process is None or process.poll() is None, f"{what} ended with status {process and process.returncode}"
        assert time.monotonic() < deadline, f"{what} did not come within {seconds:.0f} s"
        time.sleep(0.2)
    return found


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
