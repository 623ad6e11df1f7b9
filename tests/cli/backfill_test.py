# SPDX-License-Identifier: Apache-2.0
"""backfill and sweep as processes: what events lost is converted once, and every object of bronze
is accounted for. In a folder here; in S3, where requests are counted, in backfill_s3_test.py."""
import json
import os
import signal
import subprocess
import time
import unittest

from program import DEADLINE_SECONDS, PROGRAM, ProgramTest, environment, run_program, wait_for

CSV = "order_id,customer_id,amount\n1,2,3.5\n"


def final(done):
    """The reconciliation object, which is the last on standard output."""
    found = done.jsons()[-1]
    assert found["schema"] == "silversmith.reconciliation/1", done
    assert sum(found["counts"].values()) == found["objects"], found
    return found


def nonzero(done):
    return {name: count for name, count in final(done)["counts"].items() if count}


class Backfill(ProgramTest):
    def reconcile(self, *arguments, command="backfill", **keywords):
        return run_program(command, self.lake, "--json", *arguments, **keywords)

    def test_converts_what_is_missing_and_accounts_for_all(self):
        self.make_lake({"bronze/orders/a.csv": CSV, "bronze/b.csv": "x\n1\n", "bronze/bad.csv": "",
                        "bronze/readme.md": "not ours"})
        done = self.reconcile()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(nonzero(done), {"converted": 2, "rejected": 1})
        self.assertTrue(final(done)["reconciled"])
        self.assertEqual({r["key"]: r["status"] for r in done.jsons()[:-1]},
                         {"bronze/b.csv": "success", "bronze/bad.csv": "rejected",
                          "bronze/orders/a.csv": "success"})
        again = self.reconcile()
        self.assertEqual(len(again.jsons()), 1, "what is done is counted, not told")
        self.assertEqual(nonzero(again), {"duplicate": 2, "rejected": 1})
        self.assertIsNone(final(again)["oldest_found_seconds"])
        self.assert_nothing_half_written()

    def test_a_broken_contract_is_a_configuration_error_as_of_run(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        self.reconcile()
        self.put("bronze/b.csv", "x\n1\n")
        (self.lake / "contracts/orders.yaml").write_text("name: [")
        for command in ("run", "backfill", "sweep"):
            extra = ["--min-age", 0] if command == "sweep" else []
            done = run_program(command, self.lake, *extra)
            self.assertEqual(done.status, 2, done)
            self.assertIn("contracts/orders.yaml", done.out + done.err)
            self.assertFalse((self.lake / "silver/b.parquet").exists())

    def test_says_once_what_is_not_read_as_a_contract(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/b.csv": "x\n1\n"})
        for name in ("Big.YAML", "old/past.yml"):
            path = self.lake / "contracts" / name
            path.parent.mkdir(exist_ok=True)
            path.write_text("name: [")
        for arguments in (["run", self.lake], ["backfill", self.lake, "--concurrency", 3]):
            for name in ("c", "d", "e"):
                self.put("bronze/%s.csv" % name, "x\n%d\n" % len(arguments))
            done = run_program(*arguments)
            self.assertEqual(done.status, 0, done)
            for name in ("Big.YAML", "old/past.yml"):
                self.assertEqual(done.err.count("contracts/" + name), 1, done)
            self.assertIn(".yaml, .yml or .json", done.err)
        done = run_program("doctor", self.lake)
        self.assertEqual(done.status, 0, done)
        self.assertIn("contracts/Big.YAML is not read as a contract", done.out)

    def test_several_at_a_time_account_for_all(self):
        self.make_lake({"bronze/%02d.csv" % i: "x\n%d\n" % i for i in range(40)})
        self.put("bronze/bad.csv", "")
        done = self.reconcile("--concurrency", 4)
        self.assertEqual((done.status, nonzero(done)), (0, {"converted": 40, "rejected": 1}), done)
        results = done.jsons()[:-1]
        self.assertEqual(len({r["key"] for r in results}), 41)
        self.assertEqual(len({r["run_id"] for r in results}), 1)
        self.assertEqual(self.rows_of(self.lake / "silver/17.parquet"), [{"x": 17}])
        again = self.reconcile("--concurrency", 4)
        self.assertEqual(nonzero(again), {"duplicate": 40, "rejected": 1})
        self.assert_nothing_half_written()

    def test_so_many_at_a_time_need_their_memory(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        done = self.reconcile("--concurrency", 4, "--memory", "64MiB")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.err, "--concurrency 4", "--memory 128MiB or more")
        self.assertEqual(self.reconcile("--concurrency", 4, "--memory", "127MiB").status, 2)
        self.assertFalse((self.lake / "silver/a.parquet").exists())
        self.assertEqual(self.reconcile("--concurrency", 65).status, 2)

    def test_takes_corrected_files_lost_silver_and_mended_contracts(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/b.csv": "x\n1\n", "bronze/bad.csv": ""})
        self.reconcile()
        self.put("bronze/a.csv", "x\n2\n")
        (self.lake / "silver/b.parquet").unlink()
        (self.lake / "contracts/bad.yaml").write_text(
            (self.lake / "contracts/orders.yaml").read_text().replace("bronze/orders/**",
                                                                      "bronze/bad.csv"))
        done = self.reconcile()
        self.assertEqual(nonzero(done), {"converted": 2, "rejected": 1})
        self.assertEqual(len(done.jsons()), 4, "the refusal was found out again")
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"), [{"x": 2}])

    def test_a_lost_receipt_is_made_again_by_a_backfill_and_passed_over_by_a_sweep(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        self.reconcile()
        receipt = next((self.lake / "receipts").rglob("*.json"))
        receipt.unlink()
        self.assertEqual(nonzero(self.reconcile("--min-age", 0, command="sweep")),
                         {"duplicate": 1})
        self.assertFalse(receipt.exists())
        self.assertEqual(nonzero(self.reconcile()), {"duplicate": 1})
        self.assertIsNone(json.loads(receipt.read_text())["observed"])

    def test_a_sweep_leaves_what_is_young(self):
        self.make_lake({"bronze/old.csv": "x\n1\n", "bronze/young.csv": "x\n1\n"})
        an_hour_ago = time.time() - 3600
        os.utime(self.lake / "bronze/old.csv", (an_hour_ago, an_hour_ago))
        done = self.reconcile("--min-age", 600, command="sweep")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(nonzero(done), {"converted": 1, "resting": 1})
        self.assertFalse(final(done)["reconciled"])
        self.assertAlmostEqual(final(done)["oldest_found_seconds"], 3600, delta=DEADLINE_SECONDS)
        self.assertIsNone(final(done)["oldest_left_seconds"])

    def test_a_sweep_passes_over_what_is_old(self):
        self.make_lake({"bronze/old.csv": "x\n1\n", "bronze/young.csv": "x\n1\n"})
        a_week_ago = time.time() - 7 * 86400
        os.utime(self.lake / "bronze/old.csv", (a_week_ago, a_week_ago))
        options = ["--min-age", 0, "--max-age", 86400]
        done = self.reconcile(*options, command="sweep")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(nonzero(done), {"converted": 1, "older": 1})
        self.assertFalse(final(done)["reconciled"])
        self.assertEqual(nonzero(self.reconcile("--min-age", 0, command="sweep")),
                         {"converted": 1, "duplicate": 1})

    def test_a_sweep_has_its_age_by_default_and_text_for_people(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        soon = time.time() + 1  # rests, however slow this machine is
        os.utime(self.lake / "bronze/a.csv", (soon, soon))
        done = run_program("sweep", self.lake)
        self.assertEqual((done.status, done.out), (0, "1 object: 1 resting\n"))
        done = run_program("sweep", self.lake, "--min-age", "0")
        self.assertIn("1 object: 1 converted; all reconciled; the oldest", done.out)

    def test_a_dry_run_tells_and_changes_nothing(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/b.csv": "x\n1\n"})
        self.run_ok("run", self.lake, "--key", "a.csv")
        before = self.files_below(self.lake / "silver")
        done = self.reconcile("--dry-run")
        self.assertEqual(done.status, 1, "something is left")
        self.assertEqual(done.jsons()[0],
                         {"schema": "silversmith.pending/1", "key": "bronze/b.csv"})
        self.assertEqual(nonzero(done), {"pending": 1, "duplicate": 1})
        self.assertEqual(self.files_below(self.lake / "silver"), before)

    def test_after_begins_behind_a_key(self):
        self.make_lake({"bronze/%d.csv" % i: "x\n1\n" for i in range(5)})
        done = self.reconcile("--after", "bronze/2.csv")
        self.assertEqual(nonzero(done), {"converted": 2})
        self.assertEqual((final(done)["after"], final(done)["last_key"]),
                         ("bronze/2.csv", "bronze/4.csv"))

    def test_reprocess_converts_again_where_the_contract_changed(self):
        self.make_lake({"bronze/orders/a.csv": CSV})
        self.reconcile()
        contract = self.lake / "contracts/orders.yaml"
        contract.write_text(contract.read_text().replace("fieldsMatch: subset",
                                                         "fieldsMatch: exact"))
        self.assertEqual(nonzero(self.reconcile()), {"duplicate": 1})
        self.assertEqual(nonzero(self.reconcile("--reprocess")), {"converted": 1})
        self.assertEqual(nonzero(self.reconcile("--reprocess")), {"duplicate": 1})

    def test_an_error_is_told_and_in_the_exit_status(self):
        self.make_lake({"bronze/a.csv": "x\n1\n", "bronze/b.csv": "x\n1\n"})
        (self.lake / "silver").mkdir(exist_ok=True)
        (self.lake / "silver/a.parquet").write_text("somebody else's")
        done = self.reconcile()
        self.assertEqual(done.status, 2, done)
        self.assertEqual(nonzero(done), {"converted": 1, "error": 1})
        self.assertIsNotNone(final(done)["oldest_left_seconds"])

    def test_a_metrics_line_stands_alone(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        done = self.reconcile("--emf")
        metrics = done.jsons()[-1]
        self.assertEqual((metrics["SweptFiles"], metrics["SweptUnprocessedFiles"]), (1, 1))
        self.assertEqual(metrics["_aws"]["CloudWatchMetrics"][0]["Dimensions"], [["Lake"]])

    def test_what_makes_no_sense_is_refused(self):
        self.make_lake()
        for arguments, words in (
                (["--queue", "https://sqs.eu-west-1.amazonaws.com/1/q"], "this lake is a folder"),
                (["--rate", "fast"], "--rate"), (["--min-age", "-1"], "--min-age"),
                (["--after", "silver/a"], "--after")):
            done = self.reconcile(*arguments)
            self.assertEqual(done.status, 2, done)
            self.assertIn(words, done.err)

    def start(self, *arguments):
        return subprocess.Popen([os.path.abspath(PROGRAM), "backfill", str(self.lake), "--json",
                                 *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=environment())

    def converted(self):
        return self.files_below(self.lake / "silver")

    def test_killed_it_goes_on_where_it_was(self):
        keys = ["bronze/%03d.csv" % i for i in range(60)]
        self.make_lake({key: "x\n1\n" for key in keys})
        told = []
        for _ in range(4):
            before = len(self.converted())
            process = self.start("--rate", "60")
            wait_for(lambda: len(self.converted()) >= min(before + 8, 60), "some are converted")
            process.kill()
            out, _ = process.communicate()
            told += [json.loads(line)["key"] for line in out.splitlines()]
        done = self.reconcile()
        self.assertEqual(done.status, 0, done)
        told += [result["key"] for result in done.jsons()[:-1]]
        # What was committed when the kill came may not have been told; nothing is told twice.
        self.assertEqual(len(told), len(set(told)))
        self.assertEqual(len(self.converted()), 60)
        receipts = [json.loads((self.lake / "receipts" / name).read_text())
                    for name in self.files_below(self.lake / "receipts")]
        self.assertEqual(sorted(r["account"]["key"] for r in receipts), keys)
        self.assert_nothing_half_written()

    def test_a_signal_ends_it_with_the_account_of_what_was_done(self):
        self.make_lake({"bronze/%03d.csv" % i: "x\n1\n" for i in range(50)})
        self.end_by_signal("--rate", "20")

    def test_a_signal_ends_several_at_a_time_likewise(self):
        self.make_lake({"bronze/%03d.csv" % i: "x\n1\n" for i in range(50)})
        self.end_by_signal("--rate", "20", "--concurrency", "4")

    def end_by_signal(self, *arguments):
        process = self.start(*arguments)
        wait_for(lambda: len(self.converted()) >= 3, "some are converted")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=DEADLINE_SECONDS)
        self.assertEqual(process.returncode, 143, err)
        last = json.loads(out.splitlines()[-1])
        self.assertFalse(last["complete"])
        self.assertEqual(sum(last["counts"].values()), last["objects"])
        self.assertGreater(last["counts"]["pending"], 0)
        rest = self.reconcile("--after", last["last_key"])
        self.assertEqual(rest.status, 0, rest)
        self.assertEqual(len(self.converted()), 50)

    def test_three_at_once_leave_each_object_once(self):
        keys = ["bronze/%03d.csv" % i for i in range(40)]
        self.make_lake({key: "x\n1\n" for key in keys})
        for process in [self.start() for _ in range(3)]:
            out, err = process.communicate(timeout=DEADLINE_SECONDS)
            self.assertEqual(process.returncode, 0, err)
            self.assertTrue(json.loads(out.splitlines()[-1])["reconciled"])
        self.assertEqual(len(self.converted()), 40)
        self.assertEqual(len(self.files_below(self.lake / "receipts")), 40)
        self.assert_nothing_half_written()


if __name__ == "__main__":
    unittest.main()
