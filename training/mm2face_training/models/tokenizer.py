"""Motion tokenizer: streams of channels, each a convolutional VQ-VAE with residual codebooks.

Axes: B clips, T frames, S steps (T / rate), C channels of a stream, D code width, K codes, W width.
Keys: streams.<i>.{mean, std, codebook.<k>, enc_in, enc_down.<j>, enc_res.<j>.<d>.conv1/conv2, enc_out, dec_in, dec_res…, dec_up.<j>,
dec_mid, dec_out}.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class StreamShape:
    name: str
    channels: tuple[int, ...]
    width: int = 128
    depth: int = 3
    dilationGrowth: int = 3
    codeWidth: int = 32
    codes: int = 512
    codebooks: int = 1

    @property
    def lanes(self) -> list[str]:
        return [self.name] if self.codebooks == 1 else [f"{self.name}.{k + 1}" for k in range(self.codebooks)]


class Residual(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(width, width, 3, 1, dilation, dilation), nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


def _stack(width: int, depth: int, growth: int) -> nn.Sequential:
    return nn.Sequential(*[Residual(width, growth ** (depth - 1 - d)) for d in range(depth)])


class Stream(nn.Module):
    """One stream; codebooks are buffers, moved by their own averages (EMA) and not by gradients."""

    def __init__(self, shape: StreamShape, rate: int) -> None:
        super().__init__()
        self.shape, c, w, d = shape, len(shape.channels), shape.width, shape.codeWidth
        downs = rate.bit_length() - 1
        self.register_buffer("mean", torch.zeros(c))
        self.register_buffer("std", torch.ones(c))
        self.codebook = nn.ParameterList(nn.Parameter(torch.randn(shape.codes, d) * 0.1, requires_grad=False) for _ in range(shape.codebooks))
        self.enc_in = nn.Conv1d(c, w, 3, 1, 1)
        self.enc_down = nn.ModuleList(nn.Conv1d(w, w, 4, 2, 1) for _ in range(downs))
        self.enc_res = nn.ModuleList(_stack(w, shape.depth, shape.dilationGrowth) for _ in range(downs))
        self.enc_out = nn.Conv1d(w, d, 3, 1, 1)
        self.dec_in = nn.Conv1d(d, w, 3, 1, 1)
        self.dec_res = nn.ModuleList(_stack(w, shape.depth, shape.dilationGrowth) for _ in range(downs))
        self.dec_up = nn.ModuleList(nn.Conv1d(w, w, 3, 1, 1) for _ in range(downs))
        self.dec_mid, self.dec_out = nn.Conv1d(w, w, 3, 1, 1), nn.Conv1d(w, c, 3, 1, 1)

    def encode(self, x: Tensor) -> Tensor:
        """Standardised (B, T, C) → latent (B, S, D)."""
        x = F.relu(self.enc_in(x.transpose(1, 2)))
        for down, residual in zip(self.enc_down, self.enc_res):
            x = residual(down(x))
        return self.enc_out(x).transpose(1, 2)

    def quantise(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Latent (…, D) → nearest codes (…, codebooks) of what earlier codebooks left, and their sum (…, D)."""
        left, total, codes = latent.float(), torch.zeros_like(latent, dtype=torch.float32), []
        for book in self.codebook:
            nearest = (book.square().sum(1) - 2 * left @ book.t()).argmin(-1)
            codes.append(nearest)
            total, left = total + book[nearest], left - book[nearest]
        return torch.stack(codes, -1), total

    def decode(self, total: Tensor) -> Tensor:
        """(B, S, D) → standardised (B, T, C)."""
        x = F.relu(self.dec_in(total.transpose(1, 2)))
        for residual, up in zip(self.dec_res, self.dec_up):
            x = up(F.interpolate(residual(x), scale_factor=2.0, mode="nearest"))
        return self.dec_out(F.relu(self.dec_mid(x))).transpose(1, 2)


class MotionTokenizer(nn.Module):
    def __init__(self, shapes: list[StreamShape], rate: int = 4) -> None:
        super().__init__()
        self.shapes, self.rate = shapes, rate
        self.streams = nn.ModuleList(Stream(shape, rate) for shape in shapes)

    @property
    def lanes(self) -> list[str]:
        return [lane for shape in self.shapes for lane in shape.lanes]

    def standardised(self, motion: Tensor) -> list[Tensor]:
        return [(motion[..., list(s.shape.channels)] - s.mean) / s.std for s in self.streams]

    def assemble(self, parts: list[Tensor]) -> Tensor:
        """Standardised streams → (B, T, 56)."""
        out = parts[0].new_zeros(*parts[0].shape[:-1], 56)
        for stream, part in zip(self.streams, parts):
            out[..., list(stream.shape.channels)] = part * stream.std + stream.mean
        return out

    @torch.no_grad()
    def encode(self, motion: Tensor) -> Tensor:
        """(B, T, 56) → codes (B, S, lanes); the last frame is repeated to fill the last step."""
        fill = -motion.shape[1] % self.rate
        if fill:
            motion = torch.cat([motion, motion[:, -1:].expand(-1, fill, -1)], 1)
        return torch.cat([s.quantise(s.encode(x))[0] for s, x in zip(self.streams, self.standardised(motion))], -1)

    def decode(self, codes: Tensor) -> Tensor:
        """Codes (B, S, lanes) → (B, S·rate, 56)."""
        parts, lane = [], 0
        for stream in self.streams:
            books = stream.codebook
            total = sum(book[codes[..., lane + k]] for k, book in enumerate(books))
            lane += len(books)
            parts.append(stream.decode(total))
        return self.assemble(parts)
