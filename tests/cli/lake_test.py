# SPDX-License-Identifier: Apache-2.0
"""A lake from outside: init, run, runs, quarantine; results, duplicates, corrections, roots."""
import json
import pathlib
import re
import unittest

from program import ProgramTest, run_program

ORDERS = "order_id,customer_id,amount\n1,10,5.5\n2,20,x\n3,,7\n"
NAMES = ["schema", "status", "run_id", "bucket", "key", "output_bucket", "output",
         "source_version", "contract", "contract_version", "contract_hash", "engine_version",
         "rows_read", "rows", "rows_processed", "rows_quarantined", "rows_deduplicated",
         "rows_skipped", "cells_nullified", "reasons", "invalid_row_rate", "quarantine",
         "receipt", "bytes_in", "bytes_out", "duration_ms", "memory_peak_bytes"]
CONTRACT = """name: shop
schema:
  fields: [{name: a, type: %s}, {name: b, type: string}]
"silver:contract": {version: %d, match: "bronze/**"}
"""


class Init(ProgramTest):
    def test_makes_folders_contract_and_readme(self):
        done = self.run_ok("init", self.lake)
        self.assertEqual(done.out, "")
        self.assert_says(done.err, str(self.lake))
        self.assertEqual(sorted(p.name for p in self.lake.iterdir()),
                         ["README.md", "bronze", "contracts", "quarantine", "receipts", "silver"])
        self.run_ok("contract", "lint", self.lake / "contracts/orders.yaml")

    def test_is_safe_to_repeat(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        (self.lake / "contracts/orders.yaml").unlink()
        (self.lake / "README.md").write_text("mine")
        self.run_ok("init", self.lake)
        self.assertEqual((self.lake / "README.md").read_text(), "mine")
        self.assertFalse((self.lake / "contracts/orders.yaml").exists())
        self.assertTrue((self.lake / "bronze/a.csv").exists())

    def test_a_file_in_the_way_is_named(self):
        self.write("lake", "a file")
        done = run_program("init", self.lake)
        self.assertEqual(done.status, 3, done)
        self.assertIn(str(self.lake), done.err)


class Run(ProgramTest):
    def test_converts_every_object_and_names_its_silver(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/deep/er/b.TSV": "x\ty\n1\t2\n",
                        "bronze/c.txt": "x\n1\n", "bronze/notes.md": "no", "bronze/.d.csv": "x\n1\n"})
        done = self.run_ok("run", self.lake, "--json")
        outputs = {r["key"]: r["output"] for r in done.jsons()}
        self.assertEqual(outputs, {"bronze/a.csv": "silver/a.parquet",
                                   "bronze/c.txt": "silver/c.txt.parquet",
                                   "bronze/deep/er/b.TSV": "silver/deep/er/b.TSV.parquet"})
        self.assertEqual(self.files_below(self.lake / "silver"),
                         ["a.parquet", "c.txt.parquet", "deep/er/b.TSV.parquet"])
        self.assert_nothing_half_written()

    def test_result_has_every_name_and_balances(self):
        self.make_lake({"bronze/orders/o.csv": ORDERS})
        done = self.run_ok("run", self.lake, "--json")
        result = done.json()
        for name in NAMES:
            self.assertIn(name, result)
        self.assertNotIn("error", result)
        self.assertEqual(result["schema"], "silversmith.run/1")
        self.assertEqual(result["status"], "success_with_rejects")
        self.assertEqual(result["key"], "bronze/orders/o.csv")
        self.assertEqual(result["output"], "silver/orders/o.parquet")
        self.assertEqual(result["contract"], "orders")
        self.assertEqual(result["contract_version"], 1)
        self.assertEqual((result["rows_read"], result["rows"], result["rows_quarantined"],
                          result["cells_nullified"]), (3, 2, 1, 1))
        self.assertEqual(result["rows_processed"], 3)
        self.assertEqual(result["reasons"], {"constraint-error": 1, "type-error": 1})
        self.assertAlmostEqual(result["invalid_row_rate"], 1 / 3, places=6)
        self.assert_balance(result)
        self.assertTrue((self.lake / result["receipt"]).is_file())
        self.assertTrue((self.lake / result["quarantine"]).is_dir())
        self.assertEqual(result["bytes_out"], (self.lake / result["output"]).stat().st_size)
        self.assertGreater(result["memory_peak_bytes"], 0)

    def test_names_hold_no_clock(self):
        self.make_lake({"bronze/orders/o.csv": ORDERS})
        generation = pathlib.PurePath(self.run_ok("run", self.lake, "--json").json()["quarantine"])
        self.assertRegex(generation.name, "^[0-9a-f]{16}-[0-9a-f]{16}$")
        first = self.files_below(self.lake)
        bytes_of = {n: (self.lake / n).read_bytes() for n in first
                    if n.startswith(("silver/", "quarantine/"))}
        other = ProgramTest()
        other.setUp()
        self.addCleanup(other.doCleanups)
        other.make_lake({"bronze/orders/o.csv": ORDERS})
        other.run_ok("run", other.lake)
        for name, data in bytes_of.items():
            self.assertEqual((other.lake / name).read_bytes(), data, name)

    def test_quarantine_holds_the_bytes_and_the_reasons(self):
        self.make_lake({"bronze/orders/o.csv": ORDERS})
        result = self.run_ok("run", self.lake, "--json").json()
        folder = self.lake / result["quarantine"]
        self.assertEqual(self.files_below(folder),
                         ["rejects.csv", "rejects.parquet", "report.json"])
        self.assertEqual((folder / "rejects.csv").read_text(),
                         "order_id,customer_id,amount\n3,,7\n")
        rejects = self.rows_of(folder / "rejects.parquet")
        self.assertEqual([(r["row"], r["reason"], r["field"], r["action"]) for r in rejects],
                         [(3, "type-error", "amount", "nullified"),
                          (4, "constraint-error", "customer_id", "quarantined")])
        for name in ["source_key", "contract", "contract_version", "row", "line",
                     "line_end", "byte_start", "byte_end", "raw", "raw_truncated", "reason",
                     "field", "field_number", "value", "message", "error_count", "errors",
                     "action"]:
            self.assertIn(name, rejects[0])

    def test_text_goes_to_stdout_and_totals_to_stderr(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        done = self.run_ok("run", self.lake)
        self.assert_says(done.out, "success", "bronze/a.csv", "silver/a.parquet")
        self.assert_says(done.err, "1 success")

    def test_log_lines_are_json_on_stderr(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        done = self.run_ok("run", self.lake, "--json", "--log-format", "json")
        line = json.loads(done.err.splitlines()[0])
        for name in ["timestamp", "level", "message", *NAMES]:
            self.assertIn(name, line)
        self.assertEqual(line["rows_processed"], 1)

    def test_an_empty_lake_has_nothing_to_do(self):
        done = self.run_ok("run", self.make_lake())
        self.assertEqual(done.out, "")
        self.assertIn("nothing to do", done.err)

    def test_a_key_names_one_object_with_or_without_prefix(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/b.csv": "x\n1\n"})
        self.assertEqual(self.run_ok("run", self.lake, "--key", "a.csv", "--json").json()["key"],
                         "bronze/a.csv")
        done = self.run_ok("run", self.lake, "--key", "bronze/b.csv", "--key", "a.csv", "--json")
        self.assertEqual([r["status"] for r in done.jsons()], ["success", "duplicate"])

    def test_a_key_that_is_not_there_is_ignored(self):
        done = self.run_ok("run", self.make_lake(), "--key", "none.csv", "--json")
        self.assertEqual(done.json()["status"], "ignored")

    def test_a_key_that_is_no_source_is_a_usage_error(self):
        done = run_program("run", self.make_lake(), "--key", "notes.md")
        self.assertEqual(done.status, 2, done)
        self.assertIn("notes.md", done.err)

    def test_a_key_that_no_path_can_hold_is_a_usage_error_in_a_folder(self):
        self.make_lake()
        self.write("a.csv", "x\n1\n")
        for key in ["bronze/../../a.csv", "bronze/./a.csv", "bronze//a.csv", "../a.csv",
                    "bronze/" + 256 * "a" + ".csv"]:
            for command in [["run", self.lake, "--key", key], ["runs", "show", self.lake, key],
                            ["quarantine", "show", self.lake, key]]:
                done = run_program(*command)
                self.assertEqual((done.status, done.out), (2, ""), (command, done))
                self.assert_says(done.err, key[:40], "only a bucket")

    def test_refused_files_give_status_1_and_the_rest_is_done(self):
        self.make_lake({"bronze/a.csv": "", "bronze/b.csv": "x\n1\n"})
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 1, done)
        results = {r["key"]: r for r in done.jsons()}
        self.assertEqual(results["bronze/a.csv"]["status"], "rejected")
        self.assertEqual(results["bronze/a.csv"]["error"]["code"], "source-error")
        self.assertEqual(sorted(results["bronze/a.csv"]["error"]), ["code", "hint", "message"])
        self.assertEqual(results["bronze/b.csv"]["status"], "success")
        rejected = self.lake / results["bronze/a.csv"]["quarantine"]
        files = [rejected] if rejected.is_file() else list(rejected.iterdir())
        self.assertEqual([p.name for p in files], ["rejected.json"])
        self.assertTrue((self.lake / results["bronze/a.csv"]["receipt"]).is_file())

    def test_a_refused_file_is_refused_again_without_work(self):
        self.make_lake({"bronze/a.csv": ""})
        first = run_program("run", self.lake, "--json")
        before = self.files_below(self.lake)
        again = run_program("run", self.lake, "--json")
        self.assertEqual((again.status, again.json()["status"]), (1, "rejected"), again)
        self.assertEqual(first.json()["quarantine"], again.json()["quarantine"])
        self.assertEqual(self.files_below(self.lake), before)

    def test_a_named_key_that_is_not_there_is_said_to_be_so(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        done = self.run_ok("run", self.lake, "--key", "nope.csv")
        self.assert_says(done.err, "bronze/nope.csv", "no such object")

    def test_fail_on_reject(self):
        self.make_lake({"bronze/orders/o.csv": ORDERS})
        self.assertEqual(run_program("run", self.lake, "--fail-on", "reject").status, 1)

    def test_two_contracts_for_one_key_name_both(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        for name in ["one", "two"]:
            self.put("contracts/%s.yaml" % name,
                     (CONTRACT % ("integer", 1)).replace("name: shop", "name: " + name))
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.json()["error"]["message"], "one", "two")
        self.assertEqual(self.files_below(self.lake / "silver"), [])

    def test_a_wrong_contract_is_a_configuration_error(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.put("contracts/shop.yaml", "name: shop\nschema: {fields: [{nam: a}]}\n")
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.json()["error"]["message"], "contracts/shop.yaml", "nam")
        self.assertEqual(self.files_below(self.lake / "silver"), [])


class Again(ProgramTest):
    def statuses(self, *arguments):
        done = run_program("run", self.lake, "--json", *arguments)
        return [r["status"] for r in done.jsons()]

    def test_the_second_run_recognises_duplicates(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.assertEqual(self.statuses(), ["success"])
        before = {n: (self.lake / n).stat().st_mtime_ns for n in self.files_below(self.lake)}
        self.assertEqual(self.statuses(), ["duplicate"])
        after = {n: (self.lake / n).stat().st_mtime_ns for n in self.files_below(self.lake)}
        changed = [n for n in after if after[n] != before.get(n) and not n.startswith(".")]
        self.assertEqual(changed, [])

    def test_a_corrected_upload_supersedes(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.statuses()
        self.put("bronze/a.csv", "a,b\n2,y\n3,z\n")
        self.assertEqual(self.statuses(), ["success"])
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"),
                         [{"a": 2, "b": "y"}, {"a": 3, "b": "z"}])
        states = [r["state"] for r in self.run_ok("runs", "show", self.lake, "a.csv",
                                                  "--json").jsons()]
        self.assertEqual(sorted(states), ["current", "superseded"])
        self.assert_nothing_half_written()

    def test_a_refused_correction_keeps_the_good_silver(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.statuses()
        before = (self.lake / "silver/a.parquet").read_bytes()
        self.put("bronze/a.csv", "")
        self.assertEqual(self.statuses(), ["rejected"])
        self.assertEqual((self.lake / "silver/a.parquet").read_bytes(), before)

    def test_missing_silver_is_made_again(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.statuses()
        (self.lake / "silver/a.parquet").unlink()
        self.assertEqual(self.statuses(), ["success"])

    def test_reprocess_converts_only_where_the_contract_changed(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.put("contracts/shop.yaml", CONTRACT % ("integer", 1))
        self.statuses()
        self.assertEqual(self.statuses("--reprocess"), ["duplicate"])
        self.put("contracts/shop.yaml", CONTRACT % ("string", 2))
        self.assertEqual(self.statuses(), ["duplicate"])
        self.assertEqual(self.statuses("--reprocess"), ["success"])
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"), [{"a": "1", "b": "x"}])

    def test_silver_of_a_newer_contract_is_not_replaced(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.put("contracts/shop.yaml", CONTRACT % ("integer", 2))
        self.statuses()
        self.put("contracts/shop.yaml", CONTRACT % ("string", 1))
        done = run_program("run", self.lake, "--json", "--reprocess")
        self.assertEqual((done.status, done.json()["status"]), (2, "error"), done)
        self.assert_says(done.json()["error"]["message"], "version 2", "version 1")
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"), [{"a": 1, "b": "x"}])

    def test_force_converts_always(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.statuses()
        before = (self.lake / "silver/a.parquet").read_bytes()
        self.assertEqual(self.statuses("--force"), ["success"])
        self.assertEqual((self.lake / "silver/a.parquet").read_bytes(), before)

    def test_foreign_silver_is_left_until_adopted(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.put("silver/a.parquet", b"somebody else's")
        done = run_program("run", self.lake, "--json")
        self.assertEqual((done.status, done.json()["status"]), (2, "error"), done)
        self.assert_says(done.json()["error"]["message"], "silver/a.parquet")
        self.assert_says(done.json()["error"]["hint"], "--adopt")
        self.assertEqual((self.lake / "silver/a.parquet").read_bytes(), b"somebody else's")
        self.assertEqual(self.statuses("--adopt"), ["success"])
        self.verify(self.lake / "silver/a.parquet")

    def test_a_contract_that_is_mended_retries_a_refused_file(self):
        self.make_lake({"bronze/a.csv": "a,b\nq,x\n"})
        self.put("contracts/shop.yaml", CONTRACT % ("integer", 1))
        self.assertEqual(self.statuses(), ["rejected"])
        self.put("contracts/shop.yaml", CONTRACT % ("string", 2))
        self.assertEqual(self.statuses(), ["success"])

    def test_a_lost_receipt_is_made_again(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.statuses()
        receipts = [n for n in self.files_below(self.lake) if n.startswith("receipts/")]
        account = json.loads((self.lake / receipts[0]).read_text())["account"]
        (self.lake / receipts[0]).unlink()
        self.assertEqual(self.statuses(), ["duplicate"])
        again = json.loads((self.lake / receipts[0]).read_text())
        self.assertEqual(again["account"], account)
        self.assertIsNone(again["observed"])


class Roots(ProgramTest):
    def test_silver_under_another_root(self):
        self.make_lake({"bronze/orders/o.csv": ORDERS})
        other = self.folder / "warehouse"
        other.mkdir()
        done = self.run_ok("run", self.lake, "--silver", other, "--json")
        self.assertEqual(done.json()["status"], "success_with_rejects")
        self.assertEqual(done.json()["output_bucket"], str(other))
        self.assertEqual(self.files_below(self.lake / "silver"), [])
        self.assertEqual(self.files_below(self.lake / "receipts"), [])
        self.assertIn("silver/orders/o.parquet", self.files_below(other))
        self.assertFalse((self.lake / ".silversmith").exists())
        again = self.run_ok("run", self.lake, "--json", env={"SILVERSMITH_SILVER": str(other)})
        self.assertEqual(again.json()["status"], "duplicate")
        runs = self.run_ok("runs", "ls", self.lake, "--silver", other, "--json").jsons()
        self.assertEqual([r["state"] for r in runs], ["current"])
        self.assert_nothing_half_written(other)

    def test_contracts_from_another_folder(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        self.write("feeds/shop.yaml", CONTRACT % ("string", 7))
        result = self.run_ok("run", self.lake, "--contracts", self.folder / "feeds",
                             "--json").json()
        self.assertEqual((result["contract"], result["contract_version"]), ("shop", 7))

    def test_one_contract_for_every_object(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        path = self.write("shop.yaml", CONTRACT % ("string", 3))
        result = self.run_ok("run", self.lake, "--contract", path, "--json").json()
        self.assertEqual((result["contract"], result["contract_version"]), ("shop", 3))

    def test_a_contracts_folder_that_is_not_there_is_an_error(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        done = run_program("run", self.lake, "--contracts", self.folder / "none", "--json")
        self.assertIn(done.status, (2, 3), done)
        self.assertEqual(self.files_below(self.lake / "silver"), [])
        self.assertIn("none", done.out + done.err)


class History(ProgramTest):
    def setUp(self):
        super().setUp()
        self.make_lake({"bronze/orders/o.csv": ORDERS, "bronze/e.csv": "", "bronze/a.csv": "x\n1\n"})
        run_program("run", self.lake)

    def test_runs_ls(self):
        done = self.run_ok("runs", "ls", self.lake)
        self.assert_says(done.out, "bronze/orders/o.csv", "bronze/e.csv", "current", "rejected",
                         "orders@1")
        runs = self.run_ok("runs", "ls", self.lake, "--json").jsons()
        self.assertEqual({r["account"]["key"]: r["state"] for r in runs},
                         {"bronze/orders/o.csv": "current", "bronze/e.csv": "rejected",
                          "bronze/a.csv": "current"})
        for run in runs:
            self.assertTrue((self.lake / run["receipt"]).is_file())

    def test_runs_show(self):
        shown = json.loads(self.run_ok("runs", "show", self.lake, "orders/o.csv").out)
        self.assertEqual(shown["account"]["rows"], 2)
        done = run_program("runs", "show", self.lake, "none.csv")
        self.assertEqual(done.status, 3, done)
        self.assertIn("none.csv", done.err)

    def test_quarantine_ls(self):
        done = self.run_ok("quarantine", "ls", self.lake)
        self.assert_says(done.out, "bronze/orders/o.csv", "constraint-error 1", "bronze/e.csv",
                         "source-error")
        self.assertNotIn("bronze/a.csv", done.out)
        self.assertEqual(len(self.run_ok("quarantine", "ls", self.lake, "--json").jsons()), 2)

    def test_quarantine_ls_lists_what_has_no_receipt(self):
        left = self.lake / "quarantine/k.csv/0123456789abcdef-0123456789abcdef/rejects.csv"
        left.parent.mkdir(parents=True)
        left.write_text("a\n1\n")
        rows = self.run_ok("quarantine", "ls", self.lake, "--json").jsons()
        self.assertEqual(len(rows), 3)
        folder = str(left.parent.relative_to(self.lake)) + "/"
        self.assertEqual(rows[-1], {"state": "no-receipt", "quarantine": folder})
        done = self.run_ok("quarantine", "ls", self.lake)
        self.assert_says(done.out, "no-receipt", "quarantine/k.csv/")

    def test_quarantine_show_shows_what_has_no_receipt(self):
        before = self.run_ok("quarantine", "show", self.lake, "orders/o.csv").out
        for receipt in (self.lake / "receipts/orders/o").iterdir():
            receipt.unlink()
        done = self.run_ok("quarantine", "show", self.lake, "orders/o.csv")
        self.assertEqual(done.out, before.replace("/  current", "/  no-receipt"))
        self.assertNotEqual(done.out, before)
        for receipt in (self.lake / "receipts/e").iterdir():
            receipt.unlink()
        done = self.run_ok("quarantine", "show", self.lake, "e.csv")
        self.assert_says(done.out, "no-receipt", "the file was refused: source-error")
        # Of a key that this one begins nothing is shown.
        other = self.lake / "quarantine/e/f/0-0/rejects.csv"
        other.parent.mkdir(parents=True)
        other.write_text("a\n")
        self.assertNotIn("e/f/", self.run_ok("quarantine", "show", self.lake, "e.csv").out)

    def test_quarantine_show(self):
        done = self.run_ok("quarantine", "show", self.lake, "orders/o.csv")
        self.assert_says(done.out, "constraint-error", "customer_id", "type-error")
        rows = self.run_ok("quarantine", "show", self.lake, "orders/o.csv", "--json").jsons()
        self.assertEqual([r["line"] for r in rows], [3, 4])
        self.assertEqual(len(self.run_ok("quarantine", "show", self.lake, "orders/o.csv", "--json",
                                         "--limit", "1").jsons()), 1)
        done = self.run_ok("quarantine", "show", self.lake, "e.csv")
        self.assert_says(done.out, "source-error", "0 bytes")
        self.assertIn("nothing", self.run_ok("quarantine", "show", self.lake, "a.csv").err)

    def test_the_readme_of_the_lake_names_commands_that_work(self):
        text = (self.lake / "README.md").read_text()
        for words in re.findall(r"silversmith ((?:\w+ )+)\.", text):
            if words.startswith("watch"):
                continue
            done = run_program(*words.split(), ".", cwd=self.lake)
            self.assertIn(done.status, (0, 1), (words, done))


if __name__ == "__main__":
    unittest.main()
