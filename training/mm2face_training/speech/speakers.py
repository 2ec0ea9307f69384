"""Guesses which clips are one speaker, to keep speakers apart between training and testing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.fft import dct

from ..models.audio import at_loudness, mel_filters
from .recordings import Recording


def voice_print(recording: Recording) -> np.ndarray:
    """Colour of the voice (cepstrum of its vowels), its pitch, and the noise of its room (quietest tenth)."""
    samples = at_loudness(torch.from_numpy(recording.samples.astype(np.float32) / 32768))[None]
    padded = torch.nn.functional.pad(samples, (176, 256))
    power = torch.stft(padded, 512, 160, 400, torch.hann_window(400), center=False, return_complex=True).abs().square()[0]
    mel = (mel_filters() @ power + 1e-7).log().numpy().T
    energy = mel.mean(1)
    vowels = np.zeros(len(mel), bool)
    for phone, start, end in recording.phones:
        vowels[int(start * 100) : int(end * 100)] = phone[:1] in "aeiou"
    vowels &= energy > np.quantile(energy, 0.5)
    loud = mel[vowels] if vowels.sum() > 8 else mel[energy > np.quantile(energy, 0.7)]
    colour = dct(loud.mean(0), norm="ortho")[1:25]
    room = dct(mel[energy <= np.quantile(energy, 0.12)].mean(0), norm="ortho")[:16]
    return np.concatenate([colour * 1.0, room * 0.7, [_pitch(recording, vowels) * 14]])


def _pitch(recording: Recording, vowels: np.ndarray) -> float:
    """Median log2 pitch of vowel frames by autocorrelation, 60 … 400 Hz."""
    samples, found = recording.samples.astype(np.float32), []
    for frame in np.flatnonzero(vowels)[::3]:
        piece = samples[max(0, frame * 160 - 320) : frame * 160 + 480]
        if len(piece) < 800:
            continue
        spectrum = np.fft.rfft(piece - piece.mean(), 2048)
        correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:400]
        lag = 40 + int(np.argmax(correlation[40:267]))
        if correlation[lag] > 0.4 * correlation[0]:
            found.append(np.log2(16000 / lag))
    return float(np.median(found)) if found else 7.0


def hold_out(recordings: list[Recording], speakers: int, groups: int, seed: int = 3) -> tuple[list[Recording], list[Recording]]:
    """(training, held out): clusters voices into `groups`, holds out `speakers` of them entirely.

    Clustering is a guess, so training also loses the fifth of its clips nearest to any held-out clip.
    Voices of the answers are named "speaker<k>".
    """
    prints = np.stack([voice_print(r) for r in recordings])
    prints = (prints - prints.mean(0)) / prints.std(0).mean()
    label = fcluster(linkage(prints, "ward"), groups, "maxclust")
    named = [replace(r, voice=f"speaker{k}") for r, k in zip(recordings, label)]
    sizes = {k: int((label == k).sum()) for k in set(label)}
    fitting = sorted(k for k in sizes if 4 <= sizes[k] <= 30)
    chosen = set(np.random.default_rng(seed).permutation(fitting)[:speakers])
    outside = np.array([k in chosen for k in label])
    distance = np.array([np.linalg.norm(prints[outside] - p, axis=1).min() if outside.any() else 9e9 for p in prints])
    limit = np.quantile(distance[~outside], 0.2)
    train = [r for r, out, d in zip(named, outside, distance) if not out and d > limit]
    return train, [r for r, out in zip(named, outside) if out]
