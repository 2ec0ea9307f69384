"""One training loop for every task: exact resume, accumulation, several processes, moving average of weights, logs.

Randomness is drawn afresh each step from (seed, step, rank), so a resumed run repeats the run that was never stopped.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass
class LoopOptions:
    steps: int = 10_000
    minutes: float = math.inf
    """Wall-clock limit; the learning rate falls with whichever of steps and minutes is further on."""
    rate: float = 1e-3
    warmup: int = 80
    weight_decay: float = 0.02
    betas: tuple[float, float] = (0.9, 0.98)
    accumulate: int = 1
    average: float = 0.999
    clip: float = 1.0
    seed: int = 1
    bf16: bool = True
    log_every: int = 50
    validate_every: int = 1000
    save_every: int = 500


class Task(Protocol):
    """What a network needs to be trained by `fit`."""

    module: nn.Module
    name: str

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        """Draws a batch and returns its loss with figures to log."""

    def validate(self) -> dict[str, float]:
        """Figures on held-out data, with the averaged weights in `module`."""


Row = TypeVar("Row")


def like_long(rows: Sequence[Row], length: Callable[[Row], int], size: int, choice: int, draw: np.random.Generator) -> list[Row]:
    """A batch of about one length, so that little is wasted on padding: `size` that stand together of `choice` times as many, sorted."""
    drawn = sorted((rows[i] for i in draw.integers(len(rows), size=size * choice)), key=length)
    start = int(draw.integers(len(drawn) - size + 1))
    return drawn[start : start + size]


def _extra(task: Task) -> dict[str, Tensor]:
    """What a task keeps beside its module's weights (a codebook's counts), tensors changed in place."""
    keep = getattr(task, "extra", None)
    return keep() if keep is not None else {}


def device() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    return torch.device("cpu")


def _share_gradients(parameters: list[nn.Parameter], world: int) -> None:
    """The mean gradient of all processes; one that a process's batch did not touch (no sound in it) counts as 0 there."""
    flat = torch.cat([torch.zeros_like(p).flatten() if p.grad is None else p.grad.flatten() for p in parameters])
    dist.all_reduce(flat)
    at = 0
    for p in parameters:
        p.grad = flat[at : at + p.numel()].view_as(p).div(world)
        at += p.numel()


class _Swap:
    """Puts the averaged weights into the module for a while."""

    def __init__(self, module: nn.Module, average: dict[str, Tensor]) -> None:
        self.module, self.average = module, average

    def __enter__(self) -> None:
        self.kept = {k: v.clone() for k, v in self.module.state_dict().items()}
        self.module.load_state_dict(self.average)
        self.module.eval()

    def __exit__(self, *_: object) -> None:
        self.module.load_state_dict(self.kept)
        self.module.train()


def fit(task: Task, folder: Path, options: LoopOptions) -> dict[str, float]:
    """Trains until the steps or the minutes are used up; leaves checkpoint.pt, log.jsonl and weights.pt (averaged) in `folder`."""
    world, rank = int(os.environ.get("WORLD_SIZE", "1")), int(os.environ.get("RANK", "0"))
    if world > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    folder.mkdir(parents=True, exist_ok=True)
    module = task.module
    trained = [p for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=options.rate, weight_decay=options.weight_decay, betas=options.betas)
    average = {k: v.detach().clone() for k, v in module.state_dict().items()}
    step, spent = 0, 0.0
    checkpoint = folder / "checkpoint.pt"
    if checkpoint.exists():
        state: dict[str, Any] = torch.load(checkpoint, map_location="cpu", weights_only=True)
        module.load_state_dict(state["module"])
        optimiser.load_state_dict(state["optimiser"])
        average, step, spent = state["average"], state["step"], state["spent"]
        for key, value in _extra(task).items():
            value.copy_(state["extra"][key])
    started, figures = time.monotonic() - spent, {}
    module.train()

    def save() -> None:
        if rank == 0:
            now = time.monotonic() - started
            state = dict(module=module.state_dict(), optimiser=optimiser.state_dict(), average=average, step=step, spent=now)
            state["extra"] = _extra(task)
            torch.save(state, checkpoint.with_suffix(".part"))
            checkpoint.with_suffix(".part").replace(checkpoint)
            torch.save(average, folder / "weights.pt")

    def log(**values: Any) -> None:
        if rank == 0:
            line = {"step": step, "seconds": round(time.monotonic() - started, 1), **values}
            with open(folder / "log.jsonl", "a") as file:
                file.write(json.dumps({k: round(v, 5) if isinstance(v, float) else v for k, v in line.items()}) + "\n")
            print(task.name, line, flush=True)

    while True:
        progress = max(step / options.steps, (time.monotonic() - started) / 60 / options.minutes)
        if world > 1:
            # Clocks differ: all go by the first process's, or one would stop while the others wait for it.
            shared = torch.tensor([progress], dtype=torch.float64, device=device())
            dist.broadcast(shared, 0)
            progress = float(shared)
        if progress >= 1:
            break
        rate = options.rate * (min(1.0, (step + 1) / options.warmup) * 0.5 * (1 + math.cos(math.pi * progress)) + 0.002)
        for group in optimiser.param_groups:
            group["lr"] = rate
        optimiser.zero_grad(set_to_none=True)
        for part in range(options.accumulate):
            draw = np.random.default_rng([options.seed, step, rank, part])
            torch.manual_seed(int(draw.integers(2**62)))
            precision = torch.autocast(device().type, torch.bfloat16) if options.bf16 else nullcontext()
            with precision:
                loss, figures = task.loss(draw, step)
            (loss / options.accumulate).backward()
        if world > 1:
            _share_gradients(trained, world)
        norm = nn.utils.clip_grad_norm_(trained, options.clip)
        if torch.isfinite(norm):
            optimiser.step()
        step += 1
        keep = min(options.average, (step + 1) / (step + 20))
        with torch.no_grad():
            for key, value in module.state_dict().items():
                average[key].lerp_(value, 1 - keep) if value.is_floating_point() else average[key].copy_(value)
        if step % options.log_every == 0:
            log(loss=float(loss.detach()), rate=rate, **figures)
        if step % options.validate_every == 0:
            with _Swap(module, average):
                log(validation=True, **task.validate())
        if step % options.save_every == 0:
            save()
    with _Swap(module, average):
        final = task.validate()
    log(validation=True, final=True, **final)
    save()
    return final
