"""Words that may stand for one another: WordNet says which mean the same, a teacher which of these are near in use."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from ..speech.sentences import WORDNET, synsets
from .text_encoder import Teacher, teacher_folder

_TELLING = set(
    """left right up down one two three four five both neither either no not never without once twice thrice first then next after before
    later last slightly lightly faintly barely hardly broadly widely strongly heavily hard fully half little bit touch much very more most less
    least slow slowly fast quick quickly open close closed shut shuts raise lower raises lowers lift drop top bottom upper inner outer in out
    forward back backward side sides toward towards away over under nose mouth head lip lips mouths face faces eye eyes brow brows cheek cheeks
    chin day days tongue forehead jaw teeth gaze sad happy angry afraid disgusted surprised contempt neutral""".split()
)
"""Words on which it turns what a face does: nothing stands for them, and they for nothing."""


def same(folder: Path = WORDNET) -> dict[str, set[str]]:
    """Single words by those that share a sense with them."""
    out: dict[str, set[str]] = {}
    for data, _ in synsets(folder):
        fields = data.split()
        words = [re.sub(r"\(.*", "", fields[4 + 2 * i]) for i in range(int(fields[3], 16))]
        words = [word for word in words if re.fullmatch("[a-z]{3,}", word)]
        for word in words:
            out.setdefault(word, set()).update(other for other in words if other != word)
    return out


def near(found: dict[str, set[str]], vectors: dict[str, torch.Tensor], least: float = 0.5) -> dict[str, list[str]]:
    """Of `found` what has a cosine of at least `least`, with the endings -s, -es and -ing where those are words too."""
    words = [word for word in vectors if word not in _TELLING]
    unit = dict(zip(words, F.normalize(torch.stack([vectors[word] for word in words]), dim=-1))) if words else {}
    out: dict[str, list[str]] = {}
    for word in sorted(found.keys() & unit.keys()):
        others = sorted(other for other in found[word] if other in unit and float(unit[word] @ unit[other]) > least)
        if others:
            out[word] = others
    for word, others in list(out.items()):
        for ending, other_ending in (("s", "s"), ("es", "es"), ("s", "es"), ("es", "s"), ("ing", "ing")):
            ended = [other + other_ending for other in others if other + other_ending in unit]
            if word + ending in unit and ended:
                out[word + ending] = sorted({*out.get(word + ending, []), *ended} - {word + ending})
    return out


def table(kept: Path) -> dict[str, list[str]]:
    """Words by what may stand for them, kept in the file `kept`."""
    if not kept.exists():
        vocabulary = teacher_folder() / "vocab.txt"
        words = {word: i for i, word in enumerate(vocabulary.read_text().splitlines()) if re.fullmatch("[a-z]{3,}", word)}
        states = Teacher(vocabulary).alone(torch.tensor(list(words.values())))
        kept.write_text(json.dumps(near(same(), dict(zip(words, states)))))
    return json.loads(kept.read_text())


def reworded(text: str, words: dict[str, list[str]], share: float, draw: np.random.Generator) -> str:
    """Half of all texts as they are; in the others, other words for `share` of those that have some."""
    if draw.random() < 0.5:
        return text

    def other(match: re.Match[str]) -> str:
        found = words.get(match.group(0).lower())
        return found[int(draw.integers(len(found)))] if found and draw.random() < share else match.group(0)

    return re.sub("[A-Za-z]+", other, text)
