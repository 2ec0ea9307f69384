"""Trains the motion tokenizer: motion, velocity and commitment (paper, losses 2 and 3), lip vertices, EMA codebooks with reset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..corpus import Corpus
from ..head import LinearHead, sealed
from ..models.tokenizer import MotionTokenizer, Stream, StreamShape
from ..shapes import HEAD, JAW_OPEN_RADIANS, MOUTH, SHAPE, UPPER


@dataclass(frozen=True)
class TokenizerOptions:
    streams: tuple[StreamShape, ...] = (
        StreamShape("mouth", MOUTH, width=96, depth=2, codebooks=2),
        StreamShape("upper", UPPER, width=80, depth=2),
        StreamShape("head", HEAD, width=48, depth=2, codes=256),
    )
    rate: int = 4
    batch: int = 40
    window: int = 48
    velocity: float = 0.5
    commitment: float = 0.02
    lips: float = 1.0
    decay: float = 0.98
    reset_every: int = 20
    talk_share: float = 0.5
    channel_floor: float = 0.02
    """Channels are standardised by at least this spread, so that noise of idle channels is not blown up."""


class _Codes:
    """Moving averages of one codebook's counts and sums."""

    def __init__(self, book: nn.Parameter, options: TokenizerOptions) -> None:
        self.book, self.options = book, options
        self.count, self.total = torch.ones(len(book)), book.detach().clone()
        self.recent = torch.zeros(len(book))

    @torch.no_grad()
    def learn(self, vectors: Tensor, step: int) -> None:
        """`vectors` (n, D): what this codebook should describe."""
        if step == 0:
            self._take(torch.arange(len(self.book)), vectors)
        nearest = (self.book.square().sum(1) - 2 * vectors @ self.book.t()).argmin(-1)
        hits = torch.bincount(nearest, minlength=len(self.book)).float()
        sums = torch.zeros_like(self.total).index_add_(0, nearest, vectors)
        decay = self.options.decay
        self.count.mul_(decay).add_(hits, alpha=1 - decay)
        self.total.mul_(decay).add_(sums, alpha=1 - decay)
        self.recent += hits
        self.book.copy_(torch.where(self.count[:, None] > 1e-3, self.total / self.count.clamp_min(1e-3)[:, None], self.book))
        if (step + 1) % self.options.reset_every == 0:
            self._take((self.recent == 0).nonzero()[:, 0], vectors)
            self.recent.zero_()

    def _take(self, codes: Tensor, vectors: Tensor) -> None:
        """Gives unused codes the place of vectors of this batch."""
        if len(codes):
            chosen = vectors[torch.randint(len(vectors), (len(codes),))]
            self.book[codes] = chosen + torch.randn_like(chosen) * vectors.std() * 0.02
            self.count[codes], self.total[codes] = 1.0, self.book[codes]


class TokenizerTask:
    name = "tokenizer"

    def __init__(self, options: TokenizerOptions, data: list[Path], head: Path | None) -> None:
        self.options, corpus = options, Corpus(*data)
        self.module = MotionTokenizer(list(options.streams), options.rate)
        self.talk = [c.motion() for c in corpus.clips("train", "talk")]
        self.text = [c.motion() for c in corpus.clips("train", "text")]
        held = corpus.clips("val") + corpus.clips("test")
        self.held = [(c.motion(), c.provenance().get("phones", [])) for c in held[:: max(1, len(held) // 300)]]
        self.lips = LinearHead(head, "lips") if head else None
        self.face = LinearHead(head, "face") if head else None
        self._standardise()
        self.codes = [[_Codes(book, options) for book in stream.codebook] for stream in self.module.streams]

    def extra(self) -> dict[str, Tensor]:
        named = [(f"{i}.{k}", c) for i, books in enumerate(self.codes) for k, c in enumerate(books)]
        return {f"{name}.{part}": getattr(c, part) for name, c in named for part in ("count", "total", "recent")}

    def _standardise(self) -> None:
        """Spread of each channel; shapes that move the lips further weigh more, by the square root of their reach."""
        sample = torch.from_numpy(np.concatenate(self.talk[::4] + self.text[::4]))
        mean, std = sample.mean(0), sample.std(0).clamp_min(self.options.channel_floor)
        for stream in self.module.streams:
            channels = list(stream.shape.channels)
            stream.mean.copy_(mean[channels])
            stream.std.copy_(std[channels])

    def _batch(self, draw: np.random.Generator) -> Tensor:
        rows, size = [], self.options.window
        for _ in range(self.options.batch):
            pool = self.talk if self.talk and (not self.text or draw.random() < self.options.talk_share) else self.text
            motion = pool[draw.integers(len(pool))]
            if len(motion) < size:
                motion = np.concatenate([motion, np.repeat(motion[-1:], size - len(motion), 0)])
            start = draw.integers(len(motion) - size + 1)
            rows.append(motion[start : start + size])
        return torch.from_numpy(np.stack(rows))

    def _pass(self, stream: Stream, index: int, x: Tensor, step: int) -> tuple[Tensor, Tensor]:
        latent = stream.encode(x).float()
        with torch.no_grad():
            left = latent.detach().flatten(0, 1)
            for codes in self.codes[index]:
                before = codes.book.detach().clone() if step else None
                codes.learn(left, step)
                book = codes.book if before is None else before
                nearest = (book.square().sum(1) - 2 * left @ book.t()).argmin(-1)
                left = left - book[nearest]
            total = latent.detach() - left.view_as(latent)
        return stream.decode(latent + (total - latent).detach()).float(), F.mse_loss(latent, total)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        motion = self._batch(draw)
        parts, loss, figures = [], torch.zeros(()), {}
        for i, (stream, x) in enumerate(zip(self.module.streams, self.module.standardised(motion))):
            y, commitment = self._pass(stream, i, x, step)
            shape = F.smooth_l1_loss(y, x)
            speed = F.smooth_l1_loss(y.diff(dim=1), x.diff(dim=1))
            loss = loss + shape + self.options.velocity * speed + self.options.commitment * commitment
            figures[stream.shape.name] = float(shape.detach())
            parts.append(y)
        if self.lips is not None:
            moved = self.module.assemble(parts)
            millimetres = (self.lips.displacement(moved) - self.lips.displacement(motion)) * 1000
            lips = (millimetres.square().sum(-1) + 1e-4).sqrt().mean()
            gap = ((moved[..., 53] - motion[..., 53]) / JAW_OPEN_RADIANS - (moved - motion)[..., SHAPE["mouthClose"]]).abs()
            loss = loss + self.options.lips * (0.5 * lips + 4 * gap.mean())
            figures["lips_mm"] = float(lips.detach())
        return loss, figures

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Reconstruction on held-out clips: lips and face in mm (linear head), seals kept, share of codes used."""
        used = [torch.zeros(len(book)) for stream in self.module.streams for book in stream.codebook]
        lips: list[Tensor] = []
        face: list[Tensor] = []
        neck: list[Tensor] = []
        kept = seals = 0
        for values, phones in self.held:
            motion = torch.from_numpy(values)[None]
            codes = self.module.encode(motion)
            for lane, counts in enumerate(used):
                counts += torch.bincount(codes[..., lane].flatten(), minlength=len(counts))
            again = self.module.decode(codes)[:, : motion.shape[1]]
            for head, out in ((self.lips, lips), (self.face, face)):
                if head is not None:
                    out.append((head.displacement(again) - head.displacement(motion)).norm(dim=-1).mean(-1).flatten() * 1000)
            neck.append((again - motion)[0, :, 50:53].norm(dim=-1))
            wanted, got = sealed(values), sealed(again[0].numpy())
            for phone, start, end in phones:
                span = slice(max(0, int(start * 25) - 1), int(end * 25) + 2)
                if phone in ("p", "b", "m") and len(wanted[span]) and wanted[span].min() <= 0.02:
                    seals += 1
                    kept += got[span].min() <= 0.03
        out = {"neck_degrees": float(torch.cat(neck).mean() * 57.3), "seals": float(seals), "seals_kept": kept / max(1, seals)}
        if lips:
            out |= {"lips_mm": float(torch.cat(lips).mean()), "face_mm": float(torch.cat(face).mean())}
        return out | {f"used.{lane}": float((counts > 0).float().mean()) for lane, counts in zip(self.module.lanes, used)}
