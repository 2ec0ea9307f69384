"""Teaches the distilled text encoder what words do to a face: from texts it has to tell the motion they were written for.

General English gives it the words, but left and right, first and then, slightly and broadly lie close together there. Here token states
predict a summary of the motion (what every channel does in each eighth of the clip, and how left differs from right) and, where a corpus
tells what its texts claim, which events they name, when, how strong, how often, and which they deny; the distance to the teacher is held on
general English, so that words the corpus never uses keep their neighbours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..conditions import draw_prompt
from ..corpus import LEVELS, ClipFiles, Corpus
from ..models.claims import SPANS, attend
from ..models.text import TextShape, encode_grouped, wordpiece
from ..shapes import HEAD, NAMES, SHAPE
from .text_encoder import Student, Teacher, gather

if TYPE_CHECKING:
    from ..configurations import Configuration

_SIDES = [(SHAPE[name], SHAPE[name.replace("Left", "Right")]) for name in NAMES if name.endswith("Left") and "eyeLook" not in name]


@dataclass(frozen=True)
class ReadingOptions:
    batch: int = 32
    general: int = 14
    """Texts a step that hold the encoder to its teacher."""
    general_texts: int = 16_000
    hold: float = 0.8
    """Weight of the distance to the teacher."""
    full: float = 0.3
    """Weight of what the mean state of the full text tells."""
    full_share: float = 0.25
    """Share of a batch whose full texts are read too: they are long."""
    no_level: tuple[float, ...] = (0.6, 0.6, 0.5, 0.6, 0.7)
    wrong_box: float = 0.1
    claims: float = 1.0
    """Weight of the events that texts claim."""
    order: float = 1.0
    """Weight of the order that texts claim: how far an event told to come first has its centre from that of the other, in spans."""
    ordered: float = 0.4
    """Least share of a batch whose texts claim an order."""
    rare_claim: int = 30
    """Claims made fewer times than this are left out."""
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


@dataclass(frozen=True)
class Claims:
    """What the texts of one level claim: events with the spans they are seen in (a bit each), and marks (how strong, how often, denied)."""

    events: tuple[tuple[str, int], ...] = ()
    marks: tuple[str, ...] = ()
    before: tuple[tuple[str, str], ...] = ()


def _event(what: dict[str, Any]) -> str:
    side = what.get("side", "both")
    return f"{what['kind']}.{what['name']}" + ("" if side == "both" else f".{side}")


def claims(provenance: dict[str, Any], seconds: float) -> dict[str, Claims]:
    """Claims by level of a clip of `seconds`; a scenario claims the emotion that it gives rise to."""
    out = {}
    for level, told in provenance.get("claims", {}).items():
        events: dict[str, int] = {}
        marks, before = [], []
        for claim in told:
            what, event = claim["what"], _event(claim["what"])
            if claim["relation"] == "absent":
                marks.append(f"{event} absent")
            elif claim["relation"] == "occurs":
                low, high = (max(0.0, min(1.0, what.get(key, end) / seconds)) for key, end in (("from", 0.0), ("until", seconds)))
                first, last = min(SPANS - 1, int(low * SPANS + 0.5)), max(1, int(high * SPANS + 0.5))
                events[event] = events.get(event, 0) | sum(1 << i for i in range(first, max(last, first + 1)))
                marks += [f"{event} {what[key]}" for key in ("intensity", "count") if key in what]
            elif claim["relation"] == "before":
                before.append((event, _event(claim["other"])))
        out[level] = Claims(tuple(events.items()), tuple(dict.fromkeys(marks)), tuple(before))
    emotion = provenance.get("score", {}).get("emotion", {}).get("name")
    if emotion:
        out["scenario"] = Claims(((f"emotion.{emotion}", (1 << SPANS) - 1),))
    return out


def numbered(names: Iterable[str], least: int) -> dict[str, int]:
    """A number for every name that occurs at least `least` times."""
    return {name: i for i, name in enumerate(sorted(name for name, count in Counter(names).items() if count >= least))}


def targets(rows: list[list[Claims]], events: dict[str, int], marks: dict[str, int]) -> tuple[Tensor, Tensor, list[list[tuple[str, str]]]]:
    """Events (B, SPANS, E), marks (B, M) and orders that each row's texts claim, those that have a number."""
    when, how = torch.zeros(len(rows), SPANS, len(events)), torch.zeros(len(rows), len(marks))
    orders: list[list[tuple[str, str]]] = [[] for _ in rows]
    for i, told in ((i, told) for i, row in enumerate(rows) for told in row):
        for event, spans in told.events:
            if event in events:
                for span in range(SPANS):
                    if spans >> span & 1:
                        when[i, span, events[event]] = 1
        how[i, [marks[m] for m in told.marks if m in marks]] = 1
        orders[i] += [(a, b) for a, b in told.before if a in events and b in events]
    return when, how, orders


def wrong(logits: Tensor, true: Tensor) -> Tensor:
    """Cross entropy of each row (B,), summed over what is claimed or not."""
    return F.binary_cross_entropy_with_logits(logits, true, reduction="none").flatten(1).sum(1)


def order_gaps(logits: Tensor, orders: list[list[tuple[str, str]]], events: dict[str, int]) -> Tensor:
    """How many spans the centre of the later event lies after that of the earlier, for every order claimed; `logits` (B, SPANS, E)."""
    pairs = [(i, events[a], events[b]) for i, found in enumerate(orders) for a, b in found if a != b]
    when = (logits.softmax(1) * torch.arange(SPANS)[None, :, None]).sum(1)
    row, first, second = torch.tensor(pairs, dtype=torch.long).reshape(-1, 3).unbind(1)
    return when[row, second] - when[row, first]


def order_loss(logits: Tensor, orders: list[list[tuple[str, str]]], events: dict[str, int]) -> Tensor:
    """An order that is told wants the centres a span apart, or more."""
    gaps = order_gaps(logits, orders, events)
    return F.softplus(2 - 2 * gaps).mean() if len(gaps) else torch.zeros(())


class Reader(nn.Module):
    """Token states (B, N, D) of a prompt's levels → summary (B, SPANS, F), logits of events (B, SPANS, E) and marks (B, M); not exported."""

    def __init__(self, width: int, features: int, options: ReadingOptions, events: int = 0, marks: int = 0) -> None:
        super().__init__()
        self.heads = options.heads
        self.span = nn.Parameter(torch.randn(SPANS, width) * 0.5)
        self.level = nn.Embedding(len(LEVELS), width)
        self.keys, self.values = nn.Linear(width, width), nn.Linear(width, width)
        self.hidden = nn.Linear(2 * width, options.hidden)
        self.events, self.marks = nn.Linear(options.hidden, events), nn.Linear(SPANS * options.hidden, marks)
        nn.init.constant_(self.events.bias, -4.0)
        nn.init.constant_(self.marks.bias, -4.0)
        self.out = nn.Linear(options.hidden, features)
        self.full = nn.Sequential(nn.Linear(width, options.hidden), nn.GELU(), nn.Linear(options.hidden, SPANS * features))

    def forward(self, states: Tensor, level: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """`level` and `seen` (B, N)."""
        rows = states + self.level(level)
        mixed = attend(self.span[None], self.keys(rows), self.values(rows), seen, self.heads)
        h = F.gelu(self.hidden(torch.cat([mixed, self.span.expand(len(mixed), -1, -1)], -1)))
        return self.out(h), self.events(h), self.marks(h.flatten(1))


class ReadingModule(nn.Module):
    def __init__(self, student: Student, shape: TextShape, features: int, options: ReadingOptions, events: int = 0, marks: int = 0) -> None:
        super().__init__()
        self.encoder, self.map = student.encoder, student.map
        self.reader = Reader(shape.width, features, options, events, marks)

    def states(self, ids: list[list[int]]) -> list[Tensor]:
        """Token states (L, D) of each text."""
        return encode_grouped(self.encoder, ids)


def mistyped(text: str, draw: np.random.Generator) -> str:
    """Two neighbouring letters change places, or one is left out."""
    at = int(draw.integers(max(1, len(text) - 2)))
    return text[:at] + text[at + 1 : at + 2] + (text[at : at + 1] if draw.random() < 0.5 else "") + text[at + 2 :]


@dataclass(frozen=True)
class Read:
    """A clip as this training sees it."""

    texts: dict[str, list[str]]
    summary: np.ndarray
    claims: dict[str, Claims]


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
        everything = np.stack([clip.summary for clip in self.train[::3]]).astype(np.float32)
        self.mean, self.std = everything.mean((0, 1)), everything.std((0, 1)).clip(2e-3)
        self.std[list(HEAD)] = everything[..., list(HEAD)].std((0, 1))
        told = [c for clip in self.train for c in clip.claims.values()]
        self.events = numbered((e for c in told for e, _ in c.events), options.rare_claim)
        self.marks = numbered((m for c in told for m in c.marks), options.rare_claim)
        self.ordered = [clip for clip in self.train if any(c.before for c in clip.claims.values())]
        self.module = ReadingModule(student, shape, len(self.mean), options, len(self.events), len(self.marks))
        print("clips", len(self.train), len(self.held), "general texts", len(self.general), flush=True)
        print("events", len(self.events), "marks", len(self.marks), flush=True)

    def _read(self, clips: list[ClipFiles]) -> list[Read]:
        out = []
        for clip in clips:
            texts = clip.texts()
            if texts:
                motion = clip.motion()
                out.append(Read(texts, summary(motion).astype(np.float16), claims(clip.provenance(), len(motion) / 25)))
        return out

    def _claimed(self, rows: list[Read], prompts: list[dict[str, str]]) -> tuple[Tensor, Tensor, list[list[tuple[str, str]]]]:
        """Events (B, SPANS, E), marks (B, M) and orders that the texts of each prompt claim, wherever they stand."""
        told = [
            [clip.claims[level] for level, texts in clip.texts.items() if level in clip.claims and any(t in texts for t in prompt.values())]
            for clip, prompt in zip(rows, prompts)
        ]
        return targets(told, self.events, self.marks)

    def _guess(self, rows: list[Read], draw: np.random.Generator, alone: int | None = None) -> dict[str, Any]:
        """What the levels tell (`told` (B, SPANS, F) standardised, `events`, `marks`: logits), what the full text tells (`full`), what is
        true (`true`, `claimed`); `alone` keeps one level only."""
        prompts = []
        for clip in rows:
            texts = clip.texts
            no_level = self.options.no_level if alone is None else tuple(float(i != alone) for i in range(len(LEVELS)))
            prompt = draw_prompt(texts, draw, no_level, 0 if alone is not None else self.options.wrong_box)
            if not prompt:
                level = LEVELS[alone] if alone is not None and LEVELS[alone] in texts else sorted(texts)[draw.integers(len(texts))]
                prompt = {level: texts[level][draw.integers(len(texts[level]))]}
            prompts.append(prompt)
        claimed = self._claimed(rows, prompts)
        if alone is None:
            prompts = [{k: mistyped(t, draw) if draw.random() < self.options.typo else t for k, t in prompt.items()} for prompt in prompts]
        parts = [(i, LEVELS.index(level), text) for i, prompt in enumerate(prompts) for level, text in prompt.items()]
        some = max(1, round(self.options.full_share * len(prompts)))
        told = [text for _, _, text in parts] + [" ".join(p[level] for level in LEVELS if level in p) for p in prompts[:some]]
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
        true = (np.stack([clip.summary for clip in rows]).astype(np.float32) - self.mean) / self.std
        summed, events, marks = (x.float() for x in self.module.reader(memory, level, seen))
        whole = self.module.reader.full(full).float().unflatten(-1, (SPANS, -1))
        return dict(told=summed, events=events, marks=marks, full=whole, true=torch.from_numpy(true.clip(-5, 5)), claimed=claimed)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        ordered = round(self.options.ordered * self.options.batch) if self.ordered else 0
        rows = [self.ordered[i] for i in draw.integers(max(1, len(self.ordered)), size=ordered)]
        rows += [self.train[i] for i in draw.integers(len(self.train), size=self.options.batch - ordered)]
        draw.shuffle(rows)  # type: ignore[arg-type]
        guess = self._guess(rows, draw)
        read, whole = F.mse_loss(guess["told"], guess["true"]), F.mse_loss(guess["full"], guess["true"][: len(guess["full"])])
        known = torch.tensor([float(bool(clip.claims)) for clip in rows])
        named = ((wrong(guess["events"], guess["claimed"][0]) / SPANS + wrong(guess["marks"], guess["claimed"][1])) * known).mean()
        order = order_loss(guess["events"], guess["claimed"][2], self.events)
        texts = [self.general[i] for i in draw.integers(len(self.general), size=self.options.general)]
        ids = [e.ids[:300] for e in self.tokenizer.encode_batch(texts)]
        wanted = self.teacher.states(ids)
        apart, cosine = torch.zeros(()), []
        for state, want in zip(self.module.states(ids), wanted):
            mine = self.module.map(state).float()
            apart = apart + (1 - F.cosine_similarity(mine, want, dim=-1)).mean() + 2 * F.mse_loss(mine, want)
            cosine.append(F.cosine_similarity(mine.mean(0), want.mean(0), dim=0))
            apart = apart + 3 * (1 - cosine[-1])
        loss = read + self.options.full * whole + self.options.hold * apart / len(ids) + self.options.claims * named + self.options.order * order
        parts = {"read": read, "named": named, "order": order, "whole": whole, "cosine": torch.stack(cosine).mean()}
        return loss, {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Share of the summary's variance that held-out texts tell, all levels together and each alone; of the events that one level's text
        claims the share that is named, of those it denies the share seen to be denied, and of those told to come one before the other the
        share read in this order."""
        out: dict[str, Any] = {}
        denials = [i for mark, i in self.marks.items() if mark.endswith(" absent")]
        for name, alone in (("all", None), *((level, i) for i, level in enumerate(LEVELS))):
            wrong, whole, apart, sides = 0.0, 0.0, 0.0, 0.0
            named, claimed, right, orders, seen, denied = 0.0, 0.0, 0, 0, 0.0, 0.0
            for start in range(0, len(self.held) - 63, 64):
                guess = self._guess(self.held[start : start + 64], np.random.default_rng(start), alone)
                told, true = guess["told"], guess["true"]
                there = guess["claimed"][0].amax(1)
                named, claimed = named + float(((guess["events"].amax(1) > 0) * there).sum()), claimed + float(there.sum())
                absent = guess["claimed"][1][:, denials]
                seen, denied = seen + float(((guess["marks"][:, denials] > 0) * absent).sum()), denied + float(absent.sum())
                apart_in_time = order_gaps(guess["events"], guess["claimed"][2], self.events)
                right, orders = right + int((apart_in_time > 0).sum()), orders + len(apart_in_time)
                wrong, whole = wrong + float((told - true).square().sum()), whole + float(true.square().sum())
                left = slice(-len(_SIDES), None)
                apart, sides = apart + float((told - true)[..., left].square().sum()), sides + float(true[..., left].square().sum())
            out |= {f"{name}": 1 - wrong / max(whole, 1e-9), f"{name}.sides": 1 - apart / max(sides, 1e-9)}
            out[f"{name}.named"] = named / max(claimed, 1)
            if denied:
                out[f"{name}.denied"] = seen / denied
            if orders:
                out[f"{name}.order"] = right / orders
        return out
