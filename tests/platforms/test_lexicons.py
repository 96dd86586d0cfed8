"""Bluesky: all answers of our own server, in the conformance suite too, against the lexicons of @atproto/api."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from replyassist.channels.registry import adapter_named
from tests.channels import test_bluesky
from tests.channels.peers.bluesky import PASSWORD, Network, network
from tests.channels.peers.bluesky_network import Person
from tests.channels.peers.processes import NETWORK, running_node
from tests.world import World

METHODS = {
    "app.bsky.feed.getPostThread",
    "app.bsky.notification.listNotifications",
    "com.atproto.identity.resolveHandle",
    "com.atproto.repo.createRecord",
    "com.atproto.repo.getRecord",
    "com.atproto.repo.listRecords",
    "com.atproto.repo.putRecord",
    "com.atproto.server.createAccount",
    "com.atproto.server.createSession",
    "com.atproto.server.refreshSession",
}
SPOILED = {"test_malformed": {"app.bsky.notification.listNotifications"}}
"""Answers that a test has made wrong on purpose."""


@dataclass(frozen=True)
class Answer:
    method: str
    status: int
    document: dict[str, Any]


@dataclass
class Lexicons:
    """``client``: to node/lexicons.cjs."""

    client: httpx2.Client

    def wrong(self, answers: list[Answer]) -> dict[str, list[str]]:
        """What the lexicons have against these, by method."""
        said = self.client.post("/", json=[asdict(each) for each in answers]).raise_for_status().json()
        found = dict[str, list[str]]()
        for answer, sentence in zip(answers, said, strict=True):
            if sentence is not None:
                found.setdefault(answer.method, []).append(sentence)
        return found


@dataclass
class Heard:
    """The answers of a server."""

    answers: list[Answer] = field(default_factory=list)

    def __call__(self, method: str, status: int, document: dict[str, Any]) -> None:
        self.answers.append(Answer(method, status, deepcopy(document)))


@pytest.fixture(scope="module")
def lexicons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lexicons]:
    folder = tmp_path_factory.mktemp("lexicons")
    with (
        running_node("lexicons.cjs", folder=folder, packages=NETWORK) as told,
        httpx2.Client(base_url=told["url"], timeout=60, trust_env=False) as client,
    ):
        yield Lexicons(client)


class TestAnswers(test_bluesky.TestBluesky):
    """The whole suite once more; each test is held to the lexicons when it has ended."""

    adapter = adapter_named("bluesky")

    @pytest.fixture
    def peer(self, request: pytest.FixtureRequest, world: World, lexicons: Lexicons) -> Iterator[Network]:
        heard = Heard()
        with network(world.clock.now, heard) as peer:
            yield peer
        wrong, spoiled = lexicons.wrong(heard.answers), SPOILED.get(request.node.originalname, set())
        assert wrong.keys() == spoiled, wrong

    @pytest.fixture
    def harness(self, peer: Network) -> test_bluesky.BlueskyHarness:
        return test_bluesky.BlueskyHarness(peer)


@pytest.fixture(scope="module")
def heard() -> Heard:
    """An answer at least of each method, and of some refusals."""
    heard = Heard()
    with network(lambda: datetime.now(UTC), heard) as peer, httpx2.Client(base_url=f"{peer.url}/xrpc/") as client:
        us, tom = Person(peer.url, "brand"), Person(peer.url, "tom")
        root = us.post("New roast is out!")
        asked = tom.post("do you ship?", to=root)
        quoted = {name: root[name] for name in ("uri", "cid")}
        quote = tom.post("is it?", embed={"$type": "app.bsky.embed.record", "record": quoted})
        for news in (asked, quote, tom.mention(us, "hi")):
            us.notified_of(news["uri"])
        for post in (root, asked, quote):
            us.thread(post["uri"])
        assert len(us.records()) == 1
        us.call("com.atproto.identity.resolveHandle", handle=tom.handle)
        us.call("com.atproto.repo.getRecord", repo=us.did, collection="app.bsky.actor.profile", rkey="self")
        signing_in = {"identifier": us.handle, "password": PASSWORD}
        session = client.post("com.atproto.server.createSession", json=signing_in).json()
        headers = {"authorization": f"Bearer {session['refreshJwt']}"}
        for _ in range(2):
            client.post("com.atproto.server.refreshSession", headers=headers)
        client.post("com.atproto.server.createSession", json=signing_in | {"password": "wrong"})
        client.get("com.atproto.repo.getRecord")
        us.close()
        tom.close()
    return heard


def test_each_method_answers_as_its_lexicon_says(lexicons: Lexicons, heard: Heard) -> None:
    assert {each.method for each in heard.answers if each.status == 200} == METHODS
    assert {each.status for each in heard.answers} == {200, 400, 401}
    assert lexicons.wrong(heard.answers) == {}


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("method", "change", "said"),
    [
        ("app.bsky.feed.getPostThread", lambda answer: answer["thread"]["post"].pop("uri"), 'property "uri"'),
        ("app.bsky.feed.getPostThread", lambda answer: answer["thread"].pop("$type"), '"$type" property'),
        (
            "app.bsky.notification.listNotifications",
            lambda answer: answer["notifications"][0].update(indexedAt="yesterday"),
            "datetime",
        ),
        (
            "app.bsky.notification.listNotifications",
            lambda answer: answer["notifications"][0]["author"].pop("handle"),
            "author",
        ),
        (
            "app.bsky.notification.listNotifications",
            lambda answer: answer["notifications"][0]["record"].pop("createdAt"),
            "createdAt",
        ),
        ("com.atproto.identity.resolveHandle", lambda answer: answer.update(did="tom"), "did"),
        ("com.atproto.repo.createRecord", lambda answer: answer.update(cid="x"), "cid"),
        ("com.atproto.repo.getRecord", lambda answer: answer.pop("value"), "value"),
        ("com.atproto.repo.listRecords", lambda answer: answer["records"][0].update(uri="https://x.example"), "uri"),
        ("com.atproto.repo.putRecord", lambda answer: answer.update(uri=5), "uri"),
        ("com.atproto.server.createAccount", lambda answer: answer.pop("did"), "did"),
        ("com.atproto.server.createSession", lambda answer: answer.update(handle="@tom"), "handle"),
        ("com.atproto.server.refreshSession", lambda answer: answer.pop("refreshJwt"), "refreshJwt"),
    ],
)
def test_a_wrong_answer_is_told(lexicons: Lexicons, heard: Heard, method: str, change: Change, said: str) -> None:
    right = [each for each in heard.answers if (each.method, each.status) == (method, 200)][-1]
    wrong = deepcopy(right)
    change(wrong.document)
    found = lexicons.wrong([right, wrong])
    assert list(found) == [method]
    assert [said in each for each in found[method]] == [True]


def test_a_wrong_error_and_an_unknown_method_are_told(lexicons: Lexicons) -> None:
    method = "com.atproto.repo.getRecord"
    refused = Answer(method, 400, {"error": "RecordNotFound", "message": "no"})
    assert lexicons.wrong([refused]) == {}
    for document in ({"error": "Gone", "message": "no"}, {"error": "RecordNotFound"}):
        assert lexicons.wrong([Answer(method, 400, document)]).keys() == {method}
    assert lexicons.wrong([Answer("app.bsky.feed.getPosting", 200, {})]).keys() == {"app.bsky.feed.getPosting"}
