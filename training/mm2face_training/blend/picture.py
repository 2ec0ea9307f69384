"""The learnt shapes as a contact sheet, and the cross-talk as a heat map."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402

from .data import Performance, without_lids  # noqa: E402
from .face import Face  # noqa: E402
from .network import Blendshapes  # noqa: E402


@torch.no_grad()
def picture(model: Blendshapes, face: Face, played: list[Performance], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    columns = model.columns().numpy()
    energy = []
    for track in ("speech", "expression"):
        moved = np.concatenate([face.displacement(without_lids(getattr(p, track)[::5])) for p in played])
        said, shown = model.encode(model.image(torch.from_numpy(moved).float()))
        energy.append(torch.cat([said, shown], 1).square().mean(0).sqrt().numpy())
    energy = np.array(energy)
    order = [*np.argsort(-energy[0, : model.speeches]), *(model.speeches + np.argsort(-energy[1, model.speeches :]))[:16]]
    rows = -(-len(order) // 8)
    figure, axes = plt.subplots(rows, 8, figsize=(12, 1.9 * rows))
    for axis in axes.flat:
        axis.axis("off")
    for axis, k in zip(axes.flat, order):
        axis.tripcolor(face.rest[:, 0], face.rest[:, 1], face.triangles, np.linalg.norm(columns[k], axis=1), cmap="magma", shading="gouraud")
        axis.set_aspect("equal")
        axis.set_title(f"{'speech' if k < model.speeches else 'expression'} {k if k < model.speeches else k - model.speeches}", fontsize=7)
    figure.suptitle("Learnt shapes: how far each vertex moves", fontsize=9)
    figure.savefig(out / "shapes.png", dpi=80, bbox_inches="tight")
    plt.close(figure)
    figure, axis = plt.subplots(figsize=(10, 1.8))
    shown = axis.imshow(energy / energy.max(1, keepdims=True), aspect="auto", cmap="magma")
    axis.axvline(model.speeches - 0.5, color="white")
    axis.set_yticks([0, 1], ["speech recordings", "expression recordings"], fontsize=7)
    axis.set_xlabel(f"shapes: {model.speeches} of speech | {len(columns) - model.speeches} of expression; size of their weights (largest of a row is 1)", fontsize=7)
    figure.colorbar(shown)
    figure.savefig(out / "crosstalk.png", dpi=80, bbox_inches="tight")
