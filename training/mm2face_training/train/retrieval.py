"""Trains a retrieval network (TMR-style): reconstruction both ways, small KL and latent terms, InfoNCE at temperature 0.1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from .. import networks
from ..conditions import TextFeatures
from ..corpus import LEVELS, Corpus
from ..models.retrieval import RetrievalNetwork, RetrievalShape
from .mm2face import heard

if TYPE_CHECKING:
    from ..configurations import Configuration


@dataclass(frozen=True)
class RetrievalOptions:
    shape: RetrievalShape = RetrievalShape(width=128, layers=2, hidden=512)
    batch: int = 32
    kl: float = 1e-5
    latent: float = 1e-5
    contrast: float = 0.1
    temperature: float = 0.1


def _divergence(a: tuple[Tensor, Tensor], b: tuple[Tensor, Tensor] | None) -> Tensor:
    """KL(a ‖ b), b a unit Gaussian when missing."""
    mean, log = a
    other, other_log = b if b is not None else (torch.zeros_like(mean), torch.zeros_like(log))
    return 0.5 * (other_log - log + (log.exp() + (mean - other).square()) / other_log.exp() - 1).mean()


HEARD_FRAMES = 75
"""The audio network compares the first three seconds (as the benchmark does)."""


@dataclass(frozen=True)
class Pair:
    """A motion (T, 56) and what was said of it: texts by level, or the states of its voice (T, audioWidth)."""

    motion: Tensor
    texts: dict[str, list[str]]
    voice: Tensor | None = None


class RetrievalTask:
    """Motion against text, or with `sound` motion against voice.

    With `bundle` its encoders are read instead of the run's. With `beside`, networks that `export --retrieval` wrote, the side of their texts
    or voices learns anew and the side of motions stays: what was measured with them can still be compared.
    """

    def __init__(
        self,
        configuration: Configuration,
        data: list[Path],
        run: Path,
        sound: bool = False,
        bundle: Path | None = None,
        beside: Path | None = None,
    ) -> None:
        self.options, self.sound = configuration.retrieval, sound
        self.name, self.fixed = "retrieval-audio" if sound else "retrieval", beside is not None
        corpus = Corpus(*data)
        if sound:
            self.hearing = networks.audio_encoder(run) if bundle is None else networks.bundled_audio(bundle)
            kept, most = run / "features", HEARD_FRAMES

            def read(split: str, count: int | None = None) -> list[Pair]:
                rows = [(c, torch.from_numpy(c.motion())) for c in corpus.clips(split, "talk")[:count]]
                rows = [(c, m) for c, m in rows if len(m) >= most]
                return [Pair(m[:most], {}, heard(self.hearing, c, 0, kept)[:most].float()) for c, m in rows]
        else:
            self.features = TextFeatures(*(networks.text_encoder(configuration, run) if bundle is None else networks.bundled_text(bundle)))

            def read(split: str, count: int | None = None) -> list[Pair]:
                return [Pair(torch.from_numpy(c.motion()), c.texts()) for c in corpus.clips(split)[:count]]

        self.train, self.held = read("train"), read("test", 640)[:320]
        width = self.train[0].voice.shape[1] if sound else self.features.module.config.dim
        self.module = RetrievalNetwork(replace(self.options.shape, condition=width))
        if beside is not None:
            exported = load_file(beside / ("audio.safetensors" if sound else "text.safetensors"))
            networks.begin(self.module, {key: value.float() for key, value in exported.items()})
            self.module.requires_grad_(False)
            self.module.condition.requires_grad_(True)
            return
        frames = torch.cat([pair.motion for pair in self.train[::4]])
        self.module.mean.copy_(frames.mean(0))
        self.module.std.copy_(frames.std(0).clamp_min(0.02))

    def _states(self, rows: list[Pair], draw: np.random.Generator) -> list[Tensor]:
        voices = [row.voice for row in rows if row.voice is not None]
        if voices:
            return voices
        texts = [" ".join(t[level][draw.integers(len(t[level]))] for level in LEVELS if level in t) for t in (r.texts for r in rows)]
        self.features.learn(texts)
        return [self.features.level(text) for text in texts]

    def _sides(self, rows: list[Pair], draw: np.random.Generator) -> tuple[Tensor, ...]:
        motion = torch.nn.utils.rnn.pad_sequence([(r.motion - self.module.mean) / self.module.std for r in rows], batch_first=True)
        lengths = torch.tensor([len(r.motion) for r in rows])
        seen = torch.arange(motion.shape[1])[None] < lengths[:, None]
        states = self._states(rows, draw)
        words = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
        read = torch.arange(words.shape[1])[None] < torch.tensor([len(s) for s in states])[:, None]
        return motion, seen, words, read

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = [self.train[i] for i in draw.choice(len(self.train), self.options.batch, replace=False)]
        motion, seen, words, read = self._sides(rows, draw)
        if self.fixed:
            self.module.motion.eval()
        a, b = self.module.motion(motion, seen), self.module.condition(words, read)
        loss = torch.zeros(())
        # The decoder of networks that were exported is gone: only the latents are left to learn from.
        for mean, log in () if self.fixed else (a, b):
            again = self.module.decode(mean + torch.randn_like(mean) * (0.5 * log).exp(), motion.shape[1])
            loss = loss + F.smooth_l1_loss(again[seen].float(), motion[seen])
        a, b = ((m.float(), s.float()) for m, s in (a, b))
        kl = _divergence(a, b) + _divergence(b, a) + _divergence(a, None) + _divergence(b, None)
        likeness = F.normalize(b[0], dim=-1) @ F.normalize(a[0], dim=-1).t() / self.options.temperature
        diagonal = torch.arange(len(rows))
        contrast = (F.cross_entropy(likeness, diagonal) + F.cross_entropy(likeness.t(), diagonal)) / 2
        loss = loss + self.options.kl * kl + self.options.latent * F.smooth_l1_loss(a[0], b[0]) + self.options.contrast * contrast
        return loss, {"contrast": float(contrast.detach())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """R-precision in batches of 32 (Euclidean distance, as the benchmark does), real motion."""
        hits, count = np.zeros(3), 0
        for start in range(0, len(self.held) - 31, 32):
            motion, seen, words, read = self._sides(self.held[start : start + 32], np.random.default_rng(start))
            distance = torch.cdist(self.module.condition(words, read)[0].float(), self.module.motion(motion, seen)[0].float())
            rank = (distance < distance.diagonal()[:, None]).sum(1)
            hits += [float((rank <= k).sum()) for k in range(3)]
            count += 32
        return {f"top{k + 1}": hits[k] / max(1, count) for k in range(3)}
