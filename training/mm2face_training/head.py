"""The head as far as training needs it: lips and face as linear functions of a clip's 50 shapes and jaw.

Axes: V chosen vertices, lengths in metres unless named millimetres.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from torch import Tensor

JAW_JOINT = 2


class LinearHead:
    """Displacement of chosen vertices = values @ basis, jaw rotation taken to first order."""

    def __init__(self, path: Path, region: str = "lips") -> None:
        with safe_open(path, "np") as file:
            chosen = file.get_tensor(f"region.{region}")
            template, expression = file.get_tensor("v_template"), file.get_tensor("expression")[:, chosen].astype(np.float32)
            weight = file.get_tensor("weights")[chosen, JAW_JOINT]
            joint = file.get_tensor("J_regressor")[JAW_JOINT] @ template
        arm = template[chosen] - joint
        basis = np.zeros((56, len(chosen), 3), np.float32)
        basis[:50] = expression
        for axis in range(3):
            turned = np.cross(np.eye(3)[axis], arm)
            basis[53 + axis] = turned * weight[:, None]
        self.basis = torch.from_numpy(basis.reshape(56, -1))
        """(56, V·3); rows of the neck are zero."""

    def displacement(self, motion: Tensor) -> Tensor:
        """(…, 56) → (…, V, 3) metres."""
        return (motion.float() @ self.basis).unflatten(-1, (-1, 3))

    def reach(self) -> Tensor:
        """Mean distance in millimetres that one unit of each channel moves the vertices, (56,)."""
        return self.basis.unflatten(-1, (-1, 3)).norm(dim=-1).mean(-1) * 1000


def sealed(motion: np.ndarray) -> np.ndarray:
    """How far the lips are apart in units of a full jaw opening, (T,): jaw minus mouthClose (0 or less is sealed)."""
    from .shapes import JAW_OPEN_RADIANS, SHAPE

    return motion[:, 53] / JAW_OPEN_RADIANS - motion[:, SHAPE["mouthClose"]]


def lip_gap(values: Tensor, channels: tuple[int, ...]) -> Tensor:
    """The same of some channels of a clip, (…, C) → (…), where sealed lips all count as (nearly) 0."""
    from .shapes import JAW, JAW_OPEN_RADIANS, SHAPE

    jaw, close = values[..., channels.index(JAW[0])], values[..., channels.index(SHAPE["mouthClose"])]
    return (jaw / JAW_OPEN_RADIANS - close).clamp_min(-0.02)
