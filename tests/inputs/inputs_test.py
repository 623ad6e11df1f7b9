# SPDX-License-Identifier: Apache-2.0
"""Bad input, each kind by name, through the real program: the status, what is said (what, where,
found, wanted, what to do), nothing lost, nothing half-written."""
import ctypes
import ctypes.util
import gzip

import os
import shutil
import subprocess
import threading
import unittest

from program import SANITIZED, ProgramTest, run_program

ORDERS = "order_id,customer_id,amount\n"


class BadInput(ProgramTest):
    """Each file goes through `run` on a lake, where the most can be lost."""

    def run_one(self, data, name="a.csv", status=0):
        """The result of converting that one file in a new lake."""
        self.make_lake({"bronze/" + name: data})
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, status, done)
        result = done.json()
        self.assert_balance(result)
        self.assert_nothing_half_written()
        self.assertEqual((self.lake / "bronze" / name).read_bytes(),
                         data if isinstance(data, bytes) else data.encode())
        return result

    def silver(self, name="a"):
        return self.rows_of(self.lake / ("silver/%s.parquet" % name))

    def rejects(self, result):
        return self.rows_of(self.lake / result["quarantine"] / "rejects.parquet")

    def reject_bytes(self, result):
        return (self.lake / result["quarantine"] / "rejects.csv").read_bytes()

    def assert_refused(self, result, code, *words):
        """Refused as a whole: a report and a receipt, no silver."""
        self.assertEqual(result["status"], "rejected")
        self.assertEqual(result["error"]["code"], code, result["error"])
        self.assert_says(result["error"]["message"], *words)
        self.assertTrue(result["error"]["hint"], result["error"])
        names = self.files_below(self.lake)
        self.assertEqual([n for n in names if n.startswith("silver/")], [])
        self.assertEqual([n.rsplit("/", 1)[1] for n in names if n.startswith("quarantine/")],
                         ["rejected.json"])
        report = [n for n in names if n.startswith("quarantine/")][0]
        self.assertIn(code, (self.lake / report).read_text())
        self.assertTrue(any(n.startswith("receipts/") for n in names))

    def assert_quarantined(self, result, reason, *words):
        """One record set aside with its bytes; its neighbours are in silver."""
        self.assertEqual(result["status"], "success_with_rejects")
        self.assertEqual(result["reasons"], {reason: 1})
        reject = self.rejects(result)[0]
        self.assertEqual(reject["reason"], reason)
        self.assert_says(reject["message"], *words)
        return reject

    def test_empty_file(self):
        self.assert_refused(self.run_one("", status=1), "source-error", "empty", "0 bytes",
                            "header")

    def test_only_a_header(self):
        result = self.run_one("a,b\n")
        self.assertEqual((result["status"], result["rows"]), ("success", 0))
        self.assertEqual(self.silver(), [])
        schema = self.run_ok("parquet", "schema", self.lake / "silver/a.parquet", "--json").json()
        self.assertEqual([(c["name"], c["type"]) for c in schema], [("a", "text"), ("b", "text")])

    def test_only_a_header_without_newline(self):
        self.assertEqual(self.run_one("a,b")["rows"], 0)

    def test_no_final_newline(self):
        self.assertEqual(self.run_one("a,b\n1,x\n2,y")["rows"], 2)
        self.assertEqual(self.silver()[1], {"a": 2, "b": "y"})

    def test_byte_order_mark(self):
        self.assertEqual(self.run_one(b"\xef\xbb\xbfa,b\n1,x\n")["rows"], 1)
        self.assertEqual(self.silver(), [{"a": 1, "b": "x"}])

    def test_nul_bytes(self):
        result = self.run_one(b"a,b\n1,x\n2,y\x00z\n3,w\n")
        reject = self.assert_quarantined(result, "null-byte", "NUL")
        self.assertEqual((reject["row"], reject["line"]), (3, 3))
        self.assertEqual(self.reject_bytes(result), b"a,b\n2,y\x00z\n")
        self.assertEqual([r["a"] for r in self.silver()], [1, 3])

    def test_wrong_utf8(self):
        result = self.run_one(b"a,b\n1,x\n2,caf\xe9\n3,w\n")
        reject = self.assert_quarantined(result, "encoding-error", "UTF-8", "\\xE9")
        self.assertEqual((reject["row"], reject["line"]), (3, 3))
        self.assertEqual(self.reject_bytes(result), b"a,b\n2,caf\xe9\n")
        self.assertEqual([r["a"] for r in self.silver()], [1, 3])

    def test_wrong_utf8_in_the_header(self):
        self.assert_refused(self.run_one(b"a,caf\xe9\n1,x\n", status=1), "encoding-error",
                            "UTF-8", "header", "byte 5")

    def test_utf16(self):
        result = self.run_one("a,b\n1,x\n".encode("utf-16"), status=1)
        self.assertEqual(result["status"], "rejected")
        self.assertEqual(self.files_below(self.lake / "silver"), [])

    def test_unterminated_quote_over_lines(self):
        result = self.run_one('a,b\n1,x\n2,"y\n3,z\n4,u\n', status=1)
        self.assert_refused(result, "unterminated-quote", "record 3", "line 3", "byte 8",
                            "end of the file")

    def test_unterminated_quote_on_the_last_line(self):
        result = self.run_one('a,b\n1,x\n2,"y\n')
        reject = self.assert_quarantined(result, "unterminated-quote", "quote")
        self.assertEqual(reject["line"], 3)
        self.assertEqual([r["a"] for r in self.silver()], [1])

    def test_text_after_a_closing_quote(self):
        result = self.run_one('a,b\n1,"x"y\n2,z\n')
        self.assert_quarantined(result, "text-after-quote", "quote")
        self.assertEqual(self.reject_bytes(result), b'a,b\n1,"x"y\n')
        self.assertEqual([r["a"] for r in self.silver()], [2])

    def test_duplicate_and_blank_labels_without_a_contract(self):
        self.run_one("a,a,,b\n1,2,3,4\n")
        self.assertEqual(self.silver(), [{"a": 1, "a.1": 2, "column_3": 3, "b": 4}])

    def test_duplicate_and_blank_labels_under_a_contract(self):
        for header, code, words in [
                ("order_id,customer_id,amount,amount", "duplicate-label", ['"amount"', "column 3",
                                                                           "column 4"]),
                ("order_id,customer_id,amount,", "blank-label", ["column 4"])]:
            self.doCleanups()
            self.setUp()
            result = self.run_one(header + "\n1,2,3,4\n", name="orders/a.csv", status=1)
            self.assert_refused(result, code, *words)

    def test_missing_required_column(self):
        result = self.run_one("order_id,amount\n1,2\n", name="orders/a.csv", status=1)
        self.assert_refused(result, "missing-label", '"customer_id"', "order_id,amount")

    def test_ragged_rows(self):
        result = self.run_one("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n")
        self.assertEqual(result["reasons"], {"missing-cell": 1, "extra-cell": 1})
        short, long = self.rejects(result)
        self.assert_says(short["message"], "2", "3")
        self.assert_says(long["message"], "4", "3")
        self.assertEqual(self.reject_bytes(result), b"a,b,c\n4,5\n6,7,8,9\n")
        self.assertEqual([r["a"] for r in self.silver()], [1, 10])

    def test_lone_cr_ends_records_where_the_first_line_end_is_one(self):
        self.assertEqual(self.run_one("a,b\r1,x\r2,y\r")["rows"], 2)

    def test_lone_cr_is_data_elsewhere(self):
        self.run_one("a,b\n1,x\ry\n")
        self.assertEqual(self.silver(), [{"a": 1, "b": "x\ry"}])

    def test_a_hundred_thousand_columns(self):
        wide = ",".join("c%d" % i for i in range(100_000))
        result = self.run_one(wide + "\n" + ",".join(["1"] * 100_000) + "\n", status=1)
        self.assert_refused(result, "limit-exceeded", "100 000 columns", "10 000", )

    def test_ten_thousand_columns_are_taken(self):
        wide = ",".join("c%d" % i for i in range(10_000))
        self.make_lake({"bronze/a.csv": wide + "\n" + ",".join(["1"] * 10_000) + "\n"})
        done = self.run_ok("run", self.lake, "--json", "--memory", "2GiB")
        self.assertEqual(done.json()["rows"], 1)
        self.verify(self.lake / "silver/a.parquet")

    def test_more_columns_than_the_memory_can_hold_says_the_number_needed(self):
        wide = ",".join("c%d" % i for i in range(10_000))
        self.make_lake({"bronze/a.csv": wide + "\n"})
        done = run_program("run", self.lake, "--json", "--memory", "64MiB")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.json()["error"]["message"], "10000 columns")
        self.assert_says(done.json()["error"]["hint"], "--memory")
        self.assert_nothing_half_written()

    def test_truncated_gzip(self):
        data = gzip.compress(("a,b\n" + "1,some text\n" * 1000).encode(), mtime=0)
        for cut in [1, 8, 20, len(data) // 2]:
            self.doCleanups()
            self.setUp()
            result = self.run_one(data[:-cut], name="a.csv.gz", status=1)
            self.assert_refused(result, "compression-error", "ends in the middle", "raw bytes")

    def test_gzip_with_a_wrong_checksum(self):
        data = bytearray(gzip.compress(b"a,b\n1,x\n", mtime=0))
        data[-6] ^= 1
        self.assert_refused(self.run_one(bytes(data), name="a.csv.gz", status=1),
                            "compression-error", "gzip")


class BadPlaces(ProgramTest):
    def test_a_directory_named_like_a_source(self):
        self.make_lake({"bronze/x.csv/a.csv": "a\n1\n", "bronze/b.csv": "a\n1\n"})
        (self.lake / "bronze/y.csv").mkdir()
        done = self.run_ok("run", self.lake, "--json")
        self.assertEqual({r["key"]: r["status"] for r in done.jsons()},
                         {"bronze/b.csv": "success", "bronze/x.csv/a.csv": "success"})
        self.assert_nothing_half_written()

    def test_a_directory_given_as_a_key(self):
        self.make_lake()
        (self.lake / "bronze/y.csv").mkdir()
        done = run_program("run", self.lake, "--key", "y.csv", "--json")
        self.assertIn(done.json()["status"], ("ignored", "error"), done)
        self.assertEqual(self.files_below(self.lake / "silver"), [])

    def test_a_directory_given_to_convert(self):
        done = run_program("convert", self.folder)
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.err, "is a directory", "wanted a file")

    def test_a_source_that_is_not_there(self):
        done = run_program("convert", self.folder / "none.csv")
        self.assertEqual(done.status, 3, done)
        self.assert_says(done.err, "none.csv", "No such file")

    def run_as_nobody(self, arguments, closed=(), limits=()):
        """Runs the program as a user without rights on the names in `closed`."""
        if os.geteuid() != 0:
            prefix = []
        elif shutil.which("setpriv"):
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        else:
            self.skipTest("root reads every file, and there is no setpriv to be somebody else")
        self.folder.chmod(0o777)
        for path in [self.folder, *self.folder.rglob("*")]:
            path.chmod(0 if path.name in closed else 0o777)
        done = run_program(*arguments, prefix=[*prefix, *limits])
        if "Permission denied" in done.err and "setpriv" in done.err:
            self.skipTest("the program can't be run by another user: " + done.err)
        return done

    def test_an_unreadable_folder(self):
        self.make_lake({"bronze/a.csv": "a\n1\n", "bronze/shut/b.csv": "a\n1\n",
                        "bronze/x/c.csv": "a\n1\n"})
        done = self.run_as_nobody(["run", self.lake, "--json"], closed=["shut"])
        self.assertEqual({r["key"]: r["status"] for r in done.jsons()},
                         {"bronze/a.csv": "success", "bronze/x/c.csv": "success"}, done)
        self.assertEqual(done.status, 3, done)
        self.assert_says(done.err, "bronze/shut", "ermission denied", "right")

    @unittest.skipIf(SANITIZED, "the sanitizer starts a process itself")
    def test_no_thread_to_be_had(self):
        source = self.write("a.csv", "a,b\n" + "1,2\n" * 1000)
        limits = ["prlimit", "--nproc=1"]
        # Whoever this user is, another process of theirs may leave no room for one more.
        if not shutil.which("prlimit"):
            self.skipTest("there is no prlimit")
        output = self.folder / "out.parquet"
        done = self.run_as_nobody(["convert", source, "-o", output, "--threads", "2"],
                                  limits=limits)
        self.assertEqual(done.status, 75, done)
        self.assert_says(done.err, "cannot start a thread", "--threads 1")
        self.assertFalse(output.exists())
        done = self.run_as_nobody(["convert", source, "-o", output, "--threads", "1"],
                                  limits=limits)
        self.assertEqual(done.status, 0, done)

    def test_an_unreadable_file(self):
        self.make_lake({"bronze/a.csv": "a\n1\n", "bronze/b.csv": "a\n1\n"})
        done = self.run_as_nobody(["run", self.lake, "--json"], closed=["a.csv"])
        results = {r["key"]: r for r in done.jsons()}
        self.assertEqual(results["bronze/b.csv"]["status"], "success", done)
        self.assertEqual(results["bronze/a.csv"]["status"], "error")
        self.assertIn(done.status, (2, 3), done)
        error = results["bronze/a.csv"]["error"]
        self.assert_says(error["message"], "a.csv", "ermission denied")
        self.assertEqual(self.files_below(self.lake / "silver"), ["b.parquet"])
        self.assert_nothing_half_written()
        self.assertEqual(self.run_as_nobody(["run", self.lake]).status, 0)
        self.assertEqual(self.files_below(self.lake / "silver"), ["a.parquet", "b.parquet"])

    def test_silver_s_folder_is_a_file(self):
        self.make_lake({"bronze/deep/a.csv": "a\n1\n", "bronze/b.csv": "a\n1\n"})
        self.put("silver/deep", "a file in the way")
        done = run_program("run", self.lake, "--json")
        results = {r["key"]: r for r in done.jsons()}
        self.assertEqual(results["bronze/b.csv"]["status"], "success", done)
        self.assertEqual(results["bronze/deep/a.csv"]["status"], "error")
        self.assert_says(results["bronze/deep/a.csv"]["error"]["message"], "silver/deep")
        self.assertIn(done.status, (2, 3), done)
        self.assertEqual((self.lake / "silver/deep").read_text(), "a file in the way")
        self.assertEqual([n for n in self.files_below(self.lake / ".silversmith")
                          if n.startswith("tmp/")], [])
        (self.lake / "silver/deep").unlink()
        self.run_ok("run", self.lake)
        self.verify(self.lake / "silver/deep/a.parquet")

    def test_a_directory_stands_where_silver_goes(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        (self.lake / "silver/a.parquet").mkdir()
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.json()["status"], "error", done)
        self.assert_says(done.json()["error"]["message"], "silver/a.parquet")
        self.assertTrue((self.lake / "silver/a.parquet").is_dir())
        self.assertEqual([n for n in self.files_below(self.lake / ".silversmith")
                          if n.startswith("tmp/")], [])

    def test_convert_into_a_folder_that_is_not_there(self):
        source = self.write("a.csv", "a\n1\n")
        done = run_program("convert", source, "-o", self.folder / "none/x.parquet")
        self.assertEqual(done.status, 3, done)
        self.assert_says(done.err, "none/x.parquet")

    def test_the_output_is_the_source_itself(self):
        source = self.write("a.csv", "a\n1\n")
        done = run_program("convert", source, "-o", source)
        self.assertEqual(done.status, 2, done)
        self.assertEqual(source.read_text(), "a\n1\n")


class Changing(ProgramTest):
    def test_a_file_that_is_replaced_while_it_is_read(self):
        """Silver is always one whole version, and at the end the last one."""
        def version(n):
            return "v,text\n" + ("%d,some text\n" % n) * 40_000
        self.make_lake({"bronze/a.csv": version(0)})
        stop = threading.Event()
        written = [0]

        def replace():
            while not stop.is_set():
                written[0] += 1
                self.put("bronze/a.csv", version(written[0]))
        writer = threading.Thread(target=replace)
        writer.start()
        try:
            for _ in range(10):
                done = run_program("run", self.lake, "--json")
                self.assertIn(done.status, (0, 75), done)
                if not (self.lake / "silver/a.parquet").exists():
                    continue
                versions = {r["v"] for r in self.rows_of(self.lake / "silver/a.parquet")}
                self.assertEqual(len(versions), 1)
        finally:
            stop.set()
            writer.join()
        done = self.run_ok("run", self.lake, "--json")
        self.assertIn(done.json()["status"], ("success", "duplicate"))
        self.assertEqual({r["v"] for r in self.rows_of(self.lake / "silver/a.parquet")},
                         {written[0]})
        self.assert_nothing_half_written()

    def test_a_file_that_grows_while_convert_reads_it(self):
        source = self.write("a.csv", "v,text\n" + "1,some text\n" * 2_000_000)
        stop = threading.Event()

        def grow():
            with open(source, "a", encoding="utf-8") as file:
                while not stop.is_set():
                    file.write("2,more\n" * 1000)
                    file.flush()
                    stop.wait(0.005)
        writer = threading.Thread(target=grow)
        writer.start()
        try:
            done = run_program("convert", source)
        finally:
            stop.set()
            writer.join()
        self.assertEqual(done.status, 75, done)
        self.assert_says(done.err, "changed while it was read", "run again")
        self.assertEqual(self.files_below(self.folder), ["a.csv"])


class DiskFull(ProgramTest):
    """A file system of a few megabytes; mounting one needs rights."""

    def mount(self, megabytes):
        place = self.folder / "small"
        place.mkdir()
        libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)
        if libc.mount(b"tmpfs", str(place).encode(), b"tmpfs", 0,
                      b"size=%dm" % megabytes) != 0:
            reason = os.strerror(ctypes.get_errno())
            print("\nNOT TESTED: disk full: can't mount a tmpfs: " + reason)
            self.skipTest("can't mount a tmpfs: " + reason)
        self.addCleanup(subprocess.run, ["umount", "-l", str(place)], check=False)
        return place

    def big_csv(self, rows=400_000):
        # Text that neither dictionary nor codec makes small.
        import random
        source = random.Random(7)
        return "n,t\n" + "".join("%d,%032x\n" % (i, source.getrandbits(128)) for i in range(rows))

    def test_silver_does_not_fit(self):
        small = self.mount(4)
        self.make_lake({"bronze/a.csv": self.big_csv()})
        done = run_program("run", self.lake, "--silver", small, "--json")
        self.assertEqual(done.status, 75, done)
        result = done.json()
        self.assertEqual(result["status"], "error")
        self.assert_says(result["error"]["message"].lower(), "no space left")
        self.assertEqual([n for n in self.files_below(small)
                          if not n.startswith((".silversmith/locks", ".silversmith/seen"))], [])
        small_free = os.statvfs(small)
        self.assertGreater(small_free.f_bavail * small_free.f_bsize, 3 << 20)
        again = self.run_ok("run", self.lake, "--json")
        self.assertEqual(again.json()["rows"], 400_000)

    def test_the_old_silver_stays_when_the_new_does_not_fit(self):
        small = self.mount(4)
        self.make_lake({"bronze/a.csv": "n,t\n1,x\n"})
        self.run_ok("run", self.lake, "--silver", small)
        before = (small / "silver/a.parquet").read_bytes()
        self.put("bronze/a.csv", self.big_csv())
        done = run_program("run", self.lake, "--silver", small, "--json")
        self.assertEqual(done.status, 75, done)
        self.assertEqual((small / "silver/a.parquet").read_bytes(), before)

    def test_convert_s_output_does_not_fit(self):
        small = self.mount(4)
        source = self.write("a.csv", self.big_csv())
        done = run_program("convert", source, "-o", small / "a.parquet")
        self.assertEqual(done.status, 75, done)
        self.assert_says(done.err, "No space left", str(small / "a.parquet"), "free some space")
        self.assertEqual(self.files_below(small), [])


if __name__ == "__main__":
    unittest.main()
