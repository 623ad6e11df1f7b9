# SPDX-License-Identifier: Apache-2.0
"""Times `silversmith convert` beside other programs on the same files, and prints the ratios.

The runs are interleaved (every program once, then every program again), so that a slow minute of
the machine hits all alike; each run is a process of its own, measured by the kernel: wall time, CPU
seconds, peak resident memory. Input and output are in memory where they fit. The number of rows
that DuckDB counts in our file must be the peers' number, or the comparison fails.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "release" / "bin"
PEERS = ["duckdb", "polars", "pyarrow", "pandas"]
GENERATED = ["orders", "lineitem", "taxi"]
THREADS = "2"


def measured(command):
    """(seconds, CPU seconds, peak MB, what it printed) of one process; ends when it fails."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            sys.exit("%s\nfailed with %d:\n%s" % (" ".join(map(str, command)), process.returncode,
                                                  errors.read().decode(errors="replace")[-2000:]))
        return (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024,
                output.read().decode())


def command_of(program, data_set, source, target):
    contract = ROOT / "bench" / "contracts" / (data_set + ".json")
    if program == "silversmith":
        return [TOOLS / "silversmith", "convert", source, "-o", target, "--contract", contract,
                "--threads", THREADS]
    return [sys.executable, ROOT / "bench" / "e2e" / "peers.py", program, contract, source, target]


def rows_in(target):
    import duckdb

    return duckdb.sql(f"SELECT count(*) FROM read_parquet('{target}')").fetchall()[0][0]


def make_source(data_set, megabytes, folder):
    source = folder / (data_set + ".csv")
    if data_set == "flights":
        shutil.copyfile(ROOT / "build" / "deps" / "flights" / "flights.csv", source)
    else:
        subprocess.run([TOOLS / "bench_data", data_set, str(megabytes), source], check=True,
                       stdout=subprocess.DEVNULL)
    with open(source, "rb") as file:  # So that the first program doesn't pay for a cold file.
        while file.read(1 << 24):
            pass
    return source


def compare(data_set, programs, arguments, folder):
    """{program: (wall, cpu, peak MB, output MB)}, medians over the runs."""
    source = make_source(data_set, arguments.mb, folder)
    rows, sizes = {}, {}
    runs = {program: [] for program in programs}
    for _ in range(arguments.runs):
        for program in programs:
            target = folder / (program + ".parquet")
            target.unlink(missing_ok=True)
            runs[program].append(measured(command_of(program, data_set, source, target))[:3])
            rows[program] = rows_in(target)
            sizes[program] = target.stat().st_size / 1e6
            target.unlink()
    if len(set(rows.values())) != 1:
        sys.exit("%s: the programs do not agree on the rows: %s" % (data_set, rows))
    size = source.stat().st_size / 1e6
    print("\n%s: %.0f MB, %d rows" % (data_set, size, rows["silversmith"]))
    source.unlink()
    return {program: (*map(statistics.median, zip(*values)), sizes[program])
            for program, values in runs.items()}, size


def print_table(results):
    ours = results["silversmith"]
    print("  %-12s %9s %9s %9s %9s   %s" %
          ("", "wall s", "CPU s", "peak MB", "out MB", "against silversmith: wall, CPU, memory"))
    for program, values in results.items():
        ratios = "" if program == "silversmith" else "%7.2fx %7.2fx %7.2fx" % tuple(
            their / our for their, our in zip(values[:3], ours[:3]))
        print("  %-12s %9.2f %9.2f %9.0f %9.1f   %s" % (program, *values, ratios))


def work_folder(megabytes, wanted):
    """A folder in memory when three times the input fits there, else in build/."""
    if wanted:
        return wanted
    shared = "/dev/shm"
    if os.path.isdir(shared) and shutil.disk_usage(shared).free > 3e6 * megabytes + 1e9:
        return shared
    return ROOT / "build"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=int, default=256, help="size of each generated file")
    parser.add_argument("--runs", type=int, default=3, help="of each program; medians are shown")
    parser.add_argument("--data", default=",".join(GENERATED + ["flights"]))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--folder", help="where files are written; default: in memory")
    parser.add_argument("--json", help="also write the medians here")
    arguments = parser.parse_args()
    os.environ.update(POLARS_MAX_THREADS=THREADS, OMP_NUM_THREADS=THREADS)
    programs = ["silversmith"] + [p for p in arguments.peers.split(",") if p]
    everything = {}
    place = work_folder(arguments.mb, arguments.folder)
    with tempfile.TemporaryDirectory(prefix="silversmith-bench-", dir=place) as folder:
        print("%d runs of each program, interleaved, two threads, snappy, files in %s" %
              (arguments.runs, place))
        for data_set in arguments.data.split(","):
            results, size = compare(data_set, programs, arguments, pathlib.Path(folder))
            print_table(results)
            print("  silversmith: %.0f MB/s, %.2f CPU s per GB" %
                  (size / results["silversmith"][0], results["silversmith"][1] / size * 1000))
            everything[data_set] = results
    generated = [d for d in everything if d in GENERATED]
    for peer in programs[1:]:
        if generated:
            print("%s geometric mean of the generated files: %.2fx wall" % (
                peer, statistics.geometric_mean(
                    everything[d][peer][0] / everything[d]["silversmith"][0] for d in generated)))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
