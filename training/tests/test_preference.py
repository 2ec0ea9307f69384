"""Takes that miss less of what they are told become likelier, and the rest of what the bundle does stays near."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mm2face_training.conditions import condition
from mm2face_training.networks import carried_weights, mean_weights
from mm2face_training.train.loop import LoopOptions, fit
from mm2face_training.train.mm2face import MM2FaceTask
from mm2face_training.train.preference import likelihood, pair, rivals
from test_onward import bundle, corpus, task  # noqa: F401


def row(draw: np.random.Generator, codes: list[int], missed: list[int], steps: int = 6) -> dict[str, object]:
    takes = [{"tokens": np.stack([draw.integers(n, size=steps) for n in codes], 1).tolist(), "missed": ["nod", "left smile"][:m]} for m in missed]
    return {"name": "clip", "texts": {"action": "smile"}, "claims": ["left smile", "nod"], "takes": takes}


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return path


def test_only_prompts_whose_takes_differ_teach(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    path = write(tmp_path / "takes.jsonl", [row(draw, [5, 3], m) for m in ([0, 0, 0], [1, 0, 2], [1, 1, 1])])
    (known,) = rivals([path])
    assert known.missed.tolist() == [1, 0, 2] and known.tokens.shape == (3, 6, 2)
    seen = set()
    for _ in range(200):
        better, worse = (next(i for i in range(3) if known.tokens[i] is t or np.array_equal(known.tokens[i], t)) for t in pair(known, draw))
        seen.add((better, worse))
    assert seen == {(0, 2), (1, 0), (1, 2)}


@pytest.mark.parametrize("text", ["{", "[]", '{"texts": {}}', '{"texts": {}, "takes": []}', '{"texts": {}, "takes": [{"tokens": [[1]], "missed": 3}]}'])
def test_what_is_no_take_is_named(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "takes.jsonl", [row(np.random.default_rng(1), [5], [0, 1])])
    path.write_text(path.read_text() + text + "\n")
    with pytest.raises(ValueError, match="takes.jsonl, line 2"):
        rivals([path])


def test_takes_that_all_miss_as_much_are_no_use(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no prompt has takes"):
        rivals([write(tmp_path / "takes.jsonl", [row(np.random.default_rng(1), [5], [1, 1])])])


def test_likelihood_is_that_of_drawing_step_by_step(bundle: Path, corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    trained = task(bundle, corpus, tmp_path / "onward")
    module, draw = trained.module.eval(), np.random.default_rng(4)
    tokens = torch.from_numpy(np.stack([draw.integers(n, size=(2, 6)) for n in module.codes], -1))
    lengths, steps = torch.tensor([6, 4]), [6, 4]
    told = condition([{"action": "smile"}, {"pose": "look left"}], trained.features, [None, None])
    told.steps = lengths
    with torch.no_grad():
        together = likelihood(module, tokens, told, lengths)
        for i in range(2):
            total = 0.0
            for s in range(steps[i]):
                z = module.states(tokens[:, :s], told)[i, -1]
                for j, head in enumerate(module.heads):
                    total += float(head(z)[: module.codes[j]].log_softmax(-1)[tokens[i, s, j]])
                    if j + 1 < len(module.lanes):
                        z = z + module.draw_emb[j](tokens[i, s, j])
            assert float(together[i]) == pytest.approx(total, abs=1e-3)


def test_takes_that_miss_less_become_likelier(bundle: Path, corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    codes = task(bundle, corpus, tmp_path / "onward").module.codes
    draw = np.random.default_rng(5)
    takes = write(tmp_path / "takes.jsonl", [row(draw, codes, [0, 2]) for _ in range(4)])
    margins = {}
    for weight in (0.0, 3.0):
        trained = task(bundle, corpus, tmp_path / f"onward{weight}", takes=[takes], prefer=weight, pairs=4)
        figures = lambda: trained._preference.loss(trained.module, np.random.default_rng(1))[1]  # noqa: E731, B023
        with torch.no_grad():
            assert figures()["margin"] == 0
        fit(trained, tmp_path / f"onward{weight}" / "mm2face", LoopOptions(steps=30, rate=3e-3, warmup=1, average=0.5, bf16=False))
        with torch.no_grad():
            margins[weight] = figures()["margin"]
    assert margins[3.0] > 5 and margins[3.0] > margins[0.0] + 5


def test_takes_need_the_bundle_that_drew_them(corpus: Path, tmp_path: Path) -> None:  # noqa: F811
    from test_export import TINY, random_run

    random_run(tmp_path / "run")
    with pytest.raises(ValueError, match="bundle"):
        MM2FaceTask(TINY, [corpus], tmp_path / "run", takes=[write(tmp_path / "t.jsonl", [row(np.random.default_rng(1), [5], [0, 1])])])


def stages(folder: Path, values: tuple[float, ...]) -> list[Path]:
    runs = [folder / f"run{i}" for i in range(len(values))]
    for run, value in zip(runs, values):
        (run / "mm2face").mkdir(parents=True)
        torch.save({"a": torch.full((2, 3), value), "b": torch.tensor([value])}, run / "mm2face" / "weights.pt")
    return runs


def test_the_mean_of_stages(tmp_path: Path) -> None:
    runs = stages(tmp_path, (1.0, 2.0, 6.0))
    mean = mean_weights("mm2face", runs)
    assert torch.equal(mean["a"], torch.full((2, 3), 3.0)) and mean["b"].tolist() == [3.0]
    torch.save({"a": torch.ones(3, 3), "b": torch.ones(1)}, runs[2] / "mm2face" / "weights.pt")
    with pytest.raises(ValueError, match="run2"):
        mean_weights("mm2face", runs)
    with pytest.raises(FileNotFoundError, match="train the mm2face first"):
        mean_weights("mm2face", [*runs, tmp_path / "nowhere"])


def test_a_stage_is_carried_over(tmp_path: Path) -> None:
    run, before, after = stages(tmp_path, (5.0, 1.0, 3.0))
    carried = carried_weights("mm2face", run, before, after)
    assert torch.equal(carried["a"], torch.full((2, 3), 7.0)) and carried["b"].tolist() == [7.0]
    assert torch.equal(carried_weights("mm2face", before, before, after)["b"], torch.tensor([3.0]))
    torch.save({"a": torch.ones(3, 3), "b": torch.ones(1)}, after / "mm2face" / "weights.pt")
    with pytest.raises(ValueError, match="run2"):
        carried_weights("mm2face", run, before, after)
