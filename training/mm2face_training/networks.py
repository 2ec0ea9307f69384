"""Finds the finished networks of a run folder, or of a bundle."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from safetensors.torch import load_file
from tokenizers import BertWordPieceTokenizer
from transformers import DistilBertModel, Wav2Vec2Model

from .models.audio import CompactAudioEncoder
from .models.claims import ClaimReader
from .models.text import TextShape, wordpiece
from .models.tokenizer import MotionTokenizer, StreamShape
from .models.transformer import MM2FaceTransformer, TransformerShape
from .train.residual import additions, grown_tokenizer

if TYPE_CHECKING:
    from .configurations import Configuration

Network = TypeVar("Network", bound=torch.nn.Module)


def _weights(run: Path, network: str) -> dict[str, torch.Tensor]:
    path = run / network / "weights.pt"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: train the {network} first, with the same --run")
    return torch.load(path, map_location="cpu", weights_only=True)


def tokenizer(configuration: Configuration, run: Path, alone: bool = False) -> MotionTokenizer:
    """The one of this run, with the codebooks that `residual` added, where those were trained, unless `alone`."""
    module = MotionTokenizer(list(configuration.tokenizer.streams), configuration.tokenizer.rate)
    module.load_state_dict(_weights(run, "tokenizer"))
    if not alone and (run / "residual" / "weights.pt").exists():
        more = additions(configuration.residual, module)
        more.load_state_dict(_weights(run, "residual"))
        module = grown_tokenizer(module, more)
    return module.eval()


def begin(module: torch.nn.Module, weights: dict[str, torch.Tensor]) -> list[str]:
    """Loads weights of another run; tells what it lacks, or has with another number of rows (heads over what other data name): that begins
    anew. Anything else that does not fit is an error.

    A transformer may have got a lane since (`upper` became `upper.1` and `upper.2`): the lane's old weights go to its first part, embeddings
    of what is new begin at zero, so that the module does at first what the other did.
    """
    lanes = getattr(module, "lanes", [])
    first = {f".{lane.removesuffix('.1')}.": f".{lane}." for lane in lanes if lane.endswith(".1")}
    known = {}
    for key, value in weights.items():
        renamed = key
        for old, new in first.items():
            if old in key and new not in key and not any(f".{lane}." in key for lane in lanes):
                renamed = key.replace(old, new)
        known[renamed] = value
    state = module.state_dict()
    other_rows = lambda a, b: a.shape != b.shape and a.shape[1:] == b.shape[1:]  # noqa: E731
    missing = [key for key in state if key not in known or other_rows(known[key], state[key])]
    for key in missing:
        known[key] = torch.zeros_like(state[key]) if "_emb." in key else state[key]
    module.load_state_dict(state | known)
    return missing


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


def _stages(network: str, runs: list[Path]) -> list[dict[str, torch.Tensor]]:
    """A network's weights in runs that went on from one another."""
    weights = [_weights(run, network) for run in runs]
    for run, other in zip(runs, weights):
        if {k: v.shape for k, v in other.items()} != {k: v.shape for k, v in weights[0].items()}:
            raise ValueError(f"{run}: expected weights of the same {network} as in {runs[0]}; give stages of one network")
    return weights


def mean_weights(network: str, runs: list[Path]) -> dict[str, torch.Tensor]:
    """The mean of a network's weights in stages that went on from one another (Wortsman et al. 2022): it keeps what the later learnt and
    strays less."""
    weights = _stages(network, runs)
    return {k: torch.stack([w[k].double() for w in weights]).mean(0).to(v.dtype) for k, v in weights[0].items()}


def carried_weights(network: str, run: Path, before: Path, after: Path) -> dict[str, torch.Tensor]:
    """A network's weights in `run` plus what a stage from `before` to `after` changed (task arithmetic, Ilharco et al. 2023): where `run` too went
    on from `before`, it learns of that stage without doing it again."""
    ours, first, last = _stages(network, [run, before, after])
    return {k: (v.double() + last[k] - first[k]).to(v.dtype) for k, v in ours.items()}


def bundle_parts(bundle: Path) -> dict[str, Any]:
    """What bundle.json of a bundle that `export` wrote says of its networks."""
    path = bundle / "bundle.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: give the folder of a bundle, assets/models/studio or what `export` wrote")
    return json.loads(path.read_text())


def _bundled(module: Network, bundle: Path, part: dict[str, Any]) -> Network:
    module.load_state_dict({key: value.float() for key, value in load_file(bundle / part["file"]).items()})
    return module.eval()


def text_shape(part: dict[str, Any]) -> TextShape:
    """The shape of the text encoder of which bundle.json says `part`."""
    sizes = part["config"]
    return TextShape(
        width=sizes["dim"], layers=sizes["n_layers"], heads=sizes["n_heads"], hidden=sizes["hidden_dim"], words=sizes["vocab_size"],
        maxTokens=part["maxTokens"],
    )  # fmt: skip


def bundled_text(bundle: Path) -> tuple[DistilBertModel, BertWordPieceTokenizer]:
    """The text encoder of a bundle."""
    part = bundle_parts(bundle)["text"]
    return _bundled(text_shape(part).build(), bundle, part), wordpiece(bundle / part["vocabulary"])


def bundled_claims(bundle: Path) -> ClaimReader:
    """What reads the claims of texts in a bundle."""
    parts = bundle_parts(bundle)
    if "claims" not in parts:
        raise ValueError(f"{bundle}: no claims are in it; `train claims` and `export --claims` first")
    part, width = parts["claims"], parts["text"]["config"]["dim"]
    return _bundled(ClaimReader(width, part["layers"], part["heads"], len(part["events"]), len(part["marks"])), bundle, part)


def bundled_audio(bundle: Path) -> CompactAudioEncoder:
    """The audio encoder of a bundle."""
    part = bundle_parts(bundle)["audio"]
    if part["kind"] != "compact":
        raise ValueError(f"{bundle}: expected a compact audio encoder, found {part['kind']}; put that one into the run folder instead")
    sizes = part["config"]
    module = CompactAudioEncoder(sizes["mels"], sizes["width"], sizes["layers"], sizes["heads"], sizes["window"], len(sizes["classes"]))
    return _bundled(module, bundle, part)


def bundled_tokenizer(bundle: Path) -> MotionTokenizer:
    """The tokenizer of a bundle, with all its codebooks."""
    part = bundle_parts(bundle)["tokenizer"]
    streams = [StreamShape(**{**stream, "channels": tuple(stream["channels"])}) for stream in part["streams"]]
    return _bundled(MotionTokenizer(streams, part["rate"]), bundle, part)


def bundled_transformer(bundle: Path, motion: MotionTokenizer) -> MM2FaceTransformer:
    """The transformer of a bundle whose tokenizer is `motion`."""
    part = bundle_parts(bundle)["transformer"]
    shape = TransformerShape(**{f.name: part[f.name] for f in dataclasses.fields(TransformerShape)})
    return _bundled(MM2FaceTransformer(shape, motion.lanes, part["lanes"], motion.rate), bundle, part)
