"""A bundle's transformer goes on learning: it begins as it is in the bundle, keeps what voices lead, and goes back into the bundle."""

from __future__ import annotations

import json
import shutil
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mm2face_training import networks
from mm2face_training.export import export_bundle, export_transformer
from mm2face_training.train.loop import LoopOptions, fit
from mm2face_training.train.mm2face import MM2FaceTask
from test_export import TINY, random_run

NOTES = {"name": "tiny", "training": {"transformer": {"steps": 9}}, "licences": {}}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    random_run(tmp_path / "run")
    export_bundle(TINY, tmp_path / "run", tmp_path / "bundle", NOTES)
    return tmp_path / "bundle"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Four clips that speak and four that do not, each of 48 frames; two of each are for training."""
    folder, draw = tmp_path / "corpus", np.random.default_rng(3)
    for part in ("facial_motion", "audio", "text_annotations/action"):
        (folder / part).mkdir(parents=True)
    for kind, file in (("talk", "talking_subset.json"), ("text", "t2m_subset.json")):
        names = [f"{kind}{i}" for i in range(4)]
        for name in names:
            np.savez(folder / "facial_motion" / f"{name}.npz", motion=draw.normal(size=(48, 56)).astype(np.float32) * 0.2)
            (folder / "text_annotations" / "action" / f"{name}.txt").write_text("smile\n")
            if kind == "talk":
                with wave.open(str(folder / "audio" / f"{name}.wav"), "wb") as sound:
                    sound.setparams((1, 2, 16_000, 0, "NONE", ""))
                    sound.writeframes((draw.normal(size=48 * 640) * 3000).astype("<i2").tobytes())
        (folder / file).write_text(json.dumps({"train": names[:2], "val": names[2:], "test": []}))
    return folder


def task(bundle: Path, corpus: Path, run: Path, takes: list[Path] | None = None, **options: float) -> MM2FaceTask:
    configuration = replace(TINY, mm2face=replace(TINY.mm2face, batch=2, choice=1, disturb=0, **options))
    return MM2FaceTask(configuration, [corpus], run, None, bundle, takes)


def test_goes_on_with_the_bundles_own_networks(bundle: Path, corpus: Path, tmp_path: Path) -> None:
    went_on = task(bundle, corpus, tmp_path / "onward")
    of_run = networks.transformer(TINY, networks.tokenizer(TINY, tmp_path / "run"), tmp_path / "run")
    for (name, value), kept in zip(went_on.module.state_dict().items(), of_run.state_dict().values()):
        assert torch.equal(value, kept.half().float()), name
    for (name, value), kept in zip(went_on.tokenizer.state_dict().items(), networks.tokenizer(TINY, tmp_path / "run").state_dict().values()):
        assert torch.allclose(value.float(), kept.float(), atol=2e-3), name
    assert networks.bundled_audio(bundle).n.weight.shape == networks.audio_encoder(tmp_path / "run").n.weight.shape


def away(trained: MM2FaceTask) -> float:
    """How far the transformer has gone from the bundle's, where voices are heard."""
    torch.manual_seed(1)
    trained.module.eval()
    with torch.no_grad():
        return trained._entropy([trained._example(c, True) for c in trained.talk], np.random.default_rng(1), True)[1]["away"]


def test_what_voices_lead_is_kept(bundle: Path, corpus: Path, tmp_path: Path) -> None:
    far = {}
    for keep in (1e-9, 30.0):
        trained = task(bundle, corpus, tmp_path / f"onward{keep}", keep=keep, gap=0.0)
        assert away(trained) < 1e-6
        fit(trained, tmp_path / f"onward{keep}" / "mm2face", LoopOptions(steps=25, rate=3e-3, warmup=1, average=0.5, bf16=False))
        far[keep] = away(trained)
    assert 0 < far[30.0] < 0.5 * far[1e-9]


def test_prompts_are_whole_as_often_as_told(bundle: Path, corpus: Path, tmp_path: Path) -> None:
    example = task(bundle, corpus, tmp_path / "onward")._example
    for share in (0.0, 0.5, 1.0):
        trained = task(bundle, corpus, tmp_path / "onward", whole=share, no_text=1.0)
        draw = np.random.default_rng(2)
        told = [bool(trained._prompt(example(trained.text[0], False), draw, True)) for _ in range(300)]
        assert abs(np.mean(told) - share) < 0.1


def test_goes_back_into_its_bundle(bundle: Path, corpus: Path, tmp_path: Path) -> None:
    trained = task(bundle, corpus, tmp_path / "onward")
    fit(trained, tmp_path / "onward" / "mm2face", LoopOptions(steps=3, bf16=False))
    after = shutil.copytree(bundle, tmp_path / "after")
    export_transformer(TINY, tmp_path / "onward", after, {"onward": 3})
    before, now = (json.loads((folder / "bundle.json").read_text()) for folder in (bundle, after))
    assert now["training"]["transformer"] == {"steps": 9, "onward": 3}
    changed = {name for name in before["files"] if before["files"][name] != now["files"][name]}
    assert changed == {"transformer.safetensors"} and now["transformer"] == before["transformer"]
    back = networks.bundled_transformer(after, networks.bundled_tokenizer(after))
    assert all(torch.equal(value, trained_value.half().float()) for value, trained_value in zip(
        back.state_dict().values(), torch.load(tmp_path / "onward" / "mm2face" / "weights.pt").values()
    ))  # fmt: skip
    with pytest.raises(FileNotFoundError, match="a trained transformer"):
        export_transformer(TINY, tmp_path / "nothing", after, {})
