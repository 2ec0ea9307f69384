"""Performances by `mm2face dataset layers`: speech alone, expression alone, both at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..shapes import SHAPE
from .face import Face

LIDS = tuple(SHAPE[f"eye{part}{side}"] for side in ("Left", "Right") for part in ("Blink", "LookDown", "LookIn", "LookOut", "LookUp"))
"""Blinks and gaze belong to neither layer: they are carried over as they are."""
CLOSING = {"p", "b", "m", "em"}


@dataclass
class Performance:
    name: str
    mood: str
    phones: list
    speech: np.ndarray
    expression: np.ndarray
    both: np.ndarray

    def closures(self) -> list[tuple[int, int]]:
        """Frames (first, last) in which each p, b or m must have its lips together: the phone and 40 ms on either side."""
        last = len(self.both) - 1
        spans = [(s - 0.04, e + 0.04) for name, s, e in self.phones if name in CLOSING and e <= len(self.both) / 25]
        # Frame f shows the moment (f + ½) / 25 s.
        return [(max(0, int(np.floor(a * 25 - 0.5 + 0.999))), min(last, max(0, int(np.floor(b * 25 - 0.5))))) for a, b in spans]


def performances(folder: Path) -> list[Performance]:
    listed = json.loads((folder / "layers.json").read_text())["performances"]
    result = []
    for entry in listed:
        arrays = np.load(folder / f"{entry['name']}.npz")
        result.append(
            Performance(entry["name"], entry["mood"], entry["phones"], *(arrays[k].astype(np.float32) for k in ("speech", "expression", "both")))
        )
    return result


def without_lids(motion: np.ndarray) -> np.ndarray:
    motion = motion.copy()
    motion[:, list(LIDS)] = 0
    return motion


def displacements(face: Face, motions: list[np.ndarray], step: int) -> np.ndarray:
    """Every `step`-th frame of clips as displacements without blinks and gaze, (T, V, 3) float16, millimetres."""
    parts = [face.displacement(without_lids(motion[::step])).astype(np.float16) for motion in motions]
    return np.concatenate(parts)
