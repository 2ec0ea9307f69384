"""Real recordings whose words are known or can be checked, with phone times."""

from __future__ import annotations

import json
import math
import random
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .alignment import Aligner
from .recordings import RATE, Recording

_STARTS = """can i get|can i have|can you make me|can you get me|could you make me|could you please make me|make me|make|i want|
i would like|i'd like|give me|get me|please make me|brew me|i need|i'll have|i'll take|may i have|i want to have|prepare me|fetch me|
would you make me|i'd love|please get me|can you brew me|can i please have|could i get|could you brew|fix me|bring me"""
_JOINS = ["with", "and", "with some", "in a", "", "and a", "with a", "of", "on", "plus"]
_ENDS = ["please", "", "", "for me", "to go", "thank you", "thanks", "right now"]


def read_audio(path: Path) -> np.ndarray:
    """Any file of libsndfile (or g722 by ffmpeg) as 16 kHz mono int16."""
    if path.suffix == ".g722":
        command = ["ffmpeg", "-v", "error", "-f", "g722", "-i", str(path), "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
        return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.int16)
    import soundfile

    samples, rate = soundfile.read(path, dtype="float32")
    samples = samples if samples.ndim == 1 else samples.mean(1)
    if rate != RATE:
        samples = resample_poly(samples, RATE, rate)
    return np.clip(samples * 32767, -32768, 32767).astype(np.int16)


def _bigrams(sentences: list[list[str]], path: Path, discount: float = 0.4) -> None:
    """Writes an ARPA bigram model with absolute discounting."""
    words = Counter(w for s in sentences for w in s)
    pairs = Counter(p for s in sentences for p in zip(s, s[1:]))
    context, kinds = Counter[str](), Counter(first for first, _ in pairs)
    for (first, _), count in pairs.items():
        context[first] += count
    total = sum(n for w, n in words.items() if w != "<s>")
    lines = ["\\data\\", f"ngram 1={len(words)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word in sorted(words):
        chance = -99 if word == "<s>" else math.log10(words[word] / total)
        back = math.log10(discount * kinds[word] / context[word]) if context[word] else 0
        lines.append(f"{chance:.4f} {word} {min(back, 0):.4f}")
    lines += ["", "\\2-grams:", *(f"{math.log10((n - discount) / context[a]):.4f} {a} {b}" for (a, b), n in sorted(pairs.items()))]
    path.write_text("\n".join([*lines, "", "\\end\\", ""]))


def _order_model(slots: list[str], path: Path) -> None:
    draw, starts = random.Random(0), [s.strip() for s in _STARTS.split("|")]
    sentences = []
    for _ in range(20_000):
        parts = [draw.choice(starts), draw.choice(["a", "a", "an", "an", "some", ""])]
        for i in range(draw.randint(1, 5)):
            parts += [draw.choice(_JOINS)] if i and draw.random() < 0.6 else []
            parts.append(draw.choice(slots))
            parts += [draw.choice(["cup of coffee", "shots", "shot", "cup of"])] if draw.random() < 0.1 else []
        sentences.append(f"<s> {' '.join(parts)} {draw.choice(_ENDS)} </s>".split())
    _bigrams(sentences, path)


def orders(folder: Path) -> list[Recording]:
    """Spoken coffee orders labelled with slots: kept where every slot is heard by a model of such orders."""
    labels: dict[str, dict] = json.loads((folder / "labels.json").read_text())
    slots = [slot.strip() for label in labels.values() for slot in label["slots"].values()]
    out = []
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / "orders.arpa"
        _order_model(slots, model)
        aligner = Aligner(language_model=model)
        for name, label in labels.items():
            samples = read_audio(folder / f"{name}.opus")
            heard = aligner.recognise(samples)
            if heard is None or not all(slot.strip() in heard for slot in label["slots"].values()):
                continue
            found = aligner.align(samples, heard)
            if found is not None:
                out.append(Recording(name, "order", heard, samples, found.phones))
    return out


def words(folder: Path) -> list[Recording]:
    """Single words, the word is the name of the folder; one lasts 0.25 … 1.6 s, anything else is a failed alignment or a silent clip."""
    aligner, out = Aligner({"snowboy": "S N OW B OY"}), []
    for path in sorted(folder.glob("*/*.opus")):
        samples, text = read_audio(path), path.parent.name.replace("-", " ")
        found = aligner.align(samples, text)
        if found is not None and 0.25 <= found.spoken <= 1.6:
            out.append(Recording(f"{path.parent.name}/{path.stem}", "word", text, samples, found.phones))
    return out


def phrases(folder: Path) -> list[Recording]:
    """Words and phrases of known voices: `folder`/VOICE/NAME.ogg (.wav, .flac, .opus), what they say in `folder`/phrases.json {NAME: words}.

    A phone lasts 0.05 … 0.4 s in the mean; anything else is a failed alignment.
    """
    said: dict[str, str] = json.loads((folder / "phrases.json").read_text())
    aligner, out = Aligner(), []
    for path in sorted(p for p in folder.glob("*/*") if p.suffix in (".ogg", ".wav", ".flac", ".opus") and p.stem in said):
        samples, text = np.pad(read_audio(path), RATE // 5), said[path.stem]
        found = aligner.align(samples, text)
        if found is not None and 0.05 <= found.spoken / sum(p != "pau" for p, _, _ in found.phones) <= 0.4:
            out.append(Recording(f"{path.parent.name}/{path.stem}", path.parent.name, text, samples, found.phones))
    return out


def prompts(folder: Path, share: int = 0, of: int = 1) -> list[Recording]:
    """Telephone prompts by professional speakers, recognised and aligned."""
    aligner, out = Aligner(), []
    for path in sorted(folder.rglob("*.g722"))[share::of]:
        samples = read_audio(path)
        if not 0.5 <= len(samples) / RATE <= 30:
            continue
        heard = aligner.recognise(samples)
        found = aligner.align(samples, heard) if heard else None
        if found is not None:
            out.append(Recording(path.stem, "prompt", found.text, samples, found.phones))
    return out
