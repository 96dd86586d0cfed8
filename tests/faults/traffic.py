"""People and programs at the API, who go on as in life: they try again, look again, and remember what was promised."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2

from .far import Far
from .waits import Waits

TIMEOUT_SECONDS, PAUSE_SECONDS = 30.0, 0.1
GIVE_UP_SECONDS = 300.0
PAGE = 50
ENDINGS = ("See you soon!", "Best wishes!", "Talk soon!", "Take care!", "Have a nice day!")
QUESTION = {"fernhill": "do you ship to Norway, number {}?", "harbour": "how do I close my account, number {}?"}
_numbers = count(1)


@dataclass
class Promise:
    """What a message was promised. ``tried``: texts that somebody asked to approve, answered or not; ``approved``: the
    one whose approval was answered last and not taken back; ``taken_back``: those that were."""

    external_id: str
    accepted_at: float
    tried: set[str] = field(default_factory=set)
    taken_back: set[str] = field(default_factory=set)
    approved: str | None = None
    approved_at: float = 0.0
    is_rejected: bool = False


@dataclass
class Traffic:
    """Messages to one brand, and a person who decides about them; runs in threads until ``end``.

    ``pause``: seconds between two acts; ``whims``: how often of 1 a draft is rejected, and an approval taken back.
    ``put_off``: how often the answer was to come back later. ``refusals`` are answers that nobody should see: statuses
    of 500, and 4xx that no conflict explains.
    """

    brand: str
    url: str
    token: str
    far: Far
    seed: int
    pause: float = 1.5
    whims: float = 0.1
    promises: dict[str, Promise] = field(default_factory=dict)
    waits: Waits = field(default_factory=Waits)
    refusals: list[str] = field(default_factory=list)
    put_off: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Post and decide."""
        self._ended.clear()
        self._threads = [threading.Thread(target=self._loop, args=each) for each in (("post",), ("decide",))]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Post no more; what was begun is ended."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def decide_all(self) -> int:
        """Look through the queue once; how many were found."""
        with self._client() as client:
            return self._decide(client, random.Random(self.seed))

    def post_one(self, channel: str = "instagram") -> Promise:
        """Post a message now."""
        with self._client() as client:
            return self._post(client, channel)

    def _loop(self, what: str) -> None:
        try:
            self._go_on(what)
        except Exception as error:
            self.refusals.append(f"{what} ended: {error!r}")

    def _go_on(self, what: str) -> None:
        chance = random.Random(f"{self.seed} {self.brand} {what}")
        with self._client() as client:
            while not self._ended.is_set():
                if what == "post":
                    self._post(client, chance.choice(("instagram", "telegram")))
                else:
                    self._decide(client, chance)
                self._ended.wait(self.pause * chance.uniform(0.5, 1.5))

    def _client(self) -> httpx2.Client:
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx2.Client(base_url=self.url, headers=headers, timeout=TIMEOUT_SECONDS, trust_env=False)

    def _post(self, client: httpx2.Client, channel: str) -> Promise:
        number = next(_numbers)
        external_id = f"{number}:{number}"  # of a bot: chat and message
        message = {
            "brand": self.brand,
            "channel": channel,
            "external_id": external_id,
            "text": QUESTION[self.brand].format(number),
            "author": {"external_id": f"author-{number}"},
            "conversation": {"external_id": str(number), "visibility": "private"},
            "posted_at": "2026-11-22T09:30:00Z",
        }
        answer = self._until_answered("intake", lambda: client.post("/v1/messages", json=message), (202, 200))
        assert answer is not None, "a message was not taken in"
        promise = self.promises[external_id] = Promise(external_id, time.monotonic())
        return promise

    def _decide(self, client: httpx2.Client, chance: random.Random) -> int:
        statuses = ["pending", "escalated", "uncertain", "failed"]
        query: dict[str, Any] = {"brand": self.brand, "status": statuses, "limit": PAGE}
        answer = self._until_answered("queue", lambda: client.get("/v1/reviews", params=query), (200,))
        items = answer.json()["items"] if answer is not None else []
        for item in items:
            promise = self.promises.get(item["external_id"])
            if promise is None or item["is_redrafting"]:
                continue
            if item["status"] in ("uncertain", "failed"):
                self._look(client, item, promise)
            else:
                self._decide_one(client, chance, item, promise)
        return len(items)

    def _decide_one(self, client: httpx2.Client, chance: random.Random, item: dict[str, Any], promise: Promise) -> None:
        if chance.random() < self.whims and not promise.tried:
            rejected = self._act(client, item, "reject", reason="not one for us")
            promise.is_rejected = rejected is not None
            return
        text = f"{item['draft'] or 'Hello!'} {ENDINGS[len(promise.tried) % len(ENDINGS)]}"
        promise.tried.add(text)
        done = self._act(client, item, "approve", text=text, accept_findings=True)
        if done is None:
            return
        promise.approved, promise.approved_at = text, time.monotonic()
        if chance.random() < self.whims and self._act(client, done, "undo") is not None:
            promise.approved = None
            promise.taken_back.add(text)

    def _look(self, client: httpx2.Client, item: dict[str, Any], promise: Promise) -> None:
        """Nobody knows whether it arrived: a person looks at the far side, and puts back what did not."""
        if not self.far.answers(promise.external_id) and self._act(client, item, "undo") is not None:
            promise.approved = None

    def _act(self, client: httpx2.Client, item: dict[str, Any], act: str, **more: Any) -> dict[str, Any] | None:
        """The item afterwards; None where somebody or something else was first, also oneself before a lost answer."""
        body = {"version": item["version"], **more}
        path = f"/v1/reviews/{item['id']}/{act}"
        answer = self._until_answered(act, lambda: client.post(path, json=body), (200, 409))
        if answer is None or answer.status_code == 409:
            return None
        document: dict[str, Any] = answer.json()
        return document

    def _until_answered(
        self, kind: str, ask: Callable[[], httpx2.Response], expected: tuple[int, ...]
    ) -> httpx2.Response | None:
        """The first expected answer, however long it takes; intake is never given up, all else at the end."""
        began = time.monotonic()
        try:
            return self._asked_again(kind, ask, expected, began=began)
        finally:
            self.waits.note(kind, began)

    def _asked_again(
        self, kind: str, ask: Callable[[], httpx2.Response], expected: tuple[int, ...], *, began: float
    ) -> httpx2.Response | None:
        while True:
            try:
                answer = ask()
            except httpx2.HTTPError:
                answer = None
            if answer is not None and answer.status_code in expected:
                return answer
            self.put_off += answer is not None and answer.status_code == 503
            if answer is not None and answer.status_code != 503:
                self.refusals.append(f"{kind}: {answer.status_code} {answer.text[:200]}")
                if kind != "intake":
                    return None
            if (self._ended.is_set() and kind != "intake") or time.monotonic() - began > GIVE_UP_SECONDS:
                return None
            time.sleep(PAUSE_SECONDS)
