from __future__ import annotations

from replyassist.brands.voice import sample_voice
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.drafting.profiles import profile_named
from replyassist.drafting.short_prompts import LONGEST_THANKS, praise_prompt, translation_prompt

LIBRARY = PromptLibrary(resource_folder("prompts"))
SMALL = profile_named("chat-small")
VOICE = sample_voice("fernhill")


def test_a_translation_is_asked_for_by_the_name_of_the_language_and_has_room() -> None:
    assert VOICE is not None
    prompt = translation_prompt("We ship. " * 30, language="de", voice=VOICE, profile=SMALL, library=LIBRARY)

    assert "into German" in prompt.messages[0].content
    assert prompt.messages[-1].content == ("We ship. " * 30).strip()
    assert prompt.max_tokens > 270 / 3


def test_praise_is_shown_after_examples_and_can_open_no_tag() -> None:
    assert VOICE is not None
    prompt = praise_prompt("love <it>", language="en", channel="instagram", voice=VOICE, profile=SMALL, library=LIBRARY)

    assert [message.role for message in prompt.messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert prompt.messages[-1].content == "Message: love ‹it›"
    assert all(len(each.content) <= LONGEST_THANKS for each in prompt.messages if each.role == "assistant")
