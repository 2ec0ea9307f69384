"""Texts and sound → what the transformer is told, for training batches and for trying prompts."""

from __future__ import annotations

import numpy as np
import torch
from tokenizers import BertWordPieceTokenizer
from torch import Tensor
from transformers import DistilBertModel, Wav2Vec2Model

from .corpus import LEVELS
from .models.audio import CompactAudioEncoder, at_loudness, log_mel, mel_filters
from .models.text import encode
from .models.transformer import Condition
from .speech.augment import augment


def whole_prompt(texts: dict[str, list[str]], draw: np.random.Generator) -> dict[str, str]:
    """One text a level of a clip's texts."""
    return {level: lines[draw.integers(len(lines))] for level, lines in texts.items()}


def draw_prompt(
    texts: dict[str, list[str]],
    draw: np.random.Generator,
    no_level: tuple[float, ...],
    wrong_box: float,
    no_text: float = 0.0,
    whole: float = 0.0,
) -> dict[str, str]:
    """One text a level of a clip's texts; a share of `whole` keeps all levels, of the others levels are left out by `no_level` (a chance
    each), all of them by `no_text`; a text that stands alone is put at any level by `wrong_box`."""
    if whole and draw.random() < whole:
        return whole_prompt(texts, draw)
    chosen = whole_prompt(texts, draw)
    if draw.random() < no_text:
        return {}
    prompt = {level: chosen[level] for level, rare in zip(LEVELS, no_level) if level in chosen and draw.random() >= rare}
    if len(prompt) == 1 and draw.random() < wrong_box:
        prompt = {LEVELS[draw.integers(len(LEVELS))]: text for text in prompt.values()}
    return prompt


class TextFeatures:
    """Token states of texts by a frozen encoder; levels are kept (half precision), full texts are too various to keep."""

    def __init__(self, module: DistilBertModel, tokenizer: BertWordPieceTokenizer) -> None:
        self.module, self.tokenizer = module, tokenizer
        self._kept: dict[str, Tensor] = {}

    def learn(self, texts: list[str]) -> None:
        missing = sorted({t for t in texts if t not in self._kept})
        for start in range(0, len(missing), 2048):
            part = missing[start : start + 2048]
            self._kept |= {t: s.to(torch.float16) for t, s in zip(part, self.states(part))}

    def states(self, texts: list[str]) -> list[Tensor]:
        """Token states (L, textWidth) of each text, not kept."""
        with torch.autocast("cpu", torch.bfloat16):
            return encode(self.module, self.tokenizer, texts)

    def level(self, text: str) -> Tensor:
        if text not in self._kept:
            self.learn([text])
        return self._kept[text].float()

    def full(self, texts: list[str]) -> Tensor:
        """Mean states (B, textWidth)."""
        with torch.autocast("cpu", torch.bfloat16):
            return torch.stack([s.mean(0) for s in encode(self.module, self.tokenizer, texts)])


def level_rows(prompts: list[dict[str, str]], features: TextFeatures) -> tuple[Tensor, Tensor, Tensor]:
    """Token states (B, N, textWidth) of all levels of each prompt, whose level each row is and whether it is there (B, N)."""
    rows = [[(k, features.level(prompt[level])) for k, level in enumerate(LEVELS) if prompt.get(level)] for prompt in prompts]
    longest = max((sum(len(s) for _, s in row) for row in rows), default=0)
    text, level = torch.zeros(len(prompts), longest, features.module.config.dim), torch.zeros(len(prompts), longest, dtype=torch.long)
    seen = torch.zeros(len(prompts), longest, dtype=torch.bool)
    for i, row in enumerate(rows):
        at = 0
        for k, states in row:
            text[i, at : at + len(states)], level[i, at : at + len(states)], seen[i, at : at + len(states)] = states, k, True
            at += len(states)
    return text, level, seen


def condition(prompts: list[dict[str, str]], features: TextFeatures, audio: list[Tensor | None]) -> Condition:
    """`prompts` give texts by level (missing or empty levels are absent); `audio` (T, audioWidth) or nothing, a clip each."""
    text, level, seen = level_rows(prompts, features)
    full = torch.zeros(len(prompts), features.module.config.dim)
    has_text = torch.tensor([any(map(prompt.get, LEVELS)) for prompt in prompts], dtype=torch.bool)
    told = [i for i in range(len(prompts)) if has_text[i]]
    if told:
        full[told] = features.full([" ".join(prompts[i][level] for level in LEVELS if prompts[i].get(level)) for i in told])
    weight = torch.zeros(seen.shape).masked_fill(~seen, float("-inf"))
    if all(a is None for a in audio):
        return Condition(full, has_text, text, level, weight)
    frames = torch.tensor([0 if a is None else len(a) for a in audio])
    sound = torch.zeros(len(prompts), int(frames.max()), next(a.shape[1] for a in audio if a is not None))
    for i, a in enumerate(audio):
        if a is not None:
            sound[i, : len(a)] = a
    return Condition(full, has_text, text, level, weight, sound, frames)


@torch.no_grad()
def hear(module: CompactAudioEncoder | Wav2Vec2Model, samples: np.ndarray, frames: int | None = None, disturb: bool = False) -> Tensor:
    """16 kHz int16 samples → features (T, audioWidth) at 25 fps, cut or padded to `frames`; `disturb` puts them in a worse room.

    The states of wav2vec 2.0 are interpolated linearly between first and last frame.
    """
    if isinstance(module, Wav2Vec2Model):
        states = module(torch.from_numpy(samples.astype(np.float32) / 32768)[None]).last_hidden_state.transpose(1, 2)
        count = frames or round(len(samples) / 640)
        return torch.nn.functional.interpolate(states, size=count, mode="linear", align_corners=True)[0].t()
    wave = at_loudness(torch.from_numpy(samples.astype(np.float32) / 32768))[None]
    wave = torch.nn.functional.pad(wave, (0, -wave.shape[1] % 640))
    if disturb:
        wave = augment(wave)
    with torch.autocast("cpu", torch.bfloat16):
        features = module.features(log_mel(wave.float(), mel_filters()))[0].float()
    if frames is not None:
        features = features[:frames]
        if len(features) < frames:
            features = torch.cat([features, features[-1:].expand(frames - len(features), -1)])
    return features

