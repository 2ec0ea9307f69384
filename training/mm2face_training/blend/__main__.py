"""Thin verbs: train (one variant), measure (the ablation table), export, picture, fixture."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch


def main() -> None:
    parser = argparse.ArgumentParser(prog="mm2face_training.blend", description=__doc__)
    parser.add_argument("verb", choices=["train", "measure", "export", "picture", "fixture"])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--head", type=Path, default=Path("assets/head/studio.safetensors"))
    parser.add_argument("--data", type=Path, default=None, help="folder by `mm2face dataset layers`")
    parser.add_argument("--variant", default="full")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--noise", type=float, default=None, help="millimetres on every vertex: of the training frames, or of what is measured")
    parser.add_argument("--limit", type=int, default=None, help="measure only the first performances")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    from .data import performances
    from .face import Face

    if arguments.verb == "train":
        from .train import Options, train

        noise = {} if arguments.noise is None else {"noise": arguments.noise}
        train(arguments.data, arguments.head, arguments.run, Options(variant=arguments.variant, **noise))
        return
    from .mix import Mixer, load

    face = Face(arguments.head)
    if arguments.verb == "measure":
        from .measure import measure

        played = performances(arguments.data)[: arguments.limit]
        variants = [arguments.variant] if arguments.variant != "all" else ["full", "no-sparsity", "no-laplacian", "no-geometry", "direct"]
        found = {}
        for variant in variants:
            mixer = Mixer(*load(arguments.run, variant), face, arguments.noise or 0) if variant != "direct" else None
            found[variant] = measure(face, played, mixer.blend if mixer else lambda a, b: a + b, mixer.decode if mixer else None)
            print(variant, json.dumps(found[variant]["all"]), flush=True)
            (arguments.out or arguments.run / "measures.json").write_text(json.dumps(found, indent=1))
        return
    model, activity = load(arguments.run, arguments.variant)
    if arguments.verb == "export":
        from .export import export

        export(model, activity, face, arguments.out)
    elif arguments.verb == "fixture":
        p = performances(arguments.data)[0]
        speech, expression = p.speech[:40], p.expression[:40]
        from safetensors.numpy import save_file

        mixer = Mixer(model, activity, face)
        save_file(
            {"speech": speech, "expression": expression, "blend": mixer.blend(speech, expression), "strong": mixer.blend(speech, expression, (1.5, 2))},
            arguments.out,
        )
    else:
        from .picture import picture

        picture(model, face, performances(arguments.data)[:12], arguments.out)


if __name__ == "__main__":
    main()
