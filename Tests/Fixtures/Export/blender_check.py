"""Imports our .glb, .pc2 and .mdd into Blender and compares the evaluated vertices of every frame with ours.

usage: blender --background --factory-startup --python-exit-code 1 --python blender_check.py -- FOLDER FPS
FOLDER holds take.glb, take.pc2, take.mdd, take.obj; the positions in take.pc2 are what the program poses.
"""

import json
import struct
import sys
from pathlib import Path

import bpy
import numpy as np

LIMIT = 1e-4  # metres
# Blender 3.4's glTF importer says numpy.bool, which numpy 1.24 (both in Debian 12) no longer has.
if "bool" not in np.__dict__:
    np.bool = bool


def posed(path):
    data = path.read_bytes()
    assert data[:12] == b"POINTCACHE2\0"
    _, vertices, _, _, frames = struct.unpack("<iiffi", data[12:32])
    return np.frombuffer(data, "<f4", offset=32).reshape(frames, vertices, 3)


def imported_order(path):
    """Our vertex of each vertex Blender makes: it keeps, primitive by primitive, the vertices that triangles use."""
    data = path.read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    document = json.loads(data[20 : 20 + length])
    binary = data[28 + length :]
    order = []
    for primitive in document["meshes"][0]["primitives"]:
        accessor = document["accessors"][primitive["indices"]]
        view = document["bufferViews"][accessor["bufferView"]]
        indices = np.frombuffer(binary, "<u4", count=accessor["count"], offset=view.get("byteOffset", 0))
        order.append(np.unique(indices))
    return np.concatenate(order)


def evaluated(thing, frame):
    bpy.context.scene.frame_set(frame)
    graph = bpy.context.evaluated_depsgraph_get()
    shown = thing.evaluated_get(graph)
    mesh = shown.to_mesh()
    points = np.empty(len(mesh.vertices) * 3, np.float32)
    mesh.vertices.foreach_get("co", points)
    shown.to_mesh_clear()
    world = np.array(thing.matrix_world)
    return points.reshape(-1, 3) @ world[:3, :3].T + world[:3, 3]


def compare(name, worst, frames):
    print(f"{'ok  ' if worst < LIMIT else 'FAIL'} Blender {name}: {worst * 1000:.5f} mm at most in {frames} frames")
    if not worst < LIMIT:
        sys.exit(1)


def clear(rate):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.context.scene.render.fps = rate


def glb(folder, ours, rate):
    clear(rate)
    bpy.ops.import_scene.gltf(filepath=str(folder / "take.glb"))
    thing = next(thing for thing in bpy.data.objects if thing.type == "MESH" and thing.data.shape_keys)
    order = imported_order(folder / "take.glb")
    worst = 0.0
    for frame in range(len(ours)):
        points = evaluated(thing, frame)
        assert len(points) == len(order), f"{len(points)} vertices, expected {len(order)}"
        # Blender's z is up: ours (x, y, z) stands there as (x, -z, y).
        worst = max(worst, float(np.abs(points[:, [0, 2, 1]] * (1, 1, -1) - ours[frame][order]).max()))
    keys = thing.data.shape_keys.key_blocks
    assert len(keys) > 50 and len(thing.data.materials) >= 4, "shape keys or materials are missing"
    # Keyed values outside a slider's range are clamped by Blender; ours must fit.
    ranges = [(key.slider_min, key.slider_max) for key in keys[1:]]
    assert all(low <= 0 and high >= 1 for low, high in ranges), "a slider does not reach from 0 to 1"
    compare(f".glb ({len(keys) - 1} shape keys)", worst, len(ours))


def cache(folder, ours, rate, kind):
    clear(rate)
    bpy.ops.wm.obj_import(filepath=str(folder / "take.obj"), forward_axis="Y", up_axis="Z")
    thing = next(thing for thing in bpy.data.objects if thing.type == "MESH")
    modifier = thing.modifiers.new("cache", "MESH_CACHE")
    modifier.cache_format = kind.upper()
    modifier.filepath = str(folder / f"take.{kind}")
    modifier.forward_axis, modifier.up_axis = "POS_Y", "POS_Z"
    modifier.frame_start = 0
    worst = max(float(np.abs(evaluated(thing, frame) - ours[frame]).max()) for frame in range(len(ours)))
    compare(f".{kind}", worst, len(ours))


where = Path(sys.argv[sys.argv.index("--") + 1])
fps = int(sys.argv[sys.argv.index("--") + 2])
truth = posed(where / "take.pc2")
glb(where, truth, fps)
cache(where, truth, fps, "pc2")
cache(where, truth, fps, "mdd")
