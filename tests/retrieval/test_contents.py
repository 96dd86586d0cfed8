from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from replyassist.core.embedding import Vectors
from replyassist.faq.repository.learned import LearnedExample
from replyassist.faq.template import ReplyTemplate
from replyassist.retrieval.contents import Contents
from replyassist.retrieval.store.base import BaseFolder
from replyassist.testing import FakeEncoder
from tests.world import shipping

EXACT_UP_TO = 20
WORDS = ["ship", "norway", "parcel", "decaf", "open", "refund", "voucher", "account"]
DECAF = ReplyTemplate(id="decaf", title="Do you have a decaf?", reply="Our decaf is called Lullaby.")


class CountingEncoder(FakeEncoder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return super().encode(texts)


def learned(template_id: str, text: str, *, against: bool = False) -> LearnedExample:
    return LearnedExample(id=1, template_id=template_id, text=text, counts_against=against)


def changed(
    contents: Contents, *templates: ReplyTemplate, examples: Sequence[LearnedExample] = (), encoder: FakeEncoder
) -> Contents:
    return contents.changed(contents.change(templates, examples), encoder.encode)


def held(contents: Contents) -> list[tuple[str, str, str, list[float]]]:
    """Every text with its template, its field and its vector."""
    if not contents.known:
        return []
    membership, found = contents.membership(), []
    for number, each in enumerate(contents.known):
        vectors = contents.store.vectors(each.slots)
        assert (membership.owner[each.slots] == number).all()
        assert membership.against[each.slots].tolist() == [field == "against" for field in each.texts.fields]
        for text, field, vector in zip(each.texts.said, each.texts.fields, vectors.tolist(), strict=True):
            found.append((each.template.id, field, text, vector))
    return found


def folder(home: Path, *, brand_id: str = "fernhill", exact_up_to: int = EXACT_UP_TO) -> BaseFolder:
    return BaseFolder(home, brand_id=brand_id, encoder=FakeEncoder().model_digest, exact_up_to=exact_up_to)


def many(*, count: int = 60) -> list[ReplyTemplate]:
    return [
        shipping(id=f"template-{number}", questions=[f"{word} {number} {place}" for place, word in enumerate(WORDS)])
        for number in range(count // len(WORDS))
    ]


def test_only_new_texts_are_encoded() -> None:
    encoder = CountingEncoder()
    before = Contents.of([shipping(), DECAF], [], encoder)
    encoder.texts.clear()
    example = learned("decaf", "anything for the evening?")
    after = changed(before, shipping(title="Where do you ship?"), DECAF, examples=[example], encoder=encoder)

    whole = f"Where do you ship?. {shipping().rendered_reply}"
    assert encoder.texts == ["Where do you ship?", whole, "anything for the evening?"]
    assert held(after) == held(Contents.of([shipping(title="Where do you ship?"), DECAF], [example], FakeEncoder()))


def test_a_text_that_was_learned_and_stands_in_the_template_counts_once() -> None:
    contents = Contents.of([shipping()], [learned("shipping-abroad", "do you ship to Norway?")], FakeEncoder())

    assert held(contents) == held(Contents.of([shipping()], [], FakeEncoder()))


def test_which_texts_are_asked_and_where_title_and_whole_stand() -> None:
    taught = [learned("decaf", "anything for the evening?"), learned("decaf", "do you ship?", against=True)]
    same = shipping(title="do you ship to Norway?")
    contents = Contents.of([same, DECAF, ReplyTemplate(id="17", reply="Closed.")], taught, FakeEncoder())
    membership = contents.membership()

    assert [membership.asked[each.slots].tolist() for each in contents.known] == [
        [True, False, True],
        [False, False, True, False],
        [False],
    ]
    assert membership.has_question.tolist() == [True, True, False]
    assert [contents.known[n].at(slot)[1] for n, slot in enumerate(membership.title)] == ["title", "title", "reply"]
    assert [contents.known[n].at(slot)[1] for n, slot in enumerate(membership.whole)] == ["reply"] * 3


def test_of_title_and_reply_together_people_are_shown_the_reply() -> None:
    known = Contents.of([DECAF], [], FakeEncoder()).known[0]

    assert [known.at(slot) for slot in known.slots] == [(DECAF.title, "title"), (DECAF.reply, "reply")]


def test_what_speaks_against_a_template_is_held_apart_from_its_own_texts() -> None:
    contents = Contents.of([DECAF], [learned("decaf", "do you ship?", against=True)], FakeEncoder())

    assert [field for _, field, _, _ in held(contents)] == ["title", "reply", "against"]


def test_examples_of_a_template_that_is_not_there_are_left_out() -> None:
    assert len(held(Contents.of([DECAF], [learned("gone", "hello?")], FakeEncoder()))) == 2


def test_without_encoding_what_is_new_waits_and_all_else_counts_at_once() -> None:
    before = Contents.of([shipping(), DECAF], [], FakeEncoder())
    tea = ReplyTemplate(id="tea", title="Do you have tea?", reply="No.")
    asked = [shipping(title="Where do you ship?", questions=["international delivery?"]), tea]
    change = before.change(asked, [])
    partly = before.changed(change.without_new_texts(), FakeEncoder().encode)

    assert [(each.template.id, each.is_whole) for each in partly.known] == [("shipping-abroad", False)]
    assert {text for _, _, text, _ in held(partly)} <= {text for _, _, text, _ in held(before)}
    assert partly.known[0].template.title == "Where do you ship?"
    whole = changed(partly, *asked, encoder=FakeEncoder())
    assert held(whole) == held(Contents.of(asked, [], FakeEncoder()))


def test_a_template_that_has_to_wait_leaves_nothing_of_itself_behind() -> None:
    against = [learned("decaf", "do you ship?", against=True)]
    before = Contents.of([shipping(), DECAF], against, FakeEncoder())
    anew = DECAF.model_copy(update={"title": "No coffee tonight?", "reply": "None."})
    partly = before.changed(before.change([shipping(), anew], against).without_new_texts(), FakeEncoder().encode)

    assert [each.template.id for each in partly.known] == ["shipping-abroad"]
    assert len(partly.store) == len(held(partly))


def test_few_texts_leave_no_file(tmp_path: Path) -> None:
    Contents.of([shipping()], [], FakeEncoder(), folder=folder(tmp_path))

    assert list(tmp_path.rglob("*")) == []


def test_many_texts_are_opened_from_the_file_and_nothing_is_encoded(tmp_path: Path) -> None:
    first = Contents.of(many(), [], FakeEncoder(), folder=folder(tmp_path))
    encoder = CountingEncoder()
    again = Contents.of(many(), [], encoder, folder=folder(tmp_path))

    assert (encoder.texts, len(again.store.added)) == ([], 0)
    assert held(again) == held(first)
    assert again.store.base is not None


def test_from_a_file_that_is_behind_only_the_rest_is_encoded(tmp_path: Path) -> None:
    Contents.of(many(), [], FakeEncoder(), folder=folder(tmp_path))
    encoder = CountingEncoder()
    now = [*many()[1:], DECAF]
    again = Contents.of(now, [], encoder, folder=folder(tmp_path))

    assert encoder.texts == [DECAF.title, f"{DECAF.title}. {DECAF.reply}"]
    assert held(again) == held(Contents.of(now, [], FakeEncoder()))


def test_another_brand_does_not_see_the_file(tmp_path: Path) -> None:
    Contents.of(many(), [], FakeEncoder(), folder=folder(tmp_path))
    encoder = CountingEncoder()
    Contents.of(many(), [], encoder, folder=folder(tmp_path, brand_id="harbour"))

    assert len(encoder.texts) == len(held(Contents.of(many(), [], FakeEncoder())))


def test_a_base_that_another_process_has_just_made_is_taken(tmp_path: Path) -> None:
    mine = Contents.of(many()[:2], [], FakeEncoder(), folder=folder(tmp_path))
    grown = changed(mine, *many(), encoder=FakeEncoder())
    theirs = grown.compacted()
    ours = grown.compacted()

    assert theirs.store.base is not None
    assert ours.store.base is not None
    assert ours.store.base.path == theirs.store.base.path
    assert held(ours) == held(grown)


def test_when_only_few_are_left_they_are_searched_exactly_again(tmp_path: Path) -> None:
    contents = Contents.of(many(), [], FakeEncoder(), folder=folder(tmp_path))
    shrunk = changed(contents, many()[0], encoder=FakeEncoder())
    compact = shrunk.compacted()

    assert (compact.store.base, compact.is_worn) == (None, False)
    assert held(compact) == held(shrunk)


def test_contents_are_worn_when_many_texts_were_added_to_a_base_or_removed_from_it(tmp_path: Path) -> None:
    asked = many()
    contents = Contents.of(asked, [], FakeEncoder(), folder=folder(tmp_path))
    texts = len(contents.store)
    mine = [learned(asked[0].id, f"text {number}") for number in range(EXACT_UP_TO + 1)]
    few, much = (changed(contents, *asked, examples=mine[:count], encoder=FakeEncoder()) for count in (EXACT_UP_TO, 99))
    one, two = (changed(contents, *asked[count:], encoder=FakeEncoder()) for count in (1, 2))

    assert [each.is_worn for each in (contents, few, one)] == [False] * 3
    assert [each.is_worn for each in (much, two)] == [True] * 2
    assert 2 * texts // len(asked) > texts // 5 > texts // len(asked)


ids = st.sampled_from(["a", "b", "c", "d"])
texts = st.sampled_from(WORDS)
templates = st.builds(
    lambda name, questions, reply: ReplyTemplate(id=name, questions=questions, reply=reply),
    ids,
    st.lists(texts, max_size=4),
    texts,
)
examples = st.builds(lambda name, text, against: learned(name, text, against=against), ids, texts, st.booleans())
states = st.tuples(
    st.lists(templates, unique_by=lambda template: template.id, max_size=4), st.lists(examples, max_size=4)
)


@given(st.lists(states, min_size=1, max_size=6), st.booleans())
@settings(max_examples=80, deadline=None)
def test_after_any_changes_the_contents_are_those_of_a_fresh_index(
    steps: list[tuple[list[ReplyTemplate], list[LearnedExample]]], on_base: bool
) -> None:
    encoder = FakeEncoder()
    with tempfile.TemporaryDirectory() as home:
        contents = Contents.of(*steps[0], encoder, folder=folder(Path(home), exact_up_to=0 if on_base else 1000))
    for number, (asked, taught) in enumerate(steps[1:]):
        change = contents.change(asked, taught)
        if number % 2:
            contents = contents.changed(change.without_new_texts(), encoder.encode)
            change = contents.change(asked, taught)
        contents = contents.changed(change, encoder.encode)

    fresh = Contents.of(*steps[-1], encoder)
    assert [row[:3] for row in held(contents)] == [row[:3] for row in held(fresh)]
    query = encoder.encode(["ship a parcel to norway"])[0]
    if contents.known:
        ours, theirs = (each.store.search(query, count=100)[0] for each in (contents, fresh))
        assert np.allclose(ours, theirs, atol=1e-5)
