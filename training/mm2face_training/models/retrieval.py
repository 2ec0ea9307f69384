"""Retrieval networks in the manner of TMR: one space for motion and for text (or sound); used to judge, not to generate.

Axes: B clips, T frames, V channels of motion, D width. Post-norm encoder, two learnt rows in front (μ, log σ²).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class RetrievalShape:
    motion: int = 56
    condition: int = 192
    width: int = 256
    layers: int = 6
    heads: int = 4
    hidden: int = 1024


def _positions(count: int, width: int) -> Tensor:
    at = torch.arange(count)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    return torch.stack([at.sin(), at.cos()], -1).flatten(1)


class Side(nn.Module):
    """A sequence → (μ, log σ²), each (B, D)."""

    def __init__(self, inputs: int, shape: RetrievalShape) -> None:
        super().__init__()
        self.project = nn.Linear(inputs, shape.width)
        self.rows = nn.Parameter(torch.randn(2, shape.width))
        layer = nn.TransformerEncoderLayer(shape.width, shape.heads, shape.hidden, dropout=0.1, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, shape.layers, enable_nested_tensor=False)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """(B, T, inputs) with mask (B, T), true where there is something."""
        x = torch.cat([self.rows.expand(len(x), -1, -1), self.project(x)], 1)
        x = x + _positions(x.shape[1], x.shape[2]).to(x)
        hidden = torch.cat([mask.new_zeros(len(mask), 2, dtype=torch.bool), ~mask.bool()], 1)
        y = self.encoder(x, src_key_padding_mask=hidden)
        return y[:, 0], y[:, 1]


class RetrievalNetwork(nn.Module):
    """Motions come standardised by the buffers `mean` and `std` (V)."""

    def __init__(self, shape: RetrievalShape) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(shape.motion))
        self.register_buffer("std", torch.ones(shape.motion))
        self.motion, self.condition = Side(shape.motion, shape), Side(shape.condition, shape)
        layer = nn.TransformerDecoderLayer(shape.width, shape.heads, shape.hidden, dropout=0.1, activation="gelu", batch_first=True)
        self.decoder = nn.TransformerDecoder(layer, shape.layers)
        self.out = nn.Linear(shape.width, shape.motion)

    def decode(self, latent: Tensor, frames: int) -> Tensor:
        """Latent (B, D) → motion (B, T, V); for training only."""
        queries = _positions(frames, latent.shape[1]).to(latent).expand(len(latent), -1, -1)
        return self.out(self.decoder(queries, latent[:, None]))
