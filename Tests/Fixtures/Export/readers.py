"""Opens exported files with the programs people use and compares their vertices with ours.

usage: readers.py FOLDER   (holds take.npz take.glb take.usda vertices.npz); prints one line a check, exits 1 on the first that fails.
"""

import sys
from pathlib import Path

import numpy as np


def check(name: str, passed: bool, detail: str = "") -> None:
    print(("ok   " if passed else "FAIL ") + name, detail)
    if not passed:
        sys.exit(1)


def read_npz(folder: Path) -> None:
    arrays = np.load(folder / "take.npz", allow_pickle=False)
    frames = arrays["motion"].shape[0]
    check("numpy: motion", arrays["motion"].shape == (frames, 56) and arrays["motion"].dtype == np.float32)
    # GaussianAvatars keeps float32 arrays only and wants these.
    kept = {key: value for key, value in arrays.items() if value.dtype == np.float32}
    shapes = {"shape": (300,), "expr": (frames, 100), "rotation": (frames, 3), "neck_pose": (frames, 3), "jaw_pose": (frames, 3)}
    shapes |= {"eyes_pose": (frames, 6), "translation": (frames, 3)}
    check("GaussianAvatars: keys", all(kept[key].shape == shape for key, shape in shapes.items()) and "dynamic_offset" in kept)


def read_glb(folder: Path) -> None:
    import pygltflib
    import trimesh

    document = pygltflib.GLTF2().load(str(folder / "take.glb"))
    targets = document.meshes[0].extras["targetNames"]
    check("pygltflib: targets", len(targets) >= 50 and targets[0] == "eyeBlinkLeft", f"{len(targets)} targets")
    check("pygltflib: animations", len(document.animations) == 1)
    scene = trimesh.load(str(folder / "take.glb"))
    count = sum(len(mesh.faces) for mesh in scene.geometry.values())
    check("trimesh: triangles", count > 5000, str(count))


def read_usda(folder: Path) -> None:
    from pxr import Gf, Usd, UsdGeom, UsdSkel, UsdValidation

    stage = Usd.Stage.Open(str(folder / "take.usda"))
    errors = UsdValidation.ValidationContext(UsdValidation.ValidationRegistry().GetOrLoadAllValidators()).Validate(stage)
    messages = [error.GetMessage() for error in errors]
    check("usd-core: validators", not messages, "; ".join(messages[:3]))
    expected = np.load(folder / "vertices.npz")["vertices"]
    root = UsdSkel.Root(stage.GetPrimAtPath("/Head"))
    UsdSkel.BakeSkinning(root, Gf.Interval(0, len(expected) - 1))
    points = UsdGeom.Mesh(stage.GetPrimAtPath("/Head/Mesh")).GetPointsAttr()
    worst = max(float(np.abs(np.array(points.Get(frame)) - expected[frame]).max()) for frame in range(len(expected)))
    check("usd-core: BakeSkinning", worst < 1e-4, f"{worst * 1000:.5f} mm at most")


if __name__ == "__main__":
    where = Path(sys.argv[1])
    read_npz(where)
    read_glb(where)
    read_usda(where)
