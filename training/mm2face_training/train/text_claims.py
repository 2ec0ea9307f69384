"""Teaches a bundle's text encoder together with what reads claims on it, on sentences that were written after both.

`claims` leaves the encoder as it is: what that mixes up, no reader can tell apart. Here both learn, in an encoder that is deeper and pays for
it with words that hardly ever occur. It is held to the sentence encoder it was distilled from on general English and on our sentences, so that
words no corpus uses keep their neighbours, and to the states it had on our sentences, so that what reads it besides (transformer, lengths,
retrieval networks) goes on reading it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import DistilBertModel

from ..corpus import LEVELS
from ..models.claims import ClaimReader
from ..models.text import TextShape, encode_grouped, padded, wordpiece
from ..networks import bundle_parts, bundled_claims, bundled_text, text_shape
from .claims import ClaimTask, Told
from .loop import like_long
from .synonyms import reworded, table
from .text_encoder import Teacher, TextOptions, apart, gather, prune

if TYPE_CHECKING:
    from ..configurations import Configuration


@dataclass(frozen=True)
class TextClaimsOptions:
    layers: int = 6
    words: int = 15_000
    hold: float = 1.5
    """Weight of the distance to the teacher."""
    keep: float = 1.0
    """Weight of the mean squared distance to the states of before."""
    general: int = 48
    """Texts a step that hold the encoder to its teacher, half of them our own."""
    synonyms: float = 0.12
    """Share of words for which others stand, in half of the texts."""


def grown(encoder: DistilBertModel, shape: TextShape, kept: list[int]) -> DistilBertModel:
    """The encoder with the words `kept` and as many layers as `shape` has; added layers add nothing at first but a norm."""
    state, last = dict(encoder.state_dict()), encoder.config.n_layers - 1
    state["embeddings.word_embeddings.weight"] = state["embeddings.word_embeddings.weight"][kept]
    inside = f"transformer.layer.{last}."
    for number in range(last + 1, shape.layers):
        layer = {key.removeprefix(inside): value.clone() for key, value in state.items() if key.startswith(inside)}
        for what in ("weight", "bias"):
            layer[f"attention.out_lin.{what}"].zero_()
            layer[f"ffn.lin2.{what}"].zero_()
            # Post-norm: what comes in has this norm's scale and shift already.
            layer[f"sa_layer_norm.{what}"] = layer[f"output_layer_norm.{what}"].clone()
        state |= {f"transformer.layer.{number}.{key}": value for key, value in layer.items()}
    module = shape.build(len(kept))
    module.load_state_dict(state)
    return module


class TextClaims(nn.Module):
    """Encoder and reader, which are exported, and the map from one to the teacher, which is not."""

    def __init__(self, encoder: DistilBertModel, reader: ClaimReader, teacher_width: int) -> None:
        super().__init__()
        self.encoder, self.reader, self.map = encoder, reader, nn.Linear(encoder.config.dim, teacher_width)


class TextClaimsTask(ClaimTask):
    name = "text-claims"

    def __init__(self, configuration: Configuration, data: list[Path], bundle: Path, run: Path) -> None:
        self.options, self.more, part = configuration.claims, configuration.text_claims, bundle_parts(bundle)
        self.reader = bundled_claims(bundle)
        self.reader.dropout = self.options.dropout
        self._gather(data)
        self._name({e: i for i, e in enumerate(part["claims"]["events"])}, {m: i for i, m in enumerate(part["claims"]["marks"])}, run)
        self.before, self.tokenizer_before = bundled_text(bundle)
        self.before.requires_grad_(False)
        general = gather(TextOptions(general_texts=10**7), own=False)[1]
        old = (bundle / part["text"]["vocabulary"]).read_text().splitlines()
        kept = prune(old, [one.text for one in self.train], self.tokenizer_before, self.more.words, general)
        vocabulary = self._folder / "vocab.txt"
        vocabulary.write_text("\n".join(old[i] for i in kept) + "\n")
        self.tokenizer, self.teacher = wordpiece(vocabulary), Teacher(vocabulary, keeps=False)
        shape = replace(text_shape(part["text"]), layers=self.more.layers)
        self._most = shape.maxTokens
        self.module = TextClaims(grown(self.before, shape, kept), self.reader, self.teacher.width)
        self.synonyms = table(self._folder / "synonyms.json")
        scenario = LEVELS.index("scenario")
        scenarios = sorted({one.text for one in self.train if one.level == scenario})
        others = sorted({one.text for one in self.train if one.level != scenario})
        order = np.random.default_rng(1).permutation(len(others))
        self.own = scenarios + [others[i] for i in order[: max(1, len(scenarios) // 2)]] if scenarios else others
        self.general, self.general_held = general[400:], general[:400]
        if not (self._folder / "checkpoint.pt").exists():
            self._map_to_teacher(self.general[:4000])

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return [e.ids[: self._most] for e in self.tokenizer.encode_batch(texts)]

    @torch.no_grad()
    def _map_to_teacher(self, texts: list[str]) -> None:
        """The map begins as the best linear one."""
        ids = self._ids(texts)
        states = torch.cat([s for start in range(0, len(ids), 64) for s in encode_grouped(self.module.encoder, ids[start : start + 64])])
        wanted = torch.cat(self.teacher.states(ids))
        x = torch.cat([states, torch.ones(len(states), 1)], 1)
        best = torch.linalg.solve(x.t() @ x + 1e-2 * torch.eye(x.shape[1]), x.t() @ wanted)
        self.module.map.weight.copy_(best[:-1].t())
        self.module.map.bias.copy_(best[-1])

    def _written(self, rows: list[Told], draw: np.random.Generator) -> list[str]:
        return [reworded(text, self.synonyms, self.more.synonyms, draw) for text in super()._written(rows, draw)]

    def _states(self, rows: list[Told], texts: list[str]) -> list[Tensor]:
        return [state.float() for state in encode_grouped(self.module.encoder, self._ids(texts))]

    def _strayed(self, texts: list[str], states: list[Tensor]) -> Tensor:
        """Mean squared distance to the states of before, of texts that both vocabularies split into as many words."""
        ids = [e.ids[: self._most] for e in self.tokenizer_before.encode_batch(texts)]
        alike = [i for i, row in enumerate(ids) if len(row) == len(states[i])]
        if not alike:
            return torch.zeros(())
        tokens, mask = padded([ids[i] for i in alike])
        with torch.no_grad():
            were = self.before(input_ids=tokens, attention_mask=mask).last_hidden_state.float()
        return F.mse_loss(torch.cat([states[i] for i in alike]), were[mask.bool()])

    def _apart(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        """How far the encoder is from its teacher, and the mean cosine of sentences."""
        ids = self._ids(texts)
        pad = lambda states: nn.utils.rnn.pad_sequence(states, batch_first=True).float()  # noqa: E731
        wanted = pad(self.teacher.states(ids))
        mapped = self.module.map(pad(encode_grouped(self.module.encoder, ids))).float()
        return apart(mapped, wanted, padded(ids)[1])

    def loss(self, draw: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
        rows = self._batch(draw)
        texts = self._written(rows, draw)
        states = self._states(rows, texts)
        loss, parts = self._missed(rows, states, draw)
        own = [i for i, row in enumerate(rows) if row.text == texts[i]]
        parts["kept"] = self._strayed([texts[i] for i in own], [states[i] for i in own])
        half = self.more.general // 2
        held = like_long(self.general, len, half, 3, draw) + like_long(self.own, len, self.more.general - half, 3, draw)
        far, parts["cosine"] = self._apart(held)
        loss = loss + self.more.keep * parts["kept"] + self.more.hold * far
        return loss, {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def validate(self) -> dict[str, float]:
        """As of `claims`, and the mean cosine with the teacher on general English held out."""
        parts = [self._apart(self.general_held[start : start + 50])[1] for start in range(0, len(self.general_held), 50)]
        return super().validate() | {"cosine": float(torch.stack(parts).mean())}
