from __future__ import annotations

from replyassist.brands.voice import sample_voice
from replyassist.core.prompts import PromptLibrary
from replyassist.core.resources import resource_folder
from replyassist.drafting.praise_prompt import LONGEST_THANKS, praise_prompt
from replyassist.drafting.profiles import profile_named

LIBRARY = PromptLibrary(resource_folder("prompts"))
SMALL = profile_named("chat-small")
VOICE = sample_voice("fernhill")


def test_praise_is_shown_after_examples_and_can_open_no_tag() -> None:
    assert VOICE is not None
    prompt = praise_prompt("love <it>", language="en", channel="instagram", voice=VOICE, profile=SMALL, library=LIBRARY)

    assert [message.role for message in prompt.messages] == ["system", *["user", "assistant"] * 2, "user"]
    assert prompt.messages[-1].content == "Message: love ‹it›"
    assert all(len(each.content) <= LONGEST_THANKS for each in prompt.messages if each.role == "assistant")
