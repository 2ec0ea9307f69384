"""Writes a bundle: bundle.json, weights in half precision, the vocabulary; every file with its SHA-256."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from . import networks
from .models.claims import ClaimReader
from .models.length import LengthPredictor
from .speech.phones import CLASSES

if TYPE_CHECKING:
    from .configurations import Configuration

_KEPT_FULL = ("mean", "std")


def save_half(module: nn.Module, path: Path) -> None:
    """All weights as float16, except what standardises motion."""
    weights: dict[str, Tensor] = {}
    for key, value in module.state_dict().items():
        half = value.is_floating_point() and key.rsplit(".", 1)[-1] not in _KEPT_FULL
        if half and value.abs().max() > 60_000:
            raise ValueError(f"{path.name}: {key} does not fit half precision; train longer or clip it")
        weights[key] = value.to(torch.float16 if half else value.dtype).contiguous()
    save_file(weights, path)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def export_bundle(configuration: Configuration, run: Path, out: Path, notes: dict[str, Any]) -> None:
    """`notes` gives "name", "training" (data, seeds, figures) and "licences"."""
    out.mkdir(parents=True, exist_ok=True)
    motion = networks.tokenizer(configuration, run)
    face = networks.transformer(configuration, motion, run)
    text, _ = networks.text_encoder(configuration, run)
    hearing = networks.audio_encoder(run)
    for module, name in ((motion, "tokenizer"), (face, "transformer"), (text, "text"), (hearing, "audio")):
        save_half(module, out / f"{name}.safetensors")
    shutil.copyfile(run / "text-encoder" / "vocab.txt", out / "vocab.txt")
    shape = face.shape
    files = ["tokenizer.safetensors", "transformer.safetensors", "text.safetensors", "audio.safetensors", "vocab.txt"]
    bundle = {
        "format": 1,
        "name": notes["name"],
        "basis": "studio-50",
        "framesPerSecond": 25,
        "tokenizer": {
            "file": files[0],
            "rate": motion.rate,
            "streams": [{**dataclasses.asdict(s), "channels": list(s.channels)} for s in motion.shapes],
        },
        "transformer": {
            "file": files[1], **dataclasses.asdict(shape), "textMemory": "tokens", "start": "condition", "audioBias": True, "lanes": face.codes,
        },
        "text": {
            "kind": "distilbert", "file": files[2], "vocabulary": "vocab.txt", "maxTokens": configuration.text.shape.maxTokens,
            "config": {
                "model_type": "distilbert", "vocab_size": text.config.vocab_size, "dim": text.config.dim, "n_layers": text.config.n_layers,
                "n_heads": text.config.n_heads, "hidden_dim": text.config.hidden_dim, "activation": "gelu",
                "max_position_embeddings": text.config.max_position_embeddings, "pad_token_id": 0,
            },
        },
        "audio": {
            "kind": "compact", "file": files[3],
            "config": {
                "mels": hearing.c1.in_channels, "width": hearing.n.normalized_shape[0], "layers": len(hearing.b),
                "heads": hearing.b[0].heads, "window": hearing.window, "classes": CLASSES,
            },
        },
        "files": {name: _sha256(out / name) for name in files},
        "licences": notes["licences"],
        "training": notes["training"],
    }  # fmt: skip
    (out / "bundle.json").write_text(json.dumps(bundle, indent=1) + "\n")


def _add(
    run: Path, out: Path, network: str, part: str, what: str, make: Callable[[dict[str, Any]], tuple[nn.Module, dict[str, Any]]], notes: Any,
    among: str = "",
) -> None:
    """Puts a trained network of a run into a bundle that is there, as its `part`; `make` gives the module and what bundle.json says of it.
    Its weights are those whose names begin with `among`."""
    bundle, weights, file = networks.bundle_parts(out), run / network / "weights.pt", f"{part}.safetensors"
    if not weights.exists():
        raise FileNotFoundError(f"{weights} is missing: --run needs {what}")
    module, about = make(bundle)
    kept = torch.load(weights, map_location="cpu", weights_only=True)
    module.load_state_dict({key.removeprefix(among): value for key, value in kept.items() if key.startswith(among)})
    save_half(module, out / file)
    bundle[part] = {"file": file, **about}
    if notes is not None:
        bundle["training"][part] = notes
    for name in (file, about["vocabulary"]) if "vocabulary" in about else (file,):
        bundle["files"][name] = _sha256(out / name)
    (out / "bundle.json").write_text(json.dumps(bundle, indent=1) + "\n")


def export_transformer(configuration: Configuration, run: Path, out: Path, notes: dict[str, Any]) -> None:
    """Puts a transformer that went on with a bundle into that bundle (or a copy of it), `notes` beside those on its earlier stages; everything
    else of it stays."""

    def make(bundle: dict[str, Any]) -> tuple[nn.Module, dict[str, Any]]:
        about = {key: value for key, value in bundle["transformer"].items() if key != "file"}
        return networks.bundled_transformer(out, networks.bundled_tokenizer(out)), about

    earlier = networks.bundle_parts(out)["training"].get("transformer", {})
    _add(run, out, "mm2face", "transformer", "a trained transformer", make, {**earlier, **notes})


def _reader(run: Path, network: str, bundle: dict[str, Any], layers: int, heads: int) -> tuple[nn.Module, dict[str, Any]]:
    names, sure = (json.loads((run / network / f"{file}.json").read_text()) for file in ("names", "calibration"))
    module = ClaimReader(bundle["text"]["config"]["dim"], layers, heads, len(names["events"]), len(names["marks"]))
    return module, {"layers": layers, "heads": heads, **names, "calibration": sure}


def export_claims(configuration: Configuration, run: Path, out: Path, notes: dict[str, Any]) -> None:
    """Puts what reads the claims of texts into a bundle that is there, with `notes` on its training; everything else of the bundle stays."""
    options = configuration.claims
    make = lambda bundle: _reader(run, "claims", bundle, options.layers, options.heads)  # noqa: E731
    _add(run, out, "claims", "claims", "a trained reader of claims", make, notes)


def export_text_claims(configuration: Configuration, run: Path, out: Path, notes: dict[str, Any]) -> None:
    """Puts a text encoder, its vocabulary and what reads claims on it, taught together, into a bundle that is there, with `notes` on their
    training; everything else of the bundle stays."""
    network, what = "text-claims", "a text encoder and a reader of claims taught together"

    def encoder(bundle: dict[str, Any]) -> tuple[nn.Module, dict[str, Any]]:
        words = (run / network / "vocab.txt").read_text().splitlines()
        sizes = bundle["text"]["config"] | {"n_layers": configuration.text_claims.layers, "vocab_size": len(words)}
        about = {key: value for key, value in bundle["text"].items() if key != "file"} | {"config": sizes}
        shutil.copyfile(run / network / "vocab.txt", out / about["vocabulary"])
        return networks.text_shape(about).build(), about

    def reader(bundle: dict[str, Any]) -> tuple[nn.Module, dict[str, Any]]:
        return _reader(run, network, bundle, bundle["claims"]["layers"], bundle["claims"]["heads"])

    _add(run, out, network, "text", what, encoder, None, among="encoder.")
    _add(run, out, network, "claims", what, reader, {**networks.bundle_parts(out)["training"].get("claims", {}), **notes}, among="reader.")


def export_length(configuration: Configuration, run: Path, out: Path, notes: dict[str, Any]) -> None:
    """Puts what tells how long motions last into a bundle that is there, with `notes` on its training; everything else of it stays."""

    def make(bundle: dict[str, Any]) -> tuple[nn.Module, dict[str, Any]]:
        options = configuration.length
        module = LengthPredictor(bundle["text"]["config"]["dim"], options.heads, options.hidden, options.steps)
        return module, {"heads": options.heads, "hidden": options.hidden}

    _add(run, out, "length", "length", "a trained predictor of lengths", make, notes)


def export_retrieval(run: Path, out: Path) -> None:
    """text.safetensors and audio.safetensors of the retrieval networks that the run has (without their decoders, half precision)."""
    out.mkdir(parents=True, exist_ok=True)
    found = {name: run / folder / "weights.pt" for name, folder in (("text", "retrieval"), ("audio", "retrieval-audio"))}
    if not any(path.exists() for path in found.values()):
        raise FileNotFoundError(f"{found['text']} is missing: train retrieval or retrieval-audio first, with the same --run")
    for name, path in found.items():
        if path.exists():
            weights = torch.load(path, map_location="cpu", weights_only=True)
            kept = {k: v for k, v in weights.items() if not k.startswith(("decoder.", "out."))}
            halved = {k: v if k in _KEPT_FULL else v.to(torch.float16) for k, v in kept.items()}
            save_file({k: v.contiguous() for k, v in halved.items()}, out / f"{name}.safetensors")
