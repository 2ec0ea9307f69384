"""How long a motion lasts that texts tell: token states of all levels → a choice among lengths in steps.

Axes: B prompts, N tokens of all levels, D width, S the most steps. A motion's length is drawn before its first token: an END drawn step by
step does not know what is planned, and ended long motions early.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import LEVELS
from .claims import attend

QUERIES = 4


class LengthPredictor(nn.Module):
    """Token states (B, N, D) → logits of 1 … S steps (B, S)."""

    def __init__(self, width: int, heads: int, hidden: int, steps: int) -> None:
        super().__init__()
        self.heads = heads
        self.level = nn.Embedding(len(LEVELS), width)
        self.null = nn.Parameter(torch.randn(width) * 0.5)
        self.row = nn.Linear(width, width)
        self.query = nn.Parameter(torch.randn(QUERIES, width))
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.hidden, self.out = nn.Linear((QUERIES + 1) * width, hidden), nn.Linear(hidden, steps)

    def forward(self, states: Tensor, level: Tensor, seen: Tensor) -> Tensor:
        """`level` and `seen` (B, N); N may be 0, and rows may see nothing."""
        seen = F.pad(seen, (1, 0), value=True)
        x = F.gelu(self.row(torch.cat([self.null.expand(len(states), 1, -1), states + self.level(level)], 1)))
        found = attend(self.query[None], self.keys(x), self.values(x), seen, self.heads)
        much = (x * seen.unsqueeze(-1)).sum(1) / 16
        return self.out(F.gelu(self.hidden(torch.cat([found.flatten(1), much], -1))))
