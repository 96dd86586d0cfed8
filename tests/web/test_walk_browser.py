"""Twenty items as a community manager decides them in a morning: by keyboard alone, timed, every key counted."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from replyassist.core.security import Role
from replyassist.faq.service import import_templates
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.index import TemplateMatch
from replyassist.review.models import ReviewItem
from replyassist.review.repository import audit_of
from replyassist.triage import Route, triage
from tests.test_worker import worker
from tests.web.chromium import LOOK_MS, Desk, address_of, approved_text
from tests.web.test_item import no_draft
from tests.world import BRAND, World, shipping

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]

RETURNS = ReplyTemplate(
    id="returns",
    title="Can I send it back?",
    questions=["can I send it back?", "how do returns work"],
    reply="Unopened coffee can come back within 30 days of delivery.",
)
HOURS = ReplyTemplate(
    id="opening-hours",
    title="When are you open?",
    questions=["when are you open?"],
    reply="The bar is open Wednesday to Saturday, 9:00 to 16:00.",
)
ABROAD = "We ship to 32 countries in Europe. Delivery takes 4 to 7 working days."
BACK, OPEN = RETURNS.reply, HOURS.reply
ADDED = " Enjoy it!"
WHY = "he wants his money back and speaks of a lawyer"
QUEUE = (
    ("Tom", "omg need this!! do you guys post to Norway by any chance?", ABROAD, "approve"),
    ("Bea", "is there delivery to Portugal and how long", ABROAD, "approve"),
    ("Ruairí", "weekend in galway 🙌 what time are ye open sat", OPEN, "approve"),
    ("Oonagh", "can i send the unopened bag back, wrong roast", BACK, "approve"),
    ("Jonas", "do you ship to Germany? greetings from Leipzig ☕", ABROAD, "edit"),
    ("Peter", "the shop says no returns?? which is it", ABROAD, "template"),
    ("Kev", "hated it, can't even send it back. never again", BACK, "approve"),
    ("Niamh", "are ye open on wednesdays", OPEN, "approve"),
    ("Emma", "shipping to the canary islands?", ABROAD, "reject"),
    ("Lou", "how long does it take to Sweden", ABROAD, "approve"),
    ("Simon", "you charged me twice, my solicitor is writing", BACK, "escalate"),
    ("Gráinne", "first proper flat white this morning, thank you 💚", "", "no reply"),
    ("Shane", "do yous deliver to Malta", ABROAD, "approve, undo, edit"),
    ("Hannah", "opening hours on a sunday?", OPEN, "reject"),
    ("Mairéad", "heading away all of january, send it in february?", ABROAD, "snooze"),
    ("Colm", "can my mam in Spain get it by friday", "Dear customer, " + ABROAD, "send anyway"),
    ("Tess", "what are the hours this week", OPEN, "approve"),
    ("Ciara", "return the grinder AND when are you open?", BACK, "edit"),
    ("Garret", "is it 7 days to Austria", ABROAD, "approve"),
    ("Yasmin", "opened the box, all fine, do i get to return one bag", OPEN, "template"),
)
KEYS = {
    "approve": "a", "edit": "e ^", "template": "2 a", "reject": "r 3 Enter", "escalate": "x Enter", "no reply": "n",
    "approve, undo, edit": "a u e ^", "snooze": "z 1", "send anyway": "y a",
}  # fmt: skip
"""The fewest keys that each decision takes, words apart; ``^`` is Ctrl+Enter."""


@dataclass
class Hands:
    """Press and count. ``looked`` is the time in which nothing may be decided, as nobody has read the item yet."""

    desk: Desk
    keys: int = 0
    letters: int = 0
    looked: float = 0.0
    by_item: list[tuple[str, int, float]] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Command keys."""
        for key in keys:
            self.keys += 1
            self.desk.page.keyboard.press(key)

    def write(self, words: str) -> None:
        """Words, a letter a key."""
        self.letters += len(words)
        self.desk.page.keyboard.type(words)

    def look(self) -> None:
        """Until an act counts."""
        expect(self.desk.page.locator("h1")).to_be_focused()  # the item has come
        self.looked += LOOK_MS / 1000
        self.desk.page.wait_for_timeout(LOOK_MS)


def queue_of(world: World) -> dict[int, tuple[str, str]]:
    """The twenty items; what is to be done with each, and the draft."""
    templates = {ABROAD: shipping(), BACK: RETURNS, OPEN: HOURS}
    with world.database.writing() as session:
        import_templates(session, BRAND, [RETURNS, HOURS], now=world.clock.now())
    plan: dict[int, tuple[str, str]] = {}
    for number, (name, text, draft, act) in enumerate(QUEUE):
        author = {"external_id": f"a-{number}", "handle": name.lower(), "name": name}
        first = templates.get(draft.removeprefix("Dear customer, "), shipping())
        found = [first, *(one for one in templates.values() if one.id != first.id)]
        said: dict[str, Any] = {
            "triage": triage(text),
            "templates": tuple(match(one, 0.9 - 0.3 * place) for place, one in enumerate(found)),
        }
        if draft:
            whole = f"Hi {name}! {draft}"
            said |= {"draft": whole, "template_id": first.id, "template_version": first.version}
        else:
            whole = ""
            said |= no_draft(route=Route.NO_REPLY, reason="praise: thanks")
        item = world.item(message={"text": text, "author": author}, **said)
        plan[item.id or 0] = (act, whole)
    return plan


def match(template: ReplyTemplate, probability: float) -> TemplateMatch:
    return TemplateMatch(
        template_id=template.id,
        version=template.version,
        title=template.title,
        score=probability,
        probability=probability,
        matched_text=template.questions[0],
        matched_field="question",
        reply=template.rendered_reply,
    )


def test_twenty_items_are_decided_by_keyboard(desk: Desk, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    plan, hands, page = queue_of(world), Hands(desk), desk.page
    desk.sign_in(address_of(world.person(Role.MANAGER)))
    page.evaluate("addEventListener('pointerdown', () => sessionStorage.setItem('mouse', 'used'))")
    expect(page.locator("#rows .row")).to_have_count(len(plan))
    desk.expect_live()
    begun = time.perf_counter()
    hands.press("j", "Enter")
    left = dict(plan)
    while left:
        expect(page.locator("#main[data-item]")).to_be_visible()
        item_id = int(page.locator("#main").get_attribute("data-item") or 0)
        assert item_id in left, "the next item is one that waits"
        act, draft = left.pop(item_id)
        keys, start = hands.keys, time.perf_counter()
        decide(hands, world, item_id, act)
        hands.by_item.append((act, hands.keys - keys, time.perf_counter() - start))
        if left:
            expect(page.locator("#main")).not_to_have_attribute("data-item", str(item_id))
            expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_text("All done.")).to_be_visible()
    seconds = time.perf_counter() - begun
    with capsys.disabled():
        sys.stdout.write(f"\n{told(hands, seconds)}\n")

    assert page.evaluate("sessionStorage.getItem('mouse')") is None
    for item_id, (act, draft) in plan.items():
        assert_landed(world, item_id, act, draft)
    least = 2 + sum(len(KEYS[act].split()) for act, _ in plan.values())  # J and Enter open the first
    assert hands.keys == least <= 2 * len(plan), "no more than two keys an item, words apart"


def decide(hands: Hands, world: World, item_id: int, act: str) -> None:
    """Do with the item that is open what a community manager wants done."""
    page = hands.desk.page
    for key in KEYS[act].split():
        if key in ("a", "n"):
            hands.look()
        hands.press({"^": "Control+Enter"}.get(key, key))
        if key == "e":
            expect(page.locator("#text")).to_be_focused()
            hands.write(ADDED)
            expect(page.locator("#own-note")).to_be_visible()
        elif key == "x":
            expect(page.locator("#escalate-note")).to_be_focused()
            hands.write(WHY)
        elif key == "2":
            expect(page.get_by_text("A new draft is being written.")).to_be_visible()
            worker(world).redraft(*world.jobs.take("redraft").arguments)
            version = seen_again(world, item_id).version
            expect(page.locator("#main")).to_have_attribute("data-version", str(version))
        elif key == "y":
            expect(page.locator("#approve")).to_have_attribute("aria-disabled", "false")
        elif key == "u":
            hands.desk.expect_item(item_id)
        elif key == "a" and act.endswith("undo, edit"):
            expect(page.locator("#main")).not_to_have_attribute("data-item", str(item_id))


def seen_again(world: World, item_id: int) -> ReviewItem:
    with world.database.reading() as session:
        return session.get_one(ReviewItem, item_id)


def assert_landed(world: World, item_id: int, act: str, draft: str) -> None:
    """The decision is on record as it was made, and nothing else is."""
    item = seen_again(world, item_id)
    with world.database.reading() as session:
        last = audit_of(session, item_id)[-1]
    text = approved_text(world, item)
    if act in ("approve", "send anyway"):
        assert (item.status, last.act, text) == ("approved", "approved", draft)
    elif "edit" in act:
        assert (item.status, last.act, text) == ("approved", "edited_and_approved", draft + ADDED)
    elif act == "template":
        wanted = shipping().id if OPEN in draft else RETURNS.id
        assert (item.status, item.proposal.template_id, text) == ("approved", wanted, item.proposal.draft)
        assert text != draft
    elif act == "reject":
        assert (item.status, last.reason) == ("rejected", "wrong fact")
    elif act == "no reply":
        assert (item.status, last.reason) == ("rejected", "no reply needed")
    elif act == "escalate":
        assert (item.status, last.reason) == ("escalated", WHY)
    else:
        assert (item.status, last.act) == ("pending", "snoozed")
        assert item.snoozed_until is not None


def told(hands: Hands, seconds: float) -> str:
    """The figures in one line, and a line for each kind of decision."""
    count = len(hands.by_item)
    lines = [
        f"{count} items in {seconds:.1f} s, {seconds / count:.2f} s each, {hands.looked:.1f} s of it the time to look; "
        f"{hands.keys} keys, {hands.keys / count:.2f} each, and {hands.letters} letters of notes and edits"
    ]
    for act in KEYS:
        times = [took for done, _, took in hands.by_item if done == act]
        keys = [number for done, number, _ in hands.by_item if done == act]
        lines.append(f"  {act}: {len(times)} x {keys[0]} keys, {sum(times) / len(times):.2f} s")
    return "\n".join(lines)
