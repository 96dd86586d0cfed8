from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from itsdangerous import TimestampSigner

from replyassist.app import build_parts, create_app
from replyassist.brands.service import set_time_zone
from replyassist.core.accounts import start_session
from replyassist.core.http import SESSION_ID
from replyassist.core.security import Role
from replyassist.core.settings import Settings
from replyassist.core.telemetry import MESSAGES
from replyassist.retrieval.fits import calibration_file, save_calibration
from replyassist.review.queue import enqueue_proposal
from replyassist.testing import FakeChatModel, FakeEncoder
from tests.sureness import sure_of_few
from tests.triage.readings import reading
from tests.world import BRAND, DRAFT, World, message_in

GOOD = "Hi Tom! Yes, we ship to 32 countries in Europe. Delivery takes 4 to 7 working days."


class Api:
    """The API with a token of each kind at hand."""

    def __init__(self, world: World, client: TestClient) -> None:
        self.world, self.client = world, client
        self.manager = self.headers(Role.MANAGER)

    def headers(self, role: Role, **more: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.world.token(self.world.person(role, **more))}"}

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.client.post(path, json=body, headers=options.pop("headers", self.manager), **options)

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, headers=options.pop("headers", self.manager), **options)


@pytest.fixture
def api(world: World) -> Iterator[Api]:
    settings = Settings(
        home=world.settings.home,
        database_url=world.database.url,
        abstain_threshold=0.4,
        queue_limit=6,
        body_limit_bytes=100_000,
    )
    encoder = FakeEncoder()
    save_calibration(
        sure_of_few(encoder), calibration_file(settings.home, brand_id=BRAND, encoder=encoder.model_digest)
    )
    parts = build_parts(
        settings,
        model=FakeChatModel([GOOD]),
        encoder=encoder,
        clock=world.clock,
        jobs=world.jobs,
        upgrade=False,
    )
    with TestClient(create_app(parts=parts), raise_server_exceptions=False) as client:
        yield Api(world, client)
    parts.close()


def body(number: int = 1, **overrides: Any) -> dict[str, Any]:
    return message_in(number).model_dump(mode="json") | overrides


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) >= {"type", "title", "status", "code", "detail"}
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json()["code"]


def test_a_message_is_taken_once(api: Api) -> None:
    first, again = api.post("/v1/messages", body()), api.post("/v1/messages", body(text="another text"))

    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    assert len([job for job, _ in api.world.jobs.planned if job.name == "draft"]) == 1
    with api.world.database.writing() as session:
        enqueue_proposal(session, first.json()["id"], api.world.proposal(), now=api.world.clock.now())
    assert api.post("/v1/messages", body()).json() == first.json(), "also when its draft is there"


def test_messages_are_counted_by_outcome(api: Api) -> None:
    def counts() -> list[float]:
        return [MESSAGES.labels(outcome=outcome)._value.get() for outcome in ("new", "known", "refused")]

    before = counts()
    for number in (1, 1, 2, 3, 4):
        api.post("/v1/messages", body(number))

    assert [after - count for after, count in zip(counts(), before, strict=True)] == [3, 1, 1]


def test_a_session_cookie_is_enough_for_reading_only(api: Api) -> None:
    item = api.world.item()
    user_id, now = api.world.person().user_id, api.world.clock.now()
    with api.world.database.writing() as writing:
        secret = start_session(writing, user_id, address="", user_agent="", now=now)
    session = b64encode(json.dumps({SESSION_ID: secret}).encode())
    key = (api.world.settings.home / "secret_key").read_text(encoding="utf-8")
    api.client.cookies.set("replyassist_session", TimestampSigner(key).sign(session).decode())

    assert api.client.get(f"/v1/reviews/{item.id}").status_code == 200
    for path, content in (("claim", None), ("approve", {"version": 1, "text": DRAFT})):
        assert problem(api.client.post(f"/v1/reviews/{item.id}/{path}", json=content)) == (401, "not_authenticated")
    assert api.world.reload(item).status == "pending"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "x" * 10_001},
        {"text": "a\x00b"},
        {"txt": "a typo"},
        {"posted_at": "yesterday"},
        {"posted_at": "2026-11-22T09:30:00"},
        {"author": {"handle": "no id"}},
        {"conversation": {"external_id": "x", "visibility": "secret"}},
        {"brand": "Not A Slug"},
    ],
)
def test_a_malformed_message_is_refused_and_names_the_field(api: Api, wrong: dict[str, Any]) -> None:
    answer = api.post("/v1/messages", body(**wrong))

    assert problem(answer) == (422, "invalid_input")
    assert next(iter(wrong)) in answer.json()["detail"]


def test_what_is_not_json_is_a_clear_error(api: Api) -> None:
    answer = api.client.post(
        "/v1/messages", content=b"{not json", headers=api.manager | {"content-type": "application/json"}
    )

    assert problem(answer) == (422, "invalid_input")


def test_an_unknown_brand_and_another_brands_are_the_same_404(api: Api) -> None:
    stranger = api.headers(Role.MANAGER, brands=[])

    assert problem(api.post("/v1/messages", body(brand="nobody"), headers=api.headers(Role.ADMIN)))[0] == 404
    assert problem(api.post("/v1/messages", body(), headers=stranger)) == (404, "not_found")


def test_no_token_is_401_and_a_role_without_the_right_is_403(api: Api) -> None:
    assert problem(api.client.post("/v1/messages", json=body())) == (401, "not_authenticated")
    bad = {"authorization": "Bearer rpa_wrong"}
    assert problem(api.post("/v1/messages", body(), headers=bad)) == (401, "not_authenticated")
    assert problem(api.post("/v1/messages", body(), headers=api.headers(Role.AGENT))) == (403, "forbidden")


def test_a_full_queue_says_so_and_stores_nothing(api: Api) -> None:
    for number in range(3):
        assert api.post("/v1/messages", body(number)).status_code == 202
    answer = api.post("/v1/messages", body(9))

    assert problem(answer) == (503, "queue_full")
    assert int(answer.headers["retry-after"]) > 0
    assert api.post("/v1/messages", body(2)).status_code == 200, "what is there already is still acknowledged"


def test_an_oversized_request_is_413(api: Api) -> None:
    declared = api.post("/v1/messages", body(metadata={"x": "y" * 200_000}))
    streamed = api.client.post("/v1/messages", content=(b"x" * 50_000 for _ in range(4)), headers=api.manager)

    assert problem(declared) == (413, "payload_too_large")
    assert problem(streamed) == (413, "payload_too_large")


def test_each_message_of_a_batch_has_its_own_outcome(api: Api) -> None:
    batch = [body(1), body(1), body(2, text=""), body(3, brand="nobody"), "not an object", body(4)]
    answer = api.post("/v1/messages/batch", {"messages": batch})

    assert [outcome["status"] for outcome in answer.json()["outcomes"]] == [202, 200, 422, 404, 422, 202]


def test_the_queue_is_sorted_by_urgency_and_paged(api: Api) -> None:
    from replyassist.triage import triage

    texts = ["hello?", "this is a joke of a company, useless", "my solicitor will sue you"]
    for text in texts:
        angry = reading(complaint=0.95, sentiment=-0.9) if "joke" in text else None
        api.world.item(message={"text": text}, triage=triage(text, reading=angry))
    rows: list[dict[str, Any]] = []
    cursor = None
    for _ in range(3):
        page = api.get("/v1/reviews", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        rows += page["items"]
        cursor = page["next_cursor"]

    assert [row["message"] for row in rows] == list(reversed(texts))
    assert cursor is None
    for wrong in ("junk", "²:1", "1:" + "9" * 40):
        assert problem(api.get("/v1/reviews", params={"cursor": wrong}))[0] == 422
    assert problem(api.get("/v1/reviews", params={"status": "nonsense"}))[0] == 422


def test_an_item_shows_conversation_templates_and_history(api: Api) -> None:
    item = api.world.item()
    detail = api.get(f"/v1/reviews/{item.id}").json()

    assert detail["conversation"][0]["text"] == "do you ship to Norway??"
    assert detail["templates"][0]["template_id"] == "shipping-abroad"
    assert detail["audit"][0]["act"] == "queued"
    assert problem(api.get(f"/v1/reviews/{item.id}", headers=api.headers(Role.MANAGER, brands=[])))[0] == 404


def test_a_person_edits_and_approves_over_http(api: Api) -> None:
    item = api.world.item()
    edited = DRAFT.replace("Hi Tom!", "Hey Tom!")
    assert api.post(f"/v1/reviews/{item.id}/claim").status_code == 200
    answer = api.post(f"/v1/reviews/{item.id}/approve", {"version": 1, "text": edited})

    assert (answer.json()["status"], answer.json()["final_text"]) == ("approved", edited)
    again = api.post(f"/v1/reviews/{item.id}/approve", {"version": 1, "text": edited})
    assert problem(again) == (409, "version_conflict")
    undone = api.post(f"/v1/reviews/{item.id}/undo", {"version": answer.json()["version"]})
    assert undone.json()["status"] == "pending"


def test_a_reply_is_approved_for_a_time_by_the_brands_clock(api: Api) -> None:
    with api.world.database.writing() as session:
        set_time_zone(session, BRAND, "Europe/Berlin")
    item, at_once = api.world.item(), api.world.item()
    answer = api.post(f"/v1/reviews/{item.id}/approve", {"version": 1, "text": DRAFT, "send_at": "2026-11-23T09:00"})
    assert (answer.json()["status"], answer.json()["send_at"]) == ("approved", "2026-11-23T08:00:00Z")
    assert answer.json()["audit"][-1]["reason"] == "to be sent at 2026-11-23T09:00+01:00"
    api.post(f"/v1/reviews/{at_once.id}/approve", {"version": 1, "text": DRAFT})
    listed = {each["id"]: each["send_at"] for each in api.get("/v1/reviews?status=approved").json()["items"]}
    assert listed == {item.id: "2026-11-23T08:00:00Z", at_once.id: None}

    undone = api.post(f"/v1/reviews/{item.id}/undo", {"version": answer.json()["version"]})
    assert (undone.json()["status"], undone.json()["send_at"]) == ("pending", None)


@pytest.mark.parametrize(
    ("send_at", "why"),
    [
        ("2026-11-22T11:00:00Z", "still to come"),
        ("2027-01-22T11:00:00Z", "within the next 30 days"),
        ("2026-11-23T09:30:00Z", "until 2026-11-23 09:30 (UTC), and no later"),
        ("9999-12-31T23:59:59-14:00", "within the next 30 days"),
        ("tomorrow", "a day and a time such as"),
        ("2026-11-23", "a day and a time such as"),
        ("2026-11-23T25:00", "a day and a time such as"),
        (1764000000, "a day and a time such as"),
        (True, "a day and a time such as"),
    ],
)
def test_a_time_at_which_nothing_can_be_sent_is_refused_and_nothing_is_recorded(
    api: Api, send_at: Any, why: str
) -> None:
    api.world.connect("instagram", account="1")
    private = {"conversation": {"external_id": "dm-1", "visibility": "private"}}
    item = api.world.item(message=private)
    answer = api.post(f"/v1/reviews/{item.id}/approve", {"version": 1, "text": DRAFT, "send_at": send_at})
    assert problem(answer) == (422, "invalid_input")
    assert "send_at" in answer.text
    assert why in answer.text
    assert api.world.reload(item).status == "pending"


def test_a_blocked_text_shows_its_findings(api: Api) -> None:
    item = api.world.item()
    answer = api.post(f"/v1/reviews/{item.id}/approve", {"version": 1, "text": "Hi Tom! It costs €99."})

    assert problem(answer) == (409, "text_blocked")
    assert answer.json()["findings"][0]["excerpt"]


def test_a_suggestion_is_stateless(api: Api) -> None:
    answer = api.post("/v1/suggestions", {"brand": BRAND, "text": "do you ship to Norway?", "author_name": "Tom"})

    assert (answer.json()["draft"], answer.json()["verdict"]) == (GOOD, "ready")
    assert api.get("/v1/reviews").json()["items"] == []


def test_templates_are_searched(api: Api) -> None:
    answer = api.post("/v1/templates/search", {"brand": BRAND, "text": "do you ship to Norway?"})

    assert answer.json()["matches"][0]["template_id"] == "shipping-abroad"
    assert answer.json()["abstained"] is False


def test_operations_answer(api: Api) -> None:
    assert api.client.get("/healthz").json() == {"status": "ok"}
    assert api.client.get("/readyz").json() == {"status": "ready"}
    assert "replyassist_proposals_total" in api.client.get("/metrics").text
    assert problem(api.client.get("/v1/nothing"))[0] in (401, 404)


def test_every_endpoint_is_in_the_api_description_with_an_example(api: Api) -> None:
    paths = api.client.get("/openapi.json").json()["paths"]

    assert set(paths) >= {
        "/v1/messages", "/v1/messages/batch", "/v1/suggestions", "/v1/reviews", "/v1/reviews/{item_id}",
        "/v1/reviews/{item_id}/claim", "/v1/reviews/{item_id}/release", "/v1/reviews/{item_id}/approve",
        "/v1/reviews/{item_id}/reject", "/v1/reviews/{item_id}/escalate", "/v1/reviews/{item_id}/redraft",
        "/v1/events", "/v1/templates", "/v1/templates/search", "/v1/tokens", "/v1/tokens/{token_id}",
    }  # fmt: skip
