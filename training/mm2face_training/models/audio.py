"""Compact audio encoder: log-mel → hidden states, mouth classes, lip opening and rounding.

Axes: B clips, N samples at 16 kHz, F mel frames at 100 fps, T states at 50 fps, D width, M mels.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

RATE, HOP, WINDOW, FFT = 16_000, 160, 400, 512


def mel_filters(mels: int = 80, warp: float = 1.0, low: float = 60.0, high: float = 7800.0) -> Tensor:
    """Triangles of unit sum (M, FFT/2+1); `warp` stretches the axis below 4.8 kHz (longer or shorter vocal tracts)."""
    to_mel = lambda hertz: 2595 * np.log10(1 + hertz / 700)  # noqa: E731
    edges = 700 * (10 ** (np.linspace(to_mel(low), to_mel(high), mels + 2) / 2595) - 1)
    if warp != 1.0:
        knee = 4800 * min(1, 1 / warp)
        edges = np.where(edges <= knee, edges * warp, knee * warp + (edges - knee) * (8000 - knee * warp) / (8000 - knee))
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    filters = np.zeros((mels, len(bins)), np.float32)
    for i in range(mels):
        left, centre, right = edges[i : i + 3]
        filters[i] = np.maximum(0, np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre)))
        if filters[i].sum() < 1e-3:
            filters[i, int(round(centre * FFT / RATE))] = 1
        filters[i] /= filters[i].sum()
    return torch.from_numpy(filters)


def log_mel(samples: Tensor, filters: Tensor) -> Tensor:
    """(B, N) → (B, M, N/HOP): log power minus each clip's mean per mel, / 3; frame k is centred at (k + ½)·HOP."""
    padded = F.pad(samples, (FFT // 2 - HOP // 2, FFT // 2))
    window = torch.hann_window(WINDOW, device=samples.device)
    power = torch.stft(padded, FFT, HOP, WINDOW, window, center=False, return_complex=True).abs().square()
    mel = torch.matmul(filters, power).add(1e-7).log()
    return (mel - mel.mean(-1, keepdim=True)) / 3


def at_loudness(samples: Tensor, rms: float = 0.05) -> Tensor:
    """Scales (…, N) to the loudness the encoder listens at."""
    return samples / (samples.square().mean(-1, keepdim=True).sqrt() + 1e-6) * rms


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.dw, self.n0 = nn.Conv1d(width, width, 9, padding=4, groups=width), nn.LayerNorm(width)
        self.n1, self.qkv, self.o = nn.LayerNorm(width), nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.n2, self.f1, self.f2 = nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        b, t, d = x.shape
        x = x + self.dw(self.n0(x).transpose(1, 2)).transpose(1, 2)
        q, k, v = self.qkv(self.n1(x)).view(b, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        weights = torch.softmax((q * (d // self.heads) ** -0.5) @ k.transpose(-1, -2) + mask.to(q.dtype), -1)
        x = x + self.o((weights.to(v.dtype) @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.f2(F.gelu(self.f1(self.n2(x))))


class CompactAudioEncoder(nn.Module):
    """Keys c1, c2, c3, b.N.{dw,n0,n1,qkv,o,n2,f1,f2}, n, out."""

    def __init__(self, mels: int = 80, width: int = 192, layers: int = 4, heads: int = 4, window: int = 40, classes: int = 16) -> None:
        super().__init__()
        self.window, self.classes = window, classes
        self.c1 = nn.Conv1d(mels, width, 5, padding=2)
        self.c2 = nn.Conv1d(width, width, 4, stride=2, padding=1)
        self.c3 = nn.Conv1d(width, width, 3, padding=1)
        self.b = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.n, self.out = nn.LayerNorm(width), nn.Linear(width, classes + 2)

    def states(self, mel: Tensor) -> Tensor:
        """(B, M, F) → states after the final norm (B, T, D), T = F/2; attention reaches ±`window` states."""
        x = F.gelu(self.c2(F.gelu(self.c1(mel))))
        x = (x + F.gelu(self.c3(x))).transpose(1, 2)
        i = torch.arange(x.shape[1], device=x.device)
        mask = torch.where((i[:, None] - i[None]).abs() <= self.window, 0.0, -1e4)
        for block in self.b:
            x = block(x, mask)
        return self.n(x)

    def heads(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Class logits (B, T, 16), opening and rounding (B, T) in 0 … 1."""
        y = self.out(states).float()
        return y[..., : self.classes], y[..., self.classes].sigmoid(), y[..., self.classes + 1].sigmoid()

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.heads(self.states(mel))

    def features(self, mel: Tensor) -> Tensor:
        """(B, M, F) → features of 25 fps frames (B, T/2, D+36): mean state, two posteriors, two (opening, rounding)."""
        states = self.states(mel).float()
        states = states[:, : states.shape[1] // 2 * 2]
        logits, opening, rounding = self.heads(states)
        b, t, d = states.shape
        lips = torch.stack([opening, rounding], -1)
        pair = lambda x: x.reshape(b, t // 2, -1)  # noqa: E731
        return torch.cat([states.view(b, t // 2, 2, d).mean(2), pair(logits.softmax(-1)), pair(lips)], -1)
