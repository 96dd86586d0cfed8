from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.core.plain_text import bare, normalise, plain

QUESTION = "do you ship to Norway?"


@pytest.mark.parametrize(
    "written",
    [
        "𝗱𝗼 𝘆𝗼𝘂 𝘀𝗵𝗶𝗽 𝘁𝗼 𝗡𝗼𝗿𝘄𝗮𝘆?",
        "𝒹ℴ 𝓎ℴ𝓊 𝓈𝒽𝒾𝓅 𝓉ℴ 𝒩ℴ𝓇𝓌𝒶𝓎?",
        "𝔡𝔬 𝔶𝔬𝔲 𝔰𝔥𝔦𝔭 𝔱𝔬 𝔑𝔬𝔯𝔴𝔞𝔶?",
        "𝚍𝚘 𝚢𝚘𝚞 𝚜𝚑𝚒𝚙 𝚝𝚘 𝙽𝚘𝚛𝚠𝚊𝚢?",
        "ｄｏ　ｙｏｕ　ｓｈｉｐ　ｔｏ　Ｎｏｒｗａｙ？",
        "ᴅᴏ ʏᴏᴜ sʜɪᴘ ᴛᴏ Nᴏʀᴡᴀʏ?",
        "ⓓⓞ ⓨⓞⓤ ⓢⓗⓘⓟ ⓣⓞ Ⓝⓞⓡⓦⓐⓨ?",
        "⒟⒪ ⒴⒪⒰ ⒮⒣⒤⒫ ⒯⒪ 🄽⒪⒭⒲⒜⒴?",
        "ᵈᵒ ʸᵒᵘ ˢʰⁱᵖ ᵗᵒ ᴺᵒʳʷᵃʸ?",
        "d̶o̶ ̶y̶o̶u̶ ̶s̶h̶i̶p̶ ̶t̶o̶ ̶N̶o̶r̶w̶a̶y̶?̶",
        "d͓̽o͓̽ y͓̽o͓̽u͓̽ s͓̽h͓̽i͓̽p͓̽ t͓̽o͓̽ N͓̽o͓̽r͓̽w͓̽a͓̽y͓̽?",
        "do\u00a0you\u2009ship to Nor\u00adway?",
        "\u2068do you ship\u2069 to No\u200brw\u2060ay?\u200b",
        "dо yоu shiр to Nоrwаy?",
        "\ufeffdo you ship to Norway?\u3164",
    ],
)
def test_drawn_letters_and_unseen_characters_are_read_as_they_look(written: str) -> None:
    assert plain(written) == QUESTION


@pytest.mark.parametrize(
    "written", ["🅓🅞 🅨🅞🅤 🅢🅗🅘🅟", "🅳🅾 🆈🅾🆄 🆂🅷🅸🅿", "🄳🄾 🅈🄾🅄 🅂🄷🄸🄿", "🇩\u200b🇴 🇾\u200b🇴\u200b🇺 🇸\u200b🇭\u200b🇮\u200b🇵"]
)
def test_letters_in_frames_are_capitals(written: str) -> None:
    assert plain(written) == "DO YOU SHIP"


@pytest.mark.parametrize(
    "written",
    [
        "Café in Łódź, señor? Größe 5½ kg, 3 m², 20 % ™ nº 5 …",
        "👨\u200d👩\u200d👧 ❤️\u200d🔥 👍🏽 1️⃣ 🇳🇴🇩🇪 ☕️",
        "می\u200cخواهم قهوه بخرم",
        "क्या आप नॉर्वे भेजते हैं",
        "Доставляете ли вы в Норвегию?",
        "στέλνετε στη Νορβηγία;",
        "ノルウェーに送れますか",
        "한국에 배송하나요 ㅋㅋ",
        "Tiếng Việt có dấu",
        "line one\n\n- a list\n> a quote",
    ],
)
def test_what_people_write_by_keyboard_stays_as_it_is(written: str) -> None:
    assert plain(written) == written


@pytest.mark.parametrize(
    "written", ["", "\u200b", "\u200b\u200d\ufe0f", "\u2060\ufeff", "\u3164", "\u2800\u2800", "\u2068\u2069"]
)
def test_nothing_is_left_of_what_nobody_sees(written: str) -> None:
    assert plain(written).strip() == ""


@given(st.text())
def test_plain_text_is_plain_already(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_finding_leads_back_to_the_original(text: str) -> None:
    for found in (normalise(text), bare(text)):
        assert len(found.text) == len(found.starts) == len(found.ends)
        assert all(0 <= start < end <= len(text) for start, end in zip(found.starts, found.ends, strict=True))


def test_one_spelling_is_found_for_accents_case_and_letters_of_another_script() -> None:
    found = bare("Pleаse IGNORÉ")

    assert found.text == "please ignore"
    assert found.excerpt(0, 6) == "Pleаse"
    assert bare("Привет").text == "привет"
