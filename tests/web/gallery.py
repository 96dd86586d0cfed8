"""The sample brands with their sample messages in the queue, drafted by the real pipeline with scripted candidates."""

from __future__ import annotations

import json
from collections.abc import Sequence

from replyassist.app import Parts
from replyassist.brands.service import ensure_brand
from replyassist.brands.voice import sample_voice
from replyassist.core.resources import resource_folder
from replyassist.faq.files import read_templates
from replyassist.faq.service import import_templates
from replyassist.inbox.inbound import Inbound
from replyassist.inbox.schemas import MessageIn
from replyassist.inbox.service import load
from replyassist.intake.service import take_in
from replyassist.review.queue import enqueue_proposal
from replyassist.testing import ModelCall

BRANDS = ("fernhill", "harbour")
MODEL = "qwen2.5-coder-1.5b-instruct-q4_k_m"
WRITTEN = {
    "Norway": (
        "Hi Tom! Yes, we do! We ship to 32 countries in Europe, and a parcel abroad takes 4 to 7 working days. "
        "The list at https://fernhill.example/shipping has every country and its price. ☕",
        "Hi Tom! Yes, we ship to Norway free of charge, it will be with you by tomorrow!",
    ),
    "grinder": (
        "Hey! No grinder needed: we sell every coffee as whole beans or freshly ground at the same price. Choose your "
        "brewer on the product page and we match the grind.",
    ),
    "had burst": (
        "Hi Hannah, oh no, beans everywhere, sorry about that. Send a photo and your order number to "
        "help@fernhill.example within 14 days of delivery. We send a replacement within 2 working days, and you don't "
        "have to post anything back.",
    ),
}


def write(call: ModelCall) -> Sequence[str]:
    """The candidates for a message; none for most, so that the template's reply is used."""
    asked = call.messages[-1].content
    return next((texts for phrase, texts in WRITTEN.items() if phrase in asked), [""])


def fill(parts: Parts) -> None:
    """Load brands and templates, take every sample message in, and draft a reply for each."""
    now = parts.clock.now()
    lines = (resource_folder("examples") / "messages.jsonl").read_text(encoding="utf-8").splitlines()
    with parts.database.writing() as session:
        for brand in BRANDS:
            ensure_brand(session, brand, now=now, voice=sample_voice(brand))
            templates = read_templates(resource_folder("faq") / brand).templates
            import_templates(session, brand, templates, now=now, replace=True)
    for line in lines:
        incoming = MessageIn.model_validate(json.loads(line))
        with parts.database.writing() as session:
            taken = take_in(session, incoming, jobs=parts.jobs, now=now, queue_limit=1000, group_seconds=0)
        with parts.database.reading() as session:
            stored = load(session, taken.message.id)
        inbound = Inbound(
            text=stored.message.text,
            channel=incoming.channel,
            visibility=incoming.conversation.visibility,
            author_name=stored.author.name,
            author_handle=stored.author.handle,
            parent_text=stored.conversation.parent_text,
        )
        proposal = parts.proposer.propose(incoming.brand, inbound)
        with parts.database.writing() as session:
            enqueue_proposal(session, taken.message.id, proposal, now=now)
