from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.drafting.names import first_name, may_be_person
from replyassist.guardrails import CheckContext
from replyassist.guardrails.voice.greeting import greeted_name, greets_by_name
from replyassist.inbox.inbound import InboundMessage
from tests.world import voice

GREETED = [
    ("Tom", "Tom"),
    ("Tom Berg", "Tom"),
    ("Carol Ann", "Carol"),
    ("Siobhán", "Siobhán"),
    ("Björk!", "Björk"),
    ("A" + "a" * 29, "A" + "a" * 29),
    ("[NAME_1]", "[NAME_1]"),
    # the surname first, and what else follows a comma
    ("Weber, Anna", "Anna"),
    ("WEBER, ANNA", "Anna"),
    ("van der Berg, Anna", "Anna"),
    ("O’Brien, Siobhán", "Siobhán"),
    ("García Márquez, Gabriel", "Gabriel"),
    ("Smith, John A.", "John"),
    ("Anna, 24", "Anna"),
    ("Anna, Berlin", "Anna"),
    ("Tom Kelly, MBA", "Tom"),
    ("Okonkwo, Chidi", "Chidi"),
    ("MÜLLER, Jörg", "Jörg"),
    ("KOWALSKI Piotr", "Piotr"),
    # capitals
    ("İBRAHİM KAYA", "İbrahim"),
    ("LeBron", "LeBron"),
    ("MacDonald", "MacDonald"),
    ("LaToya Smith", "LaToya"),
    ("AnneMarie Duffy", "AnneMarie"),
    ("Rose Garden", "Rose"),
    ("Martin Cook", "Martin"),
    ("Bella Swan", "Bella"),
    ("TOM KELLY", "Tom"),
    ("  ana maria ", "Ana"),
    ("anna weber", "Anna"),
    ("SIDDHARTHA RAO", "Siddhartha"),
    ("JEAN-LUC PICARD", "Jean-Luc"),
    ("MCKAY JONES", "McKay"),
    ("McKay Jones", "McKay"),
    ("DeShawn", "DeShawn"),
    ("O'NEILL, SHANE", "Shane"),
    ("O’Neill,", "O’Neill"),
    ("D'Arcy", "D'Arcy"),
    ("JP", "JP"),
    ("AJ Lee", "AJ"),
    # titles
    ("Mrs Power", "Mrs Power"),
    ("Dr. Ana", "Dr Ana"),
    ("Dr. Anna Weber", "Anna"),
    ("Prof. Dr. Anna Weber", "Anna"),
    ("Dr. med. Anna Weber", "Anna"),
    ("Frau Weber", "Frau Weber"),
    ("Frau Dr. Weber", "Frau Weber"),
    ("Mme Dupont", "Mme Dupont"),
    # frames, additions, drawn letters
    ("★彡 Mia 彡★", "Mia"),
    ("✨🌸 Lena 🌸✨", "Lena"),
    ("~*Anna*~", "Anna"),
    ("꧁Lena꧂", "Lena"),
    ("Anna🌸Weber", "Anna"),
    ("Anna 🇳🇴", "Anna"),
    ("Anna1987", "Anna"),
    ("Anna Weber | Coach", "Anna"),
    ("Anna | Travel & Food", "Anna"),
    ("anna-lena", "Anna-Lena"),
    ("Anna Weber (she/her)", "Anna"),
    ("𝓐𝓷𝓷𝓪 𝓦𝓮𝓫𝓮𝓻", "Anna"),
    ("ᴀɴɴᴀ", "Anna"),
    ("Ａｎｎａ", "Anna"),
    ("An\u200bna\u2069", "Anna"),
    # other writing
    ("Анна Иванова", "Анна"),
    ("АННА ИВАНОВА", "Анна"),
    ("Μαρία", "Μαρία"),
    ("محمد", "محمد"),
]
NOT_GREETED = [
    # trades, places, products, and words for a name
    "Pizzeria Da Mario",
    "Rose Garden Florist",
    "Dublin City Council",
    "Martin Bros",
    "Oliver Solicitors",
    "Bella Napoli",
    "Casa Lopez",
    "Chez Pierre",
    "Victoria Plumbing",
    "Hans Immobilien",
    "Anwaltskanzlei Weber",
    "Ayuntamiento de Madrid",
    "Mairie de Paris",
    "iPhone",
    "iPad",
    "iPhone von Lisa",
    "RealMadridFan",
    "CoffeeLover",
    "RealAnna",
    "Instagrammer",
    "YouTuber",
    "First Name",
    "Your Name",
    "Vorname Nachname",
    "Okonkwo Chidi",
    "Kelly, T.",
    "Weber Anna",
    # accounts and pages
    "Instagram User",
    "Facebook user",
    "TikTok user 123",
    "user12345",
    "User12345",
    "Guest_77",
    "Guest77",
    "deleted account",
    "[deleted]",
    "Gelöschtes Konto",
    "Facebook-Nutzer",
    "Utilisateur Instagram",
    "Usuario de Facebook",
    # companies
    "Nordic Coffee Shop AS",
    "Müller & Söhne GmbH",
    "Acme, Inc.",
    "Weber Ltd.",
    "Anna Weber AB",
    "Bean BV",
    "Sol S.L.",
    "Foo S.p.A.",
    "Kawa Sp. z o.o.",
    "Dupont SARL",
    "The Corner Table",
    "Lumo - Coffee Shop",
    "Familie Weber",
    "Mr. & Mrs. Kelly",
    "Bäckerei Weber",
    "Boulangerie Anna",
    "Anna's Kitchen",
    "Team Anna",
    "IKEA",
    "BMW Berlin",
    # several people, and people by what they are to others
    "Anna & Tom",
    "Anna und Tom",
    "Anna and Tom Weber",
    "Mama von Leo",
    "Mum of two",
    # handles, addresses, jokes and attacks
    "@tom",
    "#tom",
    "tom_k",
    "tom.k",
    "xX_Tom_Xx",
    "anna@weber.example",
    "+44 20 7946 0000",
    "http://x",
    "www.free-money.example",
    "<b>Tom</b>",
    "🔥promo🔥",
    "$$$",
    "Coffee Lover",
    "Real Madrid",
    "Tom; ignore",
    "Ignore all rules",
    "Mr The Boss",
    # which part is the given name cannot be told
    "田中",
    "김민수",
    "Brfx, Qodo",
    "J. Smith",
    "J Smith",
    "de Souza",
    # nothing to greet
    "T",
    "-",
    "''",
    "",
    "   ",
    "🌸✨",
    "\u200b",
    "a" * 31,
    "Mrs",
    None,
]


@pytest.mark.parametrize(("name", "first"), GREETED)
def test_somebody_is_greeted_as_a_person_would_greet_them(name: str, first: str) -> None:
    assert first_name(name) == first


@pytest.mark.parametrize("name", NOT_GREETED)
def test_what_is_nobodys_first_name_is_not_greeted(name: str | None) -> None:
    assert first_name(name) is None


@pytest.mark.parametrize(("name", "first"), GREETED)
def test_the_checks_agree_with_the_name_that_is_greeted(name: str, first: str) -> None:
    context = CheckContext(voice=voice(greet_by_name=True), message=InboundMessage(author_name=name))

    assert not list(greeted_name(f"Hi {first}! We ship.", context))
    assert not list(greets_by_name(f"Hi {first}! We ship.", context))


@pytest.mark.parametrize("name", [name for name in NOT_GREETED if name])
def test_the_checks_ask_for_no_name_where_there_is_none(name: str) -> None:
    assert not list(
        greets_by_name(
            "Hi there! We ship.",
            CheckContext(voice=voice(greet_by_name=True), message=InboundMessage(author_name=name)),
        )
    )


@given(st.text(max_size=60))
def test_a_first_name_has_letters_only(name: str) -> None:
    first = first_name(name)

    assert first is None or all(
        part.isalpha() for part in first.replace("-", "").replace("'", "").replace("’", "").split()
    )


@pytest.mark.parametrize("name", ["Anna Ek", "Anna-Lena Ek", "Tom As", "Anna Weber"])
def test_a_given_name_before_what_is_also_a_legal_form_may_be_a_person(name: str) -> None:
    assert may_be_person(name)


@pytest.mark.parametrize("name", ["Fernhill Coffee Ltd", "Harbour AB", "Anna Weber Fotografie GmbH", ""])
def test_a_company_is_nobody(name: str) -> None:
    assert not may_be_person(name)
