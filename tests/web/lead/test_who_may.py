"""Every page of leads, as each role and as somebody of another brand."""

from __future__ import annotations

import pytest

from replyassist.brands.service import ensure_brand
from replyassist.core.security import PERMISSIONS, Permission, Role
from replyassist.faq import trials
from tests.web.console import Console
from tests.world import BRAND, World, shipping

READ = {
    "/templates": Permission.TEMPLATES_READ,
    f"/templates?brand={BRAND}": Permission.TEMPLATES_READ,
    f"/templates/{BRAND}/shipping-abroad": Permission.TEMPLATES_READ,
    f"/templates/new?brand={BRAND}": Permission.TEMPLATES_WRITE,
    "/template-trials/1": Permission.TEMPLATES_WRITE,
    "/template-trials/1/state": Permission.TEMPLATES_WRITE,
    f"/voice/{BRAND}": Permission.QUEUE_READ,
    f"/channels?brand={BRAND}": Permission.CHANNELS_READ,
    f"/overview?brand={BRAND}": Permission.METRICS_READ,
    f"/audit?brand={BRAND}": Permission.AUDIT_READ,
    f"/audit/export?brand={BRAND}": Permission.AUDIT_READ,
}
SEEN = {"id": "shipping-abroad", "version": shipping().version}
FORM = SEEN | {"reply": "We ship."}
WRITE = {
    f"/templates/{BRAND}/check": FORM,
    f"/templates/{BRAND}/save": FORM,
    f"/templates/{BRAND}/remove-question": SEEN | {"question_id": "1"},
    f"/templates/{BRAND}/confirm": SEEN,
    f"/templates/{BRAND}/try-retiring": SEEN,
    f"/templates/{BRAND}/restore": SEEN | {"to_version": shipping().version},
    f"/templates/{BRAND}/retire": SEEN,
    f"/templates/{BRAND}/bring-back": SEEN,
    "/template-trials/1/apply": {},
    f"/voice/{BRAND}": {"version": "seen", "rules": "brand: fernhill"},
}
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def ask_for_a_trial(world: World) -> None:
    with world.database.writing() as session:
        trials.ask(
            session,
            BRAND,
            "shipping-abroad",
            shipping(title="Abroad"),
            base_version=shipping().version,
            by="Lea",
            jobs=world.jobs,
            now=world.clock.now(),
        )


@on_sqlite
@pytest.mark.parametrize("role", list(Role))
def test_pages_open_for_those_who_may(console: Console, role: Role) -> None:
    ask_for_a_trial(console.world)
    console.sign_in(role)
    for path, permission in READ.items():
        expected = 200 if permission in PERMISSIONS[role] else 403
        assert console.get(path).status_code == expected, (path, role)


@on_sqlite
@pytest.mark.parametrize("role", [role for role in Role if Permission.TEMPLATES_WRITE not in PERMISSIONS[role]])
def test_only_who_writes_templates_may_act(console: Console, role: Role) -> None:
    ask_for_a_trial(console.world)
    console.sign_in(role)
    for path, form in WRITE.items():
        may_teach = path.endswith("/remove-question") and Permission.EXAMPLES_WRITE in PERMISSIONS[role]
        assert console.post(path, dict(form)).status_code == (404 if may_teach else 403), path


@on_sqlite
def test_acts_need_the_token_of_the_session(console: Console) -> None:
    ask_for_a_trial(console.world)
    console.sign_in(Role.LEAD)
    for path, form in WRITE.items():
        assert console.post(path, form | {"csrf_token": "another"}).status_code == 403, path


@on_sqlite
@pytest.mark.parametrize("brands", [["other"], []])
def test_another_brands_pages_are_not_there(console: Console, brands: list[str]) -> None:
    world = console.world
    ask_for_a_trial(world)
    with world.database.writing() as session:
        ensure_brand(session, "other", now=world.clock.now())
    console.sign_in(world.person(Role.LEAD, brands=brands))
    for path in READ:
        if path != "/templates" or not brands:
            assert console.get(path).status_code == 404, path
    for path, form in WRITE.items():
        assert console.post(path, dict(form)).status_code == 404, path


@on_sqlite
def test_a_stranger_is_sent_to_sign_in(console: Console) -> None:
    for path in READ:
        answer = console.get(path)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login"), path
