"""Writes aligned recordings as the cache that `mm2face dataset build --speech-cache` reads: wav files and index.json.

    python -m mm2face_training.speech.cache OUT prompts.npz words.npz orders.npz

The sets come from `python -m mm2face_training speech`. The speakers that the audio encoder holds out are the test split, so that nobody
who is used to measure was heard in training; of the others every sixth voice is for validation.
"""

from __future__ import annotations

import argparse
import json
import wave
from collections import Counter
from pathlib import Path

import numpy as np

from ..train.audio_encoder import AudioOptions
from .recordings import RATE, Recording, load
from .speakers import hold_out

def voices_and_splits(recordings: list[Recording]) -> dict[str, tuple[str, str]]:
    """(voice, split) of every recording of many speakers by name; recordings too near to a held-out voice are missing."""
    options = AudioOptions()
    train, held = hold_out(recordings, options.held_speakers, options.speaker_groups)
    places = {r.name: (f"person {r.voice}", "test") for r in held}
    known = {voice: place for place, voice in enumerate(sorted({r.voice for r in train}))}
    return places | {r.name: (f"person {r.voice}", "val" if known[r.voice] % 6 == 2 else "train") for r in train}


def write(out: Path, sets: list[Path], most_words: int = 300, longest: float = 9.0) -> Counter[str]:
    """Writes the cache; returns how many recordings each split got. Single words are thinned: they say little."""
    out.mkdir(parents=True, exist_ok=True)
    index, count = [], Counter[str]()
    for path in sets:
        group = path.stem.rstrip("0123456789")
        everything = load(path)
        recordings = [r for r in everything if r.seconds <= longest and sum(p != "pau" for p, _, _ in r.phones) >= 3]
        if group == "words" and len(recordings) > most_words:
            recordings = [recordings[i] for i in np.linspace(0, len(recordings) - 1, most_words).astype(int)]
        if not recordings:
            continue
        # Telephone prompts are one or two professional speakers, and the same few words would stand in every split: training only.
        alone = group in ("prompts", "words")
        places = {r.name: (f"person {group}", "train") for r in recordings} if alone else voices_and_splits(everything)
        for recording in recordings:
            if recording.name not in places:
                continue
            voice, split = places[recording.name]
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
