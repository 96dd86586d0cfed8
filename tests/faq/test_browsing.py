from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from replyassist.faq.browsing import Staleness, TemplateFilter, Validity, browse, staleness_of, validity_of
from replyassist.faq.repository import StoredTemplate
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.testing import FakeClock
from tests.world import BRAND, World, shipping

TODAY = date(2026, 11, 22)
NOW = FakeClock().now()
OTHERS = [
    ReplyTemplate(id="cards", reply="Under Gifts.", tags=["gifts"], channels=["instagram"], route="escalate"),
    ReplyTemplate(id="sale", reply="It is on.", valid_until=TODAY - timedelta(days=1)),
    ReplyTemplate(id="winter", reply="Soon.", valid_from=TODAY + timedelta(days=9)),
]


def stored(*, age: int = 0, confirmed: int | None = None, **fields: Any) -> StoredTemplate:
    written = NOW - timedelta(days=age)
    at = None if confirmed is None else NOW - timedelta(days=confirmed)
    template = shipping(**fields)
    return StoredTemplate(template.id, template.version, template.model_dump(mode="json"), written, written, at)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["cards", "sale", "shipping-abroad", "winter"]),
        ({"route": "escalate"}, ["cards"]),
        ({"channel": "email"}, ["sale", "shipping-abroad", "winter"]),
        ({"validity": Validity.NOW}, ["cards", "shipping-abroad"]),
        ({"validity": Validity.LATER}, ["winter"]),
        ({"validity": Validity.ENDED}, ["sale"]),
        ({"is_stale": True}, ["sale"]),
        ({"is_stale": True, "also_stale": frozenset({"cards"})}, ["cards", "sale"]),
        ({"tag": "gifts", "query": "under"}, ["cards"]),
    ],
)
def test_filters_leave_what_fits(world: World, wanted: dict[str, Any], ids: list[str]) -> None:
    with world.database.writing() as session:
        import_templates(session, BRAND, OTHERS, now=NOW)
        found = browse(session, BRAND, TemplateFilter(**wanted, today=TODAY, now=NOW))

    assert [item.template_id for item in found.items] == ids


@pytest.mark.parametrize(
    ("template", "reasons"),
    [
        (stored(), ()),
        (stored(valid_until=TODAY), (Staleness.ENDS_SOON,)),
        (stored(valid_until=TODAY + timedelta(days=15)), ()),
        (stored(valid_until=TODAY - timedelta(days=1)), (Staleness.ENDED,)),
        (stored(age=181), (Staleness.UNCONFIRMED,)),
        (stored(age=400, confirmed=179), ()),
        (stored(age=400, facts={}, reply="We ship to Europe."), ()),
        (stored(age=400, valid_until=TODAY - timedelta(days=1)), (Staleness.ENDED, Staleness.UNCONFIRMED)),
    ],
)
def test_what_may_be_out_of_date(template: StoredTemplate, reasons: tuple[Staleness, ...]) -> None:
    assert staleness_of(template, today=TODAY, now=NOW) == reasons


def test_both_ends_of_the_validity_belong_to_it() -> None:
    document = shipping(valid_from=TODAY, valid_until=TODAY).model_dump(mode="json")

    days = [TODAY + timedelta(days=offset) for offset in (-1, 0, 1)]
    assert [validity_of(document, day) for day in days] == [Validity.LATER, Validity.NOW, Validity.ENDED]
