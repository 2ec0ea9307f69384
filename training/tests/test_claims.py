"""What reads the claims of texts: it learns them, keeps to its bundle, and is what the Swift side reads."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from mm2face_training.export import export_bundle, export_claims
from mm2face_training.models.claims import SPANS, ClaimReader
from mm2face_training.networks import bundled_text
from mm2face_training.train.claims import ClaimOptions, ClaimTask, calibration
from mm2face_training.train.loop import LoopOptions, fit
from test_export import TINY, random_run

FIXTURES = Path(__file__).resolve().parents[2] / "Tests" / "Fixtures" / "Models"
SMALL = replace(TINY, claims=ClaimOptions(batch=16, layers=1, heads=2, dropout=0.0, rare=1, noise=0.0, no_word=0.0, typo=0.0, wrong_box=0.0))


def write_corpus(folder: Path) -> None:
    """Clips whose action text names a letter, which claims an event: a nod early, b turns late, c both in this order, d denies a smile."""
    nod = {"kind": "action", "name": "nod", "from": 0.0, "until": 1.0, "count": 2}
    turn = {"kind": "action", "name": "turn", "side": "left", "from": 3.0, "until": 4.0}
    told = {
        "a a": [{"relation": "occurs", "what": nod}], "b b": [{"relation": "occurs", "what": turn}],
        "a b": [{"relation": "occurs", "what": nod}, {"relation": "occurs", "what": turn}, {"relation": "before", "what": nod, "other": turn}],
        "d d": [{"relation": "absent", "what": {"kind": "unit", "name": "smile"}}],
    }  # fmt: skip
    for part in ("facial_motion", "provenance", "text_annotations/action"):
        (folder / part).mkdir(parents=True)
    splits: dict[str, list[str]] = {"train": [], "val": []}
    for split, more in (("train", ["", "e", "i"]), ("val", ["o"])):
        for number, (text, claims) in enumerate(told.items()):
            for word in more:
                name = f"{split}_{number}{word}"
                splits[split].append(name)
                np.savez(folder / "facial_motion" / f"{name}.npz", motion=np.zeros((100, 56)))
                (folder / "provenance" / f"{name}.json").write_text(json.dumps({"claims": {"action": claims}}))
                (folder / "text_annotations" / "action" / f"{name}.txt").write_text(f"{text} {word}".strip())
    (folder / "t2m_subset.json").write_text(json.dumps(splits))


@pytest.fixture()
def bundle(tmp_path: Path) -> Path:
    random_run(tmp_path / "run")
    export_bundle(TINY, tmp_path / "run", tmp_path / "bundle", {"name": "tiny", "training": {}, "licences": {}})
    return tmp_path / "bundle"


def test_claims_are_learnt_and_exported(tmp_path: Path, bundle: Path) -> None:
    write_corpus(tmp_path / "corpus")
    torch.manual_seed(1)
    task = ClaimTask(SMALL, [tmp_path / "corpus"], bundle, tmp_path / "run")
    assert list(task.events) == ["action.nod", "action.turn.left"] and list(task.marks) == ["action.nod 2", "unit.smile absent"]
    before = task.validate()
    figures = fit(task, tmp_path / "run" / "claims", LoopOptions(steps=250, rate=1e-2, average=0.9, warmup=5, bf16=False))
    assert before["events.found"] < 0.5 and figures["events.found"] == figures["events.right"] == 1, figures
    assert figures["order"] == figures["denied.found"] == figures["marks.found"] == 1, figures

    about = json.loads((bundle / "bundle.json").read_text())
    export_claims(SMALL, tmp_path / "run", bundle, {"steps": 250})
    after = json.loads((bundle / "bundle.json").read_text())
    changed = ("claims", "files", "training")
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in about.items() if k not in changed}
    assert after["training"] == about["training"] | {"claims": {"steps": 250}}
    assert len(after["claims"]["calibration"]) == 5 and after["claims"]["calibration"][0].keys() == {"scale", "shift"}
    assert after["claims"]["events"] == ["action.nod", "action.turn.left"] and after["claims"]["heads"] == 2
    for name, digest in after["files"].items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest
    assert set(after["files"]) == set(about["files"]) | {"claims.safetensors"}


def test_a_reader_too_sure_of_itself_is_found_out() -> None:
    torch.manual_seed(3)
    logits = torch.randn(40_000) * 4
    right = torch.rand(40_000) < (0.4 * logits - 0.7).sigmoid()
    found = calibration(logits, right)
    assert abs(found["scale"] - 0.4) < 0.03 and abs(found["shift"] + 0.7) < 0.1, found
    # Nothing that can be told: as it is.
    assert calibration(torch.zeros(0), torch.zeros(0)) == calibration(logits, logits > 0) == {"scale": 1.0, "shift": 0.0}


def test_a_bundle_needs_both(tmp_path: Path, bundle: Path) -> None:
    with pytest.raises(FileNotFoundError, match="trained reader of claims"):
        export_claims(SMALL, tmp_path / "nothing", bundle, {})
    with pytest.raises(FileNotFoundError, match="give the folder of a bundle"):
        bundled_text(tmp_path / "nothing")


def test_text_encoder_comes_back_from_its_bundle(bundle: Path) -> None:
    module, vocabulary = bundled_text(bundle)
    kept = load_file(bundle / "text.safetensors")
    assert all(torch.equal(value, kept[name].float()) for name, value in module.state_dict().items() if name in kept)
    assert vocabulary.token_to_id("smile") is not None


def test_reader_is_what_swift_reads() -> None:
    """The fixture is what the Swift tests read; it was written by the functions of `training/fixtures/engine.py` alone."""
    config = json.loads((FIXTURES / "claims" / "config.json").read_text())
    reader = ClaimReader(config["width"], config["layers"], config["heads"], config["events"], config["marks"]).eval()
    reader.load_state_dict(load_file(FIXTURES / "claims" / "model.safetensors"))
    reference = load_file(FIXTURES / "claims" / "reference.safetensors")
    # A second text in the batch is longer: what only fills up is not read.
    states = torch.nn.utils.rnn.pad_sequence([reference["states"], torch.randn(12, config["width"])], batch_first=True)
    seen = torch.arange(12)[None] < torch.tensor([9, 12])[:, None]
    events, marks, spans = reader(states, torch.full(states.shape[:2], 2), seen)
    assert spans.shape == (2, SPANS, config["events"])
    for read, name in ((events, "events"), (marks, "marks"), (spans, "spans")):
        assert torch.allclose(read[0], reference[name], atol=1e-5), name
