#!/usr/bin/env python3
"""Records a session of the real studio as an asciicast (version 2): assets/demo/studio.cast.

usage: scripts/record-cast.py PROGRAM OUT.cast

The program runs in a pseudo-terminal of 80 x 24; the keys below are sent as a person would type them. Only the standard
library is used. Ends with status 1 when the session did not come as far as it should.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time

COLUMNS, ROWS = 80, 24
# Seconds to wait, then what is typed. Words go letter by letter.
SCRIPT = [
    (1.5, " "), (2.0, " "),
    (0.6, "e"), (0.3, "\x0b"), (0.4, "nods twice, then looks away"), (0.6, "\x1b"),
    (0.5, "\x1b3"), (0.4, "g"),
    (2.6, " "), (0.4, "0"), (0.5, "n"), (0.6, "n"), (1.0, "\x1b8"), (0.5, "\x1b[C"), (0.2, "\x1b[C"), (0.2, "\x1b[C"),
    (0.6, "\x1b7"), (0.7, "s"), (0.8, "?"), (1.4, "\x1b"), (0.6, "q"),
]


def main(program, path):
    folder = tempfile.mkdtemp()
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(folder)
        time.sleep(0.1)
        environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": folder, "PATH": os.environ.get("PATH", "/usr/bin:/bin")}
        os.execve(program, [program], environment)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    events, start, rest = [], time.monotonic(), b""

    def pump(seconds):
        nonlocal rest
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([master], [], [], left)[0]:
                return
            try:
                data = os.read(master, 1 << 16)
            except OSError:
                return
            if b"\x1b[c" in data:
                os.write(master, b"\x1b[?62;22c")
            rest += data
            text, rest = cut(rest)
            now = time.monotonic() - start
            if events and now - events[-1][0] < 0.012:
                events[-1][1] += text
            else:
                events.append([now, text])

    pump(3)
    for wait, keys in SCRIPT:
        pump(wait)
        words = len(keys) > 4
        for part in keys if words else [keys]:
            os.write(master, part.encode())
            if words:
                pump(0.07)
    pump(2)
    done, status = os.waitpid(pid, os.WNOHANG)
    if done == 0:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        sys.exit("the session did not end with q")
    screen = "".join(text for _, text in events)
    if "is ready" not in screen:
        sys.exit("no take was performed")
    # The wait for the program to open is no part of the show.
    first = next(t for t, text in events if "Timeline" in text)
    with open(path, "w", encoding="utf-8") as out:
        out.write(json.dumps({"version": 2, "width": COLUMNS, "height": ROWS, "title": "MM2Face Studio"}) + "\n")
        for at, text in events:
            out.write(json.dumps([round(max(0.0, at - first), 3), "o", text], ensure_ascii=False, separators=(",", ":")) + "\n")


def cut(data):
    """Text up to the last whole character, and the bytes after it."""
    for back in range(4):
        try:
            return data[: len(data) - back].decode(), data[len(data) - back :]
        except UnicodeDecodeError:
            continue
    return data.decode(errors="replace"), b""


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), sys.argv[2])
