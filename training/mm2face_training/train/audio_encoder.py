"""Trains the compact audio encoder on voices with known phones; measures closures on real speakers held out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..models.audio import HOP, RATE, CompactAudioEncoder, at_loudness, log_mel, mel_filters
from ..speech.augment import augment, mask_mels
from ..speech.phones import INDEX, PHONE_CLASS, Segment, classes_of, targets
from ..speech.recordings import Recording, load
from ..speech.speakers import hold_out

FPS = 50


@dataclass
class AudioOptions:
    data: Path = Path("audio")
    """Folder of flite.npz, espeak.npz, orders.npz, words.npz, prompts.npz (any may be missing)."""
    batch: int = 32
    seconds: float = 3.2
    shares: dict[str, float] = field(
        default_factory=lambda: {"flite": 0.2, "espeak": 0.15, "orders": 0.3, "words": 0.15, "prompts": 0.2}
    )
    held_speakers: int = 14
    speaker_groups: int = 44
    held_prompts: int = 40
    closing: float = 2.0
    """Weight of p, b, m among the classes: a missed closure shows more than any other mistake."""
    alone: float = 0.35
    """Share of stretches that are a word or two out of a recording, between silences: there a p or b has no sound before its burst."""
    short: float = 0.25
    """Share of batches that are shorter (from a second on): the loudness and the mean of a clip depend on its pauses."""


def split(options: AudioOptions) -> tuple[dict[str, list[Recording]], dict[str, list[Recording]]]:
    """Training sets by name, and the held-out sets "orders" (whole speakers) and "prompts" (a known speaker's other clips)."""
    sets = {name: load(path) for name in options.shares if (path := options.data / f"{name}.npz").exists()}
    held: dict[str, list[Recording]] = {}
    if "orders" in sets:
        sets["orders"], held["orders"] = hold_out(sets["orders"], options.held_speakers, options.speaker_groups)
    if "prompts" in sets:
        order = np.random.default_rng(5).permutation(len(sets["prompts"]))
        held["prompts"] = [sets["prompts"][i] for i in order[: options.held_prompts]]
        sets["prompts"] = [sets["prompts"][i] for i in order[options.held_prompts :]]
    return sets, held


@dataclass(frozen=True)
class _Item:
    samples: np.ndarray  # (N,) float16 at the encoder's loudness
    label: np.ndarray  # (frames at 100 fps,) int8
    opening: np.ndarray
    rounding: np.ndarray


def with_closure(phones: list[Segment], least: float = 0.08) -> list[Segment]:
    """The phones with `least` seconds for a p or b after a pause: its lips close in silence, and an aligner hears it from the burst on."""
    out = list(phones)
    for i, (phone, start, end) in enumerate(phones):
        if phone in ("p", "b") and (i == 0 or PHONE_CLASS.get(phones[i - 1][0]) == INDEX["SIL"]):
            earliest = phones[i - 1][1] if i else 0.0
            start = min(start, max(earliest, end - least))
            out[i] = (phone, start, end)
            if i:
                out[i - 1] = (phones[i - 1][0], earliest, start)
    return out


def excerpt(recording: Recording, draw: np.random.Generator) -> Recording:
    """Up to 1.3 s of a recording from the start of a phone on, mostly of a p, b or m, between silences of up to 0.8 s."""
    phones = recording.phones
    spoken = [i for i, (phone, _, _) in enumerate(phones) if PHONE_CLASS.get(phone.rstrip("012")) != INDEX["SIL"]]
    lips = [i for i in spoken if phones[i][0] in ("p", "b", "m")]
    pool = lips if lips and draw.random() < 0.7 else spoken
    if not pool:
        return recording
    first = last = pool[draw.integers(len(pool))]
    until = phones[first][1] + draw.uniform(0.25, 1.3)
    while last + 1 in range(len(phones)) and phones[last + 1][2] <= until:
        last += 1
    start, end = phones[first][1], phones[last][2]
    sound = recording.samples[int(start * RATE) : int(end * RATE)].astype(np.float32)
    fade = np.clip((np.arange(len(sound)) + 1) / 80, 0, 1)
    before, after = draw.uniform(0.05, 0.8, 2)
    silence = lambda seconds: np.zeros(int(seconds * RATE), np.int16)  # noqa: E731
    samples = np.concatenate([silence(before), (sound * fade * fade[::-1]).astype(np.int16), silence(after)])
    shift = before - start
    inner = [(phone, a + shift, b + shift) for phone, a, b in phones[first : last + 1]]
    inner = [("pau", 0.0, before), *inner, ("pau", end + shift, before + (end - start) + after)]
    return Recording(recording.name, recording.voice, recording.text, samples, inner)


def _item(recording: Recording) -> _Item:
    samples = at_loudness(torch.from_numpy(recording.samples.astype(np.float32) / 32768)).numpy()
    label, opening, rounding = targets(with_closure(recording.phones), recording.seconds)
    return _Item(samples.astype(np.float16), label.astype(np.int8), opening.astype(np.float16), rounding.astype(np.float16))


class AudioTask:
    name = "audio-encoder"

    def __init__(self, options: AudioOptions) -> None:
        self.options, self.module = options, CompactAudioEncoder()
        train, self.held = split(options)
        self.recordings = train
        self.sets = {name: [_item(r) for r in recordings] for name, recordings in train.items()}
        shares = np.array([options.shares[name] for name in self.sets])
        self.shares = shares / shares.sum()
        self.filters = [mel_filters(warp=w) for w in np.exp(np.linspace(-0.14, 0.14, 9))]
        self.plain = mel_filters()
        self.weights = torch.ones(self.module.classes)
        self.weights[INDEX["PBM"]], self.weights[INDEX["FV"]] = self.options.closing, (1 + self.options.closing) / 2
        hours = {name: round(sum(len(i.samples) for i in items) / RATE / 3600, 2) for name, items in self.sets.items()}
        voices = {name: (len(r), len({x.voice for x in r})) for name, r in self.held.items()}
        print("hours", hours, "held out (clips, voices)", voices, flush=True)

    def _crop(self, draw: np.random.Generator, seconds: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A stretch at a random speed (pitch goes along), silence where it hangs over an end."""
        count = round(seconds * RATE)
        name = list(self.sets)[draw.choice(len(self.sets), p=self.shares)]
        which = draw.integers(len(self.sets[name]))
        item = _item(excerpt(self.recordings[name][which], draw)) if draw.random() < self.options.alone else self.sets[name][which]
        speed = 1.0 if draw.random() < 0.15 else float(np.exp(draw.uniform(np.log(0.8), np.log(1.25))))
        need, have = int(count * speed) + 2, len(item.samples)
        start = draw.integers(-8000, have - need + 8000) if have + 16000 > need else draw.integers(-(need - have), 1)
        at = start + np.arange(count) * speed
        i = np.floor(at).astype(np.int64)
        inside, share = (i >= 0) & (i < have - 1), (at - i).astype(np.float32)
        i = np.clip(i, 0, have - 2)
        samples = (item.samples[i].astype(np.float32) * (1 - share) + item.samples[i + 1].astype(np.float32) * share) * inside
        frames = np.floor((start + (np.arange(round(seconds * FPS)) + 0.5) * RATE / FPS * speed) / HOP).astype(np.int64)
        inside, frames = (frames >= 0) & (frames < len(item.label)), np.clip(frames, 0, len(item.label) - 1)
        pick = lambda values, rest: np.where(inside, values[frames], rest).astype(np.float32)  # noqa: E731
        return samples, pick(item.label, 0), pick(item.opening, 0.02), pick(item.rounding, 0.1)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        longest = self.options.seconds
        seconds = round(float(draw.uniform(1, longest)) * FPS / 2) * 2 / FPS if draw.random() < self.options.short else longest
        crops = [self._crop(draw, seconds) for _ in range(self.options.batch)]
        samples, label, opening, rounding = (torch.from_numpy(np.stack(column)) for column in zip(*crops))
        with torch.no_grad(), torch.autocast("cpu", enabled=False):
            mel = mask_mels(log_mel(augment(samples), self.filters[draw.integers(len(self.filters))]))
        logits, opened, rounded = self.module(mel)
        entropy = F.cross_entropy(logits.flatten(0, 1), label.long().flatten(), self.weights, label_smoothing=0.05)
        loss = entropy + 4 * (opened - opening).abs().mean() + 2 * (rounded - rounding).abs().mean()
        return loss, {"entropy": float(entropy.detach()), "accuracy": float((logits.argmax(-1) == label).float().mean())}

    def validate(self) -> dict[str, float]:
        out: dict[str, float] = {}
        for name, recordings in self.held.items():
            for key, value in measure(self.module, recordings).items():
                out[f"{name}.{key}"] = value
        return out


@torch.no_grad()
def listen(module: CompactAudioEncoder, recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Class posteriors (T, 16) and opening (T,) at 50 fps of a whole clip."""
    samples = at_loudness(torch.from_numpy(recording.samples.astype(np.float32) / 32768))[None]
    with torch.autocast("cpu", torch.bfloat16):
        logits, opening, _ = module(log_mel(samples, mel_filters()))
    return logits[0].softmax(-1).numpy(), opening[0].float().numpy()


def closures(posterior: np.ndarray, threshold: float) -> list[float]:
    """Centres in seconds of stretches where p, b or m is more likely than `threshold`."""
    on = np.concatenate([[False], posterior > threshold, [False]])
    starts, ends = np.flatnonzero(~on[:-1] & on[1:]), np.flatnonzero(on[:-1] & ~on[1:])
    return [float(np.average(np.arange(s, e) + 0.5, weights=posterior[s:e])) / FPS for s, e in zip(starts, ends)]


def measure(module: CompactAudioEncoder, recordings: list[Recording], threshold: float = 0.4) -> dict[str, float]:
    """Closures found within 40 ms of their centre (recall, precision), frame accuracy, correlation of opening."""
    hits = wanted = found = right = frames = 0
    guessed, meant = [], []
    for recording in recordings:
        posterior, opening = listen(module, recording)
        phones = with_closure(recording.phones)
        label, target, _ = targets(phones, recording.seconds, FPS)
        n = min(len(label), len(posterior))
        right += int((posterior[:n].argmax(1) == label[:n]).sum())
        frames += n
        guessed.append(opening[:n])
        meant.append(target[:n])
        want = [(s + e) / 2 for c, s, e in classes_of(phones) if c == INDEX["PBM"]]
        got = closures(posterior[:, INDEX["PBM"]], threshold)
        wanted, found = wanted + len(want), found + len(got)
        free = list(got)
        for centre in want:
            near = min(free, key=lambda g: abs(g - centre), default=None)
            if near is not None and abs(near - centre) <= 0.04:
                free.remove(near)
                hits += 1
    correlation = float(np.corrcoef(np.concatenate(guessed), np.concatenate(meant))[0, 1])
    return {
        "recall": hits / max(1, wanted), "precision": hits / max(1, found), "closures": float(wanted),
        "accuracy": right / max(1, frames), "opening": correlation,
    }  # fmt: skip
