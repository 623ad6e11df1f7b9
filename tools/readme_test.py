#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs what README.md tells a reader to type.

    readme_test.py SILVERSMITH

A `sh` block after `<!-- run -->` is run as it stands, with silversmith on the path, in a folder of
its own; all those blocks share the folder and follow each other. Of every other `sh` block each
`make` target must exist, and each `silversmith` command must have a help page.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"(<!-- run -->\s*)?^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks_of(text):
    """[(to be run, commands)]"""
    return [(bool(mark), body) for mark, body in BLOCK.findall(text)]


def run(script, folder, environment):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment,
                          capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def complaints_about(commands, targets, environment):
    """What is wrong with a block that is only looked at."""
    for line in commands.splitlines():
        words = line.split("#")[0].split()
        if words[:1] == ["make"]:
            for word in words[1:]:
                if "=" not in word and word not in targets:
                    yield "no such target: make " + word
        elif words[:1] == ["silversmith"]:
            code, output = run("silversmith %s --help" % words[1], ROOT, environment)
            if code != 0:
                yield "no help for: silversmith %s\n%s" % (words[1], output)


def main(arguments):
    binary = pathlib.Path(arguments[0]).resolve()
    environment = {**os.environ, "PATH": "%s:%s" % (binary.parent, os.environ["PATH"])}
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    blocks = blocks_of((ROOT / "README.md").read_text(encoding="utf-8"))
    found = [] if any(runs for runs, _ in blocks) else ["README.md has no block to run"]
    with tempfile.TemporaryDirectory() as folder:
        for runs, commands in blocks:
            if not runs:
                found.extend(complaints_about(commands, targets, environment))
                continue
            code, output = run(commands, folder, environment)
            if code != 0:
                found.append("exit status %d of:\n%s\n%s" % (code, commands, output))
    print("\n".join(found) or "README.md: %d blocks hold" % len(blocks))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
