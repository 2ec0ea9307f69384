"""Phone times of real recordings by pocketsphinx (optional; en-us model of its wheel)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .phones import Segment


@dataclass(frozen=True)
class Alignment:
    """Phones of known words; `score` is the mean acoustic log score of the spoken frames (less negative fits better)."""

    text: str
    phones: list[Segment]
    score: float

    @property
    def spoken(self) -> float:
        """Seconds of all phones together."""
        return sum(end - start for phone, start, end in self.phones if phone != "pau")


class Aligner:
    """Recognises with a language model, then aligns the words found."""

    def __init__(self, words: dict[str, str] | None = None, language_model: Path | None = None) -> None:
        """`words` adds pronunciations, e.g. {"snowboy": "S N OW B OY"}; `language_model` is an ARPA file instead of the broad one."""
        from pocketsphinx import Decoder, get_model_path

        model = get_model_path() + "/en-us"
        common: dict[str, Any] = dict(hmm=model + "/en-us", dict=model + "/cmudict-en-us.dict", loglevel="FATAL", samprate=16000)
        broad = dict(lm=model + "/en-us.lm.bin", beam=1e-40, wbeam=1e-30, maxhmmpf=1500)
        narrow = dict(lm=str(language_model))
        self._make_free = lambda: Decoder(ds=1, **(narrow if language_model else broad), **common)
        self._free: Any = None

        def make_fixed() -> Any:
            decoder = Decoder(lm=None, beam=1e-60, wbeam=1e-40, **common)
            for word, pronunciation in (words or {}).items():
                decoder.add_word(word, pronunciation, True)
            return decoder

        self._make_fixed = make_fixed

    @staticmethod
    def _run(decoder: Any, samples: np.ndarray) -> None:
        decoder.start_utt()
        decoder.process_raw(samples.astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()

    def recognise(self, samples: np.ndarray) -> str | None:
        """Words heard by the language model."""
        self._free = self._free or self._make_free()
        self._run(self._free, samples)
        heard = self._free.hyp()
        return heard.hypstr if heard is not None and heard.hypstr else None

    def align(self, samples: np.ndarray, text: str) -> Alignment | None:
        """Phones of known words; None when they do not fit the sound."""
        try:
            # A fresh decoder for every text (0.1 s); asking an aligning one for its hypothesis ends the process.
            decoder = self._make_fixed()
            decoder.set_align_text(text)
            self._run(decoder, samples)
            if decoder.hyp() is None:
                return None
            decoder.set_alignment()
            self._run(decoder, samples)
            # An entry is a view of the decoder's memory: read it while iterating.
            entries = [(e.name, e.start, e.duration, e.score) for word in decoder.get_alignment() for e in word]
        except RuntimeError:
            return None
        silent = ("SIL", "+SPN+", "+NSN+")
        spoken = [(duration, score) for name, _, duration, score in entries if name not in silent]
        if not spoken:
            return None
        mean = sum(score for _, score in spoken) / sum(duration for duration, _ in spoken)
        phones = [("pau" if n in silent else n.lower(), start / 100, (start + duration) / 100) for n, start, duration, _ in entries]
        return Alignment(text, phones, mean)
