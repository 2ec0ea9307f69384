"""Thin verbs: train, speech, export, plot. Run with -h for the options of each."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import TypeVar

import torch

from .configurations import CONFIGURATIONS, Configuration
from .train.loop import LoopOptions, Task, fit
from .train.mm2face import MM2FaceOptions


Options = TypeVar("Options", LoopOptions, MM2FaceOptions)


def _changed(options: Options, arguments: argparse.Namespace) -> Options:
    """The options, with those changed that the command line names."""
    given = {f.name: getattr(arguments, f.name, None) for f in dataclasses.fields(options)}
    return dataclasses.replace(options, **{k: v for k, v in given.items() if v is not None})


def _task(network: str, configuration: Configuration, arguments: argparse.Namespace) -> Task:
    data, run = arguments.data, arguments.run
    if network == "audio-encoder":
        from .train.audio_encoder import AudioTask

        return AudioTask(dataclasses.replace(configuration.audio, data=data[0]))
    if network == "text-encoder":
        from .train.text_encoder import TextTask

        return TextTask(dataclasses.replace(configuration.text, corpus=tuple(data)), run / network)
    if network == "reading":
        from .train.reading import ReadingTask

        return ReadingTask(configuration, data, run)
    if network == "tokenizer":
        from .train.tokenizer import TokenizerTask

        return TokenizerTask(configuration.tokenizer, data, arguments.head)
    if network == "residual":
        from .train.residual import ResidualTask

        return ResidualTask(configuration, data, run)
    if network == "mm2face":
        from .train.mm2face import MM2FaceTask

        options = _changed(configuration.mm2face, arguments)
        if arguments.takes and arguments.bundle is None:
            raise SystemExit("train mm2face --takes FILE: give --bundle FOLDER too, the bundle that drew the takes")
        return MM2FaceTask(dataclasses.replace(configuration, mm2face=options), data, run, arguments.subset, arguments.bundle, arguments.takes)
    if network in ("claims", "text-claims", "length"):
        from .train.claims import ClaimTask
        from .train.length import LengthTask
        from .train.text_claims import TextClaimsTask

        if arguments.bundle is None:
            raise SystemExit(f"train {network}: give --bundle FOLDER, the bundle whose text encoder it reads")
        if network == "length":
            return LengthTask(configuration, data, arguments.bundle)
        return (ClaimTask if network == "claims" else TextClaimsTask)(configuration, data, arguments.bundle, run)
    from .train.retrieval import RetrievalTask

    return RetrievalTask(configuration, data, run, network == "retrieval-audio", arguments.bundle, arguments.beside)


def train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    configuration = CONFIGURATIONS[arguments.configuration]
    task = _task(arguments.network, configuration, arguments)
    if arguments.start is not None:
        from .networks import begin

        missing = begin(task.module, torch.load(arguments.start, map_location="cpu", weights_only=True))
        print("begins with", arguments.start, "without", missing, flush=True)
    figures = fit(task, arguments.run / arguments.network, _changed(configuration.loops[arguments.network], arguments))
    (arguments.run / arguments.network / "figures.json").write_text(json.dumps(figures, indent=1))


def features(arguments: argparse.Namespace) -> None:
    """What the trained audio encoder hears in every talking clip, kept in the run folder: several processes may share the work."""
    from . import networks
    from .corpus import Corpus
    from .train.mm2face import heard

    torch.set_num_threads(1)
    hearing, rooms = networks.audio_encoder(arguments.run), CONFIGURATIONS[arguments.configuration].mm2face.rooms
    corpus = Corpus(*arguments.data)
    clips = [(c, room) for room in range(rooms + 1) for c in corpus.clips("train", "talk")] + [(c, 0) for c in corpus.clips("val", "talk")[:96]]
    for clip, room in clips[arguments.part :: arguments.parts]:
        heard(hearing, clip, room, arguments.run / "features")


def speech(arguments: argparse.Namespace) -> None:
    from .speech import collections, recordings, synthesis
    from .speech.sentences import sentences

    for kind, folder in (("orders", arguments.orders), ("words", arguments.words), ("prompts", arguments.prompts), ("phrases", arguments.phrases)):
        if folder is not None:
            recordings.save(arguments.out / f"{kind}.npz", getattr(collections, kind)(folder))
    synthesis.synthesise(arguments.out, arguments.flite, arguments.espeak, sentences())


def export(arguments: argparse.Namespace) -> None:
    from .export import export_bundle, export_claims, export_length, export_retrieval, export_text_claims, export_transformer

    if arguments.retrieval:
        export_retrieval(arguments.run, arguments.out)
        return
    parts = (
        (arguments.transformer, export_transformer), (arguments.claims, export_claims), (arguments.text_claims, export_text_claims),
        (arguments.length, export_length),
    )  # fmt: skip
    added = [add for wanted, add in parts if wanted]
    for add in added:
        notes = json.loads(arguments.notes.read_text()) if arguments.notes else {}
        add(CONFIGURATIONS[arguments.configuration], arguments.run, arguments.out, notes)
    if added:
        return
    if arguments.notes is None:
        raise SystemExit("export: a bundle needs --notes FILE (name, training, licences)")
    export_bundle(CONFIGURATIONS[arguments.configuration], arguments.run, arguments.out, json.loads(arguments.notes.read_text()))


def _save_weights(arguments: argparse.Namespace, weights: dict[str, torch.Tensor]) -> None:
    path = arguments.out / arguments.network / "weights.pt"
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(weights, path)


def mean(arguments: argparse.Namespace) -> None:
    """The mean of the weights of several runs, as the weights of another."""
    from .networks import mean_weights

    _save_weights(arguments, mean_weights(arguments.network, arguments.runs))


def carry(arguments: argparse.Namespace) -> None:
    """The weights of a run and what a stage of others changed, as the weights of another."""
    from .networks import carried_weights

    _save_weights(arguments, carried_weights(arguments.network, arguments.run, arguments.before, arguments.after))


def trial(arguments: argparse.Namespace) -> None:
    """Lips on the speakers that the audio encoder never heard: seals, open vowels, opening, and lips at rest in silence."""
    from .speech import recordings
    from .train.audio_encoder import AudioOptions, split
    from .trial import Performer

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    performer = Performer(CONFIGURATIONS[arguments.configuration], arguments.run)
    held = split(dataclasses.replace(AudioOptions(), data=arguments.data))[1]["orders"] if arguments.data else []
    held = [r for r in [*held, *(r for path in arguments.more for r in recordings.load(path))] if r.seconds <= 8]
    prompt = {"expression": arguments.prompt} if arguments.prompt else {}
    settings = dict(guidance=arguments.guidance, temperature=arguments.temperature, top=arguments.top)
    figures = performer.lips(held, prompt, **settings)
    print(json.dumps({"recordings": len(held), "speakers": len({r.voice for r in held}), **figures, "rest": performer.rest(**settings)}))


def plot(arguments: argparse.Namespace) -> None:
    from .plot import plot_run

    plot_run(arguments.run, arguments.out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="mm2face_training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser("train", help="train one network, or go on where it stopped")
    networks = ["tokenizer", "residual", "mm2face", "retrieval", "retrieval-audio", "text-encoder", "reading", "audio-encoder"]
    networks += ["claims", "text-claims", "length"]
    verb.add_argument("network", choices=networks)
    verb.add_argument("--run", type=Path, required=True, help="folder of this run; a finished network is found by the next one here")
    verb.add_argument("--data", type=Path, nargs="+", required=True, help="corpora in MMHead's layout; for audio-encoder the folder of `speech`")
    verb.add_argument("--head", type=Path, default=None, help="head file for the tokenizer's loss on lip vertices")
    verb.add_argument("--configuration", choices=list(CONFIGURATIONS), default="studio")
    verb.add_argument("--start", type=Path, default=None, help="weights.pt of another run to begin with; a checkpoint of this run goes before")
    bundle = "the bundle whose encoders `claims`, `length` and `retrieval` read, and with which `mm2face` and `text-claims` go on"
    verb.add_argument("--bundle", type=Path, default=None, help=bundle)
    beside = "retrieval networks that were exported: only the side of their texts or voices learns, as for another bundle"
    verb.add_argument("--beside", type=Path, default=None, help=beside)
    takes = "what `mm2face dataset takes` wrote with the bundle: takes that miss less of what they are told become likelier"
    verb.add_argument("--takes", type=Path, nargs="+", default=[], help=takes)
    verb.add_argument("--subset", choices=["talk", "text"], default=None, help="train mm2face on one of its two tasks")
    verb.add_argument("--talk-share", type=float, default=None, help="share of mm2face's batches that speak")
    verb.add_argument("--gap", type=float, default=None, help="weight of the lip gap in mm2face's loss")
    verb.add_argument("--threads", type=int, default=2)
    for name, kind in dict(steps=int, minutes=float, rate=float, accumulate=int, seed=int, validate_every=int, save_every=int).items():
        verb.add_argument("--" + name.replace("_", "-"), type=kind, default=None)
    verb.set_defaults(call=train)

    verb = verbs.add_parser("features", help="let the audio encoder hear a corpus before mm2face is trained (done clip by clip otherwise)")
    verb.add_argument("--run", type=Path, required=True)
    verb.add_argument("--data", type=Path, nargs="+", required=True)
    verb.add_argument("--configuration", choices=list(CONFIGURATIONS), default="studio")
    verb.add_argument("--part", type=int, default=0)
    verb.add_argument("--parts", type=int, default=1)
    verb.set_defaults(call=features)

    verb = verbs.add_parser("speech", help="make the sets of speech with phone times")
    verb.add_argument("--out", type=Path, required=True)
    verb.add_argument("--flite", type=int, default=0, help="sentences by flite")
    verb.add_argument("--espeak", type=int, default=0, help="sentences by espeak-ng")
    for name in ("orders", "words", "prompts", "phrases"):
        verb.add_argument("--" + name, type=Path, default=None, help=f"folder of recorded {name}")
    verb.set_defaults(call=speech)

    verb = verbs.add_parser("export", help="write a bundle that the Swift side reads")
    verb.add_argument("--run", type=Path, required=True)
    verb.add_argument("--out", type=Path, required=True)
    verb.add_argument("--configuration", choices=list(CONFIGURATIONS), default="studio")
    verb.add_argument("--retrieval", action="store_true", help="write the retrieval networks of the run instead of a bundle")
    verb.add_argument("--transformer", action="store_true", help="put the transformer of the run into the bundle that is at --out")
    verb.add_argument("--claims", action="store_true", help="put the claims of the run into the bundle that is at --out")
    taught = "put the text encoder and the claims of the run, taught together, into the bundle that is at --out"
    verb.add_argument("--text-claims", action="store_true", help=taught)
    verb.add_argument("--length", action="store_true", help="put the lengths of the run into the bundle that is at --out")
    notes = 'JSON for bundle.json: {"name", "training", "licences"}; with --transformer, --claims, --text-claims or --length what there is to say of their training'
    verb.add_argument("--notes", type=Path, default=None, help=notes)
    verb.set_defaults(call=export)

    verb = verbs.add_parser("mean", help="average the weights of stages that went on from one another")
    verb.add_argument("network", help="the network's folder in each run, for example mm2face")
    verb.add_argument("runs", type=Path, nargs="+")
    verb.add_argument("--out", type=Path, required=True, help="the run that gets the mean")
    verb.set_defaults(call=mean)

    verb = verbs.add_parser("carry", help="add to a run's weights what a stage of other runs changed")
    verb.add_argument("network", help="the network's folder in each run, for example mm2face")
    verb.add_argument("run", type=Path)
    verb.add_argument("--before", type=Path, required=True, help="the run that the stage began with, as this one did")
    verb.add_argument("--after", type=Path, required=True, help="the run that the stage ended with")
    verb.add_argument("--out", type=Path, required=True, help="the run that gets the sum")
    verb.set_defaults(call=carry)

    verb = verbs.add_parser("trial", help="try a run on speakers held out: do the lips seal?")
    verb.add_argument("--run", type=Path, required=True)
    verb.add_argument("--data", type=Path, default=None, help="the folder of `speech`: the speakers of its orders that are held out")
    verb.add_argument("--more", type=Path, nargs="+", default=[], help="sets of `speech` that nothing was trained on")
    verb.add_argument("--configuration", choices=list(CONFIGURATIONS), default="studio")
    verb.add_argument("--prompt", default="", help="a text at the level of expression")
    verb.add_argument("--guidance", type=float, default=1.0)
    verb.add_argument("--temperature", type=float, default=1.0)
    verb.add_argument("--top", type=float, default=1.0)
    verb.add_argument("--seed", type=int, default=1)
    verb.add_argument("--threads", type=int, default=2)
    verb.set_defaults(call=trial)

    verb = verbs.add_parser("plot", help="draw the curves of a run")
    verb.add_argument("--run", type=Path, required=True)
    verb.add_argument("--out", type=Path, required=True)
    verb.set_defaults(call=plot)

    arguments = parser.parse_args()
    arguments.call(arguments)


if __name__ == "__main__":
    main()
