"""The 56 numbers of a frame in the basis studio-50."""

NAMES = """eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft
eyeBlinkRight eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight
jawForward mouthClose mouthFunnel mouthPucker mouthRight mouthLeft
mouthSmileLeft mouthSmileRight mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight
mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight
browDownLeft browDownRight browInnerUpLeft browInnerUpRight browOuterUpLeft browOuterUpRight
cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut""".split()
SHAPE = {name: i for i, name in enumerate(NAMES)}
NECK, JAW = (50, 51, 52), (53, 54, 55)
JAW_OPEN_RADIANS = 0.34

MOUTH = (*range(14, 38), SHAPE["cheekPuff"], SHAPE["tongueOut"], *JAW)
UPPER = (*range(14), *range(38, 44), *(SHAPE[f"{part}{side}"] for part in ("cheekSquint", "noseSneer") for side in ("Left", "Right")))
HEAD = NECK
