"""Trains what reads the claims of a text (`ClaimReader`) on a bundle's text encoder, which stays as it is.

`reading` taught the encoder to tell motion from words, with a reader of all levels at once; this one reads a text alone and ships: the bundle
holds what it reads against the takes of a request.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..conditions import TextFeatures
from ..corpus import LEVELS, Corpus
from ..models.claims import ClaimReader
from ..networks import bundled_text
from .loop import like_long
from .reading import Claims, claims, mistyped, numbered, order_gaps, order_loss, targets, wrong

if TYPE_CHECKING:
    from ..configurations import Configuration


@dataclass(frozen=True)
class ClaimOptions:
    batch: int = 128
    layers: int = 2
    heads: int = 4
    dropout: float = 0.1
    when: float = 0.5
    """Weight of where in the clip events lie."""
    order: float = 1.0
    """Weight of the order that texts claim."""
    wrong_box: float = 0.15
    """Chance that a text stands at a level it was not written for."""
    typo: float = 0.05
    noise: float = 0.2
    """Noise on text states (their spread is about 1): words near to each other claim the same."""
    no_word: float = 0.03
    rare: int = 20
    """Events and marks claimed fewer times than this are left out."""
    held: int = 4096
    """Texts held out, of the validation split."""


@dataclass(frozen=True)
class Told:
    """A text, the place of its level, and what it claims."""

    text: str
    level: int
    claims: Claims


def told(corpus: Corpus, split: str) -> list[Told]:
    """Every text of a split whose claims are known, each once a level."""
    out: dict[tuple[str, int], Told] = {}
    for clip in corpus.clips(split):
        texts = clip.texts()
        found = claims(clip.provenance(), len(clip.motion()) / 25)
        for place, level in enumerate(LEVELS):
            for text in texts.get(level, []) if level in found else []:
                out.setdefault((text, place), Told(text, place, found[level]))
    return list(out.values())


def calibration(logits: Tensor, right: Tensor) -> dict[str, float]:
    """Scale and shift with which logits above 0 tell how probable it is that they are right (Platt 1999; of networks Guo et al. 2017):
    most likely ones, of `logits` and `right` (n,) on texts that nobody learnt from."""
    read = logits > 0
    x, y = logits[read].double(), right[read].double()
    if len(x) < 20 or y.min() == y.max():
        return {"scale": 1.0, "shift": 0.0}
    bend = torch.tensor([0.0, 0.0], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([bend], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        # A little is held against a scale far from 1: few texts may be told apart without a mistake.
        value = F.binary_cross_entropy_with_logits(bend[0].exp() * x + bend[1], y) + 1e-3 * bend[0] ** 2
        value.backward()
        return value

    with torch.enable_grad():
        optimiser.step(loss)
    return {"scale": float(bend[0].detach().exp()), "shift": float(bend[1].detach())}


class ClaimTask:
    name = "claims"

    def __init__(self, configuration: Configuration, data: list[Path], bundle: Path, run: Path) -> None:
        self.options = options = configuration.claims
        self._gather(data)
        self.features = TextFeatures(*bundled_text(bundle))
        events = numbered((e for one in self.train for e, _ in one.claims.events), options.rare)
        marks = numbered((m for one in self.train for m in one.claims.marks), options.rare)
        width = self.features.module.config.dim
        self.reader = self.module = ClaimReader(width, options.layers, options.heads, len(events), len(marks), options.dropout)
        self._name(events, marks, run)

    def _gather(self, data: list[Path]) -> None:
        """Texts to learn from, and of the validation split those that are not among them."""
        corpus = Corpus(*data)
        self.train, held = told(corpus, "train"), told(corpus, "val")
        known = {(one.text, one.level) for one in self.train}
        fresh = [one for one in held if (one.text, one.level) not in known]
        self.held = [fresh[i] for i in np.random.default_rng(0).permutation(len(fresh))[: self.options.held]]

    def _name(self, events: dict[str, int], marks: dict[str, int], run: Path) -> None:
        """Numbers of events and marks, kept for export."""
        self.events, self.marks = events, marks
        self._folder = run / self.name
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "names.json").write_text(json.dumps({"events": list(events), "marks": list(marks)}, indent=1))
        print("texts", len(self.train), len(self.held), "events", len(events), "marks", len(marks), flush=True)

    def _written(self, rows: list[Told], draw: np.random.Generator) -> list[str]:
        """Texts as hands may have written them."""
        return [mistyped(row.text, draw) if draw.random() < self.options.typo else row.text for row in rows]

    def _states(self, rows: list[Told], texts: list[str]) -> list[Tensor]:
        """Token states (L, D) of `texts`; those of a row's own text are kept."""
        own = [row.text == text for row, text in zip(rows, texts)]
        self.features.learn([text for text, kept in zip(texts, own) if kept])
        odd = iter(self.features.states([text for text, kept in zip(texts, own) if not kept]))
        return [self.features.level(text) if kept else next(odd) for text, kept in zip(texts, own)]

    def _read(self, rows: list[Told], states: list[Tensor], draw: np.random.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
        """Logits; with `draw` as in training, with noise and wrong boxes."""
        options = self.options
        places = [row.level if draw is None or draw.random() >= options.wrong_box else int(draw.integers(len(LEVELS))) for row in rows]
        text = torch.nn.utils.rnn.pad_sequence(states, batch_first=True)
        seen = torch.arange(text.shape[1])[None] < torch.tensor([len(s) for s in states])[:, None]
        if draw is not None:
            text = text + torch.randn_like(text) * options.noise
            seen = seen & (torch.rand(seen.shape) >= options.no_word)
        events, marks, when = self.reader(text, torch.tensor(places)[:, None].expand(seen.shape), seen)
        return events.float(), marks.float(), when.float()

    def _missed(self, rows: list[Told], states: list[Tensor], draw: np.random.Generator) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch whose token states are known, and of what it consists."""
        events, marks, when = self._read(rows, states, draw)
        spans, how, orders = targets([[row.claims] for row in rows], self.events, self.marks)
        claimed = spans.amax(1)
        parts = {"events": wrong(events, claimed).mean(), "marks": wrong(marks, how).mean()}
        place = F.cross_entropy(when, spans / spans.sum(1, keepdim=True).clamp_min(1), reduction="none")
        parts["when"] = (place * claimed).sum() / claimed.sum().clamp_min(1)
        parts["order"] = order_loss(when, orders, self.events)
        return parts["events"] + parts["marks"] + self.options.when * parts["when"] + self.options.order * parts["order"], parts

    def _batch(self, draw: np.random.Generator) -> list[Told]:
        return like_long(self.train, lambda row: len(row.text), self.options.batch, 3, draw)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = self._batch(draw)
        loss, parts = self._missed(rows, self._states(rows, self._written(rows, draw)), draw)
        return loss, {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """On held-out texts: of the events, marks and denials claimed the share that is read (`.found`), of those read the share that is claimed
        (`.right`), and of the orders the share read in this order. How sure the reader may be at each level is left in calibration.json."""
        first = len(self.events)
        logits, claimed, right, orders = [torch.zeros(0, first + len(self.marks))], [torch.zeros(0, first + len(self.marks))], 0, 0
        for start in range(0, len(self.held), 256):
            rows = self.held[start : start + 256]
            events, marks, when = self._read(rows, self._states(rows, [row.text for row in rows]), None)
            spans, how, before = targets([[row.claims] for row in rows], self.events, self.marks)
            logits.append(torch.cat([events, marks], 1))
            claimed.append(torch.cat([spans.amax(1), how], 1))
            gaps = order_gaps(when, before, self.events)
            right, orders = right + int((gaps > 0).sum()), orders + len(gaps)
        x, true, level = torch.cat(logits), torch.cat(claimed) > 0, torch.tensor([row.level for row in self.held])
        sure = [calibration(x[level == place], true[level == place]) for place in range(len(LEVELS))]
        (self._folder / "calibration.json").write_text(json.dumps(sure, indent=1))
        out, read, mark = {}, x > 0, torch.arange(x.shape[1]) >= first
        denied = torch.tensor([False] * first + [name.endswith(" absent") for name in self.marks])
        for name, labels in (("events", ~mark), ("marks", mark & ~denied), ("denied", denied)):
            both, of, said = (float(those[:, labels].sum()) for those in (read & true, true, read))
            out |= {f"{name}.found": both / max(of, 1), f"{name}.right": both / max(said, 1)}
        return out | {"order": right / max(orders, 1)}
