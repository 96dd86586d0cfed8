"""The templates of a brand in the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, text
from sqlmodel import Session, col, select

from replyassist.brands.service import ensure_brand
from replyassist.core.database import Database
from replyassist.core.errors import Conflict, InvalidInput, NotFound, VersionConflict
from replyassist.faq import service
from replyassist.faq.browsing import TemplateFilter, browse
from replyassist.faq.models import TemplateRow, TemplateVersionRow
from replyassist.faq.service import ImportResult
from replyassist.faq.template import ReplyTemplate
from replyassist.testing import FakeClock

from .builders import template


@pytest.fixture
def brand(database: Database, clock: FakeClock) -> str:
    with database.writing() as session:
        ensure_brand(session, "fernhill", now=clock.now())
        ensure_brand(session, "harbour", now=clock.now())
    return "fernhill"


def stored(database: Database, clock: FakeClock, *templates: ReplyTemplate, **options: Any) -> ImportResult:
    with database.writing() as session:
        return service.import_templates(session, "fernhill", templates, now=clock.now(), **options)


def revision(database: Database) -> int:
    with database.reading() as session:
        return service.faq_revision(session, "fernhill")


def ids(database: Database, brand: str = "fernhill") -> list[str]:
    with database.reading() as session:
        return [item.id for item in service.active_templates(session, brand)]


def version_rows(session: Session) -> int:
    return session.exec(select(func.count(col(TemplateVersionRow.id)))).one()


def test_an_import_stores_templates_as_they_are(database: Database, clock: FakeClock, brand: str) -> None:
    items = [template("b/2"), template("ünïcode 😀", questions=[], facts={"count": 1.5})]
    result = stored(database, clock, *items)
    assert result.counts == {"added": 2, "changed": 0, "unchanged": 0, "removed": 0}
    with database.reading() as session:
        assert service.active_templates(session, brand) == items
        assert service.get_template(session, brand, "b/2") == items[0]
        assert service.current_version(session, brand, "b/2") == items[0].version
    assert ids(database, "harbour") == []


def test_the_same_templates_again_touch_nothing(database: Database, clock: FakeClock, brand: str) -> None:
    items = [template("a"), template("b")]
    stored(database, clock, *items)
    clock.advance(days=1)
    result = stored(database, clock, *items)
    assert result.unchanged == ("a", "b")
    assert not result.is_change
    with database.reading() as session:
        assert {row.updated_at for row in session.exec(select(TemplateRow))} == {FakeClock().now()}
        assert version_rows(session) == 2
    assert revision(database) == 1


def test_changed_content_is_a_new_version_and_one_new_revision(
    database: Database, clock: FakeClock, brand: str
) -> None:
    stored(database, clock, template("a"), template("b"), template("c"))
    clock.advance(hours=1)
    result = stored(database, clock, template("a", title="A"), template("b", title="B"), template("d"))
    assert (result.added, result.changed, result.unchanged, result.removed) == (("d",), ("a", "b"), (), ())
    assert revision(database) == 2
    with database.reading() as session:
        newest, oldest = service.template_versions(session, brand, "a")
        stored_now = service.stored_template(session, brand, "a")
    assert (newest.template.title, oldest.template.title) == ("A", "Do you ship abroad?")
    assert (newest.is_current, oldest.is_current) == (True, False)
    assert (newest.created_at, oldest.created_at) == (clock.now(), FakeClock().now())
    assert (stored_now.created_at, stored_now.updated_at) == (FakeClock().now(), clock.now())
    assert ids(database) == ["a", "b", "c", "d"]


def test_replacing_takes_the_others_out_of_use(database: Database, clock: FakeClock, brand: str) -> None:
    stored(database, clock, template("a"), template("b"))
    assert stored(database, clock, template("b"), replace=True).removed == ("a",)
    assert ids(database) == ["b"]
    with database.reading() as session:
        assert service.current_version(session, brand, "a") is None
        assert len(service.template_versions(session, brand, "a")) == 1
    assert stored(database, clock, template("b"), replace=True).counts["removed"] == 0
    assert revision(database) == 2


def test_an_old_content_put_again_is_that_old_version(database: Database, clock: FakeClock, brand: str) -> None:
    first, second = template("a"), template("a", title="New")
    for content in (first, second, first):
        stored(database, clock, content)
    with database.reading() as session:
        assert [item.version for item in service.template_versions(session, brand, "a")] == [
            second.version,
            first.version,
        ]
        assert service.current_version(session, brand, "a") == first.version
    assert revision(database) == 3


def test_a_deleted_template_comes_back_with_its_content(database: Database, clock: FakeClock, brand: str) -> None:
    stored(database, clock, template("a"))
    with database.writing() as session:
        service.delete_template(session, brand, "a", now=clock.now())
    assert ids(database) == []
    assert stored(database, clock, template("a")).added == ("a",)
    assert ids(database) == ["a"]
    with database.reading() as session:
        assert version_rows(session) == 1
    assert revision(database) == 3


def test_an_import_is_seen_in_the_session_that_made_it(database: Database, clock: FakeClock, brand: str) -> None:
    with database.writing() as session:
        service.put_template(session, brand, template("a"), now=clock.now())
        assert service.get_template(session, brand, "a").title == "Do you ship abroad?"
        service.put_template(session, brand, template("a", title="New"), now=clock.now())
        assert service.get_template(session, brand, "a").title == "New"
        assert service.faq_revision(session, brand) == 2


def test_thousands_of_templates_are_stored_in_parts(database: Database, clock: FakeClock, brand: str) -> None:
    items = [template(f"t{number:05}") for number in range(1203)]
    assert len(stored(database, clock, *items).added) == 1203
    assert len(stored(database, clock, *items[:-1], replace=True).removed) == 1
    changed = [item.model_copy(update={"title": "New"}) for item in items]
    assert stored(database, clock, *changed).counts == {"added": 1, "changed": 1202, "unchanged": 0, "removed": 0}
    with database.reading() as session:
        found = service.active_templates(session, brand)
        assert version_rows(session) == 2406
    assert [item.title for item in found] == ["New"] * 1203
    assert revision(database) == 3


def test_a_preview_changes_nothing_and_needs_no_brand(database: Database, clock: FakeClock, brand: str) -> None:
    stored(database, clock, template("a"))
    with database.reading() as session:
        result = service.preview_import(session, brand, [template("b")], replace=True)
        assert (result.added, result.removed) == (("b",), ("a",))
        assert service.preview_import(session, "nobody", [template("b")]).added == ("b",)
    assert ids(database) == ["a"]


def test_an_id_that_comes_twice_is_refused(database: Database, clock: FakeClock, brand: str) -> None:
    with pytest.raises(InvalidInput, match="'a' comes twice"):
        stored(database, clock, template("a"), template("a"))
    assert ids(database) == []


def test_an_unknown_brand_is_not_found(database: Database, clock: FakeClock) -> None:
    with pytest.raises(NotFound), database.writing() as session:
        service.import_templates(session, "nobody", [template()], now=clock.now())
    with pytest.raises(NotFound), database.reading() as session:
        browse(session, "nobody", TemplateFilter())


def test_imports_at_the_same_time_wait_for_each_other(database: Database, clock: FakeClock, brand: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: stored(database, clock, template("a"), template("b")), range(4)))
    assert sorted(len(result.added) for result in results) == [0, 0, 0, 2]
    assert revision(database) == 1


class TestVersions:
    def test_a_put_that_saw_the_current_version_is_stored(
        self, database: Database, clock: FakeClock, brand: str
    ) -> None:
        stored(database, clock, template("a"))
        with database.writing() as session:
            service.put_template(
                session, brand, template("a", title="New"), now=clock.now(), expected_version=template("a").version
            )
        with database.reading() as session:
            assert service.get_template(session, brand, "a").title == "New"

    def test_a_put_or_delete_that_saw_another_version_is_refused(
        self, database: Database, clock: FakeClock, brand: str
    ) -> None:
        stored(database, clock, template("a"))
        old: dict[str, Any] = {"now": clock.now(), "expected_version": template("a").version}
        stored(database, clock, template("a", title="New"))
        with pytest.raises(VersionConflict) as caught, database.writing() as session:
            service.put_template(session, brand, template("a", title="Mine"), **old)
        assert caught.value.extra["current_version"] == template("a", title="New").version
        with pytest.raises(VersionConflict), database.writing() as session:
            service.delete_template(session, brand, "a", **old)
        with pytest.raises(VersionConflict), database.writing() as session:
            service.put_template(session, brand, template("never"), **old)
        assert revision(database) == 2

    def test_adding_what_is_there_is_a_conflict(self, database: Database, clock: FakeClock, brand: str) -> None:
        stored(database, clock, template("a"))
        with pytest.raises(Conflict), database.writing() as session:
            service.add_template(session, brand, template("a"), now=clock.now())

    def test_changing_or_deleting_what_is_not_there_is_not_found(
        self, database: Database, clock: FakeClock, brand: str
    ) -> None:
        with pytest.raises(NotFound), database.writing() as session:
            service.change_template(session, brand, template("a"), now=clock.now())
        with pytest.raises(NotFound), database.writing() as session:
            service.delete_template(session, brand, "a", now=clock.now())
        with pytest.raises(NotFound), database.reading() as session:
            service.template_versions(session, brand, "a")
        with pytest.raises(NotFound), database.reading() as session:
            service.get_template(session, brand, "a")

    def test_the_record_of_versions_cannot_be_changed(self, database: Database, clock: FakeClock, brand: str) -> None:
        stored(database, clock, template("a"))
        with pytest.raises(Exception, match="append-only"), database.writing() as session:
            session.connection().execute(text("UPDATE reply_template_version SET version = 'x'"))


class TestListing:
    def test_pages_follow_each_other_without_gaps(self, database: Database, clock: FakeClock, brand: str) -> None:
        names = [f"t-{number}/ü" for number in range(7)]
        stored(database, clock, *(template(name) for name in names))
        found, cursor = [], None
        for _ in range(4):
            with database.reading() as session:
                page = browse(session, brand, TemplateFilter(), cursor=cursor, limit=3)
            found += [item.template_id for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(found) == sorted(names)
        assert len(found) == 7

    def test_tag_and_words_narrow_the_list(self, database: Database, clock: FakeClock, brand: str) -> None:
        stored(
            database,
            clock,
            template("a", tags=["shipping"], title="Où est mon colis?"),
            template("b", tags=["shipping", "abroad"]),
            template("c", tags=["ship"], questions=["NORWAY too"]),
        )

        def found(**options: Any) -> list[str]:
            with database.reading() as session:
                return [item.template_id for item in browse(session, brand, TemplateFilter(**options)).items]

        assert found(tag="shipping") == ["a", "b"]
        assert found(query="OÙ colis") == ["a"]
        assert found(query="norway too") == ["c"]
        assert found(query="norway", tag="shipping") == ["a", "b"]
        assert found(query="100%") == []
        assert found(template_id="b") == ["b"]

    @pytest.mark.parametrize("cursor", ["!", "ü", "AA==", "_w==", "a"])
    def test_a_foreign_cursor_is_refused(self, database: Database, brand: str, cursor: str) -> None:
        with pytest.raises(InvalidInput, match="cursor"), database.reading() as session:
            browse(session, brand, TemplateFilter(), cursor=cursor)
