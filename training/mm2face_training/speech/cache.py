"""Writes aligned recordings as the cache that `mm2face dataset build --speech-cache` reads: wav files and index.json.

    python -m mm2face_training.speech.cache OUT prompts.npz words.npz orders.npz

The sets come from `python -m mm2face_training speech`. Voices are told apart by clustering; no voice is in two splits (80/5/15).
"""

from __future__ import annotations

import argparse
import json
import wave
from collections import Counter
from pathlib import Path

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from .recordings import RATE, Recording, load
from .speakers import voice_print

CLIPS_A_VOICE = 10


def voices_and_splits(group: str, recordings: list[Recording]) -> list[tuple[str, str]]:
    """(voice, split) of every recording of a group of many speakers."""
    prints = np.stack([voice_print(r) for r in recordings])
    prints = (prints - prints.mean(0)) / prints.std(0).mean()
    labels = fcluster(linkage(prints, "ward"), max(2, len(recordings) // CLIPS_A_VOICE), "maxclust")
    order = np.random.default_rng(7).permutation(sorted(set(labels)))
    share = {label: (place + 0.5) / len(order) for place, label in enumerate(order)}
    split = {label: "test" if s < 0.15 else "val" if s < 0.2 else "train" for label, s in share.items()}
    return [(f"person {group} {label}", split[label]) for label in labels]


def write(out: Path, sets: list[Path], most_words: int = 300, longest: float = 9.0) -> Counter[str]:
    """Writes the cache; returns how many recordings each split got. Single words are thinned: they say little."""
    out.mkdir(parents=True, exist_ok=True)
    index, count = [], Counter[str]()
    for path in sets:
        group = path.stem.rstrip("0123456789")
        recordings = [r for r in load(path) if r.seconds <= longest and sum(p != "pau" for p, _, _ in r.phones) >= 3]
        if group == "words" and len(recordings) > most_words:
            recordings = [recordings[i] for i in np.linspace(0, len(recordings) - 1, most_words).astype(int)]
        if not recordings:
            continue
        # Telephone prompts are one or two professional speakers, and the same few words would stand in every split: training only.
        alone = group in ("prompts", "words")
        places = [(f"person {group}", "train")] * len(recordings) if alone else voices_and_splits(path.stem, recordings)
        for recording, (voice, split) in zip(recordings, places):
            name = f"{path.stem}-{len(index):05d}.wav"
            with wave.open(str(out / name), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(recording.samples.astype("<i2").tobytes())
            text = recording.text[:1].upper() + recording.text[1:] + "."
            phones = [[p, round(s, 3), round(e, 3)] for p, s, e in recording.phones]
            index.append({"file": name, "voice": voice, "split": split, "text": text, "phones": phones})
            count[split] += 1
    (out / "index.json").write_text(json.dumps(index))
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("sets", type=Path, nargs="+")
    arguments = parser.parse_args()
    print(dict(write(arguments.out, arguments.sets)))
