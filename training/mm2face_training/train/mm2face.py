"""Trains MM2Face (paper, loss 5): both tasks in one model, tokens replaced at random, every condition dropped at times."""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Wav2Vec2Model

from .. import networks
from ..conditions import TextFeatures, condition, draw_prompt, hear, whole_prompt
from ..corpus import ClipFiles, Corpus
from ..head import lip_gap, sealed
from ..models.audio import CompactAudioEncoder
from ..models.tokenizer import MotionTokenizer
from ..models.transformer import MM2FaceTransformer, TransformerShape
from ..shapes import JAW, SHAPE
from ..speech.collections import read_audio
from ..speech.lips import SEALED
from .loop import like_long
from .preference import Preference

if TYPE_CHECKING:
    from ..configurations import Configuration


@dataclass(frozen=True)
class MM2FaceOptions:
    shape: TransformerShape = TransformerShape()
    batch: int = 32
    talk_share: float = 0.4
    no_text: float = 0.1
    no_level: tuple[float, ...] = (0.4, 0.4, 0.4, 0.4, 0.6)
    """Chance that a level is left out, in order of levels."""
    whole: float = 0.0
    """Share of prompts that keep all their levels."""
    no_audio: float = 0.15
    no_length: float = 0.3
    """Chance that a clip's length is left to END, with text or sound alike."""
    hush: float = 0.12
    """Share of batches without voices that are performed to silent recordings, half of the clips whose lips stay together without a text:
    texts do in silence what they do without sound, and nothing else opens the lips."""
    hushes: int = 48
    """Silent recordings of eight seconds, from digital silence to a noisy room."""
    wrong_box: float = 0.1
    """Chance that the only text of a prompt stands at a level it was not written for."""
    no_word: float = 0.05
    """Chance that a token of a text is hidden from cross-attention."""
    blur: float = 0.15
    """Noise on text states (their spread is about 1): words near to each other should do the same."""
    replace: float = 0.4
    """Inputs are replaced by random codes at a rate drawn from 0 to this, a clip."""
    forget: float = 0.25
    """Share of clips whose past is replaced by 60 to 100 %: with the past at hand, texts decide little more than when something sets in."""
    gap: float = 10.0
    """Weight of the lip gap (in units of jawOpen) that the expected mouth codes decode to, on clips with a voice."""
    keep: float = 0.0
    """Weight, where a voice is heard, of what the logits of the bundle that training began with say (Kullback-Leibler divergence from
    theirs to these): lips that voices have led once are not unlearnt on texts."""
    choice: int = 3
    """A batch is one of this many times as many clips sorted by length: little is wasted on padding."""
    disturb: float = 0.5
    """Share of voices that the encoder hears in a worse room, drawn anew whenever a clip is."""
    rooms: int = 2
    """Worse rooms a clip's voice is put in; what the encoder hears there is kept on disk."""
    prefer: float = 1.0
    """Weight of preferring takes that miss less (`preference.py`), where takes are given."""
    pairs: int = 16
    """Pairs of takes a step."""
    sharpness: float = 0.1
    """How closely takes stay to the chances that the bundle gave them (β of direct preference optimisation)."""


@dataclass(frozen=True)
class Example:
    clip: ClipFiles
    tokens: Tensor  # (S, J) int16
    texts: dict[str, list[str]]
    audio: Tensor | None  # (T, audioWidth) float16

    @cached_property
    def closed(self) -> bool:
        """Whether the lips stay together all the time."""
        return float(sealed(self.clip.motion()).max()) <= SEALED


def heard(hearing: CompactAudioEncoder | Wav2Vec2Model, clip: ClipFiles, room: int, kept: Path) -> Tensor:
    """Features (T, audioWidth) in half precision of a clip's voice as it is (`room` 0) or in a worse room; kept in a folder of `kept` for
    this very encoder: features of two encoders must never meet in one training."""
    path = kept / fingerprint(hearing) / f"{clip.root.name}_{clip.name}_{room}.npy"
    if path.exists():
        return torch.from_numpy(np.load(path))
    # A room of the clip's own, and nothing drawn from the training's chances: a step is the same whether the features are kept or not.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(zlib.crc32(clip.name.encode()) + room)
        audio = hear(hearing, read_audio(clip.sound), len(clip.motion()), room > 0).to(torch.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several processes may hear one clip at a time.
    part = path.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, audio.numpy())
    part.replace(path)
    return audio


def silences(hearing: CompactAudioEncoder | Wav2Vec2Model, count: int, seconds: float = 8.0) -> list[Tensor]:
    """Features (T, audioWidth) in half precision of `count` recordings of nobody: digital silence, noise from white to dull, hum."""
    out, samples = [], int(seconds * 16_000)
    hertz = np.fft.rfftfreq(samples, 1 / 16_000)
    for i in range(count):
        draw = np.random.default_rng([7, i])
        spectrum = np.fft.rfft(draw.normal(size=samples)) * np.maximum(hertz, 20) ** -draw.uniform(0, 1.5)
        sound = np.fft.irfft(spectrum, samples)
        if draw.random() < 0.4:
            turn = 2 * np.pi * draw.choice([50.0, 60.0]) * np.arange(samples) / 16_000
            sound += sound.std() * draw.uniform(0.3, 3) * sum(np.sin(k * turn + draw.uniform(0, 6)) / k for k in range(1, 6))
        loud = 0.0 if i < 2 else 10 ** draw.uniform(-0.3, 2.5)
        wave = (sound / sound.std() * loud).round().astype(np.int16)
        out.append(hear(hearing, wave, round(seconds * 25)).to(torch.float16))
    return out


_fingerprints: WeakKeyDictionary[torch.nn.Module, str] = WeakKeyDictionary()


def fingerprint(module: torch.nn.Module) -> str:
    """Eight digits that tell a frozen network's weights from others'."""
    if module not in _fingerprints:
        digest = hashlib.sha256()
        for name, value in module.state_dict().items():
            digest.update(name.encode() + value.detach().float().contiguous().numpy().tobytes())
        _fingerprints[module] = digest.hexdigest()[:8]
    return _fingerprints[module]


@torch.no_grad()
def tokenised(tokenizer: MotionTokenizer, clips: list[ClipFiles], batch: int = 32) -> list[Tensor]:
    """Tokens (S, J) int16 of every clip; clips of one length are encoded together."""
    out: list[Tensor] = [torch.empty(0)] * len(clips)
    waiting: dict[int, list[tuple[int, Tensor]]] = {}

    def encode(rows: list[tuple[int, Tensor]]) -> None:
        for (i, _), tokens in zip(rows, tokenizer.encode(torch.stack([motion for _, motion in rows]))):
            out[i] = tokens.to(torch.int16)

    for i, clip in enumerate(clips):
        motion = torch.from_numpy(clip.motion())
        rows = waiting.setdefault(len(motion), [])
        rows.append((i, motion))
        if len(rows) == batch:
            encode(waiting.pop(len(motion)))
    for rows in waiting.values():
        encode(rows)
    return out


class MM2FaceTask:
    name = "mm2face"

    def __init__(
        self,
        configuration: Configuration,
        data: list[Path],
        run: Path,
        subset: str | None = None,
        bundle: Path | None = None,
        takes: list[Path] | None = None,
    ) -> None:
        """`subset` "talk" or "text" trains one task only (a first stage without sound is cheaper); with `bundle` its networks go on instead
        of those of the run. `takes` of that bundle teach besides which of two should be the likelier one."""
        self.options, self.run = configuration.mm2face, run
        sound = subset != "text"
        self._first: MM2FaceTransformer | None = None
        if bundle is None:
            self.tokenizer = networks.tokenizer(configuration, run)
            self.hearing = networks.audio_encoder(run) if sound else None
            self.features = TextFeatures(*networks.text_encoder(configuration, run))
            self.module = networks.transformer(configuration, self.tokenizer, None)
        else:
            self.tokenizer = networks.bundled_tokenizer(bundle)
            self.hearing = networks.bundled_audio(bundle) if sound else None
            self.features = TextFeatures(*networks.bundled_text(bundle))
            self.module = networks.bundled_transformer(bundle, self.tokenizer)
            self._first = networks.bundled_transformer(bundle, self.tokenizer) if self.options.keep else None
        self._preference: Preference | None = None
        if takes:
            if bundle is None:
                raise ValueError("takes are preferred to one another by the bundle that drew them: give it too")
            first = self._first or networks.bundled_transformer(bundle, self.tokenizer)
            self._preference = Preference(takes, first, self.features, self.options.pairs, self.options.sharpness)
        corpus = Corpus(*data)
        self.talk = corpus.clips("train", "talk") if subset != "text" else []
        self.text = corpus.clips("train", "text") if subset != "talk" else []
        self.held: list[tuple[ClipFiles, bool]] = []
        for kind in ("talk", "text") if subset is None else (subset,):
            self.held += [(c, kind == "talk") for c in (corpus.clips("val", kind) or corpus.clips("test", kind))[:96]]
        clips = [*self.talk, *self.text, *(c for c, _ in self.held)]
        self._tokens = {(c.root, c.name): tokens for c, tokens in zip(clips, tokenised(self.tokenizer, clips))}
        self._hushes = silences(self.hearing, self.options.hushes) if self.hearing is not None else []
        self._known: dict[tuple[Path, str], Example] = {}
        self._mouth = [i for i, shape in enumerate(self.tokenizer.shapes) if JAW[0] in shape.channels and SHAPE["mouthClose"] in shape.channels]
        print("clips", len(self.talk), len(self.text), len(self.held), flush=True)

    def _example(self, clip: ClipFiles, talk: bool, room: int = 0) -> Example:
        """Tokens and texts of a clip, read when first drawn, and what is heard in a room."""
        key = (clip.root, clip.name)
        if key not in self._known:
            self._known[key] = Example(clip, self._tokens[key], clip.texts(), None)
        if not talk or self.hearing is None:
            return self._known[key]
        return replace(self._known[key], audio=heard(self.hearing, clip, room, self.run / "features"))

    def _room(self, draw: np.random.Generator) -> int:
        return 1 + int(draw.integers(self.options.rooms)) if draw.random() < self.options.disturb else 0

    def _prompt(self, example: Example, draw: np.random.Generator, drop: bool) -> dict[str, str]:
        if not drop:
            return whole_prompt(example.texts, draw)
        options = self.options
        return draw_prompt(example.texts, draw, options.no_level, options.wrong_box, options.no_text, options.whole)

    def _entropy(self, examples: list[Example], draw: np.random.Generator, train: bool, hush: bool = False) -> tuple[Tensor, dict[str, float]]:
        prompts = [self._prompt(e, draw, train) for e in examples]
        silent = [train and draw.random() < self.options.no_audio for _ in examples]
        sounds = [None if e.audio is None or s else e.audio.float() for e, s in zip(examples, silent)]
        if hush:
            prompts = [{} if e.closed and draw.random() < 0.5 else p for e, p in zip(examples, prompts)]
            sounds = [self._silence(e, draw) if p or e.closed else None for e, p in zip(examples, prompts)]
        told = condition(prompts, self.features, sounds)
        lengths = torch.tensor([len(e.tokens) for e in examples])
        told.steps = lengths.masked_fill(torch.from_numpy(draw.random(len(examples)) < self.options.no_length), -1) if train else lengths
        tokens = torch.nn.utils.rnn.pad_sequence([e.tokens.long() for e in examples], batch_first=True)
        inputs = tokens
        if train:
            told.weight = told.weight.masked_fill(torch.rand(told.weight.shape) < self.options.no_word, float("-inf"))
            told.text = told.text + torch.randn_like(told.text) * self.options.blur
            told.full = told.full + torch.randn_like(told.full) * self.options.blur * 0.5
            rate = torch.rand(len(tokens), 1, 1) * self.options.replace
            rate = torch.where(torch.rand(rate.shape) < self.options.forget, 0.6 + 0.4 * torch.rand(rate.shape), rate)
            random = torch.stack([torch.randint(n, tokens.shape[:2]) for n in self.module.codes], -1)
            inputs = torch.where(torch.rand(tokens.shape) < rate, random, tokens)
        states = self.module.states(inputs, told)
        targets = F.pad(tokens, (0, 0, 0, 1))
        at = torch.arange(targets.shape[1])[None]
        inside, end = at < lengths[:, None], at == lengths[:, None]
        entropies = []
        logits = self.module.logits(states, targets)
        masks = [inside | end, *[inside] * (len(logits) - 1)]
        for j, (lane, mask) in enumerate(zip(logits, masks)):
            target = torch.where(end, self.module.codes[0], targets[..., j]) if j == 0 else targets[..., j]
            entropies.append(F.cross_entropy(lane[mask], target[mask]))
        figures = {lane: float(e.detach()) for lane, e in zip(self.module.lanes, entropies)}
        loss = torch.stack(entropies).sum()
        heard = torch.tensor([s is not None for s in sounds])
        if train and self._first is not None and bool(heard.any()):
            with torch.no_grad():
                before = self._first.logits(self._first.states(inputs, told), targets)
            counted = [mask & heard[:, None] for mask in masks]
            away = [F.kl_div(a[m].log_softmax(-1), b[m].softmax(-1), reduction="batchmean") for a, b, m in zip(logits, before, counted)]
            loss, figures["away"] = loss + self.options.keep * torch.stack(away).sum(), float(torch.stack(away).detach().sum())
        if self.options.gap and self._mouth and bool(heard.any()):
            wrong = self._gap(logits, tokens, inside[:, :-1] & heard[:, None])
            loss, figures["gap"] = loss + self.options.gap * wrong, float(wrong.detach())
        return loss, figures

    def _silence(self, example: Example, draw: np.random.Generator) -> Tensor:
        """A silent recording of a clip's length."""
        return self._hushes[draw.integers(len(self._hushes))][: len(example.tokens) * self.tokenizer.rate].float()

    def _gap(self, logits: list[Tensor], tokens: Tensor, counted: Tensor) -> Tensor:
        """Mean difference of the lip gap between what the expected mouth codes and the true ones decode to; `counted` (B, S)."""
        index = self._mouth[0]
        stream, first = self.tokenizer.streams[index], sum(shape.codebooks for shape in self.tokenizer.shapes[:index])
        expected, true = torch.zeros(()), torch.zeros(())
        for k, book in enumerate(stream.codebook):
            chance = logits[first + k][:, :-1, : len(book)].softmax(-1)
            expected, true = expected + chance.to(book.dtype) @ book, true + book[tokens[..., first + k]]
        gap = lambda latent: lip_gap(stream.decode(latent).float() * stream.std + stream.mean, stream.shape.channels)  # noqa: E731
        with torch.no_grad():
            wanted = gap(true)
        wrong = (gap(expected) - wanted).abs().unflatten(1, (-1, self.tokenizer.rate)).mean(-1)
        return wrong[counted].mean()

    def _batch(self, pool: list[ClipFiles], talk: bool, draw: np.random.Generator) -> list[Example]:
        """Clips of about one length."""
        clips = like_long(pool, lambda clip: len(self._tokens[clip.root, clip.name]), self.options.batch, self.options.choice, draw)
        examples = [self._example(clip, talk, self._room(draw)) for clip in clips]
        self.features.learn([text for example in examples for texts in example.texts.values() for text in texts])
        return examples

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        talk = bool(self.talk) and (not self.text or draw.random() < self.options.talk_share)
        pool, kind = (self.talk, "talk") if talk else (self.text, "text")
        hush = not talk and bool(self._hushes) and draw.random() < self.options.hush
        loss, figures = self._entropy(self._batch(pool, talk, draw), draw, True, hush)
        figures = {f"{kind}.{lane}": value for lane, value in figures.items()}
        if self._preference is not None:
            wrong, preferred = self._preference.loss(self.module, draw)
            loss, figures = loss + self.options.prefer * wrong, figures | {f"prefer.{name}": value for name, value in preferred.items()}
        return loss, figures

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        out: dict[str, float] = {}
        for kind in ("talk", "text"):
            rows = [self._example(c, talk) for c, talk in self.held if talk == (kind == "talk")]
            totals: dict[str, list[float]] = {}
            for start in range(0, min(len(rows), 96), 32):
                with torch.autocast("cpu", torch.bfloat16):
                    _, figures = self._entropy(rows[start : start + 32], np.random.default_rng(start), False)
                for lane, value in figures.items():
                    totals.setdefault(lane, []).append(value)
            out |= {f"{kind}.{lane}": float(np.mean(values)) for lane, values in totals.items()}
        return out
