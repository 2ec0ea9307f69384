"""Trains what tells how long a motion lasts (`LengthPredictor`) on a bundle's text encoder, which stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..conditions import TextFeatures, draw_prompt, level_rows, whole_prompt
from ..corpus import Corpus
from ..models.length import LengthPredictor
from ..networks import bundled_text

if TYPE_CHECKING:
    from ..configurations import Configuration


@dataclass(frozen=True)
class LengthOptions:
    batch: int = 128
    heads: int = 4
    hidden: int = 192
    steps: int = 50
    """The most steps of a motion, as the transformer has them."""
    whole: float = 0.3
    """Share of prompts with all their levels; of the others levels are left out as for the transformer."""
    no_level: tuple[float, ...] = (0.4, 0.4, 0.4, 0.4, 0.6)
    no_text: float = 0.03
    wrong_box: float = 0.1
    noise: float = 0.15
    no_word: float = 0.05
    held: int = 4096


@dataclass(frozen=True)
class Lasting:
    texts: dict[str, list[str]]
    steps: int


class LengthTask:
    name = "length"

    def __init__(self, configuration: Configuration, data: list[Path], bundle: Path) -> None:
        self.options = options = configuration.length
        self.features = TextFeatures(*bundled_text(bundle))
        rate, corpus = configuration.tokenizer.rate, Corpus(*data)

        def read(split: str, most: int | None = None) -> list[Lasting]:
            clips = corpus.clips(split, "text")[:most]
            return [Lasting(c.texts(), min(options.steps, -(-len(c.motion()) // rate))) for c in clips]

        self.train, self.held = read("train"), read("val", options.held)
        self.module = LengthPredictor(self.features.module.config.dim, options.heads, options.hidden, options.steps)
        print("clips", len(self.train), len(self.held), flush=True)

    def _read(self, rows: list[Lasting], draw: np.random.Generator, train: bool) -> Tensor:
        """Logits (B, S) for prompts drawn from the clips' texts: with noise in training, whole and plain otherwise."""
        options = self.options
        if train:
            told = (options.no_level, options.wrong_box, options.no_text, options.whole)
            prompts = [draw_prompt(row.texts, draw, *told) for row in rows]
        else:
            prompts = [whole_prompt(row.texts, draw) for row in rows]
        self.features.learn([text for prompt in prompts for text in prompt.values()])
        text, level, seen = level_rows(prompts, self.features)
        if train:
            text = text + torch.randn_like(text) * options.noise
            seen = seen & (torch.rand(seen.shape) >= options.no_word)
        return self.module(text, level, seen).float()

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = [self.train[i] for i in draw.integers(len(self.train), size=self.options.batch)]
        loss = F.cross_entropy(self._read(rows, draw, True), torch.tensor([row.steps - 1 for row in rows]))
        return loss, {"entropy": float(loss.detach())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """On held-out clips, all levels told: cross entropy in nats (`.prior`: of lengths alone), and how far the mean length is off in
        steps (`.prior`: the mean of all)."""
        entropies, off, steps = [], [], torch.tensor([row.steps for row in self.held])
        for start in range(0, len(self.held), 256):
            rows, draw = self.held[start : start + 256], np.random.default_rng(start)
            logits = self._read(rows, draw, False)
            true = torch.tensor([row.steps for row in rows])
            entropies.append(F.cross_entropy(logits, true - 1, reduction="none"))
            off.append(((logits.softmax(-1) * torch.arange(1, self.options.steps + 1)).sum(-1) - true).abs())
        share = torch.bincount(torch.tensor([row.steps for row in self.train]), minlength=self.options.steps + 1).add(1).float()
        prior = -(share[1:] / share[1:].sum()).log()[steps - 1].mean()
        return {
            "entropy": float(torch.cat(entropies).mean()), "entropy.prior": float(prior),
            "off": float(torch.cat(off).mean()), "off.prior": float((steps - steps.float().mean()).abs().mean()),
        }  # fmt: skip
