from __future__ import annotations

from xml.etree import ElementTree

from replyassist_bench.confusion_picture import confusion_svg


def test_every_count_is_drawn_and_named() -> None:
    drawn = confusion_svg({"praise": {"praise": 7, "irony": 3}, "irony": {"praise": 0, "irony": 5}}, title="Two & more")
    root = ElementTree.fromstring(drawn)
    texts = [element.text for element in root.iter() if element.text]
    assert {"7", "3", "5", "Two & more", "praise read as irony: 3"} <= set(texts)
    assert "0" not in texts
