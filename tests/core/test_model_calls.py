"""Passes of a model that run at once share torch's threads out."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from replyassist.core.model_calls import Cores


@pytest.fixture(autouse=True)
def threads_as_before() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_lone_pass_has_all_threads_and_two_share_them() -> None:
    cores, seen = Cores(threads=4), {}
    entered, may_leave = threading.Event(), threading.Event()

    def second() -> None:
        with cores.shared():
            seen["second"] = torch.get_num_threads()
            entered.set()
            may_leave.wait(20)

    with cores.shared():
        seen["first"] = torch.get_num_threads()
        thread = threading.Thread(target=second)
        thread.start()
        entered.wait(20)
    with cores.shared():
        seen["while the second runs"] = torch.get_num_threads()
    may_leave.set()
    thread.join()
    with cores.shared():
        seen["alone again"] = torch.get_num_threads()

    assert seen == {"first": 4, "second": 2, "while the second runs": 2, "alone again": 4}


def test_an_error_in_a_pass_gives_its_threads_back() -> None:
    cores = Cores(threads=4)
    for _ in range(3):
        try:
            with cores.shared():
                raise ValueError
        except ValueError:
            continue
    with cores.shared():
        assert torch.get_num_threads() == 4
