from __future__ import annotations

import pytest

from replyassist.cli.reranker_check import reranker
from replyassist.core.settings import Settings
from tests.conftest import SHARED_HOME


def test_the_doctor_says_that_it_is_switched_off() -> None:
    assert reranker(Settings(reranker_disabled=True)).startswith("none (switched off)")


@pytest.mark.llm
def test_the_doctor_tries_it_and_tells_what_it_costs() -> None:
    said = reranker(Settings(reranker_disabled=False, home=SHARED_HOME))

    assert said.startswith("loaded in ")
    assert said.endswith(" s a template now")
