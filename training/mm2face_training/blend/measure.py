"""Measures blends against performances of both at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .data import Performance
from .face import SEALED, Face

Blend = Callable[[np.ndarray, np.ndarray], np.ndarray]


def largest(face: Face, a: np.ndarray, b: np.ndarray) -> float:
    """Lip vertex error: the largest distance among the lips, mean over frames, millimetres."""
    return float(np.linalg.norm(a[:, face.lips] - b[:, face.lips], axis=-1).max(1).mean())


def seals(face: Face, performance: Performance, moved: np.ndarray) -> int:
    gap = face.lip_gap(moved)
    return sum(bool((gap[a : b + 1] <= SEALED).any()) for a, b in performance.closures())


def measure(face: Face, played: list[Performance], blend: Blend, decode: Blend | None = None) -> dict:
    """Sums over performances: see the keys. Amplitude: size of what is away from the mouth, over that of the truth and of the expression
    clip alone (the truth also holds what brows do while speaking, which belongs to neither track). With `decode`, the deformations of the
    shapes themselves are measured too: largest distance among the lips, and mean over the face."""
    rows = []
    for p in played:
        both, speech, expression = (face.displacement(x) for x in (p.both, p.speech, p.expression))
        mine = face.displacement(blend(p.speech, p.expression))
        away = [float(np.square(x[:, face.away]).sum()) for x in (mine, both, expression)]
        step = float(np.linalg.norm(np.diff(mine[:, face.lips], axis=0), axis=-1).max()) if len(mine) > 1 else 0
        shaped = decode(p.speech, p.expression) if decode is not None else mine
        plain = largest(face, shaped, both), float(np.linalg.norm(shaped - both, axis=-1).mean())
        seal = len(p.closures()), *(seals(face, p, x) for x in (mine, speech, both))
        rows.append((p.mood, len(p.both), largest(face, mine, both), largest(face, speech, both), *seal, *away, step, *plain))

    def summary(chosen: list) -> dict:
        t = np.array([r[1:] for r in chosen], float)
        frames = t[:, 0] / t[:, 0].sum()
        return {
            "performances": len(chosen),
            "lipError": round(float(frames @ t[:, 1]), 4),
            "lipErrorSpeechAlone": round(float(frames @ t[:, 2]), 4),
            "closures": int(t[:, 3].sum()),
            "sealed": int(t[:, 4].sum()),
            "sealedSpeechAlone": int(t[:, 5].sum()),
            "sealedBoth": int(t[:, 6].sum()),
            "amplitude": round(float(np.sqrt(t[:, 7].sum() / t[:, 8].sum())), 4),
            "amplitudeOfExpression": round(float(np.sqrt(t[:, 7].sum() / t[:, 9].sum())), 4),
            "largestStep": round(float(t[:, 10].max()), 2),
            "decodedLipError": round(float(frames @ t[:, 11]), 4),
            "decodedFaceError": round(float(frames @ t[:, 12]), 4),
        }

    result = {"all": summary(rows)}
    for mood in sorted({r[0] for r in rows}):
        result[mood] = summary([r for r in rows if r[0] == mood])
    return result
