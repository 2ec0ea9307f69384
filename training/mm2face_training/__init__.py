"""Trains the networks of mm2face and exports the bundles its Swift side reads."""
