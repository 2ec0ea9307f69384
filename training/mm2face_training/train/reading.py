"""Teaches the distilled text encoder what words do to a face: from texts it has to tell the motion they were written for.

General English gives it the words, but left and right, first and then, slightly and broadly lie close together there. Here token states
predict a summary of the motion (what every channel does in each eighth of the clip, and how left differs from right), while the distance to
the teacher is held on general English, so that words the corpus never uses keep their neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..conditions import draw_prompt
from ..corpus import LEVELS, ClipFiles, Corpus
from ..models.text import TextShape, padded, wordpiece
from ..shapes import HEAD, NAMES, SHAPE
from .text_encoder import Student, Teacher, gather

if TYPE_CHECKING:
    from ..configurations import Configuration

SPANS = 8
_SIDES = [(SHAPE[name], SHAPE[name.replace("Left", "Right")]) for name in NAMES if name.endswith("Left") and "eyeLook" not in name]


@dataclass(frozen=True)
class ReadingOptions:
    batch: int = 64
    general: int = 32
    """Texts a step that hold the encoder to its teacher."""
    general_texts: int = 16_000
    hold: float = 0.5
    """Weight of the distance to the teacher."""
    full: float = 0.3
    """Weight of what the mean state of the full text tells."""
    no_level: tuple[float, ...] = (0.4, 0.4, 0.4, 0.4, 0.6)
    wrong_box: float = 0.1
    typo: float = 0.06
    """Chance that two letters of a text change places, or one is missing."""
    heads: int = 4
    hidden: int = 384


def summary(motion: np.ndarray) -> np.ndarray:
    """(SPANS, F): of each eighth of (T, 56) the mean and the spread of every channel, and left minus right where there are two."""
    edges = np.linspace(0, len(motion), SPANS + 1).round().astype(int)
    rows = []
    for low, high in zip(edges[:-1], edges[1:]):
        part = motion[low : max(high, low + 1)] if low < len(motion) else motion[-1:]
        mean = part.mean(0)
        rows.append(np.concatenate([mean, part.std(0), [mean[left] - mean[right] for left, right in _SIDES]]))
    return np.stack(rows).astype(np.float32)


class Reader(nn.Module):
    """Token states (B, N, D) of a prompt's levels → summary (B, SPANS, F); not exported."""

    def __init__(self, width: int, features: int, options: ReadingOptions) -> None:
        super().__init__()
        self.heads = options.heads
        self.span = nn.Parameter(torch.randn(SPANS, width) * 0.5)
        self.level = nn.Embedding(len(LEVELS), width)
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.hidden, self.out = nn.Linear(2 * width, options.hidden), nn.Linear(options.hidden, features)
        self.full = nn.Sequential(nn.Linear(width, options.hidden), nn.GELU(), nn.Linear(options.hidden, SPANS * features))

    def forward(self, states: Tensor, level: Tensor, seen: Tensor) -> Tensor:
        rows = states + self.level(level)
        split = lambda x: x.unflatten(-1, (self.heads, -1)).transpose(-2, -3)  # noqa: E731
        q, k, v = split(self.span)[None], split(self.keys(rows)), split(self.values(rows))
        weight = (q @ k.transpose(-1, -2) / k.shape[-1] ** 0.5).float().masked_fill(~seen[:, None, None], -1e4).softmax(-1)
        found = (weight.to(v.dtype) @ v).transpose(1, 2).flatten(2)
        return self.out(F.gelu(self.hidden(torch.cat([found, self.span.expand(len(found), -1, -1)], -1))))


class ReadingModule(nn.Module):
    def __init__(self, student: Student, shape: TextShape, features: int, options: ReadingOptions) -> None:
        super().__init__()
        self.encoder, self.map = student.encoder, student.map
        self.reader = Reader(shape.width, features, options)

    def states(self, ids: list[list[int]]) -> list[Tensor]:
        """Token states (L, D) of each text; encoded in three groups by length, so that little is padding."""
        out: list[Tensor] = [torch.empty(0)] * len(ids)
        for rows in np.array_split(np.argsort([len(i) for i in ids], kind="stable"), min(3, len(ids))):
            tokens, mask = padded([ids[i] for i in rows])
            found = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
            for i, state in zip(rows, found):
                out[i] = state[: len(ids[i])]
        return out


def mistyped(text: str, draw: np.random.Generator) -> str:
    """Two neighbouring letters change places, or one is left out."""
    at = int(draw.integers(max(1, len(text) - 2)))
    return text[:at] + text[at + 1 : at + 2] + (text[at : at + 1] if draw.random() < 0.5 else "") + text[at + 2 :]


class ReadingTask:
    name = "reading"

    def __init__(self, configuration: Configuration, data: list[Path], run: Path) -> None:
        self.options = options = configuration.reading
        folder, shape = run / "text-encoder", configuration.text.shape
        self.tokenizer = wordpiece(folder / "vocab.txt")
        self.teacher = Teacher(folder / "vocab.txt")
        student = Student(shape, self.tokenizer.get_vocab_size(), self.teacher.width)
        student.load_state_dict(torch.load(folder / "weights.pt", map_location="cpu", weights_only=True))
        self.general = gather(configuration.text, own=False)[1][: options.general_texts]
        corpus = Corpus(*data)
        self.train, self.held = self._read(corpus.clips("train")), self._read(corpus.clips("val")[:1024])
        everything = np.stack([s for _, s in self.train[::3]]).astype(np.float32)
        self.mean, self.std = everything.mean((0, 1)), everything.std((0, 1)).clip(2e-3)
        self.std[list(HEAD)] = everything[..., list(HEAD)].std((0, 1))
        self.module = ReadingModule(student, shape, len(self.mean), options)
        print("clips", len(self.train), len(self.held), "general texts", len(self.general), flush=True)

    def _read(self, clips: list[ClipFiles]) -> list[tuple[dict[str, list[str]], np.ndarray]]:
        return [(texts, summary(clip.motion()).astype(np.float16)) for clip in clips if (texts := clip.texts())]

    def _guess(self, rows: list[tuple[dict[str, list[str]], np.ndarray]], draw: np.random.Generator, alone: int | None = None) -> tuple[Tensor, ...]:
        """(told by the levels, told by the full text, true), each (B, SPANS, F) standardised; `alone` keeps one level only."""
        prompts = []
        for texts, _ in rows:
            no_level = self.options.no_level if alone is None else tuple(float(i != alone) for i in range(len(LEVELS)))
            prompt = draw_prompt(texts, draw, no_level, 0 if alone is not None else self.options.wrong_box)
            if not prompt:
                level = LEVELS[alone] if alone is not None and LEVELS[alone] in texts else sorted(texts)[draw.integers(len(texts))]
                prompt = {level: texts[level][draw.integers(len(texts[level]))]}
            if alone is None:
                prompt = {k: mistyped(t, draw) if draw.random() < self.options.typo else t for k, t in prompt.items()}
            prompts.append(prompt)
        parts = [(i, LEVELS.index(level), text) for i, prompt in enumerate(prompts) for level, text in prompt.items()]
        told = [text for _, _, text in parts] + [" ".join(p[level] for level in LEVELS if level in p) for p in prompts]
        states = self.module.states([e.ids[:300] for e in self.tokenizer.encode_batch(told)])
        lengths = np.zeros(len(rows), int)
        for (i, _, _), state in zip(parts, states):
            lengths[i] += len(state)
        by_clip: list[list[Tensor]] = [[] for _ in rows]
        level = torch.zeros(len(rows), int(lengths.max()), dtype=torch.long)
        for (i, k, _), state in zip(parts, states):
            at = sum(len(s) for s in by_clip[i])
            level[i, at : at + len(state)] = k
            by_clip[i].append(state)
        memory = nn.utils.rnn.pad_sequence([torch.cat(s) for s in by_clip], batch_first=True)
        seen = torch.arange(memory.shape[1])[None] < torch.from_numpy(lengths)[:, None]
        full = torch.stack([s.mean(0) for s in states[len(parts) :]])
        true = (np.stack([s for _, s in rows]).astype(np.float32) - self.mean) / self.std
        module = self.module
        return module.reader(memory, level, seen).float(), module.reader.full(full).float().unflatten(-1, (SPANS, -1)), torch.from_numpy(true.clip(-5, 5))

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = [self.train[i] for i in draw.integers(len(self.train), size=self.options.batch)]
        told, full, true = self._guess(rows, draw)
        read, whole = F.mse_loss(told, true), F.mse_loss(full, true)
        texts = [self.general[i] for i in draw.integers(len(self.general), size=self.options.general)]
        ids = [e.ids[:300] for e in self.tokenizer.encode_batch(texts)]
        wanted = self.teacher.states(ids)
        apart, cosine = torch.zeros(()), []
        for state, want in zip(self.module.states(ids), wanted):
            mine = self.module.map(state).float()
            apart = apart + (1 - F.cosine_similarity(mine, want, dim=-1)).mean() + 2 * F.mse_loss(mine, want)
            cosine.append(F.cosine_similarity(mine.mean(0), want.mean(0), dim=0))
            apart = apart + 3 * (1 - cosine[-1])
        loss = read + self.options.full * whole + self.options.hold * apart / len(ids)
        return loss, {"read": float(read.detach()), "whole": float(whole.detach()), "cosine": float(torch.stack(cosine).mean().detach())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of the summary's variance that held-out texts tell, all levels together and each alone."""
        out: dict[str, Any] = {}
        for name, alone in (("all", None), *((level, i) for i, level in enumerate(LEVELS))):
            wrong, whole, apart, sides = 0.0, 0.0, 0.0, 0.0
            for start in range(0, len(self.held) - 63, 64):
                told, _, true = self._guess(self.held[start : start + 64], np.random.default_rng(start), alone)
                wrong, whole = wrong + float((told - true).square().sum()), whole + float(true.square().sum())
                left = slice(-len(_SIDES), None)
                apart, sides = apart + float((told - true)[..., left].square().sum()), sides + float(true[..., left].square().sum())
            out |= {f"{name}": 1 - wrong / max(whole, 1e-9), f"{name}.sides": 1 - apart / max(sides, 1e-9)}
        return out
