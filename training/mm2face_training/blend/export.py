"""Writes the model that the Swift module Blendshapes reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from .face import Face
from .mix import DAMPING, GATE
from .network import Blendshapes


def export(model: Blendshapes, activity: float, face: Face, out: Path) -> None:
    state = model.state_dict()
    tensors = {
        "vertices": face.vertices.astype(np.int32),
        "weight": state["weight"].numpy(),
        "image.index": state["index"].numpy().astype(np.int32),
        "image.share": state["share"].numpy().astype(np.float32),
        "shapes": model.columns().detach().numpy().astype(np.float16),
    }
    tensors |= {key: value.numpy().astype(np.float32) for key, value in state.items() if key.startswith(("speech.", "expression."))}
    about = {
        "format": 1, "side": model.side, "speechShapes": model.speeches, "expressionShapes": len(model.shapes) - model.speeches,
        "activity": activity, "gate": GATE, "damping": DAMPING,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, out, {"blend": json.dumps(about)})
