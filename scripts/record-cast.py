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
# Longest pause in the recording, seconds.
LONGEST = 1.2
# Seconds to wait, what is typed then (words go letter by letter), and a text to wait for afterwards.
SCRIPT = [
    (1.0, " ", None), (2.0, " ", None),
    (0.6, "e", None), (0.3, "\x0b", None), (0.4, "nods twice, then looks away", None), (0.6, "\x1b", None),
    (0.5, "\x1b3", None), (0.4, "g", "is ready"),
    (1.0, " ", None), (0.4, "0", None), (0.5, "n", None), (0.6, "n", None),
    (1.0, "\x1b8", None), (0.5, "\x1b[C", None), (0.2, "\x1b[C", None), (0.2, "\x1b[C", None),
    (0.6, "\x1b7", None), (0.7, "s", None), (0.8, "?", None), (1.4, "\x1b", None), (0.6, "q", None),
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
            rest += data
            text, rest = cut(rest)
            now = time.monotonic() - start
            if events and now - events[-1][0] < 0.012:
                events[-1][1] += text
            else:
                events.append([now, text])

    def wait_for(text, begin):
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if text in "".join(part for _, part in events[begin:]):
                return
            pump(0.2)
        sys.exit(f"{text!r} did not come")

    # The answer to the question what terminal this is waits for it, so that a slow machine gets it in time.
    os.write(master, b"\x1b[?62;22c")
    wait_for("Prompt", 0)
    for wait, keys, text in SCRIPT:
        pump(wait)
        begin = len(events)
        words = len(keys) > 4
        for part in keys if words else [keys]:
            os.write(master, part.encode())
            if words:
                pump(0.07)
        if text:
            wait_for(text, begin)
    pump(2)
    # The terminal is closed a moment before the process is gone.
    for _ in range(50):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    if done == 0:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        sys.exit("the session did not end with q")
    # The wait for the program to open is no part of the show, and no pause is longer than it need be.
    with open(path, "w", encoding="utf-8") as out:
        out.write(json.dumps({"version": 2, "width": COLUMNS, "height": ROWS, "title": "MM2Face Studio"}) + "\n")
        shown, last, begun = 0.0, events[0][0], False
        for at, text in events:
            shown += min(LONGEST, at - last) if begun else 0
            begun, last = begun or "Prompt" in text, at
            out.write(json.dumps([round(shown, 3), "o", text], ensure_ascii=False, separators=(",", ":")) + "\n")


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
