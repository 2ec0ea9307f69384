"""Compact text encoder: DistilBERT's shape and keys, a pruned WordPiece vocabulary.

Axes: B texts, L tokens, D width.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer
from torch import Tensor
from transformers import DistilBertConfig, DistilBertModel


@dataclass(frozen=True)
class TextShape:
    width: int = 192
    layers: int = 3
    heads: int = 6
    hidden: int = 768
    words: int = 22_000
    maxTokens: int = 300

    def build(self, words: int | None = None) -> DistilBertModel:
        configuration = DistilBertConfig(
            vocab_size=words or self.words, max_position_embeddings=self.maxTokens, dim=self.width, n_layers=self.layers,
            n_heads=self.heads, hidden_dim=self.hidden, dropout=0.0, attention_dropout=0.0, pad_token_id=0,
        )  # fmt: skip
        return DistilBertModel(configuration)


def wordpiece(vocabulary: Path) -> BertWordPieceTokenizer:
    return BertWordPieceTokenizer(str(vocabulary), lowercase=True)


def padded(ids: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Ids and mask (B, L)."""
    longest = max(len(row) for row in ids)
    out, mask = torch.zeros(len(ids), longest, dtype=torch.long), torch.zeros(len(ids), longest, dtype=torch.long)
    for i, row in enumerate(ids):
        out[i, : len(row)], mask[i, : len(row)] = torch.tensor(row), 1
    return out, mask


def encode_grouped(module: DistilBertModel, ids: list[list[int]]) -> list[Tensor]:
    """Token states (L, D) of each text, to learn from; encoded in three groups by length, so that little is padding."""
    out: list[Tensor] = [torch.empty(0)] * len(ids)
    for rows in np.array_split(np.argsort([len(i) for i in ids], kind="stable"), min(3, len(ids))):
        tokens, mask = padded([ids[i] for i in rows])
        found = module(input_ids=tokens, attention_mask=mask).last_hidden_state
        for i, state in zip(rows, found):
            out[i] = state[: len(ids[i])]
    return out


@torch.no_grad()
def encode(module: DistilBertModel, tokenizer: BertWordPieceTokenizer, texts: list[str], most: int = 300) -> list[Tensor]:
    """Token states (L, D) of each text, [CLS] and [SEP] included; batched by length."""
    ids = [e.ids[: most - 1] + [e.ids[-1]] if len(e.ids) > most else e.ids for e in tokenizer.encode_batch(texts)]
    order, out = sorted(range(len(ids)), key=lambda i: len(ids[i])), [torch.empty(0)] * len(ids)
    for start in range(0, len(order), 64):
        rows = order[start : start + 64]
        tokens, mask = padded([ids[i] for i in rows])
        states = module(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        for i, state in zip(rows, states):
            out[i] = state[: len(ids[i])].clone()
    return out
