"""Synthetic speech with exact phone times: flite and espeak-ng, both optional programs of the system."""

from __future__ import annotations

import ctypes
import random
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

from .phones import Segment
from .recordings import RATE, Recording

_FLITE_VOICES = [("slt", 175), ("kal16", 105), ("awb", 125), ("rms", 100), ("kal", 105)]


def _at_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    if rate == RATE:
        return samples
    divisor = int(np.gcd(rate, RATE))
    return np.clip(resample_poly(samples.astype(np.float32), RATE // divisor, rate // divisor), -32768, 32767).astype(np.int16)


def flite(text: str, seed: int) -> Recording:
    """One sentence by one of flite's five voices, tempo and pitch drawn by `seed`."""
    draw = random.Random(seed)
    voice, pitch = _FLITE_VOICES[seed % len(_FLITE_VOICES)]
    settings = [f"duration_stretch={draw.uniform(0.62, 1.3):.2f}", f"int_f0_target_mean={pitch * draw.uniform(0.75, 1.4):.0f}"]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.wav"
        command = ["flite", "--setf", settings[0], "--setf", settings[1], "-voice", voice, "-psdur", "-t", text, "-o", path]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        with wave.open(path) as file:
            rate, raw = file.getframerate(), file.readframes(file.getnframes())
    phones: list[Segment] = []
    start = 0.0
    for token in printed.split():
        phone, end = token.rsplit(":", 1)
        phones.append((phone, start, float(end)))
        start = float(end)
    return Recording(f"flite_{seed}", f"flite_{voice}", text, _at_rate(np.frombuffer(raw, np.int16), rate), phones)


_ESPEAK_VARIANTS = """m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3 klatt4 Adam Alex Alicia Andrea Andy Annie adam anika
antonio aunty belinda benjamin boris caleb david Denis Diogo ed edward Gene grandma grandpa Gustave Henrique Hugo Iven Jacky john Lee
linda marcelo Marco Mario max Michael michel miguel Mike Nguyen norbert pablo paul pedro quincy rob robert sandro shelby steph steph2
Storm travis victor zac whisper croak""".split()

_ESPEAK_PHONES = {
    "aI": "ay", "d": "d", "oU": "ow", "n": "n", "t": "t", "V": "ah", "3": "er", "s": "s", "a": "ae", "D": "dh", "I2": "ih", ";": "y",
    "i@": "iy ah", "@": "ax", "@2": "ax", "@5": "ax", "E": "eh", "E2": "eh", "i": "iy", "O@": "ao r", "0": "aa", "0#": "aa", "t#": "t",
    "@L": "l", "j": "y", "h": "hh", "U": "uh", "S": "sh", "dZ": "jh", "T": "th", "aU": "aw", "O:": "ao", "O": "ao", "3:": "er",
    "e@": "eh r", "O2": "ao", "aa": "ae", "A@": "aa r", "r-": "r", "r": "r", "tS": "ch", "o@": "ao r", "U@": "uh r", "aI@": "ay ax",
    "aI3": "ay er", "OI": "oy", "A:": "aa", "?": "t", "i@3": "iy er", "I": "ih", "I#": "ih", "k": "k", "m": "m", "v": "v", "z": "z",
    "p": "p", "b": "b", "N": "ng", "eI": "ey", "a#": "ax", "f": "f", "i:": "iy", "u:": "uw", "u": "uw", "g": "g", "w": "w", "l": "l",
    "Z": "zh", "n-": "n", "m-": "m", "t2": "t", "d#": "d", "aU@": "aw ax", "A#": "ax", "z#": "z", "x": "k", "Q": "g", "l#": "l",
    "3b": "er", "aU3": "aw er",
}  # fmt: skip


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("textPosition", ctypes.c_int), ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int), ("sample", ctypes.c_int), ("user", ctypes.c_void_p), ("id", _EventId),
    ]  # fmt: skip


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Espeak:
    """espeak-ng as a library: samples and phoneme events of one sentence at a time."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        self._chunks: list[np.ndarray] = []
        self._events: list[tuple[float, str]] = []
        self._callback = _Callback(self._receive)
        retrieval, phoneme_events = 1, 1
        self._rate = self._library.espeak_Initialize(retrieval, 0, None, phoneme_events)
        self._library.espeak_SetSynthCallback(self._callback)

    def _receive(self, samples: ctypes.Array, count: int, events: ctypes.Array) -> int:
        if samples and count > 0:
            self._chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        i = 0
        while events[i].type != 0:
            if events[i].type == 7:  # espeakEVENT_PHONEME
                self._events.append((events[i].milliseconds / 1000, bytes(events[i].id.string).split(b"\0")[0].decode("utf8", "ignore")))
            i += 1
        return 0

    def speak(self, text: str, seed: int) -> Recording:
        """One sentence by a variant, tempo, pitch and range drawn by `seed`."""
        draw = random.Random(seed)
        variant, accent = draw.choice(_ESPEAK_VARIANTS), draw.choice(["en-us"] * 4 + ["en-gb"])
        if self._library.espeak_SetVoiceByName(f"{accent}+{variant}".encode()) != 0:
            self._library.espeak_SetVoiceByName(b"en-us")
            variant = "default"
        for parameter, value in ((1, draw.randint(120, 230)), (3, draw.randint(25, 75)), (4, draw.randint(20, 80))):
            self._library.espeak_SetParameter(parameter, value, 0)
        self._chunks.clear()
        self._events.clear()
        raw = text.encode()
        self._library.espeak_Synth(raw, len(raw) + 1, 0, 1, 0, 1, None, None)
        self._library.espeak_Synchronize()
        samples = _at_rate(np.concatenate(self._chunks), self._rate)
        return Recording(f"espeak_{seed}", f"espeak_{variant}", text, samples, self._phones(len(samples) / RATE))

    def _phones(self, seconds: float) -> list[Segment]:
        out: list[Segment] = []
        for (start, symbol), (end, _) in zip(self._events, self._events[1:] + [(seconds, "")]):
            if end <= start:
                continue
            known = _ESPEAK_PHONES.get(symbol, _ESPEAK_PHONES.get(symbol.rstrip("#-2"), "ax"))
            names = ["pau"] if symbol.startswith("_") else known.split()
            step = (end - start) / len(names)
            out += [(name, start + step * k, start + step * (k + 1)) for k, name in enumerate(names)]
        return out


def synthesise(folder: Path, flite_count: int, espeak_count: int, texts: list[str]) -> None:
    """Writes flite.npz and espeak.npz under `folder`."""
    from .recordings import save

    if flite_count:
        save(folder / "flite.npz", [flite(texts[i], i) for i in range(flite_count)])
    if espeak_count:
        engine = Espeak()
        save(folder / "espeak.npz", [engine.speak(texts[flite_count + i], i) for i in range(espeak_count)])
