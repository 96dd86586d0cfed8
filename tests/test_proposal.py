from __future__ import annotations

from replyassist.proposal import Proposal, UsedTemplate

TRIAGE = {"route": "draft", "reason": "", "language": "en", "mood": "question", "risks": [], "urgency": 30}


def test_what_was_stored_with_a_second_template_by_itself_is_read() -> None:
    stored = {
        "route": "draft",
        "reason": "",
        "triage": TRIAGE,
        "template_id": "fees",
        "template_version": "v1",
        "also_template_id": "rate",
        "also_template_version": "v2",
        "doubts": [{"rule": "draft.second_question", "severity": "warn", "explanation": "two"}],
    }

    found = Proposal.model_validate(stored)

    assert found.used_templates == (UsedTemplate(id="fees", version="v1"), UsedTemplate(id="rate", version="v2"))
    assert found.questions == ()
    assert [doubt.concern.value for doubt in found.doubts] == ["message"]
    assert Proposal.model_validate(found.model_dump(mode="json")) == found


def test_what_was_stored_with_one_template_stands_on_one() -> None:
    stored = {"route": "draft", "reason": "", "triage": TRIAGE, "template_id": "fees", "also_template_id": None}
    assert [used.id for used in Proposal.model_validate(stored).used_templates] == ["fees"]
