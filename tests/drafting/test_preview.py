from __future__ import annotations

from replyassist.brands.voice import Length
from replyassist.drafting.preview import previews
from tests.world import shipping, voice


def test_the_reply_is_shown_as_the_voice_would_write_it_on_each_channel() -> None:
    rules = voice(length={"default": Length(min=1, max=500), "tiktok": Length(min=1, max=20)})

    instagram, tiktok = previews(shipping(), rules, channels=["instagram", "tiktok"])

    assert instagram.text.startswith("Hi Sam! We ship to 32 countries in Europe.")
    assert (instagram.longest, instagram.is_too_long) == (500, False)
    assert (tiktok.longest, tiktok.is_too_long) == (20, True)


def test_a_templates_own_channels_and_place_come_first() -> None:
    template = shipping(channels=["email"], visibility="private", reply="Hello, we ship.", facts={})

    (shown,) = previews(template, voice(), channels=["instagram"])

    assert (shown.channel, shown.visibility) == ("email", "private")
    assert shown.text == "Hi Sam! We ship."
