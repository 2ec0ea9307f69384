"""A run becomes a bundle whose description fits its files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from mm2face_training import networks
from mm2face_training.configurations import Configuration
from mm2face_training.export import export_bundle, export_retrieval
from mm2face_training.models.audio import CompactAudioEncoder
from mm2face_training.models.retrieval import RetrievalNetwork, RetrievalShape
from mm2face_training.models.text import TextShape
from mm2face_training.models.tokenizer import MotionTokenizer, StreamShape
from mm2face_training.models.transformer import TransformerShape
from mm2face_training.shapes import HEAD, MOUTH
from mm2face_training.train.mm2face import MM2FaceOptions
from mm2face_training.train.text_encoder import TextOptions
from mm2face_training.train.tokenizer import TokenizerOptions
from mm2face_training.trial import Performer

STREAMS = (StreamShape("mouth", MOUTH, width=16, codeWidth=8, codes=16, codebooks=2), StreamShape("head", HEAD, width=16, codeWidth=8, codes=12))
TEXT = TextShape(width=16, layers=1, heads=2, hidden=32, words=40, maxTokens=20)
TINY = Configuration(
    "tiny", text=TextOptions(shape=TEXT), tokenizer=TokenizerOptions(streams=STREAMS),
    mm2face=MM2FaceOptions(shape=TransformerShape(width=32, layers=1, heads=4, textWidth=16, headHidden=16)),
)  # fmt: skip


def random_run(run: Path) -> None:
    torch.manual_seed(5)
    motion = MotionTokenizer(list(STREAMS))
    parts = {"tokenizer": motion, "mm2face": networks.transformer(TINY, motion, None), "audio-encoder": CompactAudioEncoder()}
    weights = {name: module.state_dict() for name, module in parts.items()}
    weights["text-encoder"] = {f"encoder.{k}": v for k, v in TEXT.build().state_dict().items()}
    for name, state in weights.items():
        (run / name).mkdir(parents=True)
        torch.save(state, run / name / "weights.pt")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *"abcdefghijklmnopqrstuvwxyz", *(f"##{c}" for c in "aeinorst"), "smile"]
    (run / "text-encoder" / "vocab.txt").write_text("\n".join(words) + "\n")


def test_bundle_fits_its_files(tmp_path: Path) -> None:
    random_run(tmp_path / "run")
    export_bundle(TINY, tmp_path / "run", tmp_path / "out", {"name": "tiny", "training": {"seed": 5}, "licences": {"weights": "ours"}})
    bundle = json.loads((tmp_path / "out" / "bundle.json").read_text())
    assert bundle["format"] == 1 and bundle["basis"] == "studio-50" and bundle["transformer"]["lanes"] == [16, 16, 12]
    for name, digest in bundle["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    for part in ("tokenizer", "transformer", "text", "audio"):
        assert bundle[part]["file"] in bundle["files"]
    tokenizer = load_file(tmp_path / "out" / "tokenizer.safetensors")
    assert tokenizer["streams.0.mean"].dtype == torch.float32 and tokenizer["streams.0.enc_in.weight"].dtype == torch.float16
    assert "embeddings.word_embeddings.weight" in load_file(tmp_path / "out" / "text.safetensors")
    assert bundle["transformer"]["audioWidth"] == bundle["audio"]["config"]["width"] + 2 * (len(bundle["audio"]["config"]["classes"]) + 2)


def test_a_run_performs_prompts_and_voices(tmp_path: Path) -> None:
    random_run(tmp_path)
    voice = (torch.randn(16_000).numpy() * 3000).astype("int16")
    motions = Performer(TINY, tmp_path).perform([{"action": "smile"}, {}], [None, voice], seconds=2)
    assert motions[0].shape == (48, 56) and motions[1].shape == (28, 56)


def test_retrieval_networks_are_exported_without_their_decoder(tmp_path: Path) -> None:
    module = RetrievalNetwork(RetrievalShape(condition=12, width=16, layers=1, hidden=24))
    module.mean += 0.12345678
    (tmp_path / "retrieval-audio").mkdir()
    torch.save(module.state_dict(), tmp_path / "retrieval-audio" / "weights.pt")
    export_retrieval(tmp_path, tmp_path / "out")
    written = load_file(tmp_path / "out" / "audio.safetensors")
    assert not any(key.startswith(("decoder", "out")) for key in written)
    assert torch.equal(written["mean"], module.mean) and written["motion.rows"].dtype == torch.float16
    assert not (tmp_path / "out" / "text.safetensors").exists()
    with pytest.raises(FileNotFoundError):
        export_retrieval(tmp_path / "nowhere", tmp_path / "out")
