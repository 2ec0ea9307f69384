"""The audio encoder's training data (closures before bursts, words between silences), and the measure of lips."""

from __future__ import annotations

import numpy as np

from mm2face_training.shapes import JAW, JAW_OPEN_RADIANS
from mm2face_training.speech.lips import LipTally
from mm2face_training.speech.phones import targets
from mm2face_training.speech.recordings import Recording
from mm2face_training.train.audio_encoder import excerpt, with_closure


def test_a_stop_after_a_pause_is_given_its_closure() -> None:
    phones = [("pau", 0.0, 0.5), ("b", 0.5, 0.53), ("aa", 0.53, 0.7), ("p", 0.7, 0.73), ("pau", 0.73, 0.76), ("p", 0.76, 0.78)]
    longer = with_closure(phones)
    assert longer[:2] == [("pau", 0.0, 0.45), ("b", 0.45, 0.53)]
    assert longer[2:4] == phones[2:4], "within speech the closure is heard"
    assert longer[4:] == [("pau", 0.73, 0.73), ("p", 0.73, 0.78)], "a pause gives no more than it has"
    assert all(a[2] == b[1] for a, b in zip(longer, longer[1:]))


def test_an_excerpt_is_the_sound_of_its_phones_between_silences() -> None:
    """Every phone is a tone of its own loudness: wherever an excerpt says that it sounds, that loudness is heard."""
    names = ["pau", "b", "aa", "t", "m", "iy", "p", "ae", "s", "pau"]
    edges = np.linspace(0, 1.5, len(names) + 1)
    samples = np.concatenate([np.full(round(1.5 / len(names) * 16_000), 0 if n == "pau" else 1000 * (i + 1)) for i, n in enumerate(names)])
    phones = [(n, float(a), float(b)) for n, a, b in zip(names, edges, edges[1:])]
    whole = Recording("r", "v", "", samples.astype(np.int16), phones)
    loud = {n: 1000 * (i + 1) for i, n in enumerate(names)} | {"pau": 0}
    begun = []
    for seed in range(400):
        part = excerpt(whole, np.random.default_rng(seed))
        assert part.phones[0][0] == part.phones[-1][0] == "pau" and part.phones[0][1] == 0
        assert abs(part.phones[-1][2] - part.seconds) < 1e-3 and all(abs(a[2] - b[1]) < 1e-9 for a, b in zip(part.phones, part.phones[1:]))
        begun.append(part.phones[1][0])
        for name, start, end in part.phones:
            assert abs(int(part.samples[int((start + end) / 2 * 16_000)]) - loud[name]) <= 1
    assert set(begun) == set(names) - {"pau"} and sum(n in "pbm" for n in begun) > 200


def test_lips_are_tallied_against_what_is_said() -> None:
    """Lips that do what the phones ask for; then lips that stay shut, and lips that stay open."""
    phones = [("pau", 0.0, 0.3)]
    for i, phone in enumerate("m aa b iy p ow t uw s eh m ae b ao".split()):
        phones.append((phone, 0.3 + 0.12 * i, 0.42 + 0.12 * i))
    seconds = phones[-1][2] + 0.3
    _, asked, _ = targets(phones, seconds, 25)

    def tally(gap: np.ndarray) -> dict[str, float]:
        motion = np.zeros((len(gap), 56), np.float32)
        motion[:, JAW[0]] = gap * JAW_OPEN_RADIANS
        told = LipTally()
        told.add(motion, phones)
        return told.ratios()

    good = tally(np.maximum(asked - 0.1, 0))
    assert good["closures"] == 5 and good["sealed"] == 1 and good["vowels"] == 5 and good["vowels_sealed"] == 0
    assert good["coarticulated"] > good["opening"] > 0.8 and good["coarticulated"] > 0.95
    shut, agape = tally(np.zeros(len(asked))), tally(np.full(len(asked), 0.5))
    assert shut["sealed"] == 1 and shut["vowels_sealed"] == 1 and agape["sealed"] == 0 and agape["vowels_sealed"] == 0
