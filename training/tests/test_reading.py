"""What the text encoder is taught to tell, tokens by batches, and how prompts are drawn."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mm2face_training.conditions import draw_prompt
from mm2face_training.configurations import CONFIGURATIONS
from mm2face_training.corpus import Corpus
from mm2face_training.models.tokenizer import MotionTokenizer
from mm2face_training.shapes import SHAPE
from mm2face_training.train.mm2face import tokenised
from mm2face_training.train.reading import _SIDES, SPANS, Reader, ReadingOptions, mistyped, summary


def write_corpus(folder: Path, lengths: list[int]) -> None:
    """Clips without sound of random motion."""
    draw = np.random.default_rng(0)
    (folder / "facial_motion").mkdir()
    names = [f"A_{i}_text" for i in range(len(lengths))]
    for name, length in zip(names, lengths, strict=True):
        np.savez(folder / "facial_motion" / f"{name}.npz", motion=draw.random((length, 56)))
    (folder / "t2m_subset.json").write_text(json.dumps({"train": names}))


def test_summary_tells_when_and_on_which_side() -> None:
    motion = np.zeros((80, 56), np.float32)
    motion[:40, SHAPE["browDownLeft"]] = 0.8
    found = summary(motion)
    assert found.shape == (SPANS, 56 * 2 + len(_SIDES))
    assert np.allclose(found[:4, SHAPE["browDownLeft"]], 0.8) and np.allclose(found[4:, SHAPE["browDownLeft"]], 0)
    side = 56 * 2 + _SIDES.index((SHAPE["browDownLeft"], SHAPE["browDownRight"]))
    assert np.allclose(found[:4, side], 0.8)
    mirrored = np.zeros_like(motion)
    mirrored[:40, SHAPE["browDownRight"]] = 0.8
    assert np.allclose(summary(mirrored)[:4, side], -0.8)
    assert np.isfinite(summary(motion[:3])).all()


def test_reader_does_not_see_padding() -> None:
    torch.manual_seed(1)
    reader = Reader(24, 9, ReadingOptions(heads=4, hidden=16)).eval()
    states, level = torch.randn(2, 7, 24), torch.randint(5, (2, 7))
    seen = torch.arange(7)[None] < torch.tensor([7, 4])[:, None]
    first = reader(states, level, seen)
    states[1, 4:] = 100
    assert first.shape == (2, SPANS, 9)
    assert torch.allclose(first, reader(states, level, seen))


def test_typing_errors_are_small() -> None:
    draw = np.random.default_rng(2)
    for text in ("nods", "a", "", "smiles broadly and looks away"):
        for _ in range(200):
            wrong = mistyped(text, draw)
            assert len(text) - 1 <= len(wrong) <= len(text)
            assert sorted(wrong) == sorted(text) or len(wrong) == len(text) - 1


def test_prompts_lose_levels_and_stand_in_wrong_boxes() -> None:
    draw = np.random.default_rng(3)
    texts = {"action": ["nods"], "emotion": ["sad", "gloomy"]}
    prompts = [draw_prompt(texts, draw, (0.5,) * 5, 0.5, 0.1) for _ in range(2000)]
    assert all(set(p.values()) <= {"nods", "sad", "gloomy"} for p in prompts)
    empty = sum(not p for p in prompts) / 2000
    assert 0.1 + 0.9 * 0.25 == pytest.approx(empty, abs=0.04)
    assert any("pose" in p for p in prompts) and any(len(p) == 2 for p in prompts)
    assert {p["emotion"] for p in prompts if len(p) == 2} == {"sad", "gloomy"}


def test_tokens_of_batches_are_those_of_single_clips(tmp_path: Path) -> None:
    torch.manual_seed(4)
    shapes = [replace(s, width=16, codes=32) for s in CONFIGURATIONS["studio"].tokenizer.streams]
    tokenizer = MotionTokenizer(list(shapes), 4).eval()
    write_corpus(tmp_path, [40, 40, 33, 40])
    clips = Corpus(tmp_path).clips("train")
    together = tokenised(tokenizer, clips, batch=2)
    for clip, tokens in zip(clips, together, strict=True):
        alone = tokenizer.encode(torch.from_numpy(clip.motion())[None])[0]
        assert torch.equal(tokens.long(), alone)
