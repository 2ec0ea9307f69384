"""Blends a speech clip and an expression clip: the reference of the Swift module Blendshapes.

Axes: T frames, P = 53 parameters (50 shapes, jaw rotation), K shapes. Millimetres.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import convolve1d, maximum_filter1d

from ..shapes import JAW_OPEN_RADIANS
from .data import LIDS, without_lids
from .face import PARAMETERS, SIDE_RADIANS, Face
from .network import Blendshapes

DAMPING = 2e-3
"""Ridge of the way back to parameters, as a share of what a parameter moves on average."""
GATE = 0.3
"""A speech of this share of its usual size asks for half of the room it takes in the mouth."""
WIDEST = 9
"""Frames: room is taken from ±4 frames around speech."""
SOFT = np.array([1, 2, 3, 4, 3, 2, 1]) / 16
"""Shoulders of the room in time."""
LEAST, NEAR = 0.5, 2.0
"""While lips are well apart speech takes half of the expression's opening; all of it as they come nearer than about 2 mm."""
UNITS = np.array([1.0] * 50 + [JAW_OPEN_RADIANS, SIDE_RADIANS, SIDE_RADIANS])
"""One unit of each parameter for the ridge."""
PARAMS = np.array([*range(50), 53, 54, 55])


def load(run: Path, variant: str) -> tuple[Blendshapes, float]:
    saved = torch.load(run / f"{variant}.pt", weights_only=True)
    state = saved["state"]
    count = state["speech.out.weight"].shape[0]
    model = Blendshapes(state["index"], state["share"], state["weight"], state["shapes"][:count], state["shapes"][count:])
    model.load_state_dict(state)
    return model.eval(), saved["activity"]


class Mixer:
    def __init__(self, model: Blendshapes, activity: float, face: Face, noise: float = 0.0) -> None:
        """`noise`: standard deviation of noise on every vertex that the encoders see, millimetres, to measure what captures would do."""
        self.model, self.activity, self.face = model, activity, face
        self.noise, self.draw = noise, np.random.default_rng(3)
        weight = model.weight.double().numpy()
        self.shapes = shapes = model.columns().detach().double().numpy()
        columns = face.columns().astype(np.float64) * UNITS[:, None, None]
        self.gram = np.einsum("pvc,v,qvc->pq", columns, weight, columns)
        self.gram += np.eye(PARAMETERS) * DAMPING * np.trace(self.gram) / PARAMETERS
        self.back = np.linalg.solve(self.gram, np.einsum("pvc,v,kvc->pk", columns, weight, shapes))
        """(P, K): parameters (in units) that one unit of a shape is worth."""

    @torch.no_grad()
    def weights(self, moved: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Speech and expression weights of displacements (T, V, 3)."""
        if self.noise:
            moved = moved + self.draw.normal(size=moved.shape) * self.noise
        said, shown = self.model.encode(self.model.image(torch.from_numpy(moved).float()))
        return said.double().numpy(), shown.double().numpy()

    def room(self, said: np.ndarray, gap: np.ndarray) -> np.ndarray:
        """The share of the expression's speech-like deformation that gives way, (T,) 0…1: none in silence, all where lips close."""
        power = (said**2).sum(1) / (GATE * self.activity) ** 2
        talking = maximum_filter1d(power**2 / (1 + power**2), WIDEST, mode="nearest")
        closing = maximum_filter1d(np.exp(-((gap / NEAR) ** 2)), 3, mode="nearest")
        talking = convolve1d(talking, SOFT, mode="nearest")
        closing = np.maximum(closing, convolve1d(closing, SOFT, mode="nearest"))
        return talking * (LEAST + (1 - LEAST) * closing)

    @staticmethod
    def presence(stray: np.ndarray, shown: np.ndarray) -> np.ndarray:
        """How much of what speech does with the expression's shapes gives way to the expression, (T,) 0…1: as much as that is the stronger of
        the two, so that a face that shows nothing leaves speech as it is."""
        power = lambda weights: convolve1d((weights**2).sum(1), SOFT, mode="nearest")  # noqa: E731
        there = power(shown)
        return there / (there + power(stray) + 1e-6)

    def read(self, speech: np.ndarray, expression: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Weights of both domains in the speech clip and in the expression clip, and the room that speech takes, (T, 1)."""
        spoken = self.face.displacement(without_lids(speech))
        speaking, feeling = self.weights(spoken), self.weights(self.face.displacement(without_lids(expression)))
        return speaking, feeling, self.room(speaking[0], self.face.lip_gap(spoken))[:, None]

    def decode(self, speech: np.ndarray, expression: np.ndarray) -> np.ndarray:
        """The deformation (T, V, 3) that the shapes alone add to the canonical mesh, before it is mapped to parameters: each track's own
        shapes, and of what an expression does with speech's as much as speech leaves room for (an expression has a mouth, too)."""
        (said_s, _), (said_e, shown_e), room = self.read(speech, expression)
        return np.tensordot(np.concatenate([said_s + (1 - room) * said_e, shown_e], 1), self.shapes, 1)

    def blend(self, speech: np.ndarray, expression: np.ndarray, amounts: tuple[float, float] = (1, 1)) -> np.ndarray:
        """Two clips of one length, (T, 56) → (T, 56)."""
        a, b = amounts
        (_, shown_s), (said_e, shown_e), room = self.read(speech, expression)
        n = self.model.speeches
        given = min(b, 1) * self.presence(a * shown_s, b * shown_e)[:, None]
        cross = a * given * shown_s @ self.back[:, n:].T + b * room * said_e @ self.back[:, :n].T
        tracks = a * without_lids(speech)[:, PARAMS] / UNITS, b * without_lids(expression)[:, PARAMS] / UNITS
        result = np.zeros_like(speech)
        result[:, PARAMS] = self.bounded(tracks[0] + tracks[1] - cross, *tracks) * UNITS
        result[:, 50:53] = min(a, 1) * speech[:, 50:53] + min(b, 1) * expression[:, 50:53]
        result[:, list(LIDS)] = min(b, 1) * expression[:, list(LIDS)] + (1 - min(b, 1)) * min(a, 1) * speech[:, list(LIDS)]
        return result

    def bounded(self, wanted: np.ndarray, *tracks: np.ndarray) -> np.ndarray:
        """The nearest parameters inside their bounds, nearness measured on the face (coordinate descent)."""
        low = np.minimum(0, np.minimum.reduce(tracks))
        high = np.maximum(1.2, np.maximum.reduce(tracks))
        low[:, 51:], high[:, 51:] = -1.2, 1.2
        low[:, list(LIDS)], high[:, list(LIDS)] = 0, 0
        x = np.clip(wanted, low, high)
        pull = wanted @ self.gram
        for _ in range(12):
            for p in range(PARAMETERS):
                gradient = x @ self.gram[:, p] - pull[:, p]
                x[:, p] = np.clip(x[:, p] - gradient / self.gram[p, p], low[:, p], high[:, p])
        return x
