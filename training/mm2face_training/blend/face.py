"""The face of the head as a mesh: posing, its map onto a square (the geometry image), neighbours, measures.

Axes: V vertices of the head's region "face", T frames, G cells along a side of the geometry image. Millimetres.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from safetensors import safe_open
from scipy.sparse.linalg import spsolve

from ..shapes import JAW_OPEN_RADIANS, SHAPE

JAW_JOINT = 2
PARAMETERS = 53
"""What deforms a face besides gaze and neck: 50 shapes and the jaw's rotation."""
SIDE_RADIANS = 0.12
INNER_LIPS = ((61, 67), (62, 66), (63, 65))
CONTACT, SEALED = 0.05, 0.5
"""Millimetres: lips nearer than the first touch; a closure counts as sealed up to the second (as in `mm2face evaluate`)."""


class Face:
    """Poses the face region exactly as the head does with its neck straight (shapes, correctives, jaw; lids follow the gaze shapes)."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "np") as file:
            about = json.loads(file.metadata()["head"])
            template = file.get_tensor("v_template") * 1000
            landmarks = file.get_tensor("landmarks")
            face = file.get_tensor("region.face")
            inner = np.array([landmarks[i] for pair in INNER_LIPS for i in pair])
            self.vertices = np.concatenate([face, np.setdiff1d(inner, face)])
            self.count = len(self.vertices)
            place = {int(v): i for i, v in enumerate(self.vertices)}
            self.rest = template[self.vertices]
            self.shapes = file.get_tensor("expression")[:, self.vertices].astype(np.float32) * 1000
            self.correctives = [
                (entry, file.get_tensor(f"correctives.{i}")[self.vertices].astype(np.float32) * 1000) for i, entry in enumerate(about["correctives"])
            ]
            self.jaw_weight = file.get_tensor("weights")[self.vertices, JAW_JOINT].astype(np.float32)
            regressor = file.get_tensor("J_regressor")[JAW_JOINT]
            self.joint = regressor @ template
            self.joint_shapes = np.einsum("v,kvc->kc", regressor, file.get_tensor("expression").astype(np.float32) * 1000)
            self.lips = np.array([place[int(v)] for v in file.get_tensor("region.lips") if int(v) in place])
            triangles = file.get_tensor("faces")
        inside = np.isin(triangles, face).all(1)
        self.triangles = np.vectorize(place.get)(triangles[inside])
        self.lip_pairs = [(place[int(landmarks[a])], place[int(landmarks[b])]) for a, b in INNER_LIPS]
        # Away from the mouth: what neither the jaw nor a mouth shape moves by more than a twentieth of a millimetre.
        mouth = [*range(14, 38), SHAPE["cheekPuff"], SHAPE["tongueOut"]]
        reach = np.linalg.norm(self.shapes[mouth], axis=-1).max(0)
        self.away = np.nonzero((reach < 0.05) & (self.jaw_weight < 0.002))[0]

    def displacement(self, motion: np.ndarray) -> np.ndarray:
        """(T, 56) → (T, V, 3) from rest."""
        w = motion[:, :50].astype(np.float32)
        opened = motion[:, 53] / JAW_OPEN_RADIANS
        moved = np.tensordot(w, self.shapes, 1)
        for entry, shape in self.correctives:

            def value(name: str) -> np.ndarray:
                return np.clip(opened if name == "jawOpen" else w[:, SHAPE[name]], 0, 1.2)

            if entry["kind"] == "hat":
                x, peak = value(entry["of"]), entry["peak"]
                amount = np.where(x <= peak, x / peak, np.maximum(0, (1 - x) / (1 - peak)))
            else:
                amount = np.prod([value(name) for name in entry["of"]], 0)
            moved += amount[:, None, None] * shape
        joint = self.joint + w @ self.joint_shapes
        turn = rotations(motion[:, 53:56]) - np.eye(3)
        arm = self.rest + moved - joint[:, None]
        return moved + self.jaw_weight[:, None] * np.einsum("tij,tvj->tvi", turn, arm).astype(np.float32)

    def columns(self) -> np.ndarray:
        """How the face moves for one unit of each parameter, (53, V, 3); a jaw's column is the secant of a moderate turn."""
        columns = np.zeros((PARAMETERS, self.count, 3), np.float32)
        columns[:50] = self.shapes
        for axis, size in enumerate((0.25 * JAW_OPEN_RADIANS, 0.5 * SIDE_RADIANS, 0.05)):
            motion = np.zeros((1, 56), np.float32)
            motion[0, 53 + axis] = size
            columns[50 + axis] = self.displacement(motion)[0] / size
        return columns

    def lip_gap(self, displacement: np.ndarray) -> np.ndarray:
        """(T, V, 3) → (T,): the least distance between the inner lips, 0 where they touch or overlap."""
        gaps = []
        for upper, lower in self.lip_pairs:
            apart = (self.rest[upper] + displacement[:, upper]) - (self.rest[lower] + displacement[:, lower])
            gaps.append(np.where(apart[:, 1] <= CONTACT, 0, np.linalg.norm(apart, axis=-1)))
        return np.min(gaps, 0)

    # Geometry image

    def loops(self) -> list[list[int]]:
        """The mesh's boundary loops, the longest first: the rim of the face, the mouth, the eyes."""
        after: dict[int, list[int]] = defaultdict(list)
        edges = {(int(a), int(b)) for t in self.triangles for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
        for a, b in edges:
            if (b, a) not in edges:
                after[a].append(b)
        loops = []
        while after:
            start = next(iter(after))
            loop, at = [start], start
            while True:
                following = after[at].pop()
                if not after[at]:
                    del after[at]
                if following == start:
                    break
                loop.append(following)
                at = following
            loops.append(loop)
        length = lambda loop: sum(np.linalg.norm(self.rest[a] - self.rest[b]) for a, b in zip(loop, loop[1:] + loop[:1]))  # noqa: E731
        return sorted(loops, key=length, reverse=True)

    def square(self) -> np.ndarray:
        """Places of the vertices in the unit square, (V, 2): Tutte's embedding, rim on the border, openings filled by a hub.

        Source: Tutte, "How to draw a graph" (1963); as geometry image Gu, Gortler and Hoppe (2002).
        """
        loops = self.loops()
        rim = loops[0]
        hubs = len(loops) - 1
        n = self.count + hubs
        pairs = {(int(a), int(b)) for t in self.triangles for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
        pairs |= {(b, a) for a, b in pairs}
        for hub, loop in enumerate(loops[1:]):
            pairs |= {(self.count + hub, v) for v in loop} | {(v, self.count + hub) for v in loop}
        rows, columns = np.array(sorted(pairs)).T
        weight = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), (n, n))
        fixed = np.zeros((n, 2))
        # The rim goes round the square by its length, starting at the corner nearest to the face's upper left.
        start = int(np.argmax([self.rest[v][1] + self.rest[v][0] for v in rim]))
        rim = rim[start:] + rim[:start]
        steps = np.array([np.linalg.norm(self.rest[a] - self.rest[b]) for a, b in zip(rim, rim[1:] + rim[:1])])
        along = np.concatenate([[0], np.cumsum(steps)[:-1]]) / steps.sum() * 4
        for v, s in zip(rim, along):
            side, x = int(s), s - int(s)
            fixed[v] = [(1 - x, 0), (0, x), (x, 1), (1, 1 - x)][side % 4]
        bound = np.zeros(n, bool)
        bound[rim] = True
        degree = np.asarray(weight.sum(1)).ravel()
        lonely = degree == 0
        free = ~bound & ~lonely
        system = sparse.diags(degree) - weight
        places = fixed.copy()
        places[free] = spsolve(system[free][:, free].tocsc(), -(system[free][:, bound] @ fixed[bound]))
        return places[: self.count]

    def image_map(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """For each cell of the image three vertices and their weights, (G², 3) twice; a cell in an opening takes its nearest vertex."""
        places = self.square()
        centres = (np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="xy"), -1).reshape(-1, 2) + 0.5) / side
        index, weights = np.zeros((side * side, 3), np.int32), np.zeros((side * side, 3), np.float32)
        corners = places[self.triangles]
        a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
        area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (c[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
        area = np.where(np.abs(area) < 1e-12, 1e-12, area)
        used = np.unique(self.triangles)
        for cell, p in enumerate(centres):
            u = ((b[:, 0] - p[0]) * (c[:, 1] - p[1]) - (c[:, 0] - p[0]) * (b[:, 1] - p[1])) / area
            v = ((c[:, 0] - p[0]) * (a[:, 1] - p[1]) - (a[:, 0] - p[0]) * (c[:, 1] - p[1])) / area
            best = int(np.argmax(np.minimum(np.minimum(u, v), 1 - u - v)))
            share = np.array([u[best], v[best], 1 - u[best] - v[best]])
            if share.min() >= -1e-6:
                index[cell], weights[cell] = self.triangles[best], share
            else:
                index[cell] = used[np.argmin(np.linalg.norm(places[used] - p, axis=1))]
                weights[cell] = (1, 0, 0)
        return index, weights

    def laplacian(self) -> sparse.csr_matrix:
        """Each vertex minus the mean of its neighbours, (V, V)."""
        pairs = {(int(a), int(b)) for t in self.triangles for a, b in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
        pairs |= {(b, a) for a, b in pairs}
        rows, columns = np.array(sorted(pairs)).T
        weight = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (self.count, self.count))
        degree = np.asarray(weight.sum(1)).ravel()
        return (sparse.diags((degree > 0).astype(np.float32)) - sparse.diags(1 / np.maximum(degree, 1)) @ weight).tocsr()


def rotations(axis_angle: np.ndarray) -> np.ndarray:
    """(T, 3) → (T, 3, 3), Rodrigues."""
    angle = np.linalg.norm(axis_angle, axis=1)
    axis = axis_angle / np.maximum(angle, 1e-12)[:, None]
    cross = np.zeros((len(angle), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -axis[:, 2], axis[:, 1], -axis[:, 0]
    cross -= cross.transpose(0, 2, 1)
    return np.eye(3) + np.sin(angle)[:, None, None] * cross + (1 - np.cos(angle))[:, None, None] * (cross @ cross)
