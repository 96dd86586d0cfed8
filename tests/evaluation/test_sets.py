"""Kept sets of cases and templates: files that read back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from replyassist.core.errors import InvalidInput, NotFound
from replyassist.evaluation.dataset import dataset_of
from replyassist.evaluation.sets import CaseSets, TemplateSets, with_brand
from tests.evaluation.builders import case
from tests.faq.builders import template

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_cases_read_back_as_they_were(tmp_path: Path) -> None:
    sets, cases = CaseSets(tmp_path), [case(1), case(2, brand="harbour", tags=["a"], parent_text="New!")]
    info = sets.save(cases, title="Über uns / FAQ", files=("x.csv",), by="Ana", at=NOW, left_out=1)

    assert sets.load(info.name).cases == tuple(cases)
    assert sets.infos() == [info] == [sets.info(info.name)]
    assert (info.brands, info.size, info.left_out) == (("fernhill", "harbour"), 2, 1)
    assert info.name.startswith("ber-uns-faq-")


def test_the_same_under_the_same_title_are_kept_once(tmp_path: Path) -> None:
    sets = CaseSets(tmp_path)
    names = {sets.save([case(1)], title=title, files=(), by="Ana", at=NOW).name for title in ("a", "a", "b")}
    assert len(names) == len(sets.infos()) == 2


def test_a_decided_item_takes_the_place_of_itself(tmp_path: Path) -> None:
    sets = CaseSets(tmp_path)
    for text in ("before", "after"):
        sets.add_decided(case(1, text=text), by="Ana", at=NOW)
    info = sets.add_decided(case(2), by="Ana", at=NOW)

    assert [each.text for each in sets.load(info.name).cases] == ["after", case(2).text]


def test_templates_read_back_as_they_were(tmp_path: Path) -> None:
    sets, templates = TemplateSets(tmp_path), [template("a"), template("b")]
    info = sets.save(templates, brand="fernhill", title="t", files=(), by="Ana", at=NOW)

    assert sets.load(info.name) == templates
    sets.remove(info.name)
    with pytest.raises(NotFound):
        sets.info(info.name)


def test_cases_without_a_brand_get_the_named_one(tmp_path: Path) -> None:
    dataset = dataset_of([case(1, brand=""), case(2, brand="harbour")])
    assert [each.brand for each in with_brand(dataset, "fernhill").cases] == ["fernhill", "harbour"]
    with pytest.raises(InvalidInput, match="say whose they are"):
        with_brand(dataset, "")


@pytest.mark.parametrize("name", ["../x", "", "A B", "x" * 101])
def test_a_name_leads_nowhere_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound):
        CaseSets(tmp_path).path(name)
