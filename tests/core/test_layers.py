"""A model file is cut, and what was learned is added to its weights."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray

from replyassist.core.embedded_llm.layers import WeightAdapter, cut, load_adapters
from replyassist.core.embedded_llm.weights import ADAPTERS, LAYERS_READ

OUT, INSIDE, RANK = 4, 64, 2
DRAW = np.random.default_rng(3)


def _numbers(*shape: int) -> NDArray[np.float32]:
    return DRAW.normal(size=shape).astype(np.float32)


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "whole.gguf"
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(2)
    writer.add_tensor("token_embd.weight", _numbers(OUT, INSIDE))
    for layer in range(2):
        writer.add_tensor(f"blk.{layer}.attn_q.weight", _numbers(OUT, INSIDE))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _weights(path: Path) -> dict[str, NDArray[np.float32]]:
    return {each.name: gguf.dequantize(each.data, each.tensor_type) for each in gguf.GGUFReader(path).tensors}


def test_layers_above_are_gone_and_the_others_as_they_were(whole: Path, tmp_path: Path) -> None:
    cut(whole, tmp_path / "cut.gguf", layers=1, adapters={})

    before, after = _weights(whole), _weights(tmp_path / "cut.gguf")
    assert set(after) == {"token_embd.weight", "blk.0.attn_q.weight"}
    assert all(np.array_equal(before[name], after[name]) for name in after)
    assert gguf.GGUFReader(tmp_path / "cut.gguf").fields["qwen2.block_count"].contents() == 1


def test_an_adapter_is_added_to_its_weight_alone(whole: Path, tmp_path: Path) -> None:
    adapter = WeightAdapter(_numbers(OUT, RANK), _numbers(RANK, INSIDE))

    cut(whole, tmp_path / "cut.gguf", layers=2, adapters={"blk.1.attn_q.weight": adapter})

    before, after = _weights(whole), _weights(tmp_path / "cut.gguf")
    wanted = before["blk.1.attn_q.weight"] + adapter.left @ adapter.right
    assert np.abs(after["blk.1.attn_q.weight"] - wanted).max() <= np.abs(wanted).max() / 127
    assert np.array_equal(before["blk.0.attn_q.weight"], after["blk.0.attn_q.weight"])


def test_shipped_adapters_belong_to_layers_that_are_read() -> None:
    adapters = load_adapters(ADAPTERS)

    assert {int(name.split(".")[1]) for name in adapters} == set(range(LAYERS_READ - 3, LAYERS_READ))
    assert all(each.left.shape[1] == each.right.shape[0] for each in adapters.values())
    assert all(np.isfinite(each.left @ each.right).all() for each in adapters.values())
