"""Plain English sentences for synthetic voices: the glosses and examples of WordNet."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")


def synsets(folder: Path = WORDNET) -> Iterator[tuple[str, str]]:
    """(data, gloss) of every synset."""
    for part in ("noun", "verb", "adj", "adv"):
        with open(folder / f"data.{part}", errors="ignore") as file:
            for line in file:
                if "|" in line and not line.startswith("  "):
                    data, gloss = line.split("|", 1)
                    yield data, gloss.strip()


def glosses(folder: Path = WORDNET) -> list[tuple[str, list[str]]]:
    """(definition, examples) of every synset."""
    out: list[tuple[str, list[str]]] = []
    for _, gloss in synsets(folder):
        examples = [e.strip(" ;,") for e in re.findall(r'"([^"]+)"', gloss)]
        out.append((re.sub(r'"[^"]*"?', "", gloss).strip(" ;,"), examples))
    return out


def sentences(folder: Path = WORDNET, least: int = 5, most: int = 13, seed: int = 1) -> list[str]:
    """Shuffled sentences of letters only, `least` … `most` words long."""
    found: set[str] = set()
    for definition, examples in glosses(folder):
        for candidate in [*examples, definition.split(";")[0]]:
            text = candidate.strip(" ;,.-")
            if re.fullmatch(r"[A-Za-z ,'\-?!]+", text) and least <= len(text.split()) <= most:
                found.add(text)
    ordered = sorted(found)
    random.Random(seed).shuffle(ordered)
    return ordered
