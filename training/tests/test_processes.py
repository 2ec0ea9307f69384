"""Several processes train one network: gradients are shared even where a batch leaves parameters out, and all stop together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import torch

WORKER = """
import os, sys, time
from pathlib import Path
import torch
from mm2face_training.train.loop import LoopOptions, fit

rank, out = int(os.environ["RANK"]), Path(sys.argv[1])

class Task:
    name = "two"
    def __init__(self):
        torch.manual_seed(3)
        self.module = torch.nn.ModuleDict({"always": torch.nn.Linear(3, 1), "sometimes": torch.nn.Linear(3, 1)})
        self.steps = 0
    def loss(self, draw, step):
        self.steps += 1
        time.sleep(0.002 * (1 + 4 * rank))
        x = torch.from_numpy(draw.normal(size=(4, 3))).float()
        y = self.module["always"](x) + (self.module["sometimes"](x) if (step + rank) % 2 else 0)
        return (y - x.sum(1, keepdim=True)).square().mean(), {}
    def validate(self):
        return {}

task = Task()
fit(task, out / "run", LoopOptions(steps=10**9, minutes=0.02, bf16=False, save_every=10**9))
torch.save({"steps": task.steps, **task.module.state_dict()}, out / f"{rank}.pt")
"""


def test_two_processes_hold_the_same_weights_and_stop_together(tmp_path: Path) -> None:
    environment = os.environ | {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(20_000 + os.getpid() % 20_000), "WORLD_SIZE": "2", "OMP_NUM_THREADS": "1",
        "GLOO_SOCKET_IFNAME": "lo",
    }  # fmt: skip
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path)], env=environment | {"RANK": str(rank)}) for rank in (0, 1)]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0]
    first, second = (torch.load(tmp_path / f"{rank}.pt") for rank in (0, 1))
    assert first["steps"] == second["steps"] > 10
    for key in first:
        if key != "steps":
            assert torch.equal(first[key], second[key]), key
