"""Adds a codebook to a stream of a trained tokenizer, for what its first codes leave out; those stay the tokens they were.

A wink or one raised brow is rare, and a codebook that weighs all frames alike drops it: left and right come back equal. The addition is a
small stream of its own, trained on what is left, on windows where left and right differ as often as on others. `grown` joins both into one
stream (block by block), so that nothing that reads tokenizers has to know.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import Corpus
from ..models.tokenizer import MotionTokenizer, Stream, StreamShape
from ..shapes import NAMES, SHAPE, UPPER
from .tokenizer import TokenizerOptions, _Codes

if TYPE_CHECKING:
    from ..configurations import Configuration

SIDES = [(SHAPE[name], SHAPE[name.replace("Left", "Right")]) for name in NAMES if name.endswith("Left")]


@dataclass(frozen=True)
class ResidualOptions:
    shape: StreamShape = StreamShape("upper", UPPER, width=48, depth=2, codeWidth=16)
    batch: int = 48
    window: int = 48
    velocity: float = 0.5
    sides: float = 1.0
    """Weight of left minus right, standardised by its own spread."""
    uneven_share: float = 0.5
    """Share of windows in which left and right differ."""
    uneven: float = 0.15
    commitment: float = 0.02


@torch.no_grad()
def grown(base: Stream, more: Stream, rate: int) -> Stream:
    """One stream that does what `base` does and adds what `more` decodes: codes of `base` first, then those of `more`."""
    a, b = base.shape, more.shape
    shape = replace(a, width=a.width + b.width, codeWidth=a.codeWidth + b.codeWidth, codebooks=a.codebooks + b.codebooks)
    out = Stream(shape, rate)
    out.mean.copy_(base.mean)
    out.std.copy_(base.std)
    own, added = dict(base.named_parameters()), dict(more.named_parameters())
    for name, target in out.named_parameters():
        if name.startswith("codebook."):
            index = int(name.split(".")[1])
            target.zero_()
            if index < a.codebooks:
                target[:, : a.codeWidth] = own[name]
            else:
                target[:, a.codeWidth :] = added[f"codebook.{index - a.codebooks}"]
            continue
        first, second = own[name], added[name]
        if name == "dec_out.bias":
            target.copy_(first + second)
        elif name == "dec_out.weight":
            target.copy_(torch.cat([first, second], 1))
        elif name == "enc_in.weight" or target.dim() == 1:
            target.copy_(torch.cat([first, second], 0))
        else:
            target.zero_()
            target[: first.shape[0], : first.shape[1]] = first
            target[first.shape[0] :, first.shape[1] :] = second
    return out


def grown_tokenizer(base: MotionTokenizer, more: Stream) -> MotionTokenizer:
    """`base` with the stream of `more`'s name grown."""
    streams = [grown(s, more, base.rate) if s.shape.name == more.shape.name else s for s in base.streams]
    out = MotionTokenizer([s.shape for s in streams], base.rate)
    out.streams = nn.ModuleList(streams)
    return out


class ResidualTask:
    name = "residual"

    def __init__(self, configuration: Configuration, data: list[Path], run: Path) -> None:
        from .. import networks

        self.options = options = configuration.residual
        self.base = networks.tokenizer(configuration, run, alone=True)
        self.stream = next(s for s in self.base.streams if s.shape.name == options.shape.name)
        self.module = Stream(options.shape, self.base.rate)
        self.module.mean.copy_(self.stream.mean)
        self.module.std.copy_(self.stream.std)
        corpus, channels = Corpus(*data), list(options.shape.channels)
        clips = [c for kind in ("text", "talk") for c in corpus.clips("train", kind)]
        self.motions = [c.motion()[:, channels] for c in clips]
        self.held = [c.motion()[:, channels] for c in corpus.clips("test", "text")[:400]]
        self.pairs = [(channels.index(left), channels.index(right)) for left, right in SIDES if left in channels and right in channels]
        left, right = (np.array([pair[k] for pair in self.pairs]) for k in (0, 1))
        self.left, self.right = torch.from_numpy(left), torch.from_numpy(right)
        self.uneven: list[tuple[int, int]] = []
        spread = np.zeros(len(self.pairs))
        for i, motion in enumerate(self.motions):
            lean = np.abs(motion[:, left] - motion[:, right])
            spread += np.square(lean).mean(0)
            where = np.nonzero(lean.max(1) > options.uneven)[0]
            if len(where):
                self.uneven.append((i, int(where[len(where) // 2])))
        self.spread = torch.from_numpy(np.sqrt(spread / len(self.motions)).clip(0.02).astype(np.float32))
        self.codes = _Codes(self.module.codebook[0], TokenizerOptions())
        print("clips", len(self.motions), "uneven", len(self.uneven), flush=True)

    def extra(self) -> dict[str, Tensor]:
        return {part: getattr(self.codes, part) for part in ("count", "total", "recent")}

    def _batch(self, draw: np.random.Generator) -> Tensor:
        rows, size = [], self.options.window
        for _ in range(self.options.batch):
            if self.uneven and draw.random() < self.options.uneven_share:
                i, at = self.uneven[draw.integers(len(self.uneven))]
                start = at - int(draw.integers(size))
            else:
                i = int(draw.integers(len(self.motions)))
                start = int(draw.integers(max(1, len(self.motions[i]) - size + 1)))
            rows.append(self.motions[i][np.clip(np.arange(start, start + size), 0, len(self.motions[i]) - 1)])
        return torch.from_numpy(np.stack(rows))

    def _wanted(self, motion: Tensor) -> tuple[Tensor, Tensor]:
        """Standardised motion, and what the first codes leave of it."""
        x = (motion - self.stream.mean) / self.stream.std
        with torch.no_grad():
            return x, x - self.stream.decode(self.stream.quantise(self.stream.encode(x))[1]).float()

    def _lean(self, x: Tensor) -> Tensor:
        std = self.stream.std
        return (x[..., self.left] * std[self.left] - x[..., self.right] * std[self.right]) / self.spread

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        x, wanted = self._wanted(self._batch(draw))
        latent = self.module.encode(x).float()
        with torch.no_grad():
            flat = latent.detach().flatten(0, 1)
            self.codes.learn(flat, step)
            total = self.module.quantise(latent.detach())[1]
        y = self.module.decode(latent + (total - latent).detach()).float()
        shape, sides = F.smooth_l1_loss(y, wanted), F.smooth_l1_loss(self._lean(y), self._lean(wanted))
        speed = F.smooth_l1_loss(y.diff(dim=1), wanted.diff(dim=1))
        loss = shape + self.options.velocity * speed + self.options.sides * sides + self.options.commitment * F.mse_loss(latent, total)
        return loss, {"shape": float(shape.detach()), "sides": float(sides.detach())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of what was left over, and of left minus right, that comes back on held-out clips; share of codes used."""
        wrong, whole, used = np.zeros(2), np.zeros(2), torch.zeros(self.options.shape.codes)
        for values in self.held:
            motion = torch.from_numpy(values)[None]
            x, wanted = self._wanted(motion[:, : len(values) // self.base.rate * self.base.rate])
            codes, total = self.module.quantise(self.module.encode(x))
            used += torch.bincount(codes.flatten(), minlength=len(used))
            y = self.module.decode(total)
            for k, (a, b) in enumerate(((y, wanted), (self._lean(y), self._lean(wanted)))):
                wrong[k] += float((a - b).square().sum())
                whole[k] += float(b.square().sum())
        told = 1 - wrong / whole
        return {"told": float(told[0]), "sides": float(told[1]), "used": float((used > 0).float().mean())}
