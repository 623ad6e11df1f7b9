# SPDX-License-Identifier: Apache-2.0
"""silversmith convert: one file, no lake; outputs, streams, rejects beside the output."""
import gzip
import json
import os
import subprocess
import unittest

from program import PROGRAM, ProgramTest, environment, run_program

DIRTY = "a,b\n1,x\n2\n3,y\n"


class Convert(ProgramTest):
    def test_writes_parquet_beside_the_source(self):
        for name in ["a.csv", "b.tsv", "c.csv.gz", "d"]:
            data = b"a,b\n1,x\n"
            self.write(name, gzip.compress(data) if name.endswith(".gz") else data)
            done = self.run_ok("convert", self.folder / name)
            output = self.folder / (name.split(".")[0] + ".parquet")
            self.assertEqual(self.rows_of(output), [{"a": 1, "b": "x"}])
            self.assertEqual(done.err, "")

    def test_names_the_output_by_flag_or_operand(self):
        source = self.write("a.csv", "a\n1\n")
        self.run_ok("convert", source, "-o", self.folder / "x.parquet")
        self.run_ok("convert", source, self.folder / "y.parquet")
        self.run_ok("convert", source, "--output", self.folder / "z.parquet")
        self.assertEqual((self.folder / "x.parquet").read_bytes(),
                         (self.folder / "y.parquet").read_bytes())
        self.assertTrue((self.folder / "z.parquet").exists())

    def test_the_bytes_depend_on_nothing_but_the_input(self):
        source = self.write("a.csv", "a,b\n" + "1,\"x\ny\"\n2,z\"z\n" * 5000)
        outputs = set()
        for extra in [["--threads", "1"], ["--threads", "2"], ["--memory", "64MiB"],
                      ["--kernel", "scalar"], ["--threads", "3", "--memory", "512MiB"]]:
            self.run_ok("convert", source, "-o", self.folder / "o.parquet", *extra)
            outputs.add((self.folder / "o.parquet").read_bytes())
        self.assertEqual(len(outputs), 1)

    def test_json_has_the_result_s_names(self):
        source = self.write("a.csv", DIRTY)
        result = self.run_ok("convert", source, "--json").json()
        self.assertEqual(result["schema"], "silversmith.run/1")
        self.assertEqual(result["status"], "success_with_rejects")
        self.assertEqual(result["rows"], 2)
        self.assertEqual(result["rows_quarantined"], 1)
        self.assertEqual(result["reasons"], {"missing-cell": 1})
        self.assert_balance(result)

    def test_to_csv_quotes_only_where_needed(self):
        source = self.write("a.csv", 'a,b\r\n"1","x,y"\r\n2,"z"\r\n')
        done = self.run_ok("convert", source, "--to", "csv")
        self.assertEqual(done.raw, b'a,b\n1,"x,y"\n2,z\n')

    def test_to_jsonl_is_one_object_a_record(self):
        source = self.write("a.csv", "a,b\n1,x\n2,\n")
        done = self.run_ok("convert", source, "--to", "jsonl")
        self.assertEqual(done.jsons(), [{"a": 1, "b": "x"}, {"a": 2, "b": None}])

    def test_text_keeps_every_cell(self):
        source = self.write("a.csv", "a,b\n007,1.50\n")
        self.run_ok("convert", source, "--text")
        self.assertEqual(self.rows_of(self.folder / "a.parquet"), [{"a": "007", "b": "1.50"}])
        self.assertEqual(self.run_ok("convert", source, "--text", "--to", "csv").raw,
                         b"a,b\n007,1.50\n")

    def test_text_keeps_an_empty_cell_apart_from_no_value(self):
        source = self.write("a.csv", 'a,b\n,""\n1,2\n')
        done = self.run_ok("convert", source, "--text", "--to", "jsonl")
        self.assertEqual(done.jsons()[0], {"a": None, "b": ""})
        self.run_ok("convert", source, "--text")
        self.assertEqual(self.rows_of(self.folder / "a.parquet")[0], {"a": None, "b": ""})
        self.assertEqual(self.run_ok("convert", source, "--text", "--to", "csv").raw,
                         b'a,b\n,""\n1,2\n')

    def test_reads_standard_input(self):
        done = self.run_ok("convert", "-", "--to", "csv", stdin=b"a;b\n1;2\n" * 1, env=None)
        self.assertEqual(done.raw, b"a;b\n1;2\n")
        self.run_ok("convert", "-", "-o", self.folder / "i.parquet", stdin=b"a,b\n1,x\n")
        self.assertEqual(self.rows_of(self.folder / "i.parquet"), [{"a": 1, "b": "x"}])

    def test_standard_input_wants_a_name_for_parquet(self):
        done = run_program("convert", "-", stdin=b"a\n1\n")
        self.assertEqual(done.status, 2, done)
        self.assertIn("-o", done.err)

    def test_parquet_to_standard_output(self):
        source = self.write("a.csv", "a\n1\n")
        done = self.run_ok("convert", source, "-o", "-")
        self.assertEqual(done.raw[:4] + done.raw[-4:], b"PAR1PAR1")
        self.run_ok("convert", source)
        self.assertEqual(done.raw, (self.folder / "a.parquet").read_bytes())

    def test_what_is_said_about_standard_output_goes_to_the_other_stream(self):
        source = self.write("a.csv", "a\n1\n")
        done = self.run_ok("convert", source, "--to", "csv", "--json")
        self.assertEqual(done.raw, b"a\n1\n")
        self.assertEqual(json.loads(done.err)["status"], "success")

    def test_a_link_to_the_output_stays_a_link(self):
        source = self.write("a.csv", "a\n1\n")
        (self.folder / "deep").mkdir()
        link = self.folder / "link.csv"
        link.symlink_to("deep/out.csv")
        for _ in range(2):
            self.run_ok("convert", source, "-o", link, "--to", "csv")
            self.assertTrue(link.is_symlink())
            self.assertEqual((self.folder / "deep/out.csv").read_bytes(), b"a\n1\n")
        self.assertEqual(self.files_below(self.folder / "deep"), ["out.csv"])

    def test_every_name_of_standard_output_is_standard_output(self):
        source = self.write("a.csv", "a\n1\n")
        link = self.folder / "link"
        link.symlink_to("/dev/stdout")
        for name in ["/dev/fd/1", "/proc/self/fd/1", link]:
            done = self.run_ok("convert", source, "-o", name, "--to", "csv", "--json")
            self.assertEqual(done.raw, b"a\n1\n", name)
            self.assertEqual(json.loads(done.err)["output"], "-")
            with open(self.folder / "stdout", "wb") as out:
                out.write(b"before\n")
                out.flush()
                status = subprocess.run([PROGRAM, "convert", source, "-o", name, "--to", "csv"],
                                        stdout=out, stderr=subprocess.DEVNULL, env=environment(),
                                        check=False).returncode
            self.assertEqual(status, 0)
            self.assertEqual((self.folder / "stdout").read_bytes(), b"before\na\n1\n", name)
        self.assertTrue(link.is_symlink())

    def test_streams_to_a_pipe_and_leaves_it_there(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
        self.addCleanup(reader.kill)
        done = run_program("convert", source, "-o", pipe, "--to", "csv")
        self.assertEqual((done.status, reader.communicate()[0]), (0, b"a,b\n1,x\n"), done)
        self.assertTrue(pipe.is_fifo())

    def test_the_first_reject_of_a_stream_is_an_error_without_a_place_for_it(self):
        source = self.write("a.csv", DIRTY)
        done = run_program("convert", source, "-o", "/dev/null")
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.err, "--rejects")
        self.assertFalse(os.path.exists("/dev/null.rejects"))

    def test_quiet_says_nothing(self):
        source = self.write("a.csv", "a\n1\n")
        done = self.run_ok("convert", source, "--quiet")
        self.assertEqual((done.out, done.err), ("", ""))


class Rejects(ProgramTest):
    def test_rejects_go_beside_the_output(self):
        source = self.write("a.csv", DIRTY)
        done = self.run_ok("convert", source)
        folder = self.folder / "a.parquet.rejects"
        self.assertEqual(self.files_below(folder), ["rejects.csv", "rejects.parquet"])
        self.assertEqual((folder / "rejects.csv").read_bytes(), b"a,b\n2\n")
        reject = self.rows_of(folder / "rejects.parquet")[0]
        self.assertEqual((reject["row"], reject["line"], reject["reason"]), (3, 3, "missing-cell"))
        self.assert_says(done.out, "missing-cell", str(folder))

    def test_a_header_of_more_than_a_mebibyte_is_refused(self):
        for size, status in [(1 << 20, 0), ((1 << 20) + 1, 1), (15_000_000, 1)]:
            source = self.write("a.csv", "x" * (size - 1) + "\n1\n")
            done = run_program("convert", source, "--json", "--memory", "64MiB")
            self.assertEqual(done.status, status, size)
            result = done.jsons()[0] if done.out else json.loads(done.err.splitlines()[-1])
            if status:
                self.assertEqual(result["error"]["code"], "limit-exceeded")
                self.assert_says(result["error"]["message"], "header", str(1 << 20))

    def test_no_rejects_no_folder(self):
        self.run_ok("convert", self.write("a.csv", "a,b\n1,x\n"))
        self.assertEqual(self.files_below(self.folder), ["a.csv", "a.parquet"])
        self.assertFalse((self.folder / "a.parquet.rejects").exists())

    def test_rejects_of_an_earlier_run_do_not_stay(self):
        source = self.write("a.csv", DIRTY)
        self.run_ok("convert", source)
        self.write("a.csv", "a,b\n1,x\n")
        self.run_ok("convert", source)
        self.assertFalse((self.folder / "a.parquet.rejects").exists())

    def test_rejects_of_an_earlier_run_are_replaced(self):
        source = self.write("a.csv", DIRTY)
        self.run_ok("convert", source)
        self.write("a.csv", "a,b\n1,x\n4,5,6\n")
        self.run_ok("convert", source)
        self.assertEqual((self.folder / "a.parquet.rejects/rejects.csv").read_bytes(),
                         b"a,b\n4,5,6\n")

    def test_rejects_go_where_the_flag_says(self):
        source = self.write("a.csv", DIRTY)
        self.run_ok("convert", source, "--to", "csv", "--rejects", self.folder / "bad/deep")
        self.assertEqual(self.files_below(self.folder / "bad/deep"),
                         ["rejects.csv", "rejects.parquet"])

    def test_without_a_place_for_rejects_the_first_is_an_error(self):
        source = self.write("a.csv", DIRTY)
        done = run_program("convert", source, "--to", "csv")
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.err, "reject", "--rejects")

    def test_fail_on_reject_is_a_status_and_keeps_the_output(self):
        source = self.write("a.csv", DIRTY)
        done = run_program("convert", source, "--fail-on", "reject")
        self.assertEqual(done.status, 1, done)
        self.assertEqual(len(self.rows_of(self.folder / "a.parquet")), 2)

    def test_a_refused_file_leaves_the_old_output(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        self.run_ok("convert", source)
        before = (self.folder / "a.parquet").read_bytes()
        self.write("a.csv", "a,b\n1\n2\n")
        done = run_program("convert", source)
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.err, "none of the 2 records was accepted")
        self.assertEqual((self.folder / "a.parquet").read_bytes(), before)
        self.assertEqual(self.files_below(self.folder), ["a.csv", "a.parquet"])

    def test_a_refused_file_says_so_as_json_on_stdout(self):
        source = self.write("a.csv", "a,b\n1\n2\n")
        done = run_program("convert", source, "--json")
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.json()["status"], "rejected")
        self.assertEqual(done.json()["error"]["code"], "limit-exceeded")


class Empty(ProgramTest):
    def test_an_empty_file_gives_an_empty_text(self):
        source = self.write("a.csv", "")
        for to in ["csv", "jsonl"]:
            self.assertEqual(self.run_ok("convert", source, "--to", to).raw, b"")

    def test_an_empty_file_is_no_table_without_a_contract(self):
        done = run_program("convert", self.write("a.csv", ""))
        self.assertEqual(done.status, 1, done)
        self.assert_says(done.err, "empty", "0 bytes")
        self.assertEqual(self.files_below(self.folder), ["a.csv"])

    def test_an_empty_file_is_an_empty_table_with_a_contract(self):
        contract = self.write("c.yaml", "name: c\nschema: {fields: [{name: a, type: integer}]}\n")
        self.run_ok("convert", self.write("a.csv", ""), "--contract", contract)
        self.assertEqual(self.rows_of(self.folder / "a.parquet"), [])
        self.assertEqual(self.run_ok("parquet", "schema", self.folder / "a.parquet",
                                     "--json").json()[0]["type"], "int64")

    def test_a_header_alone_is_a_table_without_rows(self):
        self.run_ok("convert", self.write("a.csv", "a,b\n"))
        self.assertEqual(self.rows_of(self.folder / "a.parquet"), [])
        self.assertEqual(self.run_ok("convert", self.folder / "a.csv", "--to", "csv").raw, b"a,b\n")


class Parquet(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("a.csv", "i,s\n1,x\n2,\n3,z\n")
        self.run_ok("convert", self.folder / "a.csv")
        self.path = self.folder / "a.parquet"

    def test_schema(self):
        self.assert_says(self.run_ok("parquet", "schema", self.path).out, "i", "int64", "text")
        self.assertEqual(self.run_ok("parquet", "schema", self.path, "--json").json(),
                         [{"name": "i", "type": "int64", "required": False},
                          {"name": "s", "type": "text", "required": False}])

    def test_head(self):
        self.assertEqual(self.rows_of(self.path),
                         [{"i": 1, "s": "x"}, {"i": 2, "s": None}, {"i": 3, "s": "z"}])
        done = self.run_ok("parquet", "head", self.path, "--limit", "1", "--json")
        self.assertEqual(done.jsons(), [{"i": 1, "s": "x"}])
        self.assert_says(self.run_ok("parquet", "head", self.path).out, "i", "null")

    def test_meta_is_json(self):
        meta = json.loads(self.run_ok("parquet", "meta", self.path).out)
        self.assertEqual(meta, self.run_ok("parquet", "meta", self.path, "--json").json())

    def test_digest_does_not_depend_on_the_codec(self):
        digest = self.run_ok("parquet", "digest", self.path).out
        self.assertRegex(digest, "^[0-9a-f]{32}\n$")
        self.run_ok("convert", self.folder / "a.csv", "--compression", "zstd")
        self.assertEqual(self.run_ok("parquet", "digest", self.path).out, digest)

    def test_compression_wins_over_the_contract_and_the_contract_over_the_file(self):
        schema = 'name: n\nschema: {fieldsMatch: partial, fields: [{name: i, type: integer}]}\n'
        silent = self.write("silent.yaml", schema)
        zstd = self.write("zstd.yaml", schema + '"silver:target": {compression: zstd}\n')
        none = self.write("none.yaml", "compression: none\n")
        for contract, extra, env, codec in [
                (silent, [], {}, "snappy"), (zstd, [], {}, "zstd"),
                (silent, ["--compression", "zstd"], {}, "zstd"),
                (zstd, ["--compression", "none"], {"SILVERSMITH_COMPRESSION": "snappy"},
                 "uncompressed"),
                (zstd, [], {"SILVERSMITH_COMPRESSION": "snappy"}, "snappy"),
                (zstd, ["-c", none], {}, "zstd"), (silent, ["-c", none], {}, "uncompressed")]:
            self.run_ok("convert", self.folder / "a.csv", "--contract", contract, *extra, env=env)
            meta = self.run_ok("parquet", "meta", self.path, "--json").json()
            self.assertEqual(meta["row_groups"][0]["columns"][0]["codec"], codec, (contract, extra))

    def test_verify_finds_a_flipped_bit_anywhere(self):
        """Each with exit status 1; every bit of a file is parquet_test's, this is the process."""
        self.assertIn("3 rows", self.run_ok("parquet", "verify", self.path).out)
        good = self.path.read_bytes()
        for at in range(0, len(good), 7):
            bad = bytearray(good)
            bad[at] ^= 1 << at % 8
            self.path.write_bytes(bad)
            done = run_program("parquet", "verify", self.path)
            self.assertEqual(done.status, 1, (at, done))
            self.assert_says(done.err, str(self.path))

    def test_what_is_no_parquet_is_refused(self):
        for name, data in [("x.parquet", b"hello"), ("y.parquet", b""),
                           ("z.parquet", self.path.read_bytes()[:-5])]:
            done = run_program("parquet", "verify", self.write(name, data))
            self.assertEqual(done.status, 1, done)
            self.assert_says(done.err, name)

    def test_a_missing_file_is_an_io_error(self):
        done = run_program("parquet", "head", self.folder / "none.parquet")
        self.assertEqual(done.status, 3, done)
        self.assertIn("none.parquet", done.err)


if __name__ == "__main__":
    unittest.main()
