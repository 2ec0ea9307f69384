"""What tells how long motions last: it learns it, keeps to its bundle, and is what the Swift side reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mm2face_training.export import export_bundle, export_length
from mm2face_training.models.length import LengthPredictor
from mm2face_training.train.length import LengthOptions, LengthTask
from mm2face_training.train.loop import LoopOptions, fit
from test_export import TINY, random_run

FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "Models"
SMALL = replace(TINY, length=LengthOptions(batch=16, heads=2, hidden=24, steps=12, whole=1.0, noise=0.0, no_word=0.0))


def write_corpus(folder: Path) -> None:
    """Clips whose action text tells how long they last: a two steps, b five, a b seven."""
    for part in ("facial_motion", "text_annotations/action"):
        (folder / part).mkdir(parents=True)
    splits: dict[str, list[str]] = {"train": [], "val": []}
    for split, more in (("train", ["", "e", "i"]), ("val", ["o"])):
        for text, frames in (("a", 8), ("b", 19), ("a b", 26)):
            for word in more:
                name = f"{split}_{text}_{word}_text"
                splits[split].append(name)
                np.savez(folder / "facial_motion" / f"{name}.npz", motion=np.zeros((frames, 56)))
                (folder / "text_annotations" / "action" / f"{name}.txt").write_text(f"{text} {word}".strip())
    (folder / "t2m_subset.json").write_text(json.dumps(splits))


def test_lengths_are_learnt_and_exported(tmp_path: Path) -> None:
    random_run(tmp_path / "run")
    bundle = tmp_path / "bundle"
    export_bundle(TINY, tmp_path / "run", bundle, {"name": "tiny", "training": {}, "licences": {}})
    write_corpus(tmp_path / "corpus")
    torch.manual_seed(1)
    task = LengthTask(SMALL, [tmp_path / "corpus"], bundle)
    assert sorted({row.steps for row in task.train}) == [2, 5, 7]
    before = task.validate()
    figures = fit(task, tmp_path / "run" / "length", LoopOptions(steps=200, rate=1e-2, average=0.9, warmup=5, bf16=False))
    assert figures["entropy"] < 0.2 < before["entropy"] and figures["off"] < 0.3, figures

    about = json.loads((bundle / "bundle.json").read_text())
    with pytest.raises(FileNotFoundError, match="trained predictor of lengths"):
        export_length(SMALL, tmp_path / "nothing", bundle, {})
    export_length(SMALL, tmp_path / "run", bundle, {"steps": 200})
    after = json.loads((bundle / "bundle.json").read_text())
    changed = ("length", "files", "training")
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in about.items() if k not in changed}
    assert after["training"] == about["training"] | {"length": {"steps": 200}}
    assert after["length"] == {"file": "length.safetensors", "heads": 2, "hidden": 24}
    for name, digest in after["files"].items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest


def test_predictor_is_what_swift_reads() -> None:
    """The fixture is what the Swift tests read; it was written by the functions of `training/fixtures/engine.py` alone."""
    config = json.loads((FIXTURES / "length" / "config.json").read_text())
    predictor = LengthPredictor(config["width"], config["heads"], config["hidden"], config["steps"])
    predictor.load_state_dict(load_file(FIXTURES / "length" / "model.safetensors"))
    reference = load_file(FIXTURES / "length" / "reference.safetensors")
    levels = torch.tensor([1] * 4 + [3] * 6)
    states = torch.stack([torch.cat([reference["states.1"], reference["states.3"]]), torch.randn(10, config["width"])])
    seen = torch.tensor([[True] * 10, [False] * 10])
    steps = predictor(states, levels.expand(2, -1), seen)
    assert torch.allclose(steps[0], reference["steps"], atol=1e-5)
    assert torch.allclose(steps[1], reference["steps.none"], atol=1e-5), "what is not seen is not read"
    assert torch.allclose(predictor(states[:, :0], levels[:0].expand(2, -1), seen[:, :0])[0], reference["steps.none"], atol=1e-5)
