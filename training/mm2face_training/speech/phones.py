"""Phones → the 16 mouth classes, and the lip opening and rounding they ask for.

Axes: T frames at `fps` frames a second.
"""

from __future__ import annotations

import numpy as np

Segment = tuple[str, float, float]
"""A phone (ARPAbet, lower case, "pau" is silence) with its start and end in seconds."""

CLASSES = "SIL PBM FV TH TDN KG SZ SH R L W UU AO AA EH IY".split()
INDEX = {name: i for i, name in enumerate(CLASSES)}

_MEMBERS = {
    "PBM": "p b m em", "FV": "f v", "TH": "th dh", "TDN": "t d n nx dx en", "KG": "k g ng", "SZ": "s z",
    "SH": "sh zh ch jh", "R": "r er axr", "L": "l el", "W": "w wh", "UU": "uw uh ux", "AO": "ao", "AA": "aa ae",
    "EH": "eh ah ax", "IY": "iy ih y ix", "SIL": "pau sil h# ssil +spn+ +nsn+ +breath+ +noise+",
}  # fmt: skip
PHONE_CLASS = {phone: INDEX[name] for name, phones in _MEMBERS.items() for phone in phones.split()}
_DIPHTHONGS = {"aw": ("AA", "UU", 0.6), "ay": ("AA", "IY", 0.6), "ey": ("EH", "IY", 0.5), "ow": ("AO", "UU", 0.5), "oy": ("AO", "IY", 0.55)}

# Per class: lip opening (0 sealed … 1 wide), how strongly it insists, rounding, and reach in seconds.
#                   SIL PBM  FV  TH   TDN  KG   SZ   SH  R    L   W    UU   AO  AA   EH   IY
OPENING = np.array([0.02, 0.0, 0.10, 0.20, 0.22, 0.30, 0.12, 0.20, 0.30, 0.35, 0.15, 0.25, 0.6, 0.95, 0.55, 0.35])
DOMINANCE = np.array([0.7, 8.0, 3.0, 1.0, 0.6, 0.4, 1.5, 1.5, 0.8, 0.7, 2.0, 1.0, 1.0, 1.0, 0.8, 0.9])
ROUNDING = np.array([0.1, 0.1, 0.1, 0.1, 0.1, 0.15, 0.1, 0.6, 0.5, 0.15, 1.0, 0.9, 0.7, 0.15, 0.1, 0.0])
REACH = np.array([0.06, 0.022, 0.03, 0.04, 0.04, 0.04, 0.035, 0.04, 0.045, 0.04, 0.04, 0.045, 0.05, 0.05, 0.045, 0.045])


def classes_of(segments: list[Segment]) -> list[tuple[int, float, float]]:
    """Segments as classes: diphthongs become two vowels, an h takes the mouth of what follows."""
    out: list[tuple[int, float, float]] = []
    for i, (name, start, end) in enumerate(segments):
        phone = name.lower().rstrip("012")
        if phone.startswith(("<", "[")) or phone in ("", "_", "_:"):
            phone = "pau"
        if phone in ("hh", "hv"):
            following = segments[i + 1][0].lower().rstrip("012") if i + 1 < len(segments) else "ax"
            index = INDEX[_DIPHTHONGS[following][0]] if following in _DIPHTHONGS else PHONE_CLASS.get(following, INDEX["EH"])
            out.append((INDEX["EH"] if index in (INDEX["SIL"], INDEX["PBM"]) else index, start, end))
        elif phone in _DIPHTHONGS:
            first, second, share = _DIPHTHONGS[phone]
            middle = start + (end - start) * share
            out += [(INDEX[first], start, middle), (INDEX[second], middle, end)]
        else:
            out.append((PHONE_CLASS.get(phone, INDEX["EH"]), start, end))
    return out


def targets(segments: list[Segment], seconds: float, fps: int = 100) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class (T,) int64, lip opening (T,) and rounding (T,) float32 of a clip.

    Neighbouring classes blend by dominance (Cohen and Massaro 1993); a p, b or m releases early.
    """
    classes = classes_of(segments)
    time = (np.arange(int(seconds * fps)) + 0.5) / fps
    label = np.zeros(len(time), np.int64)
    for c, start, end in classes:
        label[int(round(start * fps)) : int(round(end * fps))] = c
    weight = np.full(len(time), 1e-3)
    opening, rounding = weight * 0.02, np.zeros(len(time))
    for c, start, end in classes:
        low, high = max(0, int((start - 0.4) * fps)), int((end + 0.4) * fps)
        near = time[low:high]
        release = start + 0.75 * (end - start) if c == INDEX["PBM"] else end
        distance = np.maximum(0, np.abs(near - (start + release) / 2) - (release - start) * 0.35)
        pull = DOMINANCE[c] * np.exp(-distance / REACH[c])
        opening[low:high] += pull * OPENING[c]
        rounding[low:high] += pull * ROUNDING[c]
        weight[low:high] += pull
    return label, (opening / weight).astype(np.float32), (rounding / weight).astype(np.float32)
