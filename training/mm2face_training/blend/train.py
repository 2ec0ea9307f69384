"""Trains one variant of the blendshapes: `full`, or one of the ablations."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .data import displacements, performances
from .face import Face
from .network import Blendshapes

VARIANTS = ("full", "no-sparsity", "no-laplacian", "no-geometry")


@dataclass(frozen=True)
class Options:
    variant: str = "full"
    side: int = 32
    speech_shapes: int = 8
    expression_shapes: int = 32
    steps: int = 800
    batch: int = 64
    rate: float = 3e-3
    ownership: float = 1.0
    """Speech's shapes alone must account for what happens where the lips meet, in both kinds of recording (primary factors)."""
    secondary: float = 0.03
    """Size of the weights in the other domain (sum of absolute values)."""
    spread: float = 0.02
    """Size of a shape at vertices that belong to the other domain (sum of lengths)."""
    smoothness: float = 0.05
    lips: float = 4.0
    every: int = 6
    noise: float = 0.2
    """Standard deviation of noise on every vertex of the training frames, millimetres: scans have it, performances of ours do not."""
    seed: int = 1


def vertex_weights(face: Face, lips: float) -> np.ndarray:
    weight = np.ones(face.count, np.float32)
    weight[face.lips] = lips
    return weight


def contact_weights(face: Face) -> np.ndarray:
    """Weights that look at the middle of the lips, where they seal."""
    weight = np.full(face.count, 0.05, np.float32)
    weight[face.lips] = 0.2
    weight[face.lips[np.abs(face.rest[face.lips, 0]) < 14]] = 5
    return weight / weight.sum()


def principal(moved: Tensor, weight: Tensor, count: int) -> Tensor:
    """The first `count` principal deformations about rest in the weighted metric, from 1200 frames, (count, V, 3)."""
    root = weight.sqrt()[:, None]
    few = (moved[torch.randperm(len(moved))[:1200]].float() * root).flatten(1)
    _, left = torch.linalg.eigh(few @ few.T)
    vectors = few.T @ left[:, -count:]
    return (vectors.T.unflatten(1, (-1, 3)) / root).flip(0)


def image_map(face: Face, options: Options) -> tuple[Tensor, Tensor]:
    """The geometry image, or for the ablation vertices thrown onto the square by chance."""
    if options.variant == "no-geometry":
        chosen = np.random.default_rng(options.seed).permutation(face.count)[: options.side**2]
        index = np.repeat(chosen[:, None], 3, 1)
        return torch.from_numpy(index), torch.tensor([1.0, 0, 0]).repeat(len(index), 1)
    index, share = face.image_map(options.side)
    return torch.from_numpy(index), torch.from_numpy(share)


def train(data: Path, head: Path, out: Path, options: Options) -> Blendshapes:
    torch.manual_seed(options.seed)
    face = Face(head)
    played = performances(data)
    speech = torch.from_numpy(displacements(face, [p.speech for p in played], options.every))
    expression = torch.from_numpy(displacements(face, [p.expression for p in played], options.every))
    if options.noise:
        speech, expression = (t + (torch.randn(t.shape) * options.noise).half() for t in (speech, expression))
    weight = torch.from_numpy(vertex_weights(face, options.lips))
    contact = torch.from_numpy(contact_weights(face))
    constrained = options.variant != "no-sparsity"

    def travel(moved: Tensor) -> Tensor:
        """Mean square motion of each vertex, (V,)."""
        return moved[::7].float().square().sum(-1).mean(0)

    # How much more a vertex moves in the one domain than in the other: its primary domain.
    travels = travel(speech), travel(expression)
    foreign = [(travels[1] / (travels[0] + 1e-4)).clamp(max=20), (travels[0] / (travels[1] + 1e-4)).clamp(max=20)]
    first = principal(speech, weight, options.speech_shapes), principal(expression, weight, options.expression_shapes)
    if constrained:
        first = first[0] / (1 + foreign[0].square())[:, None], first[1]
    model = Blendshapes(*image_map(face, options), weight, *first)
    laplacian = face.laplacian().tocoo()
    smooth = torch.sparse_coo_tensor(np.stack([laplacian.row, laplacian.col]), laplacian.data, laplacian.shape).coalesce()
    powers = [float((t * model.weight).sum()) for t in travels]
    contacts = [float((t * contact).sum()) for t in travels]
    optimiser = torch.optim.Adam(model.parameters(), options.rate)
    out.mkdir(parents=True, exist_ok=True)
    log = (out / f"{options.variant}.jsonl").open("w")
    print(json.dumps({"options": asdict(options), "frames": [len(speech), len(expression)], "powers": powers}), file=log, flush=True)
    began, sums = time.time(), {}
    for step in range(1, options.steps + 1):
        share = step / options.steps
        for group in optimiser.param_groups:
            group["lr"] = options.rate * min(1, step / 30) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        moved = torch.cat([t[torch.randint(len(t), (options.batch,))] for t in (speech, expression)]).float()
        columns = model.columns()
        n, s = options.batch, model.speeches
        said, shown = model.encode(model.image(moved))
        spoken = (said @ columns[:s].flatten(1)).unflatten(1, (-1, 3))
        left = moved - spoken
        error = ((left - (shown @ columns[s:].flatten(1)).unflatten(1, (-1, 3))).square().sum(-1) * model.weight).sum(-1)
        parts = {"speech": error[:n].mean() / powers[0], "expression": error[n:].mean() / powers[1]}
        loss = parts["speech"] + parts["expression"]
        own = (left.square().sum(-1) * contact).sum(-1)
        parts["ownership"] = own[:n].mean() / contacts[0] + own[n:].mean() / contacts[1]
        parts["secondary"] = shown[:n].abs().sum(1).mean() / powers[0] ** 0.5 + said[n:].abs().sum(1).mean() / powers[1] ** 0.5
        length = (columns.square().sum(-1) + 1e-8).sqrt()
        parts["spread"] = (length[:s] * foreign[0] * model.weight).sum(1).mean() + (length[s:] * foreign[1] * model.weight).sum(1).mean() * 0.1
        if constrained:
            loss = loss + options.ownership * parts["ownership"] + options.secondary * parts["secondary"] + options.spread * parts["spread"]
        parts["roughness"] = torch.sparse.mm(smooth, columns.permute(1, 0, 2).flatten(1)).square().mean()
        if options.variant != "no-laplacian":
            loss = loss + options.smoothness * parts["roughness"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        for key, value in parts.items():
            sums[key] = sums.get(key, 0) + value.item()
        if step % 50 == 0:
            print(json.dumps({"step": step, "seconds": round(time.time() - began, 1), **{k: round(v / 50, 6) for k, v in sums.items()}}), file=log, flush=True)
            sums = {}
    with torch.no_grad():
        said = torch.cat([model.encode(model.image(part.float()))[0] for part in speech[::3].split(512)])
        activity = float(said.square().sum(1).mean().sqrt())
    torch.save({"state": model.state_dict(), "options": asdict(options), "activity": activity}, out / f"{options.variant}.pt")
    return model
