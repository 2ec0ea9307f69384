"""The loop resumes exactly; speech targets and the corpus reader behave."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mm2face_training.corpus import Corpus, CorpusError
from mm2face_training.head import lip_gap
from mm2face_training.shapes import JAW, JAW_OPEN_RADIANS, MOUTH, SHAPE
from mm2face_training.speech import collections
from mm2face_training.speech.alignment import Alignment
from mm2face_training.speech.phones import INDEX, classes_of, targets
from mm2face_training.train.audio_encoder import closures
from mm2face_training.train.loop import LoopOptions, fit


class Line:
    """Learns y = 2x + 1."""

    name = "line"

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.module = torch.nn.Linear(1, 1)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[torch.Tensor, dict[str, float]]:
        x = torch.from_numpy(draw.normal(size=(16, 1)).astype(np.float32))
        return (self.module(x) - 2 * x - 1).square().mean(), {}

    def validate(self) -> dict[str, float]:
        return {"slope": float(self.module.weight.detach())}


def test_resumed_run_equals_unbroken_run(tmp_path: Path) -> None:
    options = LoopOptions(steps=60, rate=0.3, warmup=5, bf16=False, save_every=20, accumulate=2, log_every=1000)
    fit(Line(), tmp_path / "whole", options)

    class Broken(Line):
        def loss(self, draw: np.random.Generator, step: int) -> tuple[torch.Tensor, dict[str, float]]:
            if step == 47:
                raise KeyboardInterrupt
            return super().loss(draw, step)

    with pytest.raises(KeyboardInterrupt):
        fit(Broken(), tmp_path / "broken", options)
    fit(Line(), tmp_path / "broken", options)
    whole, again = (torch.load(tmp_path / n / "weights.pt", weights_only=True) for n in ("whole", "broken"))
    assert all(torch.equal(whole[k], again[k]) for k in whole)
    assert abs(float(whole["weight"]) - 2) < 0.3


def test_lips_close_on_m_and_open_on_ah() -> None:
    phones = [("pau", 0.0, 0.2), ("m", 0.2, 0.3), ("aa", 0.3, 0.5), ("b", 0.5, 0.58), ("ow", 0.58, 0.8), ("pau", 0.8, 1.0)]
    label, opening, rounding = targets(phones, 1.0)
    assert opening[24] < 0.1 and opening[40] > 0.5 and opening[53] < 0.1
    assert label[25] == INDEX["PBM"] and rounding[75] > 0.5


@pytest.mark.parametrize(("following", "expected"), [("iy", "IY"), ("ow1", "AO"), ("m", "EH")])
def test_h_takes_the_mouth_of_what_follows(following: str, expected: str) -> None:
    assert classes_of([("hh", 0, 0.1), (following, 0.1, 0.2)])[0][0] == INDEX[expected]


def test_closures_are_found_at_their_centres() -> None:
    posterior = np.zeros(100)
    posterior[10:14] = 0.9
    posterior[50] = 0.3
    assert closures(posterior, 0.4) == [pytest.approx(0.24)]


def test_corpus_reader(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="talking_subset"):
        _ = Corpus(tmp_path).clips("train")
    (tmp_path / "facial_motion").mkdir()
    (tmp_path / "text_annotations" / "action").mkdir(parents=True)
    np.savez(tmp_path / "facial_motion" / "A_1_text.npz", motion=np.zeros((210, 56)))
    (tmp_path / "text_annotations" / "action" / "A_1_text.txt").write_text("She nods.\n")
    (tmp_path / "t2m_subset.json").write_text(json.dumps({"train": ["A_1_text"]}))
    clip = Corpus(tmp_path).clips("train")[0]
    assert clip.motion().shape == (200, 56) and clip.texts() == {"action": ["She nods."]}


def test_lip_gap_reads_jaw_and_mouth_close_of_a_stream() -> None:
    values = torch.zeros(3, len(MOUTH))
    values[:, MOUTH.index(JAW[0])] = 0.5 * JAW_OPEN_RADIANS
    values[1, MOUTH.index(SHAPE["mouthClose"])] = 0.5
    values[2, MOUTH.index(SHAPE["mouthClose"])] = 0.9
    assert torch.allclose(lip_gap(values, MOUTH), torch.tensor([0.5, 0.0, -0.02]), atol=1e-6)


def test_phrases_are_named_by_their_files_and_kept_where_they_can_be_aligned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake:
        def align(self, samples: np.ndarray, text: str) -> Alignment | None:
            assert len(samples) == 16_000 + 2 * 3_200, "a fifth of a second of silence at both ends"
            seconds = {"pepper": 0.6, "a long word": 9.0}.get(text)
            return None if seconds is None else Alignment(text, [("pau", 0, 0.2), ("p", 0.2, 0.3), ("er", 0.3, 0.2 + seconds)], -20)

    monkeypatch.setattr(collections, "Aligner", Fake)
    for voice in ("ann", "bob"):
        (tmp_path / voice).mkdir()
        for name in ("Pepper", "Long", "Noise", "Unlisted"):
            soundfile.write(tmp_path / voice / f"{name}.wav", np.zeros(16_000), 16_000)
    (tmp_path / "phrases.json").write_text(json.dumps({"Pepper": "pepper", "Long": "a long word", "Noise": "noise"}))
    found = collections.phrases(tmp_path)
    assert [(r.name, r.voice, r.text) for r in found] == [("ann/Pepper", "ann", "pepper"), ("bob/Pepper", "bob", "pepper")]
