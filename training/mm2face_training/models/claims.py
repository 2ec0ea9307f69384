"""What texts claim: token states → events with where in the clip they lie, and marks (how strong, how often, denied).

Shipped with the bundle, the claims of a prompt are held against takes of it. Axes: B texts, N tokens, D width, E events, M marks,
L = E + M labels, H heads.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import LEVELS

SPANS = 8


def attend(q: Tensor, k: Tensor, v: Tensor, seen: Tensor, heads: int) -> Tensor:
    """Queries (1 or B, Q, D) look at keys and values (B, N, D) where `seen` (B, N): (B, Q, D)."""
    q, k, v = (x.unflatten(-1, (heads, -1)).transpose(-2, -3) for x in (q, k, v))
    weight = (q @ k.transpose(-1, -2) / k.shape[-1] ** 0.5).float().masked_fill(~seen[:, None, None], -1e4).softmax(-1)
    return (weight.to(v.dtype) @ v).transpose(-2, -3).flatten(-2)


class ClaimLayer(nn.Module):
    """x += attention(norm1 x); x += feed-forward(norm2 x)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        for last in (self.out, self.down):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, seen: Tensor, dropout: float) -> Tensor:
        drop = lambda y: F.dropout(y, dropout, self.training)  # noqa: E731
        q, k, v = self.qkv(self.norm1(x)).chunk(3, -1)
        x = x + drop(self.out(attend(q, k, v, seen, self.heads)))
        return x + drop(self.down(F.gelu(self.up(self.norm2(x)))))


class ClaimReader(nn.Module):
    """Token states (B, N, D) → logits that events (B, E) and marks (B, M) are claimed, and in which part of the clip each event lies
    (B, SPANS, E), a choice among spans.

    Layers of its own read on where the text encoder ended; then every label looks for the words that speak of it (label-wise attention,
    Mullenbach et al. 2018), and what it finds there says whether it is claimed and, of events, when.
    """

    def __init__(self, width: int, layers: int, heads: int, events: int, marks: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.counts, self.dropout = (events, marks), dropout
        self.level = nn.Embedding(len(LEVELS), width)
        self.layers = nn.ModuleList(ClaimLayer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.query = nn.Parameter(torch.randn(events + marks, width))
        self.weight = nn.Parameter(torch.randn(events + marks, width) * width**-0.5)
        self.bias = nn.Parameter(torch.full((events + marks,), -4.0))
        self.when = nn.Linear(width, SPANS)

    def forward(self, states: Tensor, level: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`level` and `seen` (B, N)."""
        x = states + self.level(level)
        for layer in self.layers:
            x = layer(x, seen, self.dropout)
        x = self.norm(x)
        found = F.dropout(attend(self.query[None], self.keys(x), self.values(x), seen, 1), self.dropout, self.training)
        claimed = (found * self.weight).sum(-1) + self.bias
        events = self.counts[0]
        return claimed[:, :events], claimed[:, events:], self.when(found[:, :events]).transpose(1, 2)
