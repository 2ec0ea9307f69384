"""The networks keep the bundle's keys and do what their doc comments say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mm2face_training.models.audio import CompactAudioEncoder, log_mel, mel_filters
from mm2face_training.models.tokenizer import MotionTokenizer, StreamShape
from mm2face_training.models.transformer import Condition, MM2FaceTransformer, TransformerShape
from mm2face_training.shapes import HEAD, MOUTH, NAMES, UPPER

SHAPES = [StreamShape("mouth", MOUTH, width=16, codeWidth=8, codes=32, codebooks=2), StreamShape("head", HEAD, width=16, codeWidth=8, codes=16)]
SMALL = TransformerShape(width=32, layers=2, heads=4, maxSteps=12, lookAround=1, textWidth=16, audioWidth=20, headHidden=24)


def tokenizer() -> MotionTokenizer:
    torch.manual_seed(1)
    return MotionTokenizer(SHAPES).eval()


def transformer() -> MM2FaceTransformer:
    torch.manual_seed(2)
    return MM2FaceTransformer(SMALL, tokenizer().lanes, [32, 32, 16]).eval()


def told(frames: int = 24) -> Condition:
    torch.manual_seed(3)
    return Condition(
        torch.randn(2, 16), torch.tensor([True, False]), torch.randn(2, 3, 16), torch.tensor([[0, 0, 3]] * 2),
        torch.tensor([[0, 0, 0], [-torch.inf] * 3]), torch.randn(2, frames, 20), torch.tensor([frames, frames]),
    )  # fmt: skip


def test_channels_cover_the_frame_once() -> None:
    assert sorted(MOUTH + UPPER + HEAD) == list(range(56)) and len(NAMES) == 50


@pytest.mark.parametrize("frames", [8, 9, 11, 200])
def test_tokenizer_fills_the_last_step(frames: int) -> None:
    model = tokenizer()
    codes = model.encode(torch.randn(1, frames, 56))
    assert codes.shape == (1, -(-frames // 4), 3)
    assert model.decode(codes).shape == (1, codes.shape[1] * 4, 56)


def test_second_codebook_takes_what_the_first_left() -> None:
    stream = tokenizer().streams[0]
    latent = torch.randn(50, 8)
    codes, total = stream.quantise(latent)
    first, second = (stream.codebook[k][codes[:, k]] for k in range(2))
    assert torch.allclose(total, first + second)
    left = latent - first
    assert (((left[:, None] - stream.codebook[1][None]).square().sum(-1)).argmin(1) == codes[:, 1]).all()


def test_rows_know_their_place_in_their_level() -> None:
    level = torch.tensor([[0, 0, 3, 3, 3], [1, 1, 1, 1, 0], [2, 4, 4, 0, 0]])
    c = Condition(torch.zeros(3, 16), torch.ones(3, dtype=torch.bool), torch.zeros(3, 5, 16), level, torch.zeros(3, 5))
    assert c.places().tolist() == [[0, 1, 0, 1, 2], [0, 1, 2, 3, 0], [0, 0, 1, 0, 1]]
    assert c.without_text().places().shape == (3, 0)


def test_keys_of_the_bundle() -> None:
    keys = set(transformer().state_dict())
    for key in ("tok_emb.mouth.2.weight", "heads.mouth.1.hidden.weight", "heads.head.out.bias", "draw_emb.mouth.1.weight", "null_cond", "cross_bias"):
        assert key in keys
    assert "draw_emb.head.weight" not in keys
    assert {"streams.0.codebook.1", "streams.1.mean", "streams.0.enc_res.1.2.conv2.bias", "streams.0.dec_up.1.weight"} <= set(tokenizer().state_dict())


def test_outputs_depend_on_the_past_only() -> None:
    model, c = transformer(), told()
    tokens = torch.randint(0, 16, (2, 6, 3))
    changed = tokens.clone()
    changed[:, 4:] = (changed[:, 4:] + 1) % 16
    with torch.no_grad():
        a, b = model.states(tokens, c), model.states(changed, c)
    assert torch.allclose(a[:, :5], b[:, :5], atol=1e-5) and not torch.allclose(a[:, 5:], b[:, 5:], atol=1e-3)


def test_a_step_hears_only_the_frames_around_it() -> None:
    model, c = transformer(), told()
    bias = model.bias(c, 7)
    seen = (bias[0, 0, :, 4:] > -100).int()
    assert seen[3].nonzero()[:, 0].tolist() == list(range(8, 20))  # steps 2, 3, 4
    assert seen[0].nonzero()[:, 0].tolist() == list(range(0, 8))


def test_a_hidden_level_changes_nothing() -> None:
    model, c = transformer(), told()
    tokens = torch.zeros(2, 3, 3, dtype=torch.long)
    with torch.no_grad():
        before = model.states(tokens, c)[1]
        c.text = c.text + 5 * torch.tensor([0.0, 1.0])[:, None, None]
        after = model.states(tokens, c)[1]
    assert torch.allclose(before, after, atol=1e-5)


def test_a_known_length_is_told_as_steps_left() -> None:
    model, c = transformer(), told()
    tokens = torch.randint(0, 16, (1, 6, 3)).expand(2, -1, -1)
    with torch.no_grad():
        plain = model.states(tokens, c)
        c.steps = torch.tensor([6, -1])
        known = model.states(tokens, c)
        c.steps = torch.tensor([9, 2])
        longer = model.states(tokens, c)
    assert torch.equal(plain[1], known[1]) and not torch.allclose(plain[0, 0], known[0, 0], atol=1e-3)
    assert not torch.allclose(known[0], longer[0], atol=1e-3)
    assert c.without_text().steps is c.steps
    # Past the end nothing is told; what came before is still seen.
    model.layers = model.layers[:0]
    with torch.no_grad():
        rows, bare = model.states(tokens, c), model.states(tokens, told())
    assert torch.equal(rows[1, 3:], bare[1, 3:]) and not torch.allclose(rows[1, 2], bare[1, 2], atol=1e-3)


def test_led_lanes_are_drawn_without_guidance() -> None:
    """At next to no temperature a lane gives its likeliest code."""
    model, c, steps = transformer(), told(), torch.tensor([1, 1])
    torch.nn.init.normal_(model.text_cond.weight, std=2)
    first = lambda guidance, **k: model.generate(c, steps, guidance, 1e-3, allow_end=False, **k)[0][:, 0]  # noqa: E731
    trained = first(1.0)
    guided = [first(float(g)) for g in range(2, 40)]
    led = [first(float(g), led=frozenset({0})) for g in range(2, 40)]
    assert any(not torch.equal(tokens[:, 0], trained[:, 0]) for tokens in guided)
    assert all(torch.equal(tokens[:, 0], trained[:, 0]) for tokens in led)
    assert any(not torch.equal(tokens, trained) for tokens in led)


def test_led_lanes_are_drawn_at_half_the_temperature() -> None:
    """The same draws of chance give a led lane at temperature 2 what they give it at 1."""
    model, c, steps = transformer(), told(), torch.tensor([1, 1])

    def first(seed: int, temperature: float, led: frozenset[int] = frozenset()) -> list[int]:
        torch.manual_seed(seed)
        return model.generate(c, steps, 1.0, temperature, allow_end=False, led=led)[0][:, 0, 0].tolist()

    assert all(first(seed, 2.0, frozenset({0})) == first(seed, 1.0) for seed in range(30))
    assert any(first(seed, 2.0) != first(seed, 1.0) for seed in range(30))


def test_generation_ends_within_its_steps() -> None:
    tokens, ended = transformer().generate(told(), torch.tensor([6, 3]), guidance=2.0)
    assert tokens.shape[2] == 3 and (ended <= torch.tensor([6, 3])).all()
    assert (tokens[..., 2] < 16).all()


def test_audio_features_are_one_row_a_frame() -> None:
    torch.manual_seed(0)
    model = CompactAudioEncoder(width=16, layers=1, heads=2).eval()
    with torch.no_grad():
        mel = log_mel(torch.randn(1, 16_000), mel_filters())
        features = model.features(mel)
    assert mel.shape == (1, 80, 100) and features.shape == (1, 25, 16 + 36)
    assert torch.allclose(features[0, :, 16:32].sum(-1), torch.ones(25), atol=1e-5)
    assert np.isclose(mel.mean(-1).abs().max(), 0, atol=1e-5)
