"""A model file with fewer layers than another."""

from __future__ import annotations

from pathlib import Path

BLOCK = "blk."  # how the tensors of a layer are named: blk.0.attn_q.weight


def cut(whole: Path, target: Path, *, layers: int) -> None:
    """Write the GGUF file again without the layers above; embeddings, last norm and tokens stay as they are."""
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
    for tensor in kept:
        writer.add_tensor_info(
            tensor.name, tensor.data.shape, tensor.data.dtype, tensor.data.nbytes, tensor.tensor_type
        )
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for tensor in kept:
        writer.write_tensor_data(tensor.data)
    writer.close()


def _layer_of(tensor: str) -> int:
    """The layer that a tensor belongs to, -1 for one that is of none."""
    return int(tensor.split(".")[1]) if tensor.startswith(BLOCK) else -1
