"""The contract's format at the front door: what is accepted, what is refused, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from replyassist.brands.service import get_brand, set_voice
from replyassist.core.security import Role
from replyassist.inbox.models import Author, Conversation, Message
from replyassist.review.models import ReviewItem
from tests.test_api import Api, api, body, problem
from tests.test_worker import worker
from tests.world import BRAND, World, voice

__all__ = ["api"]
PATH = f"/v1/messages/{BRAND}/instagram"
IMAGE = {"kind": "image", "url": "https://cdn.example/1.jpg", "alt_text": "our <b>roof</b> is on fire"}

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def stored(world: World) -> Message:
    with world.database.reading() as session:
        return session.exec(select(Message)).one()


def field_of(answer: Any) -> str:
    assert problem(answer) == (422, "invalid_input"), answer.text
    return str(answer.json()["detail"])


class TestMessages:
    def test_what_platforms_report_is_kept(self, api: Api) -> None:
        message = body(attachments=[IMAGE, {"kind": "sticker"}], in_reply_to="c-7", direction="in")
        assert api.post("/v1/messages", message).status_code == 202

        kept = stored(api.world)
        assert (kept.direction, kept.in_reply_to) == ("in", "c-7")
        assert kept.attachments == [IMAGE, {"kind": "sticker", "url": None, "alt_text": None}]

    def test_empty_optional_texts_are_null(self, api: Api) -> None:
        author = {"external_id": "9911", "handle": " ", "name": ""}
        conversation = {"external_id": "post-1", "parent_text": ""}
        message = body(
            author=author, conversation=conversation, in_reply_to="", attachments=[{"kind": "link", "url": ""}]
        )
        assert api.post("/v1/messages", message).status_code == 202

        with api.world.database.reading() as session:
            kept = session.exec(select(Author)).one()
            assert (kept.name, kept.handle) == (None, None)
            assert session.exec(select(Conversation)).one().parent_text is None
        assert stored(api.world).in_reply_to is None

    def test_a_number_as_an_id_is_its_string(self, api: Api) -> None:
        message = body() | {"external_id": 17841400001, "in_reply_to": 5}
        message |= {"author": {"external_id": 9911}, "conversation": {"external_id": 77}}
        assert api.post("/v1/messages", message).json()["external_id"] == "17841400001"

        assert (stored(api.world).external_id, stored(api.world).in_reply_to) == ("17841400001", "5")
        assert api.post("/v1/messages", message | {"external_id": "17841400001"}).status_code == 200

    def test_null_stands_for_an_empty_text_or_list(self, api: Api) -> None:
        image = {"kind": "image", "url": "https://cdn.example/9.jpg", "alt_text": None}
        taken = api.post("/v1/messages", body() | {"text": None, "attachments": [image], "metadata": None})
        plain = api.post("/v1/messages", body() | {"external_id": "other", "attachments": None})

        assert (taken.status_code, plain.status_code) == (202, 202)

    def test_what_comes_from_the_future_was_posted_now(self, api: Api) -> None:
        api.post("/v1/messages", body() | {"posted_at": "2031-01-01T00:00:00Z"})

        assert stored(api.world).posted_at == api.world.clock.now()

    @pytest.mark.parametrize("value", [True, 1.5, 1.0, None, [], ""])
    @pytest.mark.parametrize("place", ["external_id", "author", "conversation"])
    def test_other_things_are_no_ids(self, api: Api, place: str, value: Any) -> None:
        given = value if place == "external_id" else {"external_id": value}

        assert "external_id" in field_of(api.post("/v1/messages", body() | {place: given}))

    @pytest.mark.parametrize(
        ("overrides", "field"),
        [
            ({"text": "  "}, "text"),
            ({"text": "", "attachments": []}, "text"),
            ({"text": "x" * 10_001}, "text"),
            ({"direction": "sideways"}, "direction"),
            ({"attachments": [{"kind": "hologram"}]}, "attachments.0.kind"),
            ({"attachments": [{"kind": "image", "url": "javascript:alert(1)"}]}, "attachments.0.url"),
            ({"attachments": [{"kind": "image", "url": "//cdn.example/1.jpg"}]}, "attachments.0.url"),
            ({"attachments": [{"kind": "image", "url": "https://[cdn/1.jpg"}]}, "attachments.0.url"),
            ({"attachments": [{"kind": "image", "url": "https://a.example/" + "x" * 2000}]}, "attachments.0.url"),
            ({"attachments": [{"kind": "image", "alt_text": "x" * 2001}]}, "attachments.0.alt_text"),
            ({"attachments": [{"kind": "image", "alt": "typo"}]}, "attachments.0.alt"),
            ({"attachments": [{"kind": "image"}] * 21}, "attachments"),
            ({"in_reply_to": True}, "in_reply_to"),
            ({"reply_to": "typo"}, "reply_to"),
        ],
    )
    def test_what_is_refused_names_its_field(self, api: Api, overrides: dict[str, Any], field: str) -> None:
        assert field in field_of(api.post("/v1/messages", body(**overrides)))

    def test_an_image_alone_is_an_item_for_a_person(self, api: Api) -> None:
        message = body(attachments=[IMAGE])
        del message["text"]
        assert api.post("/v1/messages", message).status_code == 202
        worker(api.world).draft(*api.world.jobs.take("draft").arguments)

        (row,) = api.get("/v1/reviews").json()["items"]
        assert (row["route"], row["reason"], row["draft"]) == (
            "escalate",
            "attachment: an image without words",
            "",
        )
        assert (row["message"], row["attachments"]) == ("", [IMAGE])

    @pytest.mark.parametrize(("words", "risk"), [({"recall": ["blue lid"]}, "high"), ({}, "low")])
    def test_a_brands_own_words_of_risks_are_looked_for_in_what_an_image_shows(
        self, api: Api, words: dict[str, list[str]], risk: str
    ) -> None:
        with api.world.database.writing() as session:
            set_voice(session, get_brand(session, BRAND), voice(risk_words=words))
        api.post("/v1/messages", body(text="", attachments=[IMAGE | {"alt_text": "a bag with a Blue Lid"}]))
        worker(api.world).draft(*api.world.jobs.take("draft").arguments)

        (row,) = api.get("/v1/reviews").json()["items"]
        assert row["risk"] == risk

    def test_a_person_may_pick_a_template_for_an_image(self, api: Api) -> None:
        api.post("/v1/messages", body(text="", attachments=[IMAGE]))
        worker(api.world).draft(*api.world.jobs.take("draft").arguments)
        (row,) = api.get("/v1/reviews").json()["items"]
        asked = {"version": 1, "template_id": "shipping-abroad"}
        assert api.post(f"/v1/reviews/{row['id']}/redraft", asked).status_code == 202
        worker(api.world).redraft(*api.world.jobs.take("redraft").arguments)

        (row,) = api.get("/v1/reviews").json()["items"]
        assert "32 countries" in row["draft"]
        assert row["verdict"] == "needs_edit", "nobody has looked at the image"


class TestChanges:
    @pytest.fixture
    def item(self, api: Api) -> ReviewItem:
        return api.world.item(message={"external_id": "a/b c"})

    def put(self, api: Api, key: str = "a%2Fb%20c", **content: Any) -> Any:
        headers = content.pop("headers", api.manager)
        return api.client.put(f"{PATH}/{key}", json={"text": "and to Sweden?"} | content, headers=headers)

    def test_an_edit_is_kept_and_told(self, api: Api, item: ReviewItem) -> None:
        answer = self.put(api, edited_at="2026-11-22T10:00:00Z")
        assert (answer.status_code, answer.json()["edited_at"]) == (200, "2026-11-22T10:00:00Z")

        shown = api.get(f"/v1/reviews/{item.id}").json()
        assert (shown["message"], shown["notice"]) == ("and to Sweden?", "The author edited the message.")
        (line,) = shown["conversation"]
        assert (line["direction"], line["is_edited"], line["is_deleted"]) == ("in", True, False)
        assert shown["audit"][-1]["actor"] == "platform"

    def test_a_deletion_is_told_and_undone(self, api: Api, item: ReviewItem) -> None:
        for _ in range(2):
            answer = api.client.delete(f"{PATH}/a%2Fb%20c", headers=api.manager)
            assert (answer.status_code, answer.json()["deleted_at"]) == (200, "2026-11-22T12:00:00Z")
        shown = api.get(f"/v1/reviews/{item.id}").json()
        assert (shown["status"], shown["conversation"][0]["is_deleted"]) == ("withdrawn", True)

        assert self.put(api).json()["deleted_at"] is None
        assert api.get(f"/v1/reviews/{item.id}").json()["status"] == "pending"

    def test_what_is_not_there_is_not_found(self, api: Api, item: ReviewItem) -> None:
        assert problem(self.put(api, "nobody")) == (404, "not_found")
        assert problem(api.client.delete(f"{PATH}/nobody", headers=api.manager)) == (404, "not_found")

    def test_who_may_not_send_messages_may_not_change_them(self, api: Api, item: ReviewItem) -> None:
        agent, elsewhere = api.headers(Role.AGENT), api.headers(Role.MANAGER, brands=[])
        assert problem(self.put(api, headers=agent)) == (403, "forbidden")
        assert problem(api.client.delete(f"{PATH}/a%2Fb%20c", headers=agent)) == (403, "forbidden")
        assert problem(self.put(api, headers=elsewhere)) == (404, "not_found")

    @pytest.mark.parametrize(
        ("content", "field"),
        [
            ({"text": None}, "text"),
            ({"text": ""}, "text"),
            ({"edited_at": "2026-11-22T10:00:00"}, "edited_at"),
            ({"author": {}}, "author"),
        ],
    )
    def test_a_bad_edit_names_its_field(self, api: Api, item: ReviewItem, content: Any, field: str) -> None:
        assert field in field_of(self.put(api, **content))

    def test_both_are_described_with_an_example(self, api: Api, item: ReviewItem) -> None:
        described = api.client.get("/openapi.json").json()

        assert set(described["paths"]["/v1/messages/{brand}/{channel}/{external_id}"]) == {"put", "delete"}
        assert described["components"]["schemas"]["MessageEdit"]["examples"]
