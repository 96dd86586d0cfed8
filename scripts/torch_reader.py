"""The reader's layers in PyTorch, the upper of them with adapters that can be trained."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import gguf
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoTokenizer, Qwen2Config, Qwen2Model

from replyassist.core.embedded_llm.weights import LAYERS_READ, embedded_weights

ADAPTED = 3
"""Layers, the last of those that are read: one pass over them takes a sixth of one over all."""
RANK = 8
TOKENS = 6000  # of a batch, padding counted
PLACES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""How llama.cpp and PyTorch name the weights of a layer."""
NORMS = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm"}
OUTSIDE = {"token_embd.weight": "embed_tokens.weight", "output_norm.weight": "norm.weight"}


class Adapted(nn.Module):
    """A linear layer with a low-rank addition; only the addition learns."""

    def __init__(self, base: nn.Linear) -> None:
        super().__init__()
        self.base = base
        self.right = nn.Parameter(torch.randn(RANK, base.in_features) / math.sqrt(base.in_features))
        self.left = nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Shape (…, in) to (…, out)."""
        added = (rows @ self.right.T.to(rows.dtype)) @ self.left.T.to(rows.dtype)
        return torch.add(self.base(rows), added, alpha=2.0)


class TorchReader:
    """Reads prompts in batches; what the frozen layers make of them is kept in ``cache`` by the prompt's digest."""

    def __init__(self, home: Path, cache: Path) -> None:
        weights = embedded_weights(home)
        self.tokenizer = AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)
        self.model = _model_of(weights)
        self._cache = cache
        cache.mkdir(parents=True, exist_ok=True)

    def adapt(self) -> list[nn.Parameter]:
        """Put an adapter beside every weight of the last layers; what there is to learn."""
        learned: list[nn.Parameter] = []
        for layer in self._upper():
            for place in PLACES.values():
                parent, _, name = place.partition(".")
                adapted = Adapted(getattr(getattr(layer, parent), name))
                setattr(getattr(layer, parent), name, adapted)
                learned += [adapted.right, adapted.left]
        return learned

    def adapters(self) -> dict[str, NDArray[np.float16]]:
        """As ``replyassist.core.embedded_llm.layers.load_adapters`` reads them."""
        found: dict[str, NDArray[np.float16]] = {}
        for number, layer in enumerate(self._upper(), LAYERS_READ - ADAPTED):
            for name, place in PLACES.items():
                adapted = layer.get_submodule(place)
                found[f"blk.{number}.{name}.weight/left"] = (2.0 * adapted.left.detach()).numpy().astype(np.float16)
                found[f"blk.{number}.{name}.weight/right"] = adapted.right.detach().numpy().astype(np.float16)
        return found

    def tokens(self, prompt: str) -> list[int]:
        """Their ids."""
        return list(self.tokenizer(prompt)["input_ids"])

    def ends(self, parts: Sequence[str]) -> NDArray[np.int64]:
        """The place of the token with which each part but the first ends."""
        found = self.tokenizer("".join(parts), return_offsets_mapping=True)["offset_mapping"]
        return np.searchsorted([end for _, end in found], np.cumsum([len(part) for part in parts])[1:])

    def keep(self, prompts: Sequence[str], *, told: Callable[[str], object]) -> None:
        """Let the frozen layers read what they have not read yet."""
        missing = {prompt: self.tokens(prompt) for prompt in prompts if not self._path(prompt).exists()}
        below = Qwen2Model.forward
        upper, self.model.layers = self.model.layers, self.model.layers[: LAYERS_READ - ADAPTED]
        norm, self.model.norm = self.model.norm, nn.Identity()
        try:
            done = 0
            for batch in batches(list(missing), [len(tokens) for tokens in missing.values()]):
                rows = [torch.tensor(missing[list(missing)[place]]) for place in batch]
                with torch.inference_mode():
                    states = below(self.model, nn.utils.rnn.pad_sequence(rows, batch_first=True)).last_hidden_state
                for place, row, state in zip(batch, rows, states, strict=True):
                    bits = state[: len(row)].contiguous().view(torch.int16).numpy()
                    np.save(self._path(list(missing)[place]), bits)
                done += len(batch)
                told(f"{done} of {len(missing)} read\n")
        finally:
            self.model.layers, self.model.norm = upper, norm

    def upper(self, prompts: Sequence[str]) -> list[torch.Tensor]:
        """What the last layers make of each prompt's tokens: shape (tokens, 1536), each of length 1."""
        kept = [torch.from_numpy(np.load(self._path(prompt))).view(torch.bfloat16) for prompt in prompts]
        states = nn.utils.rnn.pad_sequence(kept, batch_first=True)
        length = states.shape[1]
        places = torch.arange(length)[None]
        turned = self.model.rotary_emb(states, places)
        mask = torch.triu(torch.full((length, length), float("-inf"), dtype=states.dtype), 1)[None, None]
        for layer in self._upper():
            states = layer(states, attention_mask=mask, position_embeddings=turned, position_ids=places)
        read = nn.functional.normalize(self.model.norm(states).float(), dim=-1)
        return [row[: len(own)] for row, own in zip(read, kept, strict=True)]

    def _upper(self) -> list[nn.Module]:
        return list(self.model.layers[LAYERS_READ - ADAPTED :])

    def _path(self, prompt: str) -> Path:
        return self._cache / f"{hashlib.sha256(prompt.encode()).hexdigest()}.npy"

    def size(self, prompt: str) -> int:
        """Tokens of a prompt that was kept."""
        return len(np.load(self._path(prompt), mmap_mode="r"))


def batches(every: Sequence[object], sizes: Sequence[int], *, tokens: int = TOKENS) -> Iterator[list[int]]:
    """Places of those to read together, the short ones first."""
    batch: list[int] = []
    for place in sorted(range(len(every)), key=lambda place: sizes[place]):
        if batch and (len(batch) + 1) * sizes[place] > tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _model_of(path: Path) -> Qwen2Model:
    """The lower layers of the GGUF file, in bfloat16; nothing of them learns."""
    reader = gguf.GGUFReader(path)
    told = {name: field.contents() for name, field in reader.fields.items() if name.startswith("qwen2.")}
    config = Qwen2Config(
        vocab_size=next(int(each.shape[1]) for each in reader.tensors if each.name == "token_embd.weight"),
        hidden_size=told["qwen2.embedding_length"],
        intermediate_size=told["qwen2.feed_forward_length"],
        num_hidden_layers=LAYERS_READ,
        num_attention_heads=told["qwen2.attention.head_count"],
        num_key_value_heads=told["qwen2.attention.head_count_kv"],
        rms_norm_eps=told["qwen2.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": told["qwen2.rope.freq_base"]},
    )
    model = Qwen2Model(config).to(torch.bfloat16)
    states = {
        name: torch.from_numpy(np.array(gguf.dequantize(each.data, each.tensor_type))).to(torch.bfloat16)
        for each in reader.tensors
        if (name := _torch_name(each.name))
    }
    model.load_state_dict(states)
    return model.requires_grad_(False).eval()


def _torch_name(name: str) -> str | None:
    """None for what is not read."""
    if not name.startswith("blk."):
        return OUTSIDE.get(name)
    _, layer, weight, kind = name.split(".")
    if int(layer) >= LAYERS_READ:
        return None
    return f"layers.{layer}.{(PLACES | NORMS)[weight]}.{kind}"
