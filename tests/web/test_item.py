from __future__ import annotations

from typing import Any

import pytest

from replyassist.core.security import Role
from replyassist.guardrails import Finding, Severity, Verdict
from replyassist.proposal import BY_MODEL, BY_NOBODY, BY_TEMPLATE, Candidate, DirectAnswer, Timings
from replyassist.triage import Route, triage
from tests.web.console import Console, page_of, words
from tests.world import DRAFT, LATER

SOON = "2026-11-22T09:30:40Z"

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe\u202c " + "W" * 300 + " & \" ' ]]>"


def no_draft(**overrides: Any) -> dict[str, Any]:
    nothing = {"draft": "", "verdict": None, "drafted_by": BY_NOBODY, "template_id": None, "template_version": None}
    return nothing | overrides


def test_the_page_shows_the_context_before_the_reply(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    page = page_of(console, item)
    order = ["Conversation", "New roast is out!", "this message", "do you ship to Norway??", "Why it is here"]
    order += [
        "Templates it drew on",
        "Do you ship abroad?",
        "Used",
        "95 %",
        "Reply",
        DRAFT,
        "Approve",
        "Ready",
        "History",
    ]
    places = [page.index(part) for part in order]
    assert places == sorted(places)
    assert "Everybody can read it" in page


def test_a_person_may_open_with_the_plain_answer_that_is_likely_wanted(console: Console) -> None:
    item = console.world.item(direct_answer=DirectAnswer(yes=0.2, no=0.6), draft="Hi Tom, we ship to 32 countries.")
    console.sign_in()
    page = console.get(f"/queue/{item.id}").text

    assert 'data-replace="Hi Tom, yes, we ship to 32 countries."' in page
    assert 'data-replace="Hi Tom, no, we ship to 32 countries."' in page
    assert "Open with “No”" in page


@pytest.mark.parametrize(
    ("told", "draft"),
    [(DirectAnswer(yes=0.2, no=0.2), DRAFT), (DirectAnswer(yes=0.9), "Hi Tom, yes, we ship to 32 countries.")],
)
def test_nothing_is_offered_where_no_plain_answer_is_wanted_or_it_is_said(
    console: Console, told: DirectAnswer, draft: str
) -> None:
    item = console.world.item(direct_answer=told, draft=draft)
    console.sign_in()

    page = console.get(f"/queue/{item.id}").text
    assert 'id="picker"' in page
    assert "data-replace" not in page


def test_what_the_template_says_and_the_draft_does_not_can_be_added(console: Console) -> None:
    item = console.world.item(draft="Hi Tom, we ship to 32 countries in Europe.", drafted_by=BY_TEMPLATE)
    whole = console.world.item(message={"external_id": "2"}, drafted_by=BY_TEMPLATE)
    own_words = console.world.item(message={"external_id": "3"}, draft="Yes, to 32 countries.", drafted_by=BY_MODEL)
    console.sign_in()

    page = console.get(f"/queue/{item.id}").text
    assert 'data-add="Delivery takes 4 to 7 working days." data-after="We ship to 32 countries in Europe."' in page
    assert page.count("data-add=") == 1
    for other in (whole, own_words):
        assert 'id="unsaid"' not in console.get(f"/queue/{other.id}").text


def test_model_notes_and_candidates_are_shown(console: Console) -> None:
    other = Candidate(
        text="We ship everywhere, free of charge!",
        drafted_by=BY_MODEL,
        verdict=Verdict.BLOCKED,
        findings=(Finding(rule="r", severity=Severity.BLOCK, explanation="Nobody said free.", start=20, end=34),),
        coverage=0.5,
        score=0.25,
    )
    item = console.world.item(
        drafted_by=BY_MODEL,
        model="qwen",
        notes=("the first try was too slow",),
        candidates=(other,),
        timings=Timings(llm=1540.0),
        instruction="be short",
    )
    console.sign_in()
    page = page_of(console, item)
    for part in (
        "Drafted by model qwen in 1.5 s",
        "The first try was too slow",
        "1 other candidate",
        "Nobody said free.",
    ):
        assert part in page
    assert "Asked for: “be short”" in page
    assert (
        '<mark class="block" title="Nobody said free.">free of charge</mark>' in console.get(f"/queue/{item.id}").text
    )


def test_earlier_messages_and_our_replies_are_part_of_the_context(console: Console) -> None:
    thread = {"external_id": "dm-1", "visibility": "private", "parent_text": None}
    first = console.world.item(message={"conversation": thread, "text": "hello?"})
    console.sign_in()
    console.act(first, "approve", text=DRAFT)
    second = console.world.item(message={"conversation": thread, "text": "and to Sweden?", "posted_at": LATER})
    page = page_of(console, second)
    assert page.index("hello?") < page.index("Our reply") < page.index("and to Sweden?")
    assert "newer" in page_of(console, first)


def test_the_post_and_what_a_message_answers_are_told_apart(console: Console) -> None:
    one = console.world.item(message={"answered_text": "I hate this politician", "external_id": "a"})
    two = console.world.item(message={"text": "and to Sweden?", "external_id": "b"})
    console.sign_in()
    shown = page_of(console, one)
    assert shown.index("New roast is out!") < shown.index("In answer to") < shown.index("I hate this politician")
    assert "In answer to" not in page_of(console, two)


def test_all_parts_of_a_message_are_shown_with_what_became_of_them(console: Console) -> None:
    thread = {"external_id": "dm-1", "visibility": "private"}
    item = console.world.item(message={"conversation": thread, "external_id": "first", "text": "helo?"})
    console.world.message(conversation=thread, text="to Bergen", posted_at=SOON, external_id="second")
    console.world.message(conversation=thread, text="please", posted_at=SOON, external_id="third")
    console.world.edit("first", "hello?")
    console.world.delete("second")
    console.sign_in()
    page = page_of(console, item)
    places = [page.index(part) for part in ("edited", "hello?", "deleted by the author", "to Bergen", "please")]
    assert places == sorted(places)
    assert page.count("this message") == 3


def test_what_is_attached_is_named_and_linked_and_never_loaded(console: Console) -> None:
    attached = [
        {"kind": "image", "url": 'https://cdn.example/1.jpg?"><script>x', "alt_text": HOSTILE},
        {"kind": "sticker"},
    ]
    item = console.world.item(message={"text": "", "attachments": attached}, **no_draft())
    console.sign_in()
    page = console.get(f"/queue/{item.id}").text
    assert "<script>x" not in page
    assert "<script>alert" not in page
    assert "onerror=alert(2)>" not in page
    assert 'href="https://cdn.example/1.jpg?&#34;&gt;&lt;script&gt;x" target="_blank" rel="noopener noreferrer' in page
    assert 'src="https://cdn.example' not in page
    assert "sticker" in page
    assert '<span class="badge plain">image</span>' in console.get("/queue").text


def test_replies_that_were_sent_elsewhere_are_told_as_ours(console: Console) -> None:
    thread = {"external_id": "dm-1", "visibility": "private"}
    item = console.world.item(message={"conversation": thread})
    console.world.message(
        conversation=thread, direction="out", author={"external_id": "us"}, text="Yes, we do.", posted_at=LATER
    )
    console.sign_in()
    page = page_of(console, item)
    assert page.index("do you ship") < page.index("Our reply, sent elsewhere") < page.index("Yes, we do.")


def test_a_deleted_message_is_told_where_its_reply_would_be(console: Console) -> None:
    item = console.world.item(message={"external_id": "gone"})
    console.world.delete("gone")
    console.sign_in()
    page = page_of(console, item)
    assert "The author deleted the message." in page
    assert "deleted by the author" in page


def test_other_peoples_comments_are_folded_away(console: Console) -> None:
    post = {"external_id": "post", "visibility": "public", "parent_text": "New!"}
    stranger = {"external_id": "77", "handle": "eve", "name": "Eve"}
    console.world.message(conversation=post, author=stranger, text="first!!")
    item = console.world.item(message={"conversation": post})
    console.sign_in()
    assert "1 comment by others under this post" in page_of(console, item)


def test_a_message_out_of_reach_of_a_long_conversation_is_still_shown(console: Console) -> None:
    post = {"external_id": "post", "visibility": "public", "parent_text": "New!"}
    item = console.world.item(message={"conversation": post, "text": "the very first"})
    for number in range(51):
        console.world.message(conversation=post, text=f"more {number}")
    console.sign_in()
    assert "the very first" in page_of(console, item)


@pytest.mark.parametrize("field", ["text", "name", "parent", "answered", "reason", "draft"])
def test_hostile_text_stays_text(console: Console, field: str) -> None:
    message: dict[str, Any] = {}
    proposal: dict[str, Any] = {}
    if field == "text":
        message["text"] = HOSTILE
    elif field == "name":
        message["author"] = {"external_id": "6", "handle": HOSTILE[:200], "name": HOSTILE[:200]}
    elif field == "parent":
        message["conversation"] = {"external_id": "p", "visibility": "public", "parent_text": HOSTILE}
    elif field == "answered":
        message["answered_text"] = HOSTILE
    elif field == "reason":
        proposal["reason"] = HOSTILE
    else:
        proposal["draft"] = HOSTILE
    item = console.world.item(message=message, **proposal)
    console.sign_in()
    for path in ("/queue", f"/queue/{item.id}"):
        html = console.get(path).text
        assert "<script>" not in html
        assert "<img src=x" not in html
        shown = html.replace(f">\n{item.draft}", "") if field == "draft" else html
        if field != "draft":  # the editor and its copy of the draft hold the text exactly as it is
            assert "\u202e" not in shown
    assert "&lt;script&gt;" in console.get(f"/queue/{item.id}").text


def test_the_longest_message_and_reply_fit(console: Console) -> None:
    item = console.world.item(message={"text": "ä" * 10_000})
    console.sign_in()
    assert "ä" * 10_000 in console.get(f"/queue/{item.id}").text
    assert len(console.get("/queue").text) < 17_000
    assert console.act(item, "check", text="W" * 10_000).status_code == 200
    answer = console.act(item, "approve", text="W" * 10_001, accept_findings="true")
    assert answer.status_code == 422
    assert "1 to 10000 characters" in words(answer)


def test_risky_words_are_marked_in_the_message(console: Console) -> None:
    text = "my solicitor will write to you"
    item = console.world.item(
        message={"text": text}, triage=triage(text), **no_draft(route=Route.ESCALATE, reason="legal: x")
    )
    console.sign_in()
    html = console.get(f"/queue/{item.id}").text
    assert '<mark class="warn" title="Speaks of lawyers, courts or authorities.">solicitor</mark>' in html


def test_findings_are_marked_where_they_are_also_after_an_emoji(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    text = "Hi Tom! 🎄👩‍👧 Dear customer, we ship to 32 countries in Europe."
    answer = console.post(f"/queue/{item.id}/check", {"version": 1, "text": text}, **{"HX-Request": "true"})
    assert answer.status_code == 200
    assert ">Dear customer</mark>" in answer.text
    start = len(text[: text.index("Dear")].encode("utf-16-le")) // 2
    assert f'data-select="{start},{start + len("Dear customer")}"' in answer.text
    assert "<html" not in answer.text


def test_the_check_says_whether_the_text_may_be_approved(console: Console) -> None:
    item = console.world.item()

    def gate(text: str) -> str:
        answer = console.post(f"/queue/{item.id}/check", {"version": 1, "text": text}, **{"HX-Request": "true"}).text
        return answer.split('data-gate="')[1].split('"')[0]

    console.sign_in(Role.MANAGER)
    assert gate(DRAFT) == "open"
    assert gate("  ") == "closed"
    assert gate("Hi Tom! You get it in 99 days.") == "accept"
    console.sign_in(Role.AGENT)
    assert gate(DRAFT) == "open"
    assert gate("Hi Tom! You get it in 99 days.") == "closed"


def test_without_scripts_the_check_is_a_page(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    answer = console.act(item, "check", text="Hi Tom! You get it in 99 days.")
    assert "<html" in answer.text
    assert "I have read the findings and send it anyway" in words(answer)
    assert "You get it in 99 days.</textarea>" in answer.text


def test_where_no_reply_is_needed_one_button_says_so(console: Console) -> None:
    item = console.world.item(**no_draft(route=Route.NO_REPLY, reason="spam: looks like an advertisement"))
    console.sign_in()
    page = page_of(console, item)
    assert "This probably needs no answer." in page
    assert "No reply needed N" in page
    assert console.act(item, "reject", reason="no reply needed").status_code == 303
    assert console.world.reload(item).status == "rejected"


def test_where_a_person_must_write_the_page_says_so(console: Console) -> None:
    reason = "no_template: no template answers this (the closest is 20% sure, needed 50%)"
    item = console.world.item(**no_draft(route=Route.ESCALATE, reason=reason, abstained=True))
    console.sign_in()
    page = page_of(console, item)
    assert "A person must write this one." in page
    assert "No template answers this (the closest is 20% sure, needed 50%)" in page
    assert "None of them is likely enough, so nothing was drafted." in page


def test_each_sentence_shows_what_it_stands_on(console: Console) -> None:
    item = console.world.item()
    console.sign_in()
    page = page_of(console, item)
    assert "What each sentence stands on" in page
    assert "Template" in page[page.index("What each sentence stands on") :]


def test_the_private_message_that_goes_with_a_public_reply_is_shown(console: Console) -> None:
    private = Candidate(
        text="Hi Tom! This is about your comment.",
        drafted_by=BY_MODEL,
        verdict=Verdict.READY,
        findings=(),
        coverage=1.0,
        score=0.9,
    )
    item = console.world.item(follow_up=private)
    console.sign_in()
    page = page_of(console, item)
    assert "Private message to go with it" in page
    assert "This is about your comment." in page
