# SPDX-License-Identifier: Apache-2.0
"""--memory is the memory of the process: measured by ru_maxrss of the child, and enforced by a
memory cgroup where one can be made."""
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

from program import PROGRAM, environment

MIB = 1 << 20
HERE = pathlib.Path(__file__).parent
CGROUPS = pathlib.Path("/sys/fs/cgroup/memory")


def roomy_folder():
    """Memory-backed where it is large enough: the disk is not what is measured."""
    shm = pathlib.Path("/dev/shm")
    if shm.is_dir() and shutil.disk_usage(shm).free > 3 << 30:
        return shm
    return pathlib.Path(tempfile.gettempdir())


class Memory(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="silversmith-memory-",
                                                    dir=roomy_folder()))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.source = self.folder / "a.csv"
        # On a disk: pages of a memory-backed file would count as the program's.
        self.target = pathlib.Path(tempfile.mkdtemp(prefix="silversmith-memory-"))
        self.addCleanup(shutil.rmtree, self.target, ignore_errors=True)

    def make(self, kind, *arguments):
        """The source, written by a process of its own; what that process prints."""
        made = subprocess.run([sys.executable, HERE / "generate.py", self.source, kind,
                               *map(str, arguments)], check=True, capture_output=True, text=True)
        return made.stdout

    def generate(self, columns, megabytes, giant_bytes=0):
        return int(self.make("table", columns, megabytes, giant_bytes))

    def into_cgroup(self, bytes_max):
        """Shell words that put the shell into a group with that limit; "" where none can be made."""
        group = CGROUPS / ("silversmith-test-%d" % os.getpid())
        try:
            group.mkdir(exist_ok=True)
            (group / "memory.limit_in_bytes").write_text(str(bytes_max))
        except OSError as error:
            print("no memory cgroup (%s): ru_maxrss alone" % error)
            return ""
        self.addCleanup(lambda: group.exists() and group.rmdir())
        return "echo $$ > %s/cgroup.procs && " % group

    def convert(self, memory, threads, *arguments):
        """The result of convert, whose peak memory must stay below `memory` MiB."""
        bytes_max = memory * MIB
        output = self.target / "a.parquet"
        command = [os.path.abspath(PROGRAM), "convert", str(self.source), "-o", str(output),
                   "--memory", "%dMiB" % memory, "--threads", str(threads), "--json", *arguments]
        # The file's cached pages count in the group too, but the kernel takes those back.
        command = ["sh", "-c", self.into_cgroup(bytes_max) + 'exec "$@"', "sh", *command]
        # A forked child starts with our peak: it must not be what is measured.
        self.assertLess(own_peak(), bytes_max)
        out = self.folder / "out"
        err = self.folder / "err"
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            child = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environment())
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        peak = usage.ru_maxrss * 1024
        print("%s --memory %d MiB, %d threads: peak %.1f MiB, %.1f s CPU" %
              (self.id().rsplit(".", 1)[1], memory, threads, peak / MIB,
               usage.ru_utime + usage.ru_stime), flush=True)
        self.assertEqual(child.returncode, 0, err.read_text())
        self.assertLessEqual(peak, bytes_max)
        result = json.loads(out.read_text())
        self.assertLessEqual(result["memory_peak_bytes"], bytes_max)
        return result

    def test_a_gigabyte_under_128_mib(self):
        rows = self.generate(10, 1024)
        digests = set()
        for threads in [1, 2]:
            result = self.convert(128, threads)
            self.assertEqual((result["rows"], result["rows_quarantined"]), (rows, 0))
            digest = subprocess.run([os.path.abspath(PROGRAM), "parquet", "digest",
                                     str(self.target / "a.parquet")],
                                    check=True, capture_output=True, env=environment())
            digests.add(digest.stdout)
        self.assertEqual(len(digests), 1)

    def test_a_gigabyte_with_a_record_of_20_mb_under_128_mib(self):
        rows = self.generate(10, 1024, 20_000_000)
        for threads in [1, 2]:
            result = self.convert(128, threads)
            self.assertEqual((result["rows"], result["rows_quarantined"]), (rows, 1))
            self.assertEqual(result["reasons"], {"record-too-long": 1})
            kept = (self.target / "a.parquet.rejects/rejects.csv").stat().st_size
            self.assertGreater(kept, 20_000_000)

    def test_1000_columns_under_128_mib(self):
        rows = self.generate(1000, 192)
        for threads in [1, 2]:
            self.assertEqual(self.convert(128, threads)["rows"], rows)

    def test_200_columns_under_64_mib(self):
        rows = self.generate(200, 192)
        for threads in [1, 2]:
            self.assertEqual(self.convert(64, threads)["rows"], rows)

    def test_long_values_in_many_columns(self):
        for memory, value_bytes in [(64, 8 << 20), (128, 16 << 20)]:
            for form in ["plain", "quoted"]:
                self.make("long", value_bytes - 200, form)
                for threads in [1, 2]:
                    self.assertEqual(self.convert(memory, threads)["rows"], 30)

    def test_millions_of_the_shortest_rejects_under_64_mib(self):
        self.make("short")
        for threads in [1, 2]:
            result = self.convert(64, threads)
            self.assertEqual((result["rows"], result["rows_quarantined"]),
                             (2_000_000, 1_900_000))

    def test_nothing_but_rejects_under_128_mib(self):
        rows = self.generate(10, 256)
        contract = self.folder / "c.yaml"
        contract.write_text(
            "name: c\nschema:\n  fieldsMatch: subset\n  fields: [{name: c0, type: date}]\n"
            '"silver:policy": {type: quarantine, limits: {maxBadRatio: null}}\n')
        with open(self.source, "ab") as file:
            file.write(b"2024-01-01" + b"," * 9 + b"\n")
        result = self.convert(128, 2, "--contract", str(contract))
        self.assertEqual((result["rows"], result["rows_quarantined"]), (1, rows))


def own_peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    unittest.main()
