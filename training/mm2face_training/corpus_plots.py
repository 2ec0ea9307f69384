"""Draws what a data set in our layout holds, as the appendix of the paper does: one PNG with four charts.

    python -m mm2face_training.corpus_plots DATASET OUT.png
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402


def gather(folder: Path) -> tuple[list[float], Counter[str], Counter[str], np.ndarray]:
    """Durations (seconds), actions, emotions with their intensity, and the neck's angles of every tenth frame (N, 3) in degrees."""
    durations, actions, emotions, angles = [], Counter[str](), Counter[str](), []
    for path in sorted((folder / "facial_motion").glob("*.npz")):
        with np.load(path) as file:
            motion, fps = file["motion"], float(file["fps"])
        durations.append(len(motion) / fps)
        angles.append(np.degrees(motion[::10, 50:53]))
        origin = folder / "provenance" / f"{path.stem}.json"
        if not origin.exists():
            continue
        score = json.loads(origin.read_text())["score"]
        actions.update(event["name"] for event in score["events"] if event["kind"] == "action")
        moods = [(event["name"], event["intensity"]) for event in score["events"] if event["kind"] == "emotion"]
        if score.get("emotion"):
            moods.append((score["emotion"]["name"], score["emotion"]["intensity"]))
        emotions.update(f"{name} {intensity}" for name, intensity in moods or [("neutral", "")])
    return durations, actions, emotions, np.concatenate(angles)


def draw(folder: Path, out: Path) -> None:
    durations, actions, emotions, angles = gather(folder)
    figure, axes = plt.subplots(2, 2, figsize=(15, 11), dpi=90)
    axes[0, 0].hist(durations, bins=28, range=(1, 8), color="#48709c")
    axes[0, 0].set(title=f"duration of {len(durations)} clips", xlabel="seconds", ylabel="clips")
    for axis, label, colour in zip(range(3), ("up − / down +", "right − / left +", "tilt left − / right +"), ("#48709c", "#b0603c", "#5c8a4c")):
        axes[0, 1].hist(angles[:, axis], bins=80, range=(-40, 40), histtype="step", label=label, color=colour, log=True)
    axes[0, 1].set(title="head rotation", xlabel="degrees", ylabel="frames")
    axes[0, 1].legend(fontsize=8)
    for axes_of, counts, title in ((axes[1, 0], actions, "actions"), (axes[1, 1], emotions, "emotions")):
        items = counts.most_common()
        axes_of.barh([name.strip() for name, _ in items], [count for _, count in items], color="#48709c")
        axes_of.invert_yaxis()
        axes_of.tick_params(axis="y", labelsize=7)
        axes_of.set_title(title)
    figure.tight_layout()
    figure.savefig(out)
    plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    draw(arguments.dataset, arguments.out)
