"""The two configurations: `paper` (its sizes) and `studio` (what ships)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .models.tokenizer import StreamShape
from .train.audio_encoder import AudioOptions
from .train.loop import LoopOptions
from .train.mm2face import MM2FaceOptions
from .train.retrieval import RetrievalOptions
from .train.text_encoder import TextOptions
from .train.tokenizer import TokenizerOptions


@dataclass
class Configuration:
    name: str
    audio: AudioOptions = field(default_factory=AudioOptions)
    text: TextOptions = field(default_factory=TextOptions)
    tokenizer: TokenizerOptions = field(default_factory=TokenizerOptions)
    mm2face: MM2FaceOptions = field(default_factory=MM2FaceOptions)
    retrieval: RetrievalOptions = field(default_factory=RetrievalOptions)
    loops: dict[str, LoopOptions] = field(default_factory=dict)


_TOKENIZER_LOOP = LoopOptions(steps=4_000, rate=1e-3, average=0.99, betas=(0.9, 0.99), weight_decay=0.0, bf16=False)
_ONE_STREAM = TokenizerOptions(streams=(StreamShape("motion", tuple(range(56)), width=128),))

CONFIGURATIONS = {
    "studio": Configuration(
        "studio",
        loops={
            "audio-encoder": LoopOptions(steps=12_000, rate=1.2e-3, average=0.998),
            "text-encoder": LoopOptions(steps=6_000, rate=1e-3, average=0.995, accumulate=1),
            "tokenizer": _TOKENIZER_LOOP,
            "mm2face": LoopOptions(steps=40_000, rate=1.5e-3, average=0.995, betas=(0.9, 0.98), weight_decay=0.05),
            "retrieval": LoopOptions(steps=4_000, rate=5e-4, average=0.99),
        },
    ),
    "one-stream": Configuration("one-stream", tokenizer=_ONE_STREAM, loops={"tokenizer": _TOKENIZER_LOOP}),
}
