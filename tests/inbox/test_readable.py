from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replyassist.inbox.mail import is_automatic
from replyassist.inbox.readable import readable

ABOVE_QUOTES = {
    "apple": "On 23 Nov 2026, at 10:12, Fernhill <help@fernhill.example> wrote:",
    "gmail": "On Mon, Nov 23, 2026 at 10:12 AM Fernhill <help@fernhill.example> wrote:",
    "wrapped": "On Mon, Nov 23, 2026 at 10:12 AM Fernhill Coffee\n<help@fernhill.example> wrote:",
    "de": "Am 23.11.2026 um 10:12 schrieb Fernhill:",
    "de turned": "Fernhill schrieb am Montag, 23. November 2026:",
    "fr": "Le lun. 23 nov. 2026 à 10:12, Fernhill <help@fernhill.example> a écrit :",
    "es": "El lun, 23 nov 2026 a las 10:12, Fernhill (<help@fernhill.example>) escribió:",
    "it": "Il giorno lun 23 nov 2026 alle ore 10:12 Fernhill ha scritto:",
    "pt": "Em seg., 23 de nov. de 2026 às 10:12, Fernhill escreveu:",
    "nl": "Op ma 23 nov 2026 om 10:12 schreef Fernhill <help@fernhill.example>:",
    "sv": "Den mån 23 nov. 2026 kl 10:12 skrev Fernhill <help@fernhill.example>:",
    "nb": "man. 23. nov. 2026 kl. 10:12 skrev Fernhill <help@fernhill.example>:",
    "fi": "ma 23. marrask. 2026 klo 10.12 Fernhill (help@fernhill.example) kirjoitti:",
    "outlook": "-----Original Message-----\nFrom: Fernhill\nSent: Monday, November 23, 2026\nSubject: Re: hi\n",
    "outlook de": "-----Ursprüngliche Nachricht-----\nVon: Fernhill\nGesendet: 23.11.2026 10:12\nBetreff: Versand\n",
    "outlook without a title": "From: Fernhill <help@fernhill.example>\nSent: 23 November 2026 10:12\nTo: Jane\n",
    "outlook for the web": "________________________________\nVon: Fernhill\nGesendet: 23. November 2026\nAn: Jane\n",
    "forwarded": "---------- Forwarded message ---------\nFrom: Fernhill <a@b.example>\nDate: 23 Nov 2026\n",
}


@pytest.mark.parametrize("above", ABOVE_QUOTES.values(), ids=ABOVE_QUOTES)
@pytest.mark.parametrize("mark", ["", "> "])
def test_what_stands_under_the_line_of_a_mail_program_is_set_aside(above: str, mark: str) -> None:
    quoted = "\n".join(f"{mark}{line}" for line in ("We ship to 32 countries.", "", "What else can we do?"))

    assert readable(f"Do you grind for espresso?\n\n{above}\n{quoted}") == "Do you grind for espresso?"


def test_an_answer_below_a_marked_quote_is_read() -> None:
    text = f"{ABOVE_QUOTES['de']}\n> We ship to 32 countries.\n> What else?\n\nand to Norway?"

    assert readable(text) == "and to Norway?"


@pytest.mark.parametrize("language", ["ru", "tr", "other"])
def test_a_line_in_any_language_is_known_by_the_marks_below(language: str) -> None:
    above = {
        "ru": "пн, 23 нояб. 2026 г. в 10:12, Fernhill <help@fernhill.example>:",
        "tr": "Fernhill <help@fernhill.example>, 23 Kas 2026 Pzt, 10:12 tarihinde şunu yazdı:",
        "other": "2026-11-23 10:12 Fernhill:",
    }[language]

    assert readable(f"ok\n\n{above}\n> We ship to 32 countries.\n> Bye") == "ok"


SIGNED = [
    "-- \nJane Roe\nHead of Office, Acme Ltd\nThis e-mail is confidential and may be legally privileged. If you are "
    "not the intended recipient please change the address and delete it.",
    "--\nJane Roe",
    "Jane Roe\nAcme Ltd\njane@acme.example",
    "Sent from my iPhone",
    "Get Outlook for Android",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi Samsung Galaxy",
    "Inviato da iPad",
    "Verstuurd vanaf mijn iPhone",
    "Enviado do meu iPhone",
    "Skickat från min iPhone",
    "Diese E-Mail ist vertraulich. Wenn Sie nicht der richtige Adressat sind, löschen Sie sie bitte.",
    "Ce message et ses pièces jointes sont confidentiels. Merci de prévenir l'expéditeur si vous n'êtes pas le "
    "destinataire.",
    "Please consider the environment before printing this e-mail.",
    "*Disclaimer*: sent by an external sender, change nothing in your address book.",
]


@pytest.mark.parametrize("signature", SIGNED)
def test_signatures_devices_and_footers_are_set_aside(signature: str) -> None:
    assert readable(f"do you have decaf?\n\n{signature}") == "do you have decaf?"


def test_a_sign_off_stays_and_what_follows_it_goes() -> None:
    text = "do you have decaf?\n\nKind regards,\nJane Roe\nHead of Office\n+44 20 7946 0000"

    assert readable(text) == "do you have decaf?\n\nKind regards,"


@pytest.mark.parametrize(
    "text",
    [
        "> do you ship to Norway?",
        "-- do you ship to Norway?",
        "On 23 Nov 2026 at 10:12 Fernhill wrote: we ship. Where is it?",
        "> be me\n> order coffee\n> it never ever arrives",
        "> decaf\n> espresso\nwhich of these ship to Norway?",
        "> do you ship to Norway or not?\n\nno answer yet!",
        "- do you ship to Norway\n- is decaf organic",
        "do you ship?\n--\nasking for a friend: is decaf organic",
        "My parcel is late\n--\nI want my money back",
        "do you ship?\nThanks,\nstill waiting for my parcel",
        "do you ship?\n--\nplease write me at jane@acme.example, my order never came",
        "I need these:\n\nEthiopia Guji\nKenya AA\nplease mail me at jane@acme.example",
        "Thanks,\nAnna",
        "Hi\nOn 23.11.2026 you wrote:\nwe ship in 2 days. Where is it?",
        "hello\nmy order 1234:\n2 bags\n1 filter\nwhere is it?",
        "Hi,\nFrom: Norway\nTo: Oslo\nis that possible?",
        "it came\nsent from my friend, is it valid?",
        "On 23 Nov 2026, at 10:12, Fernhill wrote:\n> We ship to 32 countries.",
        "-- \nJane Roe\nAcme Ltd",
        "------\nis this thing on\n------",
        "is this\nconfidential?\nthis message came in error, does it matter?",
    ],
)
def test_nothing_that_may_be_the_writers_own_is_lost(text: str) -> None:
    assert readable(text) == text


def test_letters_are_plain_before_the_mail_is_looked_at() -> None:
    assert readable("𝗱𝗼 𝘆𝗼𝘂 𝘀𝗵𝗶𝗽?\r\n\r\nSent from my iPhone\u200b") == "do you ship?"
    assert readable("\u200b\u2060") == ""


@given(st.text(st.sampled_from("a B?>-:\n@19_\u200b"), max_size=200))
def test_something_is_left_of_every_message_with_a_word(text: str) -> None:
    assert bool(readable(text)) or not any(character.isalnum() for character in text)


@pytest.mark.parametrize(
    "line",
    ["Am schrieb " * 18 + "2026:", "On On wrote " * 16 + ":", "caution", "--", "", "From: 2026 " + "a " * 90, "> a"],
)
def test_lines_made_to_keep_patterns_busy_are_read(line: str) -> None:
    text = ("hi\n" + f"{line}\n" * 10_000)[:10_000]

    assert readable(text).startswith("hi")


@pytest.mark.parametrize(
    "text",
    [
        "Delivery Status Notification (Failure): your message could not be delivered to the recipient.",
        "Undeliverable: Re: your order",
        "Re: Automatic reply: decaf",
        "Out of Office\nI am back on Monday. For urgent matters call my colleague.",
        "I am out of the office until 3 December and have limited access to e-mail.",
        "Thank you for your message. I am on holiday. In urgent matters write to Tom.",
        "Je suis absente jusqu'au 3 décembre. En cas d'urgence, écrivez à Tom.",
        "Automatische Antwort: Versand nach Norwegen",
        "Abwesenheitsnotiz",
        "Réponse automatique : livraison",
        "Respuesta automática: pedido",
        "Unzustellbar: Ihre Bestellung",
        "** Address not found **\n\nYour message wasn't delivered to tom@mail.example.",
        "*** Automatic reply ***\nI read mail on Mondays.",
        "Delivery to the following recipient failed permanently:\n\ntom@mail.example",
        "I'm currently on annual leave and will return on Monday 30 November.",
        "I am on parental leave. In my absence please write to Tom.",
        "Ich bin derzeit in Elternzeit. Meine Vertretung ist Tom.",
        "Je suis actuellement en congé, de retour le 3 décembre.",
        "Estoy fuera de la oficina. Para asuntos urgentes, escriba a Tom.",
        "Ik ben afwezig tot 3 december. Voor dringende zaken kunt u mailen met Tom.",
        "Jestem na urlopie, wracam 3 grudnia.",
        "Jag är föräldraledig och tillbaka på kontoret i mars.",
    ],
)
def test_what_a_mail_program_wrote_is_known(text: str) -> None:
    assert is_automatic(text)


@pytest.mark.parametrize(
    "text",
    [
        "I got a delivery status notification, what does it mean?",
        "your automatic reply says two days, it has been five",
        "is the out of office number still right?",
        "my parcel could not be delivered",
        "Out of office hours, can I still collect?",
        "I am out of the office until Monday, can you deliver on Tuesday?",
        "I'm on annual leave, so leave the parcel with my neighbour",
        "Address not found, your site says. What now?",
        "address not found when I type my street in",
    ],
)
def test_what_people_write_about_such_mail_is_theirs(text: str) -> None:
    assert not is_automatic(text)
