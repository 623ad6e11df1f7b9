# SPDX-License-Identifier: Apache-2.0
"""silversmith watch: what arrives, however it arrives, is taken once, whole, and soon."""
import fcntl
import os
import pathlib
import shutil
import signal
import time
import unittest

from program import ProgramTest, Watching, wait_for

QUEUE = pathlib.Path("/proc/sys/fs/inotify/max_queued_events")
BIG = "a,b\n" + "123456,some text that takes room\n" * 2_000_000


class Watch(ProgramTest):
    def watch(self, *arguments, prefix=()):
        watching = Watching(self.lake, *arguments, prefix=prefix)
        self.addCleanup(watching.kill)
        return watching

    def result_of(self, watching, key, seconds=30):
        return wait_for(lambda: watching.of(key), key + " is done", seconds)[0]

    def test_takes_what_is_there_at_the_start(self):
        self.make_lake({"bronze/a.csv": "a\n1\n", "bronze/deep/b.csv": "a\n1\n"})
        watching = self.watch()
        for key in ["bronze/a.csv", "bronze/deep/b.csv"]:
            self.assertEqual(self.result_of(watching, key)["status"], "success")
        self.assertEqual(watching.stop(), 0)
        self.assert_nothing_half_written()

    def test_takes_what_is_written_and_closed(self):
        self.make_lake()
        watching = self.watch()
        (self.lake / "bronze/a.csv").write_text("a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/a.csv", 10)["rows"], 1)
        self.assertEqual(watching.stop(), 0)

    def test_takes_what_is_renamed_into_place(self):
        self.make_lake()
        watching = self.watch()
        self.put("bronze/a.csv", "a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/a.csv", 10)["status"], "success")
        self.assertEqual([r["key"] for r in watching.read_results()], ["bronze/a.csv"])

    def test_takes_what_lands_in_folders_made_later(self):
        self.make_lake()
        watching = self.watch()
        for i in range(20):
            path = self.lake / ("bronze/y/m%d/d" % i)
            path.mkdir(parents=True)
            (path / "a.csv").write_text("a\n%d\n" % i)
        for i in range(20):
            self.result_of(watching, "bronze/y/m%d/d/a.csv" % i)
        outside = self.folder / "made elsewhere"
        (outside / "x").mkdir(parents=True)
        (outside / "x/b.csv").write_text("a\n1\n")
        outside.rename(self.lake / "bronze/moved")
        self.result_of(watching, "bronze/moved/x/b.csv")
        self.put("bronze/moved/x/c.csv", "a\n1\n")
        self.result_of(watching, "bronze/moved/x/c.csv")

    def test_a_corrected_upload_supersedes(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        watching = self.watch()
        self.result_of(watching, "bronze/a.csv")
        self.put("bronze/a.csv", "a\n2\n3\n")
        wait_for(lambda: len(watching.of("bronze/a.csv")) == 2, "the correction is done")
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"), [{"a": 2}, {"a": 3}])

    def slow_write(self, path, watching, seconds):
        """Writes a line every 0.1 s without closing; asserts that nobody takes the file."""
        key = str(path.relative_to(self.lake))
        rows = 0
        with open(path, "w", buffering=1, encoding="utf-8") as file:
            file.write("a\n")
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                rows += 1
                file.write("%d\n" % rows)
                time.sleep(0.1)
                self.assertEqual(watching.of(key), [], "taken while it was written")
        self.assertEqual(self.result_of(watching, key)["rows"], rows)

    def test_a_file_that_is_still_written_is_not_taken(self):
        self.make_lake()
        watching = self.watch()
        self.slow_write(self.lake / "bronze/slow.csv", watching, 3)

    def test_a_file_that_is_still_written_is_not_taken_by_a_sweep(self):
        # A folder that arrives makes the watcher look at everything, so at this file too.
        self.make_lake()
        watching = self.watch()
        folder = self.lake / "bronze/later"
        folder.mkdir()
        self.slow_write(folder / "slow.csv", watching, 5)

    def hold_open(self, path, watching):
        """Writes half, is idle for longer than a file must rest, writes the rest and closes."""
        key = str(path.relative_to(self.lake))
        with open(path, "r+", encoding="utf-8") as file:
            file.seek(0, os.SEEK_END)
            os.utime(path, (1, 1))
            watching = watching or self.watch()
            end = time.monotonic() + 5
            while time.monotonic() < end:
                time.sleep(0.1)
                self.assertEqual(watching.of(key), [], "taken while it was open")
            file.write("2\n")
        self.assertEqual(self.result_of(watching, key)["rows"], 2)
        self.assertEqual([r["status"] for r in watching.of(key)], ["success"])
        return watching

    def test_a_file_that_is_held_open_is_not_taken_however_long_it_rests(self):
        self.make_lake()
        if not self.has_leases():
            self.skipTest("no leases on this file system: a file is taken once it has rested")
        (self.lake / "bronze/early.csv").write_text("a\n1\n")
        watching = self.hold_open(self.lake / "bronze/early.csv", None)
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "late.csv").write_text("a\n1\n")
        late = open(elsewhere / "late.csv", "r", encoding="utf-8")
        self.addCleanup(late.close)
        elsewhere.rename(self.lake / "bronze/moved")
        # A reader does not hold it up.
        self.assertEqual(self.result_of(watching, "bronze/moved/late.csv")["rows"], 1)

    def test_a_folder_that_comes_with_an_open_file_waits_for_its_writer(self):
        self.make_lake()
        if not self.has_leases():
            self.skipTest("no leases on this file system: a file is taken once it has rested")
        watching = self.watch()
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "late.csv").write_text("a\n1\n")
        with open(elsewhere / "late.csv", "a", encoding="utf-8") as file:
            elsewhere.rename(self.lake / "bronze/moved")
            end = time.monotonic() + 5
            while time.monotonic() < end:
                time.sleep(0.1)
                self.assertEqual(watching.of("bronze/moved/late.csv"), [])
            file.write("2\n")
        self.assertEqual(self.result_of(watching, "bronze/moved/late.csv")["rows"], 2)

    def test_a_file_whose_writers_can_t_be_told_is_taken_once_it_has_rested(self):
        # Another user's file, and no right to leases.
        prefix = ["setpriv", "--bounding-set", "-lease"]
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        self.make_lake()
        watching = self.watch(prefix=prefix)
        folder = self.lake / "bronze/later"
        folder.mkdir()
        (folder / "slow.csv").touch()
        os.chown(folder / "slow.csv", 65534, 65534)
        rest = self.lake / "bronze/moved"
        with open(folder / "slow.csv", "r+", encoding="utf-8") as idle:
            folder.rename(rest)
            idle.write("a\n1\n")
            idle.flush()
            start = time.monotonic()
            self.assertEqual(self.result_of(watching, "bronze/moved/slow.csv")["rows"], 1)
            self.assertGreater(time.monotonic() - start, 1)

    def has_leases(self):
        with open(self.write("leased", "x"), "rb") as file:
            try:
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except OSError:
                return False
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return True

    def test_two_watchers_do_no_harm(self):
        self.make_lake()
        watchers = [self.watch(), self.watch()]
        for i in range(30):
            self.put("bronze/f%02d.csv" % i, "a,b\n" + "%d,x\n" % i * 200)
        wait_for(lambda: len({r["key"] for w in watchers for r in w.read_results()}) == 30,
                 "30 files are done")
        self.assertEqual([w.stop() for w in watchers], [0, 0])
        results = [r for w in watchers for r in w.read_results()]
        # Two that convert the same file at once make the same bytes: both may call it a success.
        done = {r["key"] for r in results if r["status"] == "success"}
        self.assertEqual(done, {"bronze/f%02d.csv" % i for i in range(30)})
        self.assertEqual({r["status"] for r in results} - {"duplicate"}, {"success"})
        self.assertEqual(len(self.files_below(self.lake / "receipts")), 30)
        self.assert_nothing_half_written()

    def test_lost_events_are_made_up_for(self):
        # A queue of 16 events overflows while one large file is converted. The kernel looks at the
        # setting when a watcher begins, so it is back before anything can go wrong.
        files = 200
        self.make_lake()
        try:
            before = QUEUE.read_text()
            QUEUE.write_text("16")
        except OSError as error:
            files = 20_000
            print("can't shorten the inotify queue (%s): %d files instead" % (error, files))
            watching = self.watch()
        else:
            try:
                watching = self.watch()
            finally:
                QUEUE.write_text(before)
        self.put("bronze/big.csv", BIG)
        for i in range(files):
            (self.lake / ("bronze/f%05d.csv" % i)).write_text("a\n%d\n" % i)
        # Results are read on the way: a pipe that nobody empties would stop the watcher.
        wait_for(lambda: watching.read_results() and
                 len(self.files_below(self.lake / "silver")) == files + 1,
                 "every file is done", 120)
        self.assertEqual(watching.stop(), 0)

    def test_a_refused_file_does_not_stop_it(self):
        self.make_lake()
        watching = self.watch()
        self.put("bronze/a.csv", "")
        self.assertEqual(self.result_of(watching, "bronze/a.csv")["status"], "rejected")
        self.put("bronze/b.csv", "a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/b.csv")["status"], "success")

    def test_a_bronze_that_is_replaced_is_watched_again(self):
        self.make_lake()
        watching = self.watch()
        (self.lake / "bronze").rename(self.folder / "old")
        (self.lake / "bronze").mkdir()
        (self.lake / "bronze/a.csv").write_text("a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/a.csv", 20)["status"], "success")
        self.put("bronze/b.csv", "a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/b.csv", 10)["status"], "success")
        self.assertEqual(watching.stop(), 0)

    def test_a_contract_that_is_mended_is_seen(self):
        self.make_lake()
        self.put("contracts/bad.yaml", "name: bad\n")
        watching = self.watch()
        self.put("bronze/a.csv", "a\n1\n")
        self.assertEqual(self.result_of(watching, "bronze/a.csv")["status"], "error")
        (self.lake / "contracts/bad.yaml").unlink()
        wait_for(lambda: [r for r in watching.of("bronze/a.csv") if r["status"] == "success"],
                 "the next try succeeds", 90)


class Stop(ProgramTest):
    def test_sigterm_and_sigint_end_an_idle_watcher(self):
        for number in [signal.SIGTERM, signal.SIGINT]:
            self.make_lake()
            watching = Watching(self.lake)
            self.addCleanup(watching.kill)
            start = time.monotonic()
            self.assertEqual(watching.stop(number, 10), 0)
            self.assertLess(time.monotonic() - start, 5)

    def test_sigterm_in_the_middle_leaves_nothing_half_written(self):
        self.make_lake({"bronze/big.csv": BIG})
        watching = Watching(self.lake)
        self.addCleanup(watching.kill)
        tmp = self.lake / ".silversmith/tmp"
        os.utime(self.lake / "bronze/big.csv", (1, 1))
        wait_for(lambda: tmp.exists() and list(tmp.iterdir()) or
                 watching.of("bronze/big.csv"), "the big file is in work")
        self.assertEqual(watching.stop(signal.SIGTERM, 10), 0)
        self.assert_nothing_half_written()
        done = self.run_ok("run", self.lake, "--json")
        self.assertIn(done.json()["status"], ("success", "duplicate"))
        self.assertEqual(self.files_below(self.lake / "silver"), ["big.parquet"])
        self.assert_nothing_half_written()


if __name__ == "__main__":
    unittest.main()
