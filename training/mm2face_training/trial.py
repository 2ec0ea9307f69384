"""Tries a trained run: lips on held-out voices, and prompts of one's own (prints figures as JSON)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from . import networks
from .conditions import TextFeatures, condition, hear
from .head import sealed
from .shapes import HEAD, JAW
from .speech.lips import SEALED, LipTally
from .speech.recordings import Recording

if TYPE_CHECKING:
    from .configurations import Configuration


class Performer:
    """All networks of a run, as a generator of motion."""

    def __init__(self, configuration: Configuration, run: Path) -> None:
        self.tokenizer = networks.tokenizer(configuration, run)
        self.transformer = networks.transformer(configuration, self.tokenizer, run)
        self.hearing = networks.audio_encoder(run)
        self.text = TextFeatures(*networks.text_encoder(configuration, run))

    @torch.no_grad()
    def perform(
        self, prompts: list[dict[str, str]], voices: list[np.ndarray | None], seconds: float = 6, guidance: float = 2.0,
        temperature: float = 1.0, top: float = 1.0, allow_end: bool = False,
    ) -> list[np.ndarray]:  # fmt: skip
        """Motions (T, 56); with a voice as long as the voice (at most 8 s), otherwise `seconds` or what END says."""
        sounds: list[Tensor | None] = [None if v is None else hear(self.hearing, v[: 16_000 * 8]) for v in voices]
        told = condition(prompts, self.text, sounds)
        steps = torch.tensor([int(np.ceil(len(s) / 4)) if s is not None else int(seconds * 25 / 4) for s in sounds]).clamp_max(50)
        told.steps = None if allow_end else steps
        with torch.autocast("cpu", torch.bfloat16):
            tokens, ended = self.transformer.generate(told, steps, guidance, temperature, allow_end, top, self._led(voices))
        motion = self.tokenizer.decode(tokens)
        return [m[: int(n) * self.tokenizer.rate].numpy() for m, n in zip(motion, ended)]

    def _led(self, voices: list[np.ndarray | None]) -> frozenset[int]:
        """Lanes that voices lead: those of the mouth alone, where all clips have one; they are drawn surer, and without guidance."""
        mouth = [JAW[0] in shape.channels and HEAD[0] not in shape.channels for shape in self.tokenizer.shapes for _ in range(shape.codebooks)]
        return frozenset(j for j, led in enumerate(mouth) if led and all(v is not None for v in voices))

    def lips(self, recordings: list[Recording], prompt: dict[str, str], **settings: float) -> dict[str, float]:
        """Closures, open vowels and opening over recordings with known phones."""
        tally = LipTally()
        for start in range(0, len(recordings), 16):
            part = recordings[start : start + 16]
            for motion, recording in zip(self.perform([prompt] * len(part), [r.samples for r in part], **settings), part):
                tally.add(motion, recording.phones)
        return tally.ratios()

    def rest(self, seconds: float = 4, takes: int = 12, **settings: float) -> dict[str, float]:
        """Silence without texts: mean lip gap amid the takes (units of a full jaw opening; 0 is closed), and the share of takes whose lips
        stay together."""
        quiet = [(np.random.default_rng(take).normal(size=int(seconds * 16_000)) * 3).astype(np.int16) for take in range(takes)]
        gaps = [float(np.maximum(sealed(motion)[12:-12], 0).mean()) for motion in self.perform([{}] * takes, list(quiet), **settings)]
        return {"gap": float(np.mean(gaps)), "together": float(np.mean([gap <= SEALED for gap in gaps]))}
