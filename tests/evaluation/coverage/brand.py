"""Templates of a small shop for the fake encoder, which sees shared words and nothing else."""

from __future__ import annotations

from datetime import date

from replyassist.faq.template import ReplyTemplate

DAY = date(2026, 11, 26)
PARCEL = ReplyTemplate(
    id="late-parcel",
    title="Late delivery",
    questions=["my parcel is late", "my parcel has not come", "parcel still not here", "when does my parcel come"],
    reply="We are sorry. Please wait for two more days.",
)
TEA = ReplyTemplate(
    id="tea",
    title="Do you sell tea?",
    questions=["do you sell tea", "is there green tea", "any tea for sale"],
    reply="We sell three kinds of tea.",
)
TRACKING = ReplyTemplate(
    id="tracking",
    title="Order tracking",
    questions=["where is my parcel", "my parcel is not here", "has my parcel come"],
    reply="The link in the confirmation shows the way of the order.",
)
LOST = ReplyTemplate(
    id="lost",
    title="Lost card",
    questions=["where did my red card go", "block the blue visa", "purse with everything gone", "cannot find it"],
    reply="We block it at once.",
)
STOLEN = LOST.model_copy(
    update={"id": "stolen", "title": "Stolen card", "questions": [f"{text} today" for text in LOST.questions]}
)
BARE = ReplyTemplate(id="gift-cards", title="Gift cards", reply="You can buy vouchers at the till.")
BRAND = (PARCEL, TEA, TRACKING, BARE)
