"""Text encoder and reader of claims taught together: what is added adds nothing at first, claims are learnt, the bundle stays whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertModel

from mm2face_training import networks
from mm2face_training.configurations import Configuration
from mm2face_training.export import export_bundle, export_claims, export_retrieval, export_text_claims
from mm2face_training.models.retrieval import RetrievalNetwork
from mm2face_training.models.text import TextShape, encode
from mm2face_training.train import synonyms, text_claims, text_encoder
from mm2face_training.train.claims import ClaimOptions, ClaimTask
from mm2face_training.train.loop import LoopOptions, fit
from mm2face_training.train.retrieval import RetrievalTask
from mm2face_training.train.text_claims import TextClaimsOptions, TextClaimsTask, grown
from test_claims import write_corpus
from test_export import TINY, random_run

PLAIN = ClaimOptions(batch=16, layers=1, heads=2, dropout=0.0, rare=1, noise=0.0, no_word=0.0, typo=0.0, wrong_box=0.0)
SMALL: Configuration = replace(TINY, claims=PLAIN, text_claims=TextClaimsOptions(layers=2, words=36, general=8, synonyms=0.0))


@pytest.fixture()
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle with claims and a corpus, in a folder; a teacher of random weights, and general English of letters."""
    random_run(tmp_path / "run")
    export_bundle(TINY, tmp_path / "run", tmp_path / "bundle", {"name": "tiny", "training": {}, "licences": {}})
    write_corpus(tmp_path / "corpus")
    task = ClaimTask(SMALL, [tmp_path / "corpus"], tmp_path / "bundle", tmp_path / "run")
    fit(task, tmp_path / "run" / "claims", LoopOptions(steps=2, warmup=1, bf16=False))
    export_claims(SMALL, tmp_path / "run", tmp_path / "bundle", {"steps": 2})
    words = (tmp_path / "bundle" / "vocab.txt").read_text().splitlines()
    torch.manual_seed(2)
    sizes = BertConfig(
        vocab_size=len(words), hidden_size=24, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, max_position_embeddings=64
    )
    BertModel(sizes, add_pooling_layer=False).save_pretrained(tmp_path / "teacher")
    (tmp_path / "teacher" / "vocab.txt").write_text("\n".join(words) + "\n")
    general = [(f"{a} {b} {c} smile {a} {b}", []) for a in "abcdefgh" for b in "ijklmnop" for c in "qrstuvwx"]
    monkeypatch.setattr(text_encoder, "teacher_folder", lambda: tmp_path / "teacher")
    monkeypatch.setattr(text_encoder, "glosses", lambda: general)
    monkeypatch.setattr(text_claims, "table", lambda kept: {})
    return tmp_path


def test_what_is_added_adds_nothing_at_first() -> None:
    torch.manual_seed(4)
    shape = TextShape(16, 2, 2, 32, 40, 20)
    first = shape.build().eval()
    for name, parameter in first.named_parameters():
        if "norm" not in name.lower():
            parameter.data.add_(torch.randn_like(parameter) * 0.1)
    kept = [*range(5), *range(10, 40)]
    more = grown(first, replace(shape, layers=4), kept).eval()
    ids = torch.tensor([[2, 12, 39, 3]])
    mapped = torch.tensor([[kept.index(i) for i in ids[0].tolist()]])
    before, after = (m(input_ids=i, attention_mask=torch.ones_like(i)).last_hidden_state for m, i in ((first, ids), (more, mapped)))
    # Only norms are added, and what is normed stays as it is.
    assert torch.allclose(before, after, atol=1e-3) and more.config.n_layers == 4
    assert torch.equal(grown(first, shape, list(range(40)))(input_ids=ids).last_hidden_state, first(input_ids=ids).last_hidden_state)


def test_both_are_learnt_and_exported(prepared: Path) -> None:
    bundle, run = prepared / "bundle", prepared / "run"
    torch.manual_seed(1)
    task = TextClaimsTask(SMALL, [prepared / "corpus"], bundle, run)
    words, old = ((folder / "vocab.txt").read_text().splitlines() for folder in (run / "text-claims", bundle))
    assert len(words) == 36 < len(old) and set(words) < set(old) and set("abdeio") <= set(words)
    before = task.validate()
    figures = fit(task, run / "text-claims", LoopOptions(steps=250, rate=1e-2, average=0.9, warmup=5, bf16=False))
    assert before["events.found"] < 0.5 and figures["events.found"] == figures["events.right"] == figures["order"] == 1, (before, figures)
    assert figures["cosine"] > before["cosine"] - 0.05, (before, figures)

    about = json.loads((bundle / "bundle.json").read_text())
    export_text_claims(SMALL, run, bundle, {"together": 250})
    after = json.loads((bundle / "bundle.json").read_text())
    changed = ("text", "claims", "files", "training")
    assert {k: v for k, v in after.items() if k not in changed} == {k: v for k, v in about.items() if k not in changed}
    assert after["training"] == {"claims": {"steps": 2, "together": 250}}
    assert after["text"]["config"] == about["text"]["config"] | {"n_layers": 2, "vocab_size": 36}
    for name, digest in after["files"].items():
        assert hashlib.sha256((bundle / name).read_bytes()).hexdigest() == digest
    assert set(after["files"]) == set(about["files"])
    # What the bundle reads is what was taught.
    module, vocabulary = networks.bundled_text(bundle)
    with torch.no_grad():
        ours = task._states([], ["a b i"])[0]
    assert torch.allclose(encode(module, vocabulary, ["a b i"])[0], ours, atol=0.02)
    assert networks.bundled_claims(bundle).weight.shape == task.reader.weight.shape


def test_states_stay_near_those_of_before(prepared: Path) -> None:
    far = []
    for keep in (0.0, 100.0):
        torch.manual_seed(1)
        configuration = replace(SMALL, text_claims=replace(SMALL.text_claims, keep=keep))
        task = TextClaimsTask(configuration, [prepared / "corpus"], prepared / "bundle", prepared / f"run{keep}")
        fit(task, prepared / f"run{keep}" / "text-claims", LoopOptions(steps=60, rate=1e-2, average=0.5, warmup=5, bf16=False))
        with torch.no_grad():
            texts = ["a b", "b b", "d d"]
            far.append(float(task._strayed(texts, task._states([], texts))))
    assert far[1] < 0.3 * far[0], far


def test_a_bundle_without_claims_is_refused(tmp_path: Path) -> None:
    random_run(tmp_path / "run")
    export_bundle(TINY, tmp_path / "run", tmp_path / "bundle", {"name": "tiny", "training": {}, "licences": {}})
    with pytest.raises(ValueError, match="no claims are in it"):
        networks.bundled_claims(tmp_path / "bundle")
    with pytest.raises(ValueError, match="no claims are in it"):
        TextClaimsTask(SMALL, [tmp_path / "corpus"], tmp_path / "bundle", tmp_path / "run")
    with pytest.raises(FileNotFoundError, match="taught together"):
        export_text_claims(SMALL, tmp_path / "nothing", tmp_path / "bundle", {})


def test_words_stand_for_those_near_to_them() -> None:
    found = {"nod": {"bob", "cod"}, "left": {"port"}, "port": {"left"}, "bob": {"nod"}}
    vectors = {"nod": [1.0, 0.0], "bob": [0.9, 0.1], "bobs": [0.9, 0.2], "nods": [1.0, 0.1], "cod": [-1.0, 0.2], "left": [0.0, 1.0], "port": [0.0, 1.0]}
    words = synonyms.near(found, {word: torch.tensor(vector) for word, vector in vectors.items()})
    assert words == {"nod": ["bob"], "bob": ["nod"], "nods": ["bobs"], "bobs": ["nods"]}
    drawn = [synonyms.reworded("Nod to the left, nods!", words, 1.0, np.random.default_rng(i)) for i in range(60)]
    assert set(drawn) == {"Nod to the left, nods!", "bob to the left, bobs!"} and 15 < drawn.count("Nod to the left, nods!") < 45


def test_wordnet_lines_are_read(tmp_path: Path) -> None:
    for part in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{part}").write_text("  1 a licence | of two\n")
    (tmp_path / "data.verb").write_text("00000001 29 v 03 grin 0 smile_at 0 smile(p) 1 001 @ 00000002 v 0000 | to smile; \"he grinned\"\n")
    assert synonyms.same(tmp_path) == {"grin": {"smile"}, "smile": {"grin"}}


def test_retrieval_reads_another_encoder_beside_the_same_motions(prepared: Path) -> None:
    torch.manual_seed(6)
    first = RetrievalNetwork(replace(SMALL.retrieval.shape, condition=16))
    (prepared / "old" / "retrieval").mkdir(parents=True)
    torch.save(first.state_dict(), prepared / "old" / "retrieval" / "weights.pt")
    export_retrieval(prepared / "old", prepared / "networks")
    splits = json.loads((prepared / "corpus" / "t2m_subset.json").read_text())
    (prepared / "corpus" / "t2m_subset.json").write_text(json.dumps(splits | {"test": splits["val"]}))
    configuration = replace(SMALL, retrieval=replace(SMALL.retrieval, batch=4))
    task = RetrievalTask(configuration, [prepared / "corpus"], prepared / "new", bundle=prepared / "bundle", beside=prepared / "networks")
    fit(task, prepared / "new" / "retrieval", LoopOptions(steps=4, rate=1e-2, average=0.5, warmup=1, bf16=False))
    export_retrieval(prepared / "new", prepared / "again")
    before, after = (load_file(prepared / folder / "text.safetensors") for folder in ("networks", "again"))
    assert before.keys() == after.keys()
    for key, value in before.items():
        same = torch.allclose(value.float(), after[key].float(), atol=1e-6)
        assert same or key.startswith("condition."), key
    assert not torch.allclose(before["condition.project.weight"].float(), after["condition.project.weight"].float(), atol=1e-3)
