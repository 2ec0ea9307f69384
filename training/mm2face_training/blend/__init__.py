"""Disentangled speech and expression blendshapes: data, geometry image, networks, training, measures and pictures."""
