"""Sets of recordings with phone times, kept as one .npz a set."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .phones import Segment

RATE = 16_000


@dataclass(frozen=True)
class Recording:
    """16 kHz mono samples (N,) int16 with their phones; `voice` is the speaker as far as known."""

    name: str
    voice: str
    text: str
    samples: np.ndarray
    phones: list[Segment]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def save(path: Path, recordings: list[Recording]) -> None:
    """Writes samples end to end with offsets, the rest as JSON."""
    offsets = np.cumsum([0] + [len(r.samples) for r in recordings])
    about = [{"name": r.name, "voice": r.voice, "text": r.text, "phones": r.phones} for r in recordings]
    samples = np.concatenate([r.samples for r in recordings]) if recordings else np.zeros(0, np.int16)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, samples=samples, offsets=offsets, about=np.frombuffer(json.dumps(about).encode(), np.uint8))


def load(path: Path) -> list[Recording]:
    with np.load(path) as file:
        samples, offsets = file["samples"], file["offsets"]
        about = json.loads(file["about"].tobytes())
    return [
        Recording(a["name"], a["voice"], a["text"], samples[offsets[i] : offsets[i + 1]], [(p, s, e) for p, s, e in a["phones"]])
        for i, a in enumerate(about)
    ]
