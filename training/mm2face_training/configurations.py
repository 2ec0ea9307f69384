"""The configurations: `paper` (its sizes; DistilBERT and wav2vec 2.0 are put into the run folder), `studio` (what ships), `studio-last` (how
what ships went on from its own bundle: levels told together, a past that is hardly disturbed), `studio-told` (the stage after it: takes of
that bundle that miss less of what they are told become likelier), `one-stream` (a tokenizer of one stream at the studio's size, to compare)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .models.retrieval import RetrievalShape
from .models.tokenizer import StreamShape
from .models.transformer import TransformerShape
from .train.audio_encoder import AudioOptions
from .train.claims import ClaimOptions
from .train.length import LengthOptions
from .train.loop import LoopOptions
from .train.mm2face import MM2FaceOptions
from .train.reading import ReadingOptions
from .train.residual import ResidualOptions
from .train.retrieval import RetrievalOptions
from .train.text_claims import TextClaimsOptions
from .train.text_encoder import TextOptions
from .train.tokenizer import TokenizerOptions


@dataclass
class Configuration:
    name: str
    audio: AudioOptions = field(default_factory=AudioOptions)
    text: TextOptions = field(default_factory=TextOptions)
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    tokenizer: TokenizerOptions = field(default_factory=TokenizerOptions)
    residual: ResidualOptions = field(default_factory=ResidualOptions)
    mm2face: MM2FaceOptions = field(default_factory=MM2FaceOptions)
    retrieval: RetrievalOptions = field(default_factory=RetrievalOptions)
    claims: ClaimOptions = field(default_factory=ClaimOptions)
    length: LengthOptions = field(default_factory=LengthOptions)
    text_claims: TextClaimsOptions = field(default_factory=TextClaimsOptions)
    loops: dict[str, LoopOptions] = field(default_factory=dict)


_TOKENIZER_LOOP = LoopOptions(steps=4_000, rate=1e-3, average=0.99, betas=(0.9, 0.99), weight_decay=0.0, bf16=False)
_STUDIO = TransformerShape(width=256, layers=5, heads=8, headHidden=256)
_ONWARD = MM2FaceOptions(
    shape=_STUDIO, talk_share=0.2, whole=0.5, no_length=0.1, blur=0.1, no_word=0.04, replace=0.01, forget=0.06, keep=1.0
)
_ONE_STREAM = TokenizerOptions(streams=(StreamShape("motion", tuple(range(56)), width=128),))

CONFIGURATIONS = {
    "studio": Configuration(
        "studio",
        mm2face=MM2FaceOptions(shape=_STUDIO),
        loops={
            "audio-encoder": LoopOptions(steps=12_000, rate=1.2e-3, average=0.998),
            "text-encoder": LoopOptions(steps=6_000, rate=1e-3, average=0.995, accumulate=1),
            "reading": LoopOptions(steps=8_000, rate=6e-4, average=0.995),
            "tokenizer": _TOKENIZER_LOOP,
            "residual": _TOKENIZER_LOOP,
            "mm2face": LoopOptions(steps=40_000, rate=1.5e-3, average=0.995, betas=(0.9, 0.98), weight_decay=0.05),
            "retrieval": LoopOptions(steps=4_000, rate=5e-4, average=0.99),
            "retrieval-audio": LoopOptions(steps=2_000, rate=5e-4, average=0.99),
            "claims": LoopOptions(steps=4_500, average=0.995),
            "length": LoopOptions(steps=3_000, average=0.99),
            "text-claims": LoopOptions(steps=3_000, rate=5e-4, average=0.998),
        },
    ),
    "studio-last": Configuration(
        "studio-last", mm2face=_ONWARD, loops={"mm2face": LoopOptions(steps=4_000, rate=6e-4, average=0.998, weight_decay=0.05)}
    ),
    "studio-told": Configuration("studio-told", mm2face=_ONWARD, loops={"mm2face": LoopOptions(steps=1_000, rate=2e-4, average=0.99)}),
    "paper": Configuration(
        "paper",
        tokenizer=TokenizerOptions(streams=(StreamShape("motion", tuple(range(56)), width=512, codeWidth=512),), batch=256, window=64),
        mm2face=MM2FaceOptions(
            shape=TransformerShape(width=1024, layers=18, heads=16, textWidth=768, audioWidth=768, headHidden=1024, textPositions=0, stepsLeft=False),
            batch=128,
            replace=0.5,
        ),
        retrieval=RetrievalOptions(shape=RetrievalShape(condition=768)),
        loops={
            "tokenizer": LoopOptions(steps=300_000, rate=2e-4, betas=(0.9, 0.99), weight_decay=0.0),
            "mm2face": LoopOptions(steps=300_000, rate=1e-4, betas=(0.5, 0.999), weight_decay=1e-6),
            "retrieval": LoopOptions(steps=100_000, rate=1e-4),
            "retrieval-audio": LoopOptions(steps=100_000, rate=1e-4),
        },
    ),
    "one-stream": Configuration("one-stream", tokenizer=_ONE_STREAM, loops={"tokenizer": _TOKENIZER_LOOP}),
}
