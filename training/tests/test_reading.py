"""What the text encoder is taught to tell, how prompts are drawn, tokens by batches, and streams and lanes that are added later."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mm2face_training.conditions import draw_prompt
from mm2face_training.configurations import CONFIGURATIONS
from mm2face_training.corpus import ClipFiles, Corpus
from mm2face_training.models.audio import CompactAudioEncoder
from mm2face_training.models.tokenizer import MotionTokenizer
from mm2face_training.models.transformer import Condition, MM2FaceTransformer, TransformerShape
from mm2face_training.networks import begin
from mm2face_training.shapes import MOUTH, SHAPE
from mm2face_training.train.mm2face import fingerprint, heard, silences, tokenised
from mm2face_training.train.reading import _SIDES, SPANS, Claims, Reader, ReadingOptions, ReadingTask, claims, mistyped, order_gaps, summary
from mm2face_training.train.residual import ResidualOptions, _Leftovers, additions, grown_tokenizer


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
    reader = Reader(24, 9, ReadingOptions(heads=4, hidden=16), events=5, marks=3).eval()
    states, level = torch.randn(2, 7, 24), torch.randint(5, (2, 7))
    seen = torch.arange(7)[None] < torch.tensor([7, 4])[:, None]
    first = reader(states, level, seen)
    states[1, 4:] = 100
    assert [tuple(x.shape) for x in first] == [(2, SPANS, 9), (2, SPANS, 5), (2, 3)]
    assert all(torch.allclose(a, b) for a, b in zip(first, reader(states, level, seen), strict=True))


def test_claims_tell_what_when_how_and_what_not() -> None:
    smile = {"kind": "unit", "name": "smile", "from": 1.0, "until": 2.0, "intensity": "slight"}
    wink = {"kind": "unit", "name": "wink", "side": "left", "from": 3.0, "until": 3.1, "count": 2}
    told = claims(
        {
            "claims": {
                "expression": [
                    {"relation": "occurs", "what": smile},
                    {"relation": "before", "what": smile, "other": wink},
                    {"relation": "occurs", "what": wink},
                    {"relation": "absent", "what": {"kind": "action", "name": "nod"}},
                ],
                "emotion": [{"relation": "occurs", "what": {"kind": "emotion", "name": "sad", "side": "both"}}],
            },
            "score": {"emotion": {"name": "sad"}},
        },
        4.0,
    )
    assert told["expression"] == Claims(
        (("unit.smile", 0b1100), ("unit.wink.left", 0b1000000)),
        ("unit.smile slight", "unit.wink.left 2", "action.nod absent"),
        (("unit.smile", "unit.wink.left"),),
    )
    assert told["emotion"].events == told["scenario"].events == (("emotion.sad", 0b11111111),)
    assert claims({}, 4.0) == {}


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


def test_grown_streams_keep_their_tokens_and_add_what_the_additions_decode() -> None:
    torch.manual_seed(5)
    shapes = [replace(s, width=16, codes=32) for s in CONFIGURATIONS["studio"].tokenizer.streams]
    base = MotionTokenizer(list(shapes), 4).eval()
    small = tuple(replace(s, width=8, codes=32, codeWidth=6) for s in ResidualOptions().shapes)
    more = additions(ResidualOptions(shapes=small), base).eval()
    for stream in [*base.streams, *more.values()]:
        for book in stream.codebook:
            book.data.normal_()
    out = grown_tokenizer(base, more)
    assert out.lanes == ["mouth.1", "mouth.2", "mouth.3", "upper.1", "upper.2", "head"]
    motion = torch.rand(2, 40, 56)
    with torch.no_grad():
        codes = out.encode(motion)
        assert torch.equal(codes[..., [0, 1, 3, 5]], base.encode(motion))
        for index, (name, lane) in enumerate((("mouth", 2), ("upper", 4))):
            x, first, second, both = out.standardised(motion)[index], base.streams[index], more[name], out.streams[index]
            added = second.quantise(second.encode(x))
            assert torch.equal(codes[..., lane : lane + 1], added[0])
            whole = both.decode(both.quantise(both.encode(x))[1])
            parts = first.decode(first.quantise(first.encode(x))[1]) + second.decode(added[1])
            assert torch.allclose(whole, parts, atol=1e-4)


def test_the_residual_draws_every_rare_shape_as_often(tmp_path: Path) -> None:
    """A tokenizer that decodes nothing leaves everything over: one clip of 100 with a tongue is drawn for half of the rare windows."""
    torch.manual_seed(7)
    base = MotionTokenizer([replace(s, width=16, codes=32) for s in ResidualOptions().shapes], 4).eval()
    with torch.no_grad():
        for stream in base.streams:
            stream.dec_out.weight.zero_()
            stream.dec_out.bias.zero_()
    rest, tongue, smile = _Leftovers(base.streams[0], 4), MOUTH.index(SHAPE["tongueOut"]), MOUTH.index(SHAPE["mouthPucker"])
    (tmp_path / "facial_motion").mkdir()
    for i in range(100):
        motion = np.zeros((60, 56), np.float32)
        motion[20:40, SHAPE["tongueOut"] if i < 5 else SHAPE["mouthPucker"]] = 0.5
        np.savez(tmp_path / "facial_motion" / f"{i}.npz", motion=motion)
        rest.learn(ClipFiles(tmp_path, str(i)), 0.15)
    x, wanted = rest.windows(np.random.default_rng(1), ResidualOptions(batch=600, rare_share=1, window=40))
    assert x.shape == wanted.shape == (600, 40, len(MOUTH))
    shown = (wanted[..., tongue].amax(1) > 0.4).float().mean()
    assert 0.4 < float(shown) < 0.6
    assert torch.all((wanted[..., tongue].amax(1) > 0.4) | (wanted[..., smile].amax(1) > 0.4))
    back = torch.zeros_like(wanted)
    back[..., smile] = wanted[..., smile]
    for _ in range(200):
        rest.look(x, back, wanted, 0.15)
    assert rest.missing[tongue] > 0.95 and rest.missing[smile] < 0.05


def spoken_clip(folder: Path) -> ClipFiles:
    """A still face of a second, and noise."""
    for part in ("facial_motion", "audio"):
        (folder / part).mkdir()
    np.savez(folder / "facial_motion" / "A.npz", motion=np.zeros((25, 56), np.float32))
    soundfile.write(folder / "audio" / "A.wav", np.random.default_rng(0).normal(size=16_000) * 0.1, 16_000)
    return ClipFiles(folder, "A")


def test_two_processes_may_hear_one_clip_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hearing = CompactAudioEncoder(width=8, layers=1, heads=2).eval()
    clip, kept, save, inside = spoken_clip(tmp_path), tmp_path / "features", np.save, []

    def save_while_another_does(path: Path, values: np.ndarray) -> None:
        save(path, values)
        if not inside:
            # Another process comes, hears the same and is done before this one goes on.
            inside.append(os.getpid())
            with monkeypatch.context() as other:
                other.setattr(os, "getpid", lambda: inside[0] + 1)
                heard(hearing, clip, 0, kept)

    monkeypatch.setattr(np, "save", save_while_another_does)
    found = heard(hearing, clip, 0, kept)
    assert inside and torch.equal(found, heard(hearing, clip, 0, kept))
    assert len(list(kept.glob("*/*"))) == 1, "nothing unfinished stays"


def test_what_two_encoders_hear_never_meets(tmp_path: Path) -> None:
    torch.manual_seed(8)
    first, second = CompactAudioEncoder(width=8, layers=1, heads=2).eval(), CompactAudioEncoder(width=8, layers=1, heads=2).eval()
    clip, kept = spoken_clip(tmp_path), tmp_path / "features"
    before = torch.get_rng_state()
    plain, again = heard(first, clip, 0, kept), heard(first, clip, 0, kept)
    assert plain.shape[0] == 25 and torch.equal(plain, again)
    assert not torch.equal(plain, heard(first, clip, 1, kept))
    assert not torch.equal(plain, heard(second, clip, 0, kept))
    assert torch.equal(before, torch.get_rng_state()), "what is drawn next does not depend on what is kept"
    assert fingerprint(first) != fingerprint(second) and len(list(kept.iterdir())) == 2


def test_a_transformer_that_got_a_lane_does_at_first_what_it_did() -> None:
    torch.manual_seed(6)
    shape = TransformerShape(width=32, layers=1, heads=4, textWidth=8, audioWidth=4, headHidden=16)
    old = MM2FaceTransformer(shape, ["mouth.1", "mouth.2", "upper", "head"], [16] * 4).eval()
    new = MM2FaceTransformer(shape, ["mouth.1", "mouth.2", "upper.1", "upper.2", "head"], [16] * 5).eval()
    missing = begin(new, old.state_dict())
    assert missing and all("upper.2" in key for key in missing)
    told = Condition(torch.randn(2, 8), torch.ones(2, dtype=torch.bool), torch.randn(2, 3, 8), torch.zeros(2, 3, dtype=torch.long), torch.zeros(2, 3))
    tokens = torch.randint(16, (2, 7, 5))
    kept = tokens[..., [0, 1, 2, 4]]
    with torch.no_grad():
        a = old.logits(old.states(kept, told)[:, :-1], kept)
        b = new.logits(new.states(tokens, told)[:, :-1], tokens)
    for i, j in zip((0, 1, 2, 3), (0, 1, 2, 4), strict=True):
        assert torch.allclose(a[i], b[j], atol=1e-5)


def test_heads_over_other_names_begin_anew_and_other_widths_are_refused() -> None:
    def module(width: int, names: int) -> torch.nn.Module:
        return torch.nn.ModuleDict({"body": torch.nn.Linear(width, width), "names": torch.nn.Linear(width, names)})

    old, new = module(8, 5), module(8, 7)
    before = {key: value.clone() for key, value in new.state_dict().items()}
    assert begin(new, old.state_dict()) == ["names.weight", "names.bias"]
    after = new.state_dict()
    assert torch.equal(after["body.weight"], old.state_dict()["body.weight"]) and torch.equal(after["names.weight"], before["names.weight"])
    with pytest.raises(RuntimeError, match="size mismatch"):
        begin(module(16, 5), old.state_dict())


def test_an_order_read_is_how_far_the_later_event_lies_behind() -> None:
    events = torch.full((2, SPANS, 2), -4.0)
    events[0, 1, 0] = events[0, 6, 1] = 9.0
    asked = [[("nod", "smile"), ("smile", "nod")], [("nod", "smile"), ("nod", "nod")]]
    apart = order_gaps(events, asked, {"nod": 0, "smile": 1})
    assert torch.allclose(apart, torch.tensor([5.0, -5.0, 0.0]), atol=0.05)
    assert len(order_gaps(events, [[], []], {"nod": 0, "smile": 1})) == 0


def test_silent_recordings_are_of_nobody_and_differ() -> None:
    torch.manual_seed(9)
    hearing = CompactAudioEncoder(width=8, layers=1, heads=2).eval()
    rows = silences(hearing, 6, seconds=1.0)
    assert all(r.shape == rows[0].shape and len(r) == 25 and torch.isfinite(r).all() for r in rows)
    assert torch.equal(rows[0], rows[1]), "digital silence twice"
    assert not torch.equal(rows[2], rows[3])
    assert all(torch.equal(a, b) for a, b in zip(rows, silences(hearing, 6, seconds=1.0), strict=True))
