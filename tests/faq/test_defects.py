"""What counts as a gap or as damage, and what people just write."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.repair.defects import DefectKind, defects_in
from replyassist.faq.repair.meaning import Meaning, meaning_of
from replyassist.faq.repair.words import words

PLACEHOLDERS = [
    "%{ticket.name.first}", "#{ticket.customer.firstname}", "[First Name]", "*|FNAME|*", "@@name@@", "%days%",
    "%%NAME%%", "«first name»", "{agent_name}", "{{contact.first_name}}", "${name}", "<NAME>", "__NAME__", "[[name]]",
    "{!Contact.FirstName}", "~name~", "<%= name %>", "&name&", "$name$", "#name#", "|name|", "{0}", "%s",
    "$first_name", "$ORDER_NUMBER", "FIRST_NAME", "[Vorname]", "<Kundenname>", "{{Kundenname}}", "[NOMBRE]",
    "[insert date here]", "[your order number]", "[link]", "<<name>>", "##name##", "$$name$$", "^name^", "{% if x %}",
    "[Company Name]", "<first name>", "{{ name | default: 'there' }}", "【name】", "［name］", "{{name", "**NAME**",
    "{{ticket.id}}", "[Anrede]", "{prénom}", "::name::", "[DATUM]", "<insert>", "{{{name}}}", "{$name}", "[voornaam]",
    "(insert name)", "(your name here)", "(Namen einfügen)", "YOUR NAME", "COMPANY NAME",
    "[imię]", "[förnamn]", "[Имя]", "{имя}", "%имя%", "[名前]", "{{お名前}}", "[/INST]", "<|im_end|>", "{name", "[name",
]  # fmt: skip
FILLERS = ["REPLACE ME", "XX", "XXX", "xxxx", "€XX", "____", "TBD", "tbd", "TODO", "lorem ipsum", "XX:XX"]
MISSING_VALUES = [
    "within [X] days", "costs €X", "costs ?? euros", "open at ??:??", "The restock date is TBC.", "date: tbc", "TBA",
    "€N/A", "within ... days", "within … days", "N/A euros", "It costs [xx].", "within [ ] days", "within [..] days",
    "within {} days", "It costs $X.", "in X days", "Within X working days", "Innerhalb von X Tagen", "w ciągu X dni",
    "en X días laborables", "X-Y working days", "€X.XX", "£[X]", "NaN euros", "It costs null euros.", "undefined",
    "costs undefined euros", "[object Object]", "X kr", "costs [ ] euros", "Kostet ?? Euro", "REPLACE ME",
]  # fmt: skip
DAMAGE = {
    DefectKind.TAG: [
        "[b]Yes[/b]",
        "[url=x]",
        "[caption id=1]",
        "<p>",
        "<br/>",
        "</div>",
        '<a href="x">',
        "<!-- x -->",
        "<SPAN class='x'>",
    ],
    DefectKind.ENTITY: ["&nbsp;", "&#39;", "&amp;", "&#x27;", "&euro;"],
    DefectKind.MOJIBAKE: ["â€™", "Â£", "Ã©", "ðŸ˜€"],
    DefectKind.ESCAPE: ["\\n\\n", "\\r\\n", "=C3=A9t=C3=A9", "\\u00e9", "https:\\/\\/a.example"],
    DefectKind.LOST: ["D?sseldorf", "\ufffd", "\x07"],
}
ORDINARY = [
    "they wrote [sic] it", "(see below)", "[see below]", "I <3 coffee", "5 < 7 > 3", "100%", "50% off, 20% more",
    "50%-60%", "AT&T", "R&D", "Q&A; FAQ", "C:\\new folder", "C:\\temp", "size XX", "Größe XX", "S, M, L, XL, XXL",
    "Louis XX", "el siglo XX", "Thanks so much xx", "See you soon! xxx", "[in German]", "Press [OK] now.",
    "click [Add to cart]", "Hi there,", "Hi,\nyes", "Hello!", "Bonjour !", "Dear Customer,", "« Bonjour » is French",
    "Me gusta todo", "TODO ESTÁ BIEN", "https://a.example/x?first_name=1&amp=2", "use #name and #store",
    "@store_name_official hi", "GreatNorthern_WiFi", "it costs $5", "A {} b", "<https://fernhill.example/hours>",
    "<help@fernhill.example>", "a_b", "¯\\_(ツ)_/¯", "this\\that", "take 10%, then 20%.", "*very* good",
    "10€ | 20€ | 30€", "café — naïve “ok”", "C# and F#", "Open 24/7 :)", "see [1] and [2]", "[…]", "cost & time",
    "Hi Mr Weber,", "Hello, name your price", "L’Été", "São João", "Zażółć gęślą jaźń", "it's -___- fine", "20 °C",
    "10 €", "size X", "X marks the spot", "Generation X people", "Model X costs 5 euros", "the Model X days", "what??",
    "Wait... 5 days?", "XX chromosome", "section {3}", "Das kostet null Euro.", "3 x 5 euros", "Find us on X, too",
    "Choose [Settings] and then [Privacy]", "Press the [Start] button and then [Stop].", "[ ] I agree", "Q=C3",
    "Go to [Menu], then [Account].", "Öffne [Konto] und dann [Name].", "shops in Dublin [Northside] and Cork.",
    "Tickets [Adults]: 10 euros.", "(add to cart)", "Really?yes", "[The] lamp",
    "my transfers?it was", "your NAME and EMAIL", "https://a.example/x?q=a", "N/A is fine",
    "We close at 6 p.m. ... see you then!",
]  # fmt: skip


def kinds(text: str) -> set[DefectKind]:
    return {defect.kind for defect in defects_in(text)}


@pytest.mark.parametrize("gap", PLACEHOLDERS)
@pytest.mark.parametrize("frame", ["We ship on {} from here.", "Hi {}, we ship."])
def test_a_placeholder_of_any_program_is_a_gap(gap: str, frame: str) -> None:
    assert kinds(frame.replace("{}", gap)) == {DefectKind.GAP}


@pytest.mark.parametrize("text", MISSING_VALUES)
def test_a_sign_in_the_place_of_a_value_is_a_filler(text: str) -> None:
    assert kinds(text) == {DefectKind.FILLER}


@pytest.mark.parametrize("filler", FILLERS)
def test_what_is_still_to_be_written_is_found(filler: str) -> None:
    assert kinds(f"It takes {filler} days from here.") == {DefectKind.FILLER}


@pytest.mark.parametrize(("kind", "place"), [(kind, place) for kind, places in DAMAGE.items() for place in places])
def test_damage_is_found(kind: DefectKind, place: str) -> None:
    assert kind in kinds(f"It is {place} Yes.")


@pytest.mark.parametrize(
    "greeting", ["Hi ,", "Hello , yes", "Dear None,", "Hi null!", "Hi X,", "Hallo ,", "Hola !", "Hi ,,", "Bonjour ,"]
)
def test_a_greeting_of_nobody_is_found(greeting: str) -> None:
    assert kinds(greeting) == {DefectKind.EMPTY_GREETING}


@pytest.mark.parametrize("greeting", ["Hi NAME,", "Dear First Name,", "Hi (name),", "Hallo Vorname,"])
def test_the_words_for_a_name_where_a_name_belongs_are_a_gap(greeting: str) -> None:
    assert kinds(greeting) == {DefectKind.GAP}


@pytest.mark.parametrize("text", ORDINARY)
def test_what_people_write_is_no_defect(text: str) -> None:
    assert defects_in(text) == []


@pytest.mark.parametrize("brand", ["fernhill", "harbour"])
def test_the_sample_brands_have_no_defects(brand: str) -> None:
    loaded = read_templates(resource_folder("faq") / brand)
    assert loaded.changes == ()
    assert [template.id for template in loaded.templates if defects_in(template.rendered_reply)] == []


@pytest.mark.parametrize(
    ("content", "meaning"),
    [
        ("ticket.customer.firstname", Meaning.CUSTOMER),
        ("Contact.FirstName", Meaning.CUSTOMER),
        ("FNAME", Meaning.CUSTOMER),
        ("Kundenname", Meaning.CUSTOMER),
        ("contact.first_name | default: 'there'", Meaning.CUSTOMER),
        ("agent_name", Meaning.AGENT),
        ("current_user.first_name", Meaning.AGENT),
        ("Mitarbeitername", Meaning.AGENT),
        ("order_number", Meaning.ORDER),
        ("Bestellnummer", Meaning.ORDER),
        ("ticket.id", Meaning.ORDER),
        ("days", Meaning.OTHER),
        ("company_name", Meaning.OTHER),
        ("", Meaning.OTHER),
    ],
)
def test_the_words_of_a_placeholder_say_what_belongs_there(content: str, meaning: Meaning) -> None:
    assert meaning_of(content) is meaning


def test_every_listed_word_is_in_lower_case() -> None:
    listed = [word for phrases in asdict(words()).values() for word in phrases]
    assert [word for word in listed if not isinstance(word, str) or word != word.lower().strip()] == []
