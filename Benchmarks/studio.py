#!/usr/bin/env python3
"""Measures the real studio in a pseudo-terminal: key press to painted change, pictures a second, bytes on the wire, idle processor time.

usage: Benchmarks/studio.py PROGRAM [COLUMNSxROWS]        (needs `pip install pyte`; one JSON line a measurement)

The change a key asks for is looked for on an emulated screen; a change counts from when its last byte could be read.
"""
import fcntl
import json
import os
import pty
import random
import re
import select
import shutil
import struct
import sys
import tempfile
import termios
import time

import pyte


class Studio:
    def __init__(self, program, columns, rows):
        program, self.folder = os.path.abspath(program), tempfile.mkdtemp()
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(self.folder)
            time.sleep(0.1)
            environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": self.folder, "PATH": "/usr/bin:/bin"}
            os.execve(program, [program], environment)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.write(self.master, b"\x1b[?62;22c")
        # Time of the read, bytes.
        self.reads = []
        self.wait(lambda: any("Timeline" in line for line in self.screen.display), 30)

    def close(self):
        os.write(self.master, b"q")
        self.pump(0.5)
        shutil.rmtree(self.folder, ignore_errors=True)

    def pump(self, seconds, until=None):
        """Reads for a while, or until something holds: then the time of the read that made it so."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.master], [], [], left)[0]:
                continue
            try:
                data = os.read(self.master, 1 << 16)
            except OSError:
                return None
            now = time.monotonic()
            self.reads.append((now, len(data)))
            # pyte does not know mode 2026 and the like; it skips what it does not know.
            self.stream.feed(data)
            if until is not None and until():
                return now
        return None

    def wait(self, until, seconds):
        if self.pump(seconds, until) is None and not until():
            sys.exit("the studio did not come as far as it should:\n" + "\n".join(self.screen.display))

    def processor_seconds(self):
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def yaw(self):
        found = re.search(r"(-?\d+)° -?\d+°", "\n".join(self.screen.display[:2]))
        return found and int(found.group(1))

    def play(self):
        """From the beginning of the demo, which lasts 3.7 s."""
        os.write(self.master, b"0")
        self.pump(0.1)
        if "\u25b6" not in self.screen.display[0]:
            os.write(self.master, b" ")

    def latencies(self, count, draw):
        """Milliseconds from a key that turns the head to the new angle in the heading."""
        out = []
        for _ in range(count):
            self.pump(draw.uniform(0.05, 0.2))
            before = self.yaw()
            key = b"h" if draw.random() < 0.5 else b"l"
            pressed = time.monotonic()
            os.write(self.master, key)
            seen = self.pump(1, lambda: self.yaw() != before)
            if seen is not None:
                out.append((seen - pressed) * 1000)
        return sorted(out)


def told(name, size, **figures):
    print(json.dumps({"name": name, "size": size, **{k: round(v, 2) for k, v in figures.items()}}), flush=True)


def spread(values):
    at = lambda share: values[min(len(values) - 1, int(share * len(values)))]  # noqa: E731
    return {"keys": len(values), "msMedian": at(0.5), "ms99": at(0.99), "msMax": values[-1]}


def main(program, size="200x60"):
    columns, rows = (int(n) for n in size.split("x"))
    draw = random.Random(1)
    studio = Studio(program, columns, rows)
    # The demo plays at once; at rest nothing should.
    os.write(studio.master, b" ")
    studio.pump(6)
    began, spent = time.monotonic(), studio.processor_seconds()
    studio.pump(10)
    told("idle", size, processorPercent=100 * (studio.processor_seconds() - spent) / (time.monotonic() - began))
    told("key-at-rest", size, **spread(studio.latencies(100, draw)))
    studio.play()
    studio.pump(0.3)
    studio.reads, spent, began = [], studio.processor_seconds(), time.monotonic()
    studio.pump(3)
    length = time.monotonic() - began
    # Reads within 15 ms belong to one picture.
    pictures = 1 + sum(b[0] - a[0] > 0.015 for a, b in zip(studio.reads, studio.reads[1:]))
    told(
        "playing", size, picturesPerSecond=pictures / length, megabitsPerSecond=sum(n for _, n in studio.reads) * 8 / length / 1e6,
        processorPercent=100 * (studio.processor_seconds() - spent) / length,
    )
    values = []
    for _ in range(24):
        studio.play()
        values += studio.latencies(12, draw)
    told("key-while-playing", size, **spread(sorted(values)))
    values = []
    for _ in range(12):
        # Another performance: tokens fall while the keys are pressed.
        os.write(studio.master, b"\r")
        values += studio.latencies(12, draw)
    told("key-while-sampling", size, **spread(sorted(values)))
    studio.close()


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:3])
