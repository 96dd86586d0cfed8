"""What findings say, on the pages of somebody who reads another language."""

from __future__ import annotations

import pytest

from replyassist.core.security import Role
from replyassist.triage import triage
from tests.web.console import Console, words


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_german_reader_reads_findings_in_german_and_programs_in_english(console: Console) -> None:
    risky = triage("my solicitor will write to you")
    item = console.world.item(triage=risky, draft="Hi Tom! Dear customer, it takes 99 days!!!! Thank you")
    manager = console.sign_in(Role.MANAGER)

    page = words(console.get(f"/queue/{item.id}", **{"accept-language": "de"}))

    assert "schreibt nie „Dear customer“. Bitte anders sagen." in page
    assert "Die Marke nutzt höchstens 2 Ausrufezeichen; diese Antwort hat 5." in page
    assert "Spricht von Anwälten, Gerichten oder Behörden." in page
    assert "Please say it another way" not in page
    bearer = {"Authorization": f"Bearer {console.world.token(manager)}"}
    told_to_programs = console.client.get(f"/v1/reviews/{item.id}", headers=bearer).text
    assert "Please say it another way" in told_to_programs
