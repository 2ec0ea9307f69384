"""Adds a codebook to streams of a trained tokenizer, for what their first codes leave out; those stay the tokens they were.

A wink, a raised brow, a tongue or puffed cheeks are rare, and a codebook that weighs all frames alike drops them: left and right come back
equal, the tongue stays in. Each addition is a small stream of its own, trained on what is left; windows are drawn for what does not
come back yet, be it a shape or a difference of left and right, however rare it is. `grown` joins both into one stream (block by block),
so that nothing that reads tokenizers has to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import ClipFiles, Corpus
from ..head import lip_gap
from ..models.tokenizer import MotionTokenizer, Stream, StreamShape
from ..shapes import JAW, JAW_OPEN_RADIANS, MOUTH, NAMES, SHAPE, UPPER
from .tokenizer import TokenizerOptions, _Codes

if TYPE_CHECKING:
    from ..configurations import Configuration

SIDES = [(SHAPE[name], SHAPE[name.replace("Left", "Right")]) for name in NAMES if name.endswith("Left")]


@dataclass(frozen=True)
class ResidualOptions:
    shapes: tuple[StreamShape, ...] = (
        StreamShape("mouth", MOUTH, width=64, depth=2, codeWidth=24),
        StreamShape("upper", UPPER, width=64, depth=2, codeWidth=24),
    )
    batch: int = 40
    window: int = 48
    velocity: float = 0.5
    sides: float = 1.0
    """Weight of left minus right."""
    gap: float = 2.0
    """Weight of the lip gap, in units of jawOpen: lips that are sealed stay so."""
    rare_share: float = 0.6
    """Share of windows drawn around a frame where a shape is left over; shapes that do not come back yet are drawn most."""
    left_over: float = 0.15
    emphasis: float = 12.0
    """How much more an error weighs where nothing of its kind comes back yet."""
    commitment: float = 0.02
    bypass: float = 0.4
    """Share of windows that are decoded without the codebook: what no code stands for yet can be learnt, and codes move there later."""
    most_clips: int = 24_000
    """Clips whose leftovers are kept in memory (half precision, about 20 KB each)."""


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


def additions(options: ResidualOptions, base: MotionTokenizer) -> nn.ModuleDict:
    """Untrained streams by name, standardised like those they are added to."""
    out = nn.ModuleDict({shape.name: Stream(shape, base.rate) for shape in options.shapes})
    for stream in base.streams:
        if stream.shape.name in out:
            more = out[stream.shape.name]
            more.mean.copy_(stream.mean)
            more.std.copy_(stream.std)
    return out


def grown_tokenizer(base: MotionTokenizer, more: nn.ModuleDict) -> MotionTokenizer:
    """`base` with the streams that `more` has by name grown."""
    streams = [grown(s, more[s.shape.name], base.rate) if s.shape.name in more else s for s in base.streams]
    out = MotionTokenizer([s.shape for s in streams], base.rate)
    out.streams = nn.ModuleList(streams)
    return out


class _Leftovers:
    """One stream's motions and what its first codes leave of them (raw units), and where each kind of leftover is found."""

    def __init__(self, stream: Stream, rate: int) -> None:
        self.stream, self.rate, channels = stream, rate, stream.shape.channels
        self.wanted: list[tuple[Tensor, Tensor]] = []
        pairs = [(channels.index(a), channels.index(b)) for a, b in SIDES if a in channels and b in channels]
        self.left, self.right = (torch.tensor([pair[k] for pair in pairs]) for k in (0, 1))
        scale = [1 / JAW_OPEN_RADIANS if c in JAW else 1.0 for c in channels]
        self.scale = stream.std * torch.tensor(scale)
        """Standardised → shapes' own units, the jaw in openings."""
        self.origin = stream.mean * torch.tensor(scale)
        self._where: dict[int, list[tuple[int, int]]] = {}
        self.missing = torch.ones(len(channels) + len(pairs))
        """Of every kind (a shape, or left minus right), the share of its motion that does not come back yet: a moving average."""

    def lean(self, y: Tensor) -> Tensor:
        return y[..., self.left] - y[..., self.right]

    @torch.no_grad()
    def of(self, values: np.ndarray) -> tuple[Tensor, Tensor]:
        """Motion (T, C) → standardised motion and what is left of it in own units, whole steps long."""
        motion = torch.from_numpy(values)
        fill = -len(motion) % self.rate
        motion = torch.cat([motion, motion[-1:].expand(fill, -1)])
        x = ((motion - self.stream.mean) / self.stream.std)[None]
        left = (x - self.stream.decode(self.stream.quantise(self.stream.encode(x))[1])) * self.scale
        return x[0], left[0]

    def learn(self, clip: ClipFiles, threshold: float) -> None:
        x, left = self.of(clip.motion()[:, list(self.stream.shape.channels)])
        kinds = torch.cat([left, self.lean(left)], 1).abs()
        highest, at = kinds.max(0)
        for kind in (highest > threshold).nonzero()[:, 0].tolist():
            self._where.setdefault(kind, []).append((len(self.wanted), int(at[kind])))
        self.wanted.append((x.half(), left.half()))

    @torch.no_grad()
    def look(self, x: Tensor, y: Tensor, wanted: Tensor, threshold: float, decay: float = 0.98) -> None:
        """Learns from a batch (B, T, C), motion, what came back of its leftovers and those, which kinds do not come back."""
        motion = x * self.scale + self.origin
        motion, wrong = (torch.cat([v, self.lean(v)], -1).flatten(0, 1) for v in (motion, y - wanted))
        there = motion.abs() > threshold
        lost, whole = (wrong.abs() * there).sum(0), (motion.abs() * there).sum(0)
        seen = there.sum(0) > 4
        self.missing[seen] = self.missing[seen] * decay + (lost / whole.clamp_min(1e-6))[seen].clamp_max(1) * (1 - decay)

    def windows(self, draw: np.random.Generator, options: ResidualOptions) -> tuple[Tensor, Tensor]:
        """Standardised motion and leftovers (B, window, C)."""
        rows, size = [], options.window
        kinds = [kind for kind, where in self._where.items() if len(where) >= 5]
        chance = np.square([float(self.missing[kind]) + 0.1 for kind in kinds])
        for _ in range(options.batch):
            if kinds and draw.random() < options.rare_share:
                where = self._where[kinds[draw.choice(len(kinds), p=chance / chance.sum())]]
                i, at = where[draw.integers(len(where))]
                start = at - int(draw.integers(size - self.rate + 1))
            else:
                i = int(draw.integers(len(self.wanted)))
                start = int(draw.integers(max(1, len(self.wanted[i][0]) - size + 1)))
            start = start // self.rate * self.rate
            index = torch.arange(start, start + size).clamp(0, len(self.wanted[i][0]) - 1)
            rows.append([part[index] for part in self.wanted[i]])
        return torch.stack([r[0] for r in rows]).float(), torch.stack([r[1] for r in rows]).float()


class ResidualTask:
    name = "residual"

    def __init__(self, configuration: Configuration, data: list[Path], run: Path) -> None:
        from .. import networks

        self.options = options = configuration.residual
        self.base = networks.tokenizer(configuration, run, alone=True)
        self.module = additions(options, self.base)
        streams = {s.shape.name: s for s in self.base.streams if s.shape.name in self.module}
        self.rest = {name: _Leftovers(stream, self.base.rate) for name, stream in streams.items()}
        corpus = Corpus(*data)
        clips = [c for kind in ("text", "talk") for c in corpus.clips("train", kind)]
        for i in np.random.default_rng(1).permutation(len(clips))[: options.most_clips]:
            for rest in self.rest.values():
                rest.learn(clips[i], options.left_over)
        self.held = [c.motion() for kind in ("text", "talk") for c in corpus.clips("test", kind)[:300]]
        self.codes = {name: _Codes(self.module[name].codebook[0], TokenizerOptions()) for name in self.rest}
        print("clips", min(len(clips), options.most_clips), flush=True)

    def extra(self) -> dict[str, Tensor]:
        kept = {f"{name}.{part}": getattr(codes, part) for name, codes in self.codes.items() for part in ("count", "total", "recent")}
        return kept | {f"{name}.missing": rest.missing for name, rest in self.rest.items()}

    def _gap(self, name: str) -> Callable[[Tensor], Tensor] | None:
        """Standardised motion of a stream → lip gap, where the stream moves the lips."""
        stream = self.rest[name].stream
        if JAW[0] not in stream.shape.channels or SHAPE["mouthClose"] not in stream.shape.channels:
            return None
        return lambda x: lip_gap(x * stream.std + stream.mean, stream.shape.channels)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        options, total, figures = self.options, torch.zeros(()), {}
        for name, rest in self.rest.items():
            more = self.module[name]
            x, wanted = rest.windows(draw, options)
            latent = more.encode(x).float()
            with torch.no_grad():
                self.codes[name].learn(latent.detach().flatten(0, 1), step)
                code = more.quantise(latent.detach())[1]
                free = torch.rand(len(code), 1, 1) < options.bypass
                taken = torch.where(free, latent.detach(), code)
            y = more.decode(latent + (taken - latent).detach()).float() * rest.scale
            quantised = ~free[:, 0, 0]
            rest.look(x[quantised], y[quantised], wanted[quantised], options.left_over)
            weight = 1 + options.emphasis * rest.missing.square()
            each, lean = weight[: y.shape[-1]], weight[y.shape[-1] :]
            near = lambda a, b, w: (F.smooth_l1_loss(a, b, beta=0.05, reduction="none") * w).mean()  # noqa: E731
            shape, sides, speed = near(y, wanted, each), near(rest.lean(y), rest.lean(wanted), lean), near(y.diff(dim=1), wanted.diff(dim=1), each)
            loss = shape + options.velocity * speed + options.sides * sides + options.commitment * F.mse_loss(latent, code)
            gap = self._gap(name)
            if gap is not None:
                loss = loss + options.gap * (gap(x + (y - wanted) / rest.scale) - gap(x)).abs().mean()
            total = total + loss
            figures |= {name: float(shape.detach()), f"{name}.sides": float(sides.detach())}
        return total, figures

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Of held-out clips: share of what was left over, and of left minus right, that comes back; how much of every rare shape is left
        (mean over shapes of the share of its leftovers beyond the threshold); mean error of the lip gap; share of codes used."""
        out: dict[str, float] = {}
        for name, rest in self.rest.items():
            more, gap = self.module[name], self._gap(name)
            used, gaps = torch.zeros(more.shape.codes), [[], []]
            wrong, whole, rare = np.zeros(2), np.zeros(2), torch.zeros(2, len(more.shape.channels))
            for motion in self.held:
                x, wanted = rest.of(motion[:, list(more.shape.channels)])
                codes, total = more.quantise(more.encode(x[None]))
                used += torch.bincount(codes.flatten(), minlength=len(used))
                y = more.decode(total)[0] * rest.scale
                for k, (a, b) in enumerate(((y, wanted), (rest.lean(y), rest.lean(wanted)))):
                    wrong[k] += float((a - b).square().sum())
                    whole[k] += float(b.square().sum())
                there = wanted.abs() > self.options.left_over
                rare += torch.stack([((y - wanted) * there).abs().sum(0), (wanted * there).abs().sum(0)])
                if gap is not None:
                    gaps[0].append(float((gap(x - wanted / rest.scale) - gap(x)).abs().mean()))
                    gaps[1].append(float((gap(x + (y - wanted) / rest.scale) - gap(x)).abs().mean()))
            told, seen = 1 - wrong / whole.clip(1e-9), rare[1] > 0
            out |= {f"{name}.told": float(told[0]), f"{name}.sides": float(told[1]), f"{name}.used": float((used > 0).float().mean())}
            out[f"{name}.rare"] = 1 - float((rare[0][seen] / rare[1][seen]).mean()) if bool(seen.any()) else 1.0
            if gap is not None:
                out |= {f"{name}.gap_before": float(np.mean(gaps[0])), f"{name}.gap": float(np.mean(gaps[1]))}
        return out
