"""What texts claim: token states → events by eighths of the clip, and marks (how strong, how often, denied).

Shipped with the bundle, the claims of a prompt are held against takes of it. Axes: B texts, N tokens, D width, E events, M marks.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import LEVELS

SPANS = 8


class ClaimReader(nn.Module):
    """Token states (B, N, D) → logits of events (B, SPANS, E) and marks (B, M)."""

    def __init__(self, width: int, heads: int, hidden: int, events: int, marks: int) -> None:
        super().__init__()
        self.heads = heads
        self.span = nn.Parameter(torch.randn(SPANS, width) * 0.5)
        self.level = nn.Embedding(len(LEVELS), width)
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.hidden = nn.Linear(2 * width, hidden)
        self.events, self.marks = nn.Linear(hidden, events), nn.Linear(SPANS * hidden, marks)
        nn.init.constant_(self.events.bias, -4.0)
        nn.init.constant_(self.marks.bias, -4.0)

    def found(self, states: Tensor, level: Tensor, seen: Tensor) -> Tensor:
        """What each span finds in the texts, (B, SPANS, hidden); `level` and `seen` (B, N)."""
        rows = states + self.level(level)
        split = lambda x: x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)  # noqa: E731
        q, k, v = split(self.span)[None], split(self.keys(rows)), split(self.values(rows))
        weight = (q @ k.transpose(-1, -2) / k.shape[-1] ** 0.5).float().masked_fill(~seen[:, None, None], -1e4).softmax(-1)
        mixed = (weight.to(v.dtype) @ v).transpose(1, 2).flatten(2)
        return F.gelu(self.hidden(torch.cat([mixed, self.span.expand(len(mixed), -1, -1)], -1)))

    def forward(self, states: Tensor, level: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        h = self.found(states, level, seen)
        return self.events(h), self.marks(h.flatten(1))
