"""The tables that triage decides by: a label that nobody gives is told with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from replyassist.core.errors import ConfigurationError
from replyassist.core.language_files import read_table
from replyassist.triage import reader, risks, routes
from replyassist.triage.kinds import RISK_LABELS
from replyassist.triage.risks import Topics, topics
from replyassist.triage.routes import RouteTable

TOPICS = Path(risks.__file__).with_name("risk_topics.yaml")
ROUTES = Path(routes.__file__).with_name("routes.yaml")


def test_the_labels_are_those_that_messages_are_read_by() -> None:
    assert set(reader.shipped_reader().risks) == set(topics())
    assert {label for topic in topics().values() for label in topic.learnt_from} >= RISK_LABELS


@pytest.mark.parametrize(
    ("file", "model", "old", "new", "told"),
    [
        (
            TOPICS,
            Topics,
            "learnt_from: [vip]",
            "learnt_from: [vips]",
            "field 'vip.learnt_from': no message is labelled",
        ),
        (TOPICS, Topics, "urgency: 30", "urgency: 300", "field 'competitor.urgency': Input should be less than"),
        (ROUTES, RouteTable, "kinds: [praise]", "kinds: [prays]", "field 'thanks.kinds.0': Input should be"),
        (
            ROUTES,
            RouteTable,
            "read_in: [en, und]",
            "read_in: [english]",
            "field 'read_in': 'english' is no language code",
        ),
        (ROUTES, RouteTable, "route: no_reply", "route: nowhere", "field 'routes.0.route': Input should be"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, file: Path, model: type[Topics] | type[RouteTable], old: str, new: str, told: str
) -> None:
    text = file.read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    broken = tmp_path / file.name
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read_table(broken, model)
    assert str(refused.value).startswith(f"{file.name}:{line}: {told}")
