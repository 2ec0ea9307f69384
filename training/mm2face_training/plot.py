"""Draws the curves of a run: one PNG a network, training as lines and validation as dots."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

_ASIDE = {"step", "seconds", "rate", "validation", "final"}


def plot_run(run: Path, out: Path) -> None:
    """Also copies the logs, so that `out` is all that need be kept."""
    out.mkdir(parents=True, exist_ok=True)
    for log in sorted(run.glob("*/log.jsonl")):
        name = log.parent.name
        shutil.copyfile(log, out / f"{name}.jsonl")
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        keys = list(dict.fromkeys(k for line in lines for k in line if k not in _ASIDE))
        groups = [k for k in keys if any(k in line and not line.get("validation") for line in lines)]
        checks = [k for k in keys if any(k in line and line.get("validation") for line in lines)]
        figure, axes = plt.subplots(1, 2, figsize=(11, 4), dpi=90)
        for axis, names, validation, style in ((axes[0], groups, False, "-"), (axes[1], checks, True, "o-")):
            for key in names:
                points = [(v["step"], v[key]) for v in lines if key in v and bool(v.get("validation")) == validation]
                axis.plot(*zip(*points), style, label=key, markersize=3, linewidth=1)
            axis.set_title(f"{name}: {'held out' if validation else 'training'}")
            axis.set_xlabel("step")
            if names:
                axis.legend(fontsize=6)
        figure.tight_layout()
        figure.savefig(out / f"{name}.png")
        plt.close(figure)
