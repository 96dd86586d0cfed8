"""A real CrossEncoder of a few hundred weights, set by hand: what two words make of a pair."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

WORDS = {"never": 0, "niemals": 0, "maybe": 1, "vielleicht": 1}
"""With one of them the pair is a contradiction, or neutral; any other pair is entailment."""
LABELS = ("entailment", "neutral", "contradiction")
LONGEST = 64
_SIZE, _OTHER, _START = 8, 2, 5
_PASSED_ON = ("self.key.weight", "self.value.weight", "attention.output.dense.weight", "pooler.dense.weight")
_ROWS = {"entailment": _OTHER, "neutral": 1, "contradiction": 0}


def save_tiny_model(folder: Path, *, labels: Sequence[str] = LABELS, meanings: Sequence[str] = LABELS) -> Path:
    """A two-layer BERT in this folder; ``labels`` are the names in its configuration, ``meanings`` what they mean.

    The start of a pair looks for the two kinds of words (attention), and the answer is what it found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(pieces), encoding="utf-8")
    tokenizer = BertTokenizer(vocab=str(folder / "vocab.txt"), model_max_length=LONGEST)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=_SIZE,
        num_hidden_layers=2,
        num_attention_heads=1,
        intermediate_size=_SIZE,
        max_position_embeddings=LONGEST,
        id2label=dict(enumerate(labels)),
        label2id={label: place for place, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    _set_weights(model, pieces, meanings)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _set_weights(model: BertForSequenceClassification, pieces: Sequence[str], meanings: Sequence[str]) -> None:
    weights = dict(model.named_parameters())
    with torch.no_grad():
        for name, weight in weights.items():
            weight.fill_(1.0 if name.endswith("LayerNorm.weight") else 0.0)
            if name.endswith(_PASSED_ON):
                weight.copy_(torch.eye(_SIZE))
            if name.endswith("self.query.bias"):
                weight[:2] = 10.0
        for place, piece in enumerate(pieces):
            means = WORDS.get(piece, _START if piece == "[CLS]" else _OTHER)
            weights["bert.embeddings.word_embeddings.weight"][place, means] = 1.0
        for row, meaning in enumerate(meanings):
            weights["classifier.weight"][row, _ROWS[meaning]] = 5.0
