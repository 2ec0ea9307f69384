"""Of two takes of a prompt that a bundle drew, the one that misses less of what it was told should become the likelier one: direct preference
optimisation (Rafailov et al. 2023). The takes are those that `mm2face dataset takes` writes.

Steps are learnt on performed pasts and drawn on drawn ones; this is the only loss that sees whole takes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..conditions import TextFeatures, condition
from ..models.transformer import Condition, MM2FaceTransformer
from .loop import like_long


@dataclass(frozen=True)
class Rivals:
    """Takes of one prompt, all equally long."""

    texts: dict[str, str]
    tokens: np.ndarray  # (K, S, J) int16
    missed: np.ndarray  # (K,) how many claims each take misses


def rivals(paths: list[Path]) -> list[Rivals]:
    """The prompts of files of takes of which one misses more than another."""
    out = []
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            try:
                row = json.loads(line)
                missed = np.array([len(take["missed"]) for take in row["takes"]])
                tokens = np.array([take["tokens"] for take in row["takes"]], np.int16)
                teaches = missed.min() < missed.max()
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}, line {number}: expected takes as `mm2face dataset takes` writes them ({error!r})") from error
            if teaches:
                out.append(Rivals(row["texts"], tokens, missed))
    if not out:
        raise ValueError(f"{', '.join(map(str, paths))}: no prompt has takes of which one misses more than another; perform more clips")
    return out


def pair(rows: Rivals, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Tokens (S, J) of two takes at random of which the first misses less."""
    pairs = np.argwhere(rows.missed[:, None] < rows.missed)
    better, worse = pairs[draw.integers(len(pairs))]
    return rows.tokens[better], rows.tokens[worse]


def likelihood(module: MM2FaceTransformer, tokens: Tensor, told: Condition, lengths: Tensor) -> Tensor:
    """Log-probability (B,) of takes (B, S, J) of so many steps (B,), END left out."""
    logits = module.logits(module.states(tokens, told), F.pad(tokens, (0, 0, 0, 1)))
    inside = torch.arange(tokens.shape[1], device=tokens.device) < lengths[:, None]
    lanes = [lane[:, :-1, :codes].log_softmax(-1).gather(-1, tokens[..., j : j + 1])[..., 0] for j, (lane, codes) in enumerate(zip(logits, module.codes))]
    return (torch.stack(lanes).sum(0) * inside).sum(-1)


class Preference:
    def __init__(self, paths: list[Path], reference: MM2FaceTransformer, features: TextFeatures, pairs: int, sharpness: float) -> None:
        """`reference` drew the takes; `sharpness` is the paper's β: the smaller, the further takes may move from its chances."""
        self.rivals, self.reference, self.features, self.pairs, self.sharpness = rivals(paths), reference, features, pairs, sharpness

    def loss(self, module: MM2FaceTransformer, draw: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """The mean of −log σ(β · margin) over pairs of about one length; the margin is by how much more the better take has become likelier."""
        rows = like_long(self.rivals, lambda r: r.tokens.shape[1], self.pairs, 4, draw)
        takes = list(zip(*(pair(r, draw) for r in rows)))
        takes = [torch.from_numpy(t).long() for side in takes for t in side]
        tokens, lengths = torch.nn.utils.rnn.pad_sequence(takes, batch_first=True), torch.tensor([len(t) for t in takes])
        self.features.learn([text for r in rows for text in r.texts.values()])
        told = condition([r.texts for r in rows] * 2, self.features, [None] * len(takes))
        told.steps = lengths
        mine = likelihood(module, tokens, told, lengths)
        with torch.no_grad():
            first = likelihood(self.reference, tokens, told, lengths)
        better, worse = (mine - first).chunk(2)
        margin = better - worse
        figures = {"margin": margin, "better": better, "worse": worse, "preferred": (margin > 0).float()}
        return -F.logsigmoid(self.sharpness * margin).mean(), {name: float(value.detach().mean()) for name, value in figures.items()}
