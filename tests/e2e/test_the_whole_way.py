"""From a message over HTTP, through the real LLM and a real browser, to a signed webhook in another process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.browser import open_page

from .installation import BRAND, EMAIL, NAME, Installation, wait

DRAFT_SECONDS, SEND_SECONDS = 180.0, 60.0
PRAISE = {
    "external_id": "17841400002",
    "text": "best espresso in town, thank you all!",
    "author": {"external_id": "9912", "handle": "ann", "name": "Ann"},
    "conversation": {"external_id": "post-78", "visibility": "public", "parent_text": "New roast is out!"},
}


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
    installed = Installation(tmp_path / "home")
    port, _, secret = receiver
    installed.run("brand", "connect", BRAND, "--webhook", f"http://127.0.0.1:{port}/", "--secret", secret)
    installed.keep_up()
    yield installed
    installed.stop()


@pytest.fixture
def client(installation: Installation) -> Iterator[httpx2.Client]:
    """The manager's programs at the API."""
    token = installation.run("token", "create", EMAIL)
    with httpx2.Client(base_url=installation.url, headers={"authorization": f"Bearer {token}"}, timeout=30) as client:
        yield client


@pytest.mark.encoder
@pytest.mark.llm
@pytest.mark.browser
def test_the_receiver_gets_exactly_the_edited_text_once_and_signed(
    installation: Installation, client: httpx2.Client, receiver: tuple[int, Path, str], tmp_path: Path
) -> None:
    message = {
        "brand": BRAND,
        "channel": "instagram",
        "external_id": "17841400001",
        "text": "do you ship to Norway??",
        "author": {"external_id": "9911", "handle": "tom.k", "name": "Tom"},
        "conversation": {"external_id": "post-77", "visibility": "public", "parent_text": "New roast is out!"},
        "posted_at": "2026-11-22T09:30:00Z",
        "metadata": {},
    }
    assert client.post("/v1/messages", json=message).status_code == 202
    item = wait(lambda: client.get("/v1/reviews").json()["items"], DRAFT_SECONDS, "the draft")[0]
    proposal = client.get(f"/v1/reviews/{item['id']}").json()["proposal"]
    assert (proposal["model"], proposal["drafted_by"]) == (None, "template"), "the plan's own words, and no model's"
    assert client.post("/v1/messages", json=message | PRAISE).status_code == 202
    others = wait(
        lambda: [one for one in client.get("/v1/reviews").json()["items"] if one["id"] != item["id"]],
        DRAFT_SECONDS,
        "the thanks",
    )
    assert client.get(f"/v1/reviews/{others[0]['id']}").json()["proposal"]["model"], "the real model was asked"

    edited = item["draft"] + " See you soon!"
    with open_page(tmp_path / "profile") as page:
        installation.sign_in(page)
        page.get_by_role("link", name=re.compile("do you ship to Norway")).click()
        page.locator("#text").fill(edited)
        page.locator("#text").press("Escape")
        page.get_by_role("button", name=re.compile("^Approve")).click()
        wait(receiver[1].exists, SEND_SECONDS, "the webhook")

    wait(lambda: client.get(f"/v1/reviews/{item['id']}").json()["status"] == "sent", SEND_SECONDS, "the status 'sent'")
    time.sleep(3)  # a second delivery would come within the first retry's two seconds
    client.close()
    received = [json.loads(line) for line in receiver[1].read_text().splitlines()]
    assert len(received) == 1
    assert received[0]["valid"]
    assert received[0]["body"]["data"]["text"] == edited
    assert received[0]["body"]["data"]["in_reply_to"] == "17841400001"
    assert received[0]["body"]["data"]["approved_by"] == NAME
