from __future__ import annotations

import pytest

from replyassist.web.item_view import post_url
from tests.web.console import Console, page_of
from tests.world import DRAFT

HOSTILE = "<script>alert(1)</script> my parcel is late"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_the_author_wrote_elsewhere_is_told_with_how_it_ended(console: Console) -> None:
    sent, rejected, waits = (console.world.item(message={"text": text}) for text in (HOSTILE, "spam?", "and now?"))
    console.sign_in()
    console.act(sent, "approve", text=DRAFT)
    console.act(rejected, "reject", reason="no reply needed")
    stranger = console.world.item(message={"author": {"external_id": "2"}, "text": "by somebody else"})
    page = page_of(console, waits)
    own = page[page.index("Other messages by this author") : page.index("Why it is here")]
    assert own.index("spam?") < own.index("my parcel is late")
    assert "Rejected: no reply needed" in own
    assert "Approved" in own
    assert DRAFT in own
    assert "by somebody else" not in own
    html = console.get(f"/queue/{waits.id}").text
    assert f'href="/queue/{sent.id}"' in html
    assert "<script>alert" not in html
    assert "Other messages by this author" not in page_of(console, stranger)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_more_than_ten_are_told(console: Console) -> None:
    items = [console.world.item(message={"text": f"number {number}"}) for number in range(13)]
    console.sign_in()
    html = console.get(f"/queue/{items[-1].id}").text
    own = html[html.index("earlier-title") : html.index("why-title")]
    assert own.count("<li>") == 10


@pytest.mark.parametrize(
    ("metadata", "url"),
    [
        ({"permalink": "https://x.example/p/1"}, "https://x.example/p/1"),
        ({"url": "http://x.example/p/1"}, ""),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": "https://"}, ""),
        ({"url": "https://bank.example@evil.example/"}, ""),
        ({"url": "https://x.example/a b"}, ""),
        ({"url": 7, "link": "https://x.example/"}, "https://x.example/"),
        ({"url": "https://[x"}, ""),
        ({}, ""),
    ],
)
def test_only_a_whole_https_address_leads_to_the_post(metadata: dict[str, object], url: str) -> None:
    assert post_url(metadata) == url


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_link_to_the_post_tells_the_platform_nothing(console: Console) -> None:
    item = console.world.item(message={"metadata": {"permalink": 'https://x.example/p/1?"><b>'}})
    console.sign_in()
    html = console.get(f"/queue/{item.id}").text
    assert 'href="https://x.example/p/1?&#34;&gt;&lt;b&gt;" target="_blank" rel="noopener noreferrer nofollow"' in html
