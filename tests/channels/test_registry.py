from __future__ import annotations

from pathlib import Path

from replyassist.brands.counting import counting_for
from replyassist.channels import Repeat
from replyassist.channels.registry import PLATFORMS, adapter_named, adapters
from tests.channels.cases import CASES, READ_CASES, with_table
from tests.channels.conformance import Conformance
from tests.channels.reading import Reading
from tests.platforms.conftest import SHORT

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent


def test_the_table_of_the_platforms_page_is_current() -> None:
    page = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")

    assert page == with_table(page, adapters()), "run python -m scripts.platforms"


def test_every_adapter_is_held_to_the_suite() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_*.py"))

    assert [name for name in PLATFORMS if f'adapter_named("{name}")' not in tests] == []


def test_the_suite_has_a_test_for_each_case_and_no_other() -> None:
    for suite, cases in ((Conformance, CASES), (Reading, READ_CASES)):
        assert {name.removeprefix("test_") for name in dir(suite) if name.startswith("test_")} == set(cases)


def test_what_every_run_takes_of_the_long_tests_is_there() -> None:
    suites = "".join((HERE / name).read_text(encoding="utf-8") for name in ("conformance.py", "reading.py"))
    for file, names in SHORT.items():
        own = (ROOT / "tests" / "platforms" / file).read_text(encoding="utf-8")
        assert [name for name in names if f"def {name}(" not in suites + own] == []


def test_every_key_that_is_forgotten_says_what_then() -> None:
    for name in PLATFORMS:
        traits = adapter_named(name).traits
        assert traits.then is Repeat.NEITHER or traits.key_lifetime is not None


def test_a_platform_is_measured_as_an_approval_measures_its_channel() -> None:
    assert not any(adapter_named(name).traits.counts_as for name in PLATFORMS)


def test_a_second_account_is_measured_as_its_platform() -> None:
    assert counting_for("bluesky-shop", "public") == counting_for("bluesky", "public")
