"""A model file with fewer layers than another, of which some may be adapted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = "blk."  # how the tensors of a layer are named: blk.0.attn_q.weight


@dataclass(frozen=True)
class WeightAdapter:
    """What is added to a weight of shape (out, in): ``left`` (out, rank) times ``right`` (rank, in).

    LoRA, Hu and others 2021, https://arxiv.org/abs/2106.09685; its scale is in ``left``.
    """

    left: NDArray[np.float32]
    right: NDArray[np.float32]


def load_adapters(path: Path) -> dict[str, WeightAdapter]:
    """By the name of the tensor that each is added to."""
    with np.load(path, allow_pickle=False) as kept:
        sides = {name: kept[name].astype(np.float32) for name in kept}
    names = sorted({name.rpartition("/")[0] for name in sides})
    return {name: WeightAdapter(sides[f"{name}/left"], sides[f"{name}/right"]) for name in names}


def cut(whole: Path, target: Path, *, layers: int, adapters: Mapping[str, WeightAdapter]) -> None:
    """Write the GGUF file again without the layers above; embeddings, last norm and tokens stay as they are.

    Weights with an adapter are written in eight bits (Q8_0), whatever they were kept in.
    """
    import gguf  # imported late: only who has the extra 'local' has it

    reader = gguf.GGUFReader(whole)
    kind = str(reader.fields["general.architecture"].contents())
    writer = gguf.GGUFWriter(target, kind)
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name == "general.architecture":
            continue
        value = layers if name == f"{kind}.block_count" else field.contents()
        writer.add_key_value(name, value, field.types[0], field.types[1] if len(field.types) > 1 else None)
    kept = [tensor for tensor in reader.tensors if _layer_of(tensor.name) < layers]
    adapted = gguf.GGMLQuantizationType.Q8_0
    written: list[NDArray[np.generic]] = []
    for tensor in kept:
        data, form = tensor.data, tensor.tensor_type
        if adapter := adapters.get(tensor.name):
            weight = gguf.dequantize(data, form).astype(np.float32) + adapter.left @ adapter.right
            data, form = gguf.quantize(weight, adapted), adapted
        writer.add_tensor_info(tensor.name, data.shape, data.dtype, data.nbytes, form)
        written.append(data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for data in written:
        writer.write_tensor_data(data)
    writer.close()


def _layer_of(tensor: str) -> int:
    """The layer that a tensor belongs to, -1 for one that is of none."""
    return int(tensor.split(".")[1]) if tensor.startswith(BLOCK) else -1
