"""Do lips do what is said? Measures motion against phones, on parameters (the Swift side measures posed vertices)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..head import sealed
from .phones import INDEX, OPENING, Segment, classes_of, targets

SEALED = 0.03
"""Lips count as together up to this gap, in units of a full jaw opening."""
OPEN_VOWELS = ("aa", "ae", "ao", "aw", "ay", "ah", "eh", "ow")
VOWELS = [INDEX[name] for name in ("UU", "AO", "AA", "EH", "IY")]


@dataclass
class LipTally:
    """Counts over clips; `ratios` turns them into rates, and into the correlation of the lip gap at vowels' centres with their openness:
    the vowel's own (`opening`), and what neighbours leave of it (`coarticulated`: a vowel of 50 ms between two s never opens)."""

    closures: int = 0
    closed: int = 0
    vowels: int = 0
    vowels_closed: int = 0

    def __post_init__(self) -> None:
        self._gap: list[float] = []
        self._wanted: list[float] = []
        self._asked: list[float] = []

    def add(self, motion: np.ndarray, phones: list[Segment], fps: float = 25.0) -> None:
        """Motion (T, 56): a p, b or m counts as sealed when the lips meet within 40 ms of it, an open vowel when they meet at its centre."""
        gap = sealed(motion)
        for phone, start, end in phones:
            low, high = int(np.floor((start - 0.04) * fps)), int(np.ceil((end + 0.04) * fps))
            if phone in ("p", "b", "m") and len(gap[max(0, low) : high]):
                self.closures += 1
                self.closed += bool(gap[max(0, low) : high].min() <= SEALED)
            centre = int((start + end) / 2 * fps)
            if phone.rstrip("012") in OPEN_VOWELS and centre < len(gap):
                self.vowels += 1
                self.vowels_closed += bool(gap[centre] <= SEALED)
        _, asked, _ = targets(phones, len(motion) / fps)
        for index, start, end in classes_of(phones):
            centre = int((start + end) / 2 * fps)
            if centre < len(gap) and index in VOWELS:
                self._gap.append(float(gap[centre]))
                self._wanted.append(float(OPENING[index]))
                self._asked.append(float(asked[min(len(asked) - 1, int((start + end) / 2 * 100))]))

    def ratios(self) -> dict[str, float]:
        with_gap = lambda wanted: float(np.corrcoef(self._gap, wanted)[0, 1]) if len(self._gap) > 2 else float("nan")  # noqa: E731
        return {
            "closures": float(self.closures), "sealed": self.closed / max(1, self.closures),
            "vowels": float(self.vowels), "vowels_sealed": self.vowels_closed / max(1, self.vowels),
            "opening": with_gap(self._wanted), "coarticulated": with_gap(self._asked),
        }  # fmt: skip
