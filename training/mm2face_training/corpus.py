"""A corpus in MMHead's layout (real or procedural): splits, motion, texts, sound.

Axes: T frames at 25 fps of 56 numbers.
"""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

LEVELS = ("action", "emotion", "expression", "pose", "scenario")
_FOLDERS = dict(zip(LEVELS, ("action", "emotion", "detail_expression", "detail_head_pose", "emotion_scenario")))
MOST_FRAMES = 200


class CorpusError(Exception):
    """What failed, where, what was found and what to do next."""


@dataclass(frozen=True)
class ClipFiles:
    """One clip's files; everything is read when asked for."""

    root: Path
    name: str

    def motion(self) -> np.ndarray:
        """(T, 56) float32, at most 200 frames."""
        archive = self.root / "facial_motion" / f"{self.name}.npz"
        if archive.exists():
            with np.load(archive) as file:
                values = file["motion"]
        else:
            with open(archive.with_suffix(".pkl"), "rb") as file:
                read: Any = pickle.load(file)
            if isinstance(read, dict):
                read = next((v for v in read.values() if getattr(v, "ndim", 0) == 2), None)
            values = np.asarray(read)
        if values.ndim != 2 or values.shape[1] != 56:
            raise CorpusError(f"{archive}: expected frames of 56 numbers, found shape {values.shape}; check the corpus")
        return values[:MOST_FRAMES].astype(np.float32)

    def texts(self) -> dict[str, list[str]]:
        """Texts by level; a level without a file is missing; scenarios have several."""
        out = {}
        for level, folder in _FOLDERS.items():
            path = self.root / "text_annotations" / folder / f"{self.name}.txt"
            if path.exists():
                lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
                if lines:
                    out[level] = lines if level == "scenario" else [" ".join(lines)]
        return out

    @property
    def sound(self) -> Path:
        return self.root / "audio" / f"{self.name}.wav"

    def provenance(self) -> dict[str, Any]:
        path = self.root / "provenance" / f"{self.name}.json"
        return json.loads(path.read_text()) if path.exists() else {}


class Corpus:
    """One or several corpus folders, read as one."""

    def __init__(self, *roots: Path) -> None:
        self.roots = roots

    def clips(self, split: str, subset: str | None = None) -> list[ClipFiles]:
        return [clip for root in self.roots for clip in _Folder(root).clips(split, subset)]


@dataclass(frozen=True)
class _Folder:
    root: Path

    @cached_property
    def subsets(self) -> dict[str, dict[str, list[str]]]:
        """{"talk" | "text": {"train" | "val" | "test": names}}."""
        out = {}
        for subset, file in (("talk", "talking_subset.json"), ("text", "t2m_subset.json")):
            path = self.root / file
            if not path.exists():
                continue
            read = json.loads(path.read_text())
            out[subset] = read if isinstance(read, dict) else {"train": list(read)}
        if not out:
            raise CorpusError(f"{self.root}: neither talking_subset.json nor t2m_subset.json is there; give a corpus folder")
        return out

    def clips(self, split: str, subset: str | None = None) -> list[ClipFiles]:
        names = [n for s, splits in self.subsets.items() if subset in (None, s) for n in splits.get(split, [])]
        return [ClipFiles(self.root, n) for n in names]
