"""Rooms, telephones, noise: augmentation of speech on batches of waveforms."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_TAIL = 6400


def _chance(count: int, share: float) -> Tensor:
    return torch.rand(count, 1) < share


def augment(samples: Tensor, rate: int = 16_000) -> Tensor:
    """(B, N) → (B, N): equaliser, band limits, reverberation, coloured noise or babble at 3 … 45 dB, clipping."""
    b, n = samples.shape
    length = n + _TAIL
    hertz = torch.linspace(0, rate / 2, length // 2 + 1)
    curve = torch.randn(b, 1, 8) * 5 * _chance(b, 0.8)[:, :, None]
    gain = F.interpolate(curve, size=len(hertz), mode="linear", align_corners=True)[:, 0]
    low_pass = torch.where(_chance(b, 0.3), 2800 + 4500 * torch.rand(b, 1), torch.full((b, 1), 9e3))
    high_pass = torch.where(_chance(b, 0.3), 80 + 320 * torch.rand(b, 1), torch.zeros(b, 1))
    gain = gain - ((hertz - low_pass) / 500).clamp(0, 1) * 50 - ((high_pass - hertz) / 100).clamp(0, 1) * 30
    decay = 0.1 + 0.6 * torch.rand(b, 1)
    room = torch.randn(b, _TAIL) * 10 ** (-3 * torch.arange(_TAIL) / rate / decay)
    room[:, :40] = 0
    level = (0.02 + 0.3 * torch.rand(b, 1)) * _chance(b, 0.5)
    room = room / room.norm(dim=1, keepdim=True) * level.sqrt()
    room[:, 0] = 1
    heard = torch.fft.irfft(torch.fft.rfft(samples, length) * torch.fft.rfft(room, length) * 10 ** (gain / 20), length)[:, :n]
    tilt = (hertz[None] / 500 + 0.05) ** (-torch.rand(b, 1) * 1.2)
    noise = torch.fft.irfft(torch.fft.rfft(torch.randn(b, n), length) * tilt, length)[:, :n]
    noise = noise / noise.std(1, keepdim=True)
    babble = samples.roll(1, 0) + samples.roll(3, 0) + samples.roll(5, 0)
    noise = torch.where(_chance(b, 0.15), babble / (babble.std(1, keepdim=True) + 1e-4), noise)
    decibels = 3 + 42 * torch.rand(b, 1)
    loudness = heard.std(1, keepdim=True)
    heard = heard + noise * loudness * 10 ** (-decibels / 20) * _chance(b, 0.85)
    limit = loudness * (1.5 + 4 * torch.rand(b, 1))
    return torch.where(_chance(b, 0.1), limit * torch.tanh(heard / limit), heard)


def mask_mels(mel: Tensor) -> Tensor:
    """(B, M, F): hides one band of up to 12 mels and one stretch of up to 12 frames (120 ms) in half of the clips."""
    b, m, f = mel.shape
    for size, axis in ((m, 1), (f, 2)):
        start, width = torch.rand(b, 1) * size, torch.rand(b, 1) * 12 * _chance(b, 0.5)
        at = torch.arange(size)[None]
        hidden = (at >= start) & (at < start + width)
        mel = mel.masked_fill(hidden[:, :, None] if axis == 1 else hidden[:, None, :], 0.0)
    return mel
