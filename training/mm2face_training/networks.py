"""Finds the finished networks of a run folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tokenizers import BertWordPieceTokenizer
from transformers import DistilBertModel, Wav2Vec2Model

from .models.audio import CompactAudioEncoder
from .models.text import wordpiece
from .models.tokenizer import MotionTokenizer
from .models.transformer import MM2FaceTransformer

if TYPE_CHECKING:
    from .configurations import Configuration


def _weights(run: Path, network: str) -> dict[str, torch.Tensor]:
    path = run / network / "weights.pt"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: train the {network} first, with the same --run")
    return torch.load(path, map_location="cpu", weights_only=True)


def tokenizer(configuration: Configuration, run: Path) -> MotionTokenizer:
    module = MotionTokenizer(list(configuration.tokenizer.streams), configuration.tokenizer.rate)
    module.load_state_dict(_weights(run, "tokenizer"))
    return module.eval()


def audio_encoder(run: Path) -> CompactAudioEncoder | Wav2Vec2Model:
    """The compact one trained in this run, or a published wav2vec 2.0 whose folder was put there (config.json, weights)."""
    if (run / "audio-encoder" / "config.json").exists():
        return Wav2Vec2Model.from_pretrained(run / "audio-encoder").eval()
    module = CompactAudioEncoder()
    module.load_state_dict(_weights(run, "audio-encoder"))
    return module.eval()


def text_encoder(configuration: Configuration, run: Path) -> tuple[DistilBertModel, BertWordPieceTokenizer]:
    """The compact one of this run (after `reading`, where that was trained), or a published DistilBERT whose folder was put there
    (config.json, weights, vocab.txt)."""
    if (run / "text-encoder" / "config.json").exists():
        return DistilBertModel.from_pretrained(run / "text-encoder").eval(), wordpiece(run / "text-encoder" / "vocab.txt")
    last = "reading" if (run / "reading" / "weights.pt").exists() else "text-encoder"
    weights = {k.removeprefix("encoder."): v for k, v in _weights(run, last).items() if k.startswith("encoder.")}
    module = configuration.text.shape.build(len(weights["embeddings.word_embeddings.weight"]))
    module.load_state_dict(weights)
    return module.eval(), wordpiece(run / "text-encoder" / "vocab.txt")


def transformer(configuration: Configuration, motion: MotionTokenizer, run: Path | None) -> MM2FaceTransformer:
    """The trained one of a run, or a fresh one without `run`."""
    codes = [shape.codes for shape in motion.shapes for _ in range(shape.codebooks)]
    module = MM2FaceTransformer(configuration.mm2face.shape, motion.lanes, codes, motion.rate)
    if run is not None:
        module.load_state_dict(_weights(run, "mm2face"))
        module.eval()
    return module
