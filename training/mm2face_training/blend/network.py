"""Two encoders over geometry images and one linear decoder whose columns are the blendshapes.

Axes: N frames, G cells along a side, V vertices, S speech shapes, E expression shapes. Millimetres.
Method: "Learning Disentangled Speech- and Expression-Driven Blendshapes for 3D Talking Face Animation" (2025), with two changes
that its summary leaves open: shapes have unit size, so that weights are millimetres, and nothing has a bias, so that rest gives
weights of exactly 0 and a deformation of twice the size gives twice the weights.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTHS = (16, 32, 64)
SLOPE = 0.2


class Encoder(nn.Module):
    """(N, 3, G, G) → (N, shapes): three convolutions of stride 2 and a linear layer, leaky ReLU between."""

    def __init__(self, shapes: int, side: int) -> None:
        super().__init__()
        widths = (3, *WIDTHS)
        self.conv = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1, bias=False) for a, b in zip(widths, widths[1:]))
        self.out = nn.Linear(widths[-1] * (side // 8) ** 2, shapes, bias=False)

    def forward(self, image: Tensor) -> Tensor:
        for conv in self.conv:
            image = F.leaky_relu(conv(image), SLOPE)
        return self.out(image.flatten(1))


class Blendshapes(nn.Module):
    def __init__(self, index: Tensor, share: Tensor, weight: Tensor, speech: Tensor, expression: Tensor) -> None:
        """index, share: (G², 3), which vertices a cell of the image mixes; weight: (V,) of the vertices in every measure;
        speech, expression: (S, V, 3), (E, V, 3), the shapes to begin with."""
        super().__init__()
        self.side = int(len(index) ** 0.5)
        self.register_buffer("index", index.long())
        self.register_buffer("share", share)
        self.register_buffer("weight", weight / weight.sum())
        self.speech, self.expression = Encoder(len(speech), self.side), Encoder(len(expression), self.side)
        self.shapes = nn.Parameter(torch.cat([speech, expression]))
        self.speeches = len(speech)

    def columns(self) -> Tensor:
        """(S + E, V, 3), each of weighted root mean square 1 mm."""
        size = (self.shapes.square().sum(-1) * self.weight).sum(-1).sqrt()
        return self.shapes / size.clamp_min(1e-6)[:, None, None]

    def image(self, moved: Tensor) -> Tensor:
        """(N, V, 3) → (N, 3, G, G)."""
        cells = (moved[:, self.index] * self.share[..., None]).sum(2)
        return cells.transpose(1, 2).unflatten(2, (self.side, self.side))

    def encode(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Weights of the speech shapes (N, S) and of the expression shapes (N, E)."""
        return self.speech(image), self.expression(image)
