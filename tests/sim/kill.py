#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the real process at random moments and looks at what it left.

kill.py BINARY [--kills N] [--seed S]

Each round rewrites some bronze files, starts `BINARY run LAKE`, and sends SIGKILL after a random
time. After each kill: every silver file verifies as a whole Parquet file and belongs to one bronze
version that existed, no temporary name is visible, rejects stand before silver. At the end a run
without a kill converges.
"""
import argparse
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

FILES = 6


class Lake:
    def __init__(self, binary, root, rng):
        self.binary = binary
        self.root = pathlib.Path(root)
        self.rng = rng
        self.rows_of = {}  # (relative name, first cell) -> rows that silver must have
        self.newest = {}   # relative name -> stamp
        self.stamp = 0
        (self.root / "bronze/orders").mkdir(parents=True)
        (self.root / "contracts").mkdir()

    def write(self, name):
        """A new bronze version, moved in whole; its stamp stands in every row."""
        self.stamp += 1
        rows = self.rng.choice([1, 10, 1000, 20000])
        bad = self.rng.choice([0, 1])
        lines = ["stamp,item,amount"]
        lines += [f"{self.stamp},{i},{i}.5" for i in range(rows)]
        lines += ["too,few"] * bad
        draft = self.root / "draft.tmp"
        draft.write_text("\n".join(lines) + "\n")
        os.replace(draft, self.root / "bronze/orders" / f"{name}.csv")
        self.rows_of[(name, self.stamp)] = (rows, bad)
        self.newest[name] = self.stamp

    def command(self, *arguments):
        return subprocess.run([self.binary, *arguments], capture_output=True, text=True)

    def run(self):
        return subprocess.Popen([self.binary, "run", str(self.root), "--json"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def check(self, seen):
        for top in ("silver", "quarantine", "receipts"):
            for path in (self.root / top).rglob("*"):
                if path.is_dir():
                    continue
                hidden = path.name.startswith(".") or path.name.endswith(".tmp")
                assert not hidden, f"a temporary file is visible: {path}"
                if path.suffix == ".json":
                    json.loads(path.read_text())
        for path in (self.root / "silver").rglob("*.parquet"):
            self.check_silver(path, seen)

    def check_silver(self, path, seen):
        identity = path.stat().st_ino, path.stat().st_mtime_ns
        if seen.get(path) == identity:
            return
        verified = self.command("parquet", "verify", str(path))
        assert verified.returncode == 0, f"{path} is not whole: {verified.stderr}"
        meta = json.loads(self.command("parquet", "meta", "--json", str(path)).stdout)
        values = meta.get("key_values", meta.get("key_value_metadata", {}))
        if isinstance(values, list):
            values = {entry["key"]: entry["value"] for entry in values}
        account = json.loads(values["silversmith.account"])
        stamp_column = next(c for c in account["columns"] if c["name"] == "stamp")
        assert stamp_column["min"] == stamp_column["max"], f"{path} mixes bronze versions"
        rows, bad = self.rows_of[(path.stem, int(stamp_column["min"]))]
        assert account["rows"] == rows, f"{path} has {account['rows']} rows, wanted {rows}"
        parts = [account[n] for n in ("rows", "rows_quarantined", "rows_deduplicated",
                                      "rows_skipped")]
        assert account["rows_read"] == sum(parts), f"{path} does not balance"
        if bad:
            folder = self.root / "quarantine/orders" / path.stem / account["generation"]
            assert (folder / "rejects.csv").exists(), f"{path} stands before its rejects"
        seen[path] = identity

    def check_converged(self):
        for name, stamp in self.newest.items():
            path = self.root / "silver/orders" / f"{name}.parquet"
            meta = json.loads(self.command("parquet", "meta", "--json", str(path)).stdout)
            values = meta.get("key_values", meta.get("key_value_metadata", {}))
            if isinstance(values, list):
                values = {entry["key"]: entry["value"] for entry in values}
            account = json.loads(values["silversmith.account"])
            column = next(c for c in account["columns"] if c["name"] == "stamp")
            assert int(column["max"]) == stamp, f"{path} is not the newest bronze"
            receipt = self.root / "receipts/orders" / name / f"{account['generation']}.json"
            assert receipt.exists(), f"{receipt} is missing"
        left = list((self.root / ".silversmith/tmp").glob("*"))
        assert not left, f"leftovers after a whole run: {left}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as root:
        lake = Lake(os.path.abspath(options.binary), root, rng)
        names = [f"f{i}" for i in range(FILES)]
        for name in names:
            lake.write(name)
        started = time.monotonic()
        whole = lake.run()
        whole.communicate()
        assert whole.returncode == 0, "the first run failed"
        longest = time.monotonic() - started
        seen = {}
        killed = 0
        for _ in range(options.kills):
            for name in rng.sample(names, 3):
                lake.write(name)
            process = lake.run()
            try:
                process.communicate(timeout=rng.uniform(0, longest))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                killed += 1
            lake.check(seen)
        final = lake.run()
        out, err = final.communicate()
        assert final.returncode == 0, f"the final run failed: {out} {err}"
        lake.check(seen)
        lake.check_converged()
        assert killed * 4 > options.kills, f"only {killed} of {options.kills} runs were killed"
        print(f"{killed} kills in {options.kills} runs (seed {options.seed}): nothing wrong")
    return 0


if __name__ == "__main__":
    sys.exit(main())
