"""MM2Face transformer: motion tokens from text and sound.

Axes: B clips, S steps, P = S + 1 positions, N text rows, T audio frames at 25 fps, W width, H heads, J lanes.
Position 0 takes the condition (mean state of the full text); position p ≥ 1 the sum of the lanes' tokens of step p − 1.
The output at p predicts step p, or END (lane 0 only).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class TransformerShape:
    width: int = 192
    layers: int = 4
    heads: int = 6
    maxSteps: int = 50
    lookAround: int = 3
    textWidth: int = 192
    audioWidth: int = 228
    headHidden: int = 192
    textPositions: int = 64
    """Rows of a level are told their place among the level's rows, up to this many; 0 for no places."""
    stepsLeft: bool = True
    """Where a clip's length is known, every position is told how many steps are left."""


@dataclass
class Condition:
    """What a batch is told."""

    full: Tensor
    """(B, textWidth) mean state of the full text; ignored where `has_text` is false."""
    has_text: Tensor
    """(B,) bool."""
    text: Tensor
    """(B, N, textWidth) token states of the levels."""
    level: Tensor
    """(B, N) level index of each row."""
    weight: Tensor
    """(B, N) log weight of each row; −inf hides it."""
    audio: Tensor | None = None
    """(B, T, audioWidth)."""
    audio_frames: Tensor | None = None
    """(B,) frames that are there; 0 for no sound."""
    steps: Tensor | None = None
    """(B,) length of each clip in steps where it is known; −1 leaves it to END."""

    def without_text(self) -> Condition:
        text, level, weight = self.text[:, :0], self.level[:, :0], self.weight[:, :0]
        return Condition(self.full, torch.zeros_like(self.has_text), text, level, weight, self.audio, self.audio_frames, self.steps)

    def places(self) -> Tensor:
        """(B, N): which row of its level each row is (the rows of a level stand together)."""
        at = torch.arange(self.level.shape[1], device=self.level.device).expand_as(self.level)
        begins = F.pad(self.level[:, 1:] != self.level[:, :-1], (1, 0))
        return at - (at * begins).cummax(1).values if at.shape[1] else at


class Lanes(nn.Module):
    """One module a lane under keys like `mouth.1`, in order."""

    def __init__(self, names: list[str], make: Callable[[int], nn.Module]) -> None:
        super().__init__()
        self._names = names
        for index, name in enumerate(names):
            parent: nn.Module = self
            *outer, last = name.split(".")
            for part in outer:
                if part not in dict(parent.named_children()):
                    parent.add_module(part, nn.Module())
                parent = parent.get_submodule(part)
            parent.add_module(last, make(index))

    def __getitem__(self, index: int) -> nn.Module:
        return self.get_submodule(self._names[index])

    def __iter__(self) -> Iterator[nn.Module]:
        return (self[i] for i in range(len(self._names)))


class LaneHead(nn.Module):
    def __init__(self, width: int, hidden: int, logits: int) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(width, hidden), nn.Linear(hidden, logits)

    def forward(self, z: Tensor) -> Tensor:
        return self.out(F.gelu(self.hidden(z)))


class Layer(nn.Module):
    """x += self-attention(ln1 x); x += cross-attention(ln2 x); x += feed-forward(ln3 x)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.ln1, self.ln2, self.ln3 = nn.LayerNorm(width), nn.LayerNorm(width), nn.LayerNorm(width)
        self.self_qkv, self.self_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.cross_q, self.cross_kv, self.cross_out = nn.Linear(width, width), nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.ffn_up, self.ffn_down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def remember(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        k, v = self.cross_kv(memory).chunk(2, -1)
        return self._split(k), self._split(v)

    def forward(self, x: Tensor, memory: tuple[Tensor, Tensor], causal: Tensor, bias: Tensor) -> Tensor:
        q, k, v = (self._split(z) for z in self.self_qkv(self.ln1(x)).chunk(3, -1))
        x = x + self.self_out(_attend(q, k, v, causal).transpose(1, 2).flatten(2))
        q = self._split(self.cross_q(self.ln2(x)))
        x = x + self.cross_out(_attend(q, *memory, bias).transpose(1, 2).flatten(2))
        return x + self.ffn_down(F.gelu(self.ffn_up(self.ln3(x))))


def _attend(q: Tensor, k: Tensor, v: Tensor, bias: Tensor) -> Tensor:
    logits = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + bias.to(q.dtype)
    return logits.softmax(-1).to(v.dtype) @ v


class MM2FaceTransformer(nn.Module):
    def __init__(self, shape: TransformerShape, lanes: list[str], codes: list[int], rate: int = 4) -> None:
        super().__init__()
        self.shape, self.lanes, self.codes, self.rate = shape, lanes, codes, rate
        w = shape.width
        self.tok_emb = Lanes(lanes, lambda j: nn.Embedding(codes[j], w))
        self.pos_emb = nn.Embedding(shape.maxSteps + 1, w)
        if shape.stepsLeft:
            self.left_emb = nn.Embedding(shape.maxSteps + 1, w)
        self.layers = nn.ModuleList(Layer(w, shape.heads) for _ in range(shape.layers))
        self.ln_f = nn.LayerNorm(w)
        self.text_cond, self.text_proj = nn.Linear(shape.textWidth, w), nn.Linear(shape.textWidth, w)
        self.null_cond, self.null_memory = nn.Parameter(torch.zeros(w)), nn.Parameter(torch.zeros(w))
        self.level_emb = nn.Embedding(5, w)
        if shape.textPositions:
            self.text_pos_emb = nn.Embedding(shape.textPositions, w)
        self.audio_proj, self.audio_emb = nn.Linear(shape.audioWidth, w), nn.Parameter(torch.zeros(w))
        self.memory_norm = nn.LayerNorm(w)
        self.cross_bias = nn.Parameter(torch.zeros(shape.heads, (2 * shape.lookAround + 1) * rate))
        self.draw_emb = Lanes(lanes[:-1], lambda j: nn.Embedding(codes[j], w))
        self.heads = Lanes(lanes, lambda j: LaneHead(w, shape.headHidden, codes[j] + (1 if j == 0 else 0)))
        self._start()

    def _start(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1 and name != "cross_bias":
                nn.init.normal_(parameter, 0, 0.02 if "emb" in name else parameter.shape[1] ** -0.5 * 0.7)
            if name.endswith(("self_out.weight", "cross_out.weight", "ffn_down.weight")):
                parameter.data.mul_((2 * self.shape.layers) ** -0.5)
        with torch.no_grad():
            # Heads begin by listening to one frame of the step each, or to what comes just before or after: alignment need not be found.
            own, heads = self.shape.lookAround * self.rate, self.shape.heads
            for head in range(min(heads, self.rate)):
                self.cross_bias[head, own + head] = 5.0
            if heads > self.rate and self.shape.lookAround:
                self.cross_bias[self.rate, own - 2 : own] = 4.0
            if heads > self.rate + 1 and self.shape.lookAround:
                self.cross_bias[self.rate + 1, own + self.rate : own + self.rate + 2] = 4.0

    def memory(self, c: Condition) -> Tensor:
        """Rows (B, 1 + N + T, W): null, text, audio."""
        b = len(c.has_text)
        text = self.text_proj(c.text) + self.level_emb(c.level)
        if self.shape.textPositions:
            text = text + self.text_pos_emb(c.places().clamp_max(self.shape.textPositions - 1))
        rows = [self.null_memory.expand(b, 1, -1), text]
        if c.audio is not None:
            rows.append(self.audio_proj(c.audio) + self.audio_emb)
        return self.memory_norm(torch.cat(rows, 1))

    def bias(self, c: Condition, positions: int) -> Tensor:
        """(B, H, P, 1 + N + T): text rows by their weight, audio rows only around the step's own frames."""
        b, h = len(c.has_text), self.shape.heads
        null_and_text = F.pad(c.weight.float(), (1, 0))[:, None, None].expand(b, h, positions, -1)
        if c.audio is None:
            return null_and_text
        frames = torch.arange(c.audio.shape[1], device=c.audio.device)
        first = (torch.arange(positions, device=frames.device) - self.shape.lookAround) * self.rate
        offset = frames[None] - first[:, None]
        span = self.cross_bias.shape[1]
        near = (offset >= 0) & (offset < span)
        audio = self.cross_bias.float()[:, offset.clamp(0, span - 1)].masked_fill(~near, -1e4)[None].expand(b, -1, -1, -1)
        if c.audio_frames is not None:
            audio = audio.masked_fill((frames[None] >= c.audio_frames[:, None])[:, None, None], -1e4)
        return torch.cat([null_and_text.clamp_min(-1e4), audio], -1)

    def states(self, tokens: Tensor, c: Condition, remembered: list[tuple[Tensor, Tensor]] | None = None) -> Tensor:
        """Tokens so far (B, S, J) → outputs after ln_f (B, S + 1, W)."""
        start = torch.where(c.has_text[:, None], self.text_cond(c.full), self.null_cond.expand(len(c.has_text), -1).to(c.full.dtype))
        x = start[:, None]
        if tokens.shape[1]:
            x = torch.cat([x, sum(table(tokens[..., j]) for j, table in enumerate(self.tok_emb)).to(x.dtype)], 1)
        p = x.shape[1]
        x = x + self.pos_emb.weight[:p]
        if self.shape.stepsLeft and c.steps is not None:
            left = c.steps[:, None] - torch.arange(p, device=x.device)
            known = ((c.steps >= 0)[:, None] & (left >= 0)).unsqueeze(-1)
            x = x + self.left_emb(left.clamp(0, self.shape.maxSteps)) * known
        causal = torch.full((p, p), -1e4, device=x.device).triu(1)
        bias = self.bias(c, p)
        if remembered is None:
            remembered = self.remember(c)
        for layer, kept in zip(self.layers, remembered):
            x = layer(x, kept, causal, bias)
        return self.ln_f(x)

    def remember(self, c: Condition) -> list[tuple[Tensor, Tensor]]:
        memory = self.memory(c)
        return [layer.remember(memory) for layer in self.layers]

    def logits(self, states: Tensor, drawn: Tensor) -> list[Tensor]:
        """States (…, W) and the true or drawn tokens of the step (…, J) → logits of every lane."""
        z, out = states, []
        for j, head in enumerate(self.heads):
            out.append(head(z).float())
            if j + 1 < len(self.lanes):
                z = z + self.draw_emb[j](drawn[..., j])
        return out

    @torch.no_grad()
    def generate(
        self, c: Condition, steps: Tensor, guidance: float = 1.0, temperature: float = 1.0, allow_end: bool = True, top: float = 1.0,
        led: frozenset[int] = frozenset(),
    ) -> tuple[Tensor, Tensor]:
        """Draws up to `steps` (B,) steps: tokens (B, S, J) and how many each clip has (B,); lanes of `led`, which a voice leads, are drawn
        without guidance and at half the temperature."""
        b, most = len(steps), int(steps.max())
        tokens = torch.zeros(b, 0, len(self.lanes), dtype=torch.long)
        ended = steps.clone()
        kept = self.remember(c)
        bare = c.without_text()
        kept_bare = self.remember(bare) if guidance != 1 else []
        for p in range(most):
            h = self.states(tokens, c, kept)[:, -1]
            u = self.states(tokens, bare, kept_bare)[:, -1] if guidance != 1 else h
            step, zh, zu = [], h, u
            for j, head in enumerate(self.heads):
                logits = head(zh).float()
                if j == 0 and allow_end and p:
                    # The end is drawn as trained: guidance and temperature are for what happens until then.
                    over = torch.rand(b) < logits.softmax(-1)[:, self.codes[0]]
                    ended = torch.where(over & (ended > p), torch.full_like(ended, p), ended)
                logits = logits[:, : self.codes[j]]
                if guidance != 1 and j not in led:
                    rest = head(zu).float()[:, : self.codes[j]]
                    logits = rest + guidance * (logits - rest)
                chance = (logits / max(temperature / (2 if j in led else 1), 1e-3)).softmax(-1)
                if top < 1:
                    ordered, index = chance.sort(-1, descending=True)
                    ordered[ordered.cumsum(-1) - ordered > top] = 0
                    chance = torch.zeros_like(chance).scatter(-1, index, ordered)
                token = torch.multinomial(chance, 1)[:, 0]
                step.append(token)
                if j + 1 < len(self.lanes):
                    zh, zu = zh + self.draw_emb[j](token), zu + self.draw_emb[j](token)
            tokens = torch.cat([tokens, torch.stack(step, -1)[:, None]], 1)
            if bool((ended <= p).all()):
                break
        return tokens, ended.clamp_max(tokens.shape[1])
