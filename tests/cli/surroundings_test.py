# SPDX-License-Identifier: Apache-2.0
"""What surrounds a run and goes wrong: descriptors, links, settings, names, receipts, limits.
Whatever happens: a clear error with the right exit status, and no data told as bad for it."""
import json
import os
import pathlib
import shutil
import subprocess
import unittest

from program import PROGRAM, SANITIZED, ProgramTest, environment, run_program, wait_for

INTEGER = "name: c\nschema: {fields: [{name: a, type: integer}, {name: b}]}\n" \
          "'silver:contract': {match: 'bronze/**'}\n"


def shell(command, *arguments):
    return subprocess.run(["sh", "-c", command, "sh", os.path.abspath(PROGRAM), *map(str, arguments)],
                          capture_output=True, text=True, env=environment(), check=False)


class Descriptors(ProgramTest):
    def test_a_closed_standard_output_does_not_get_into_the_file(self):
        source = self.write("a.csv", "a,b\n1,x\n2,y\n")
        for closed in [">&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"]:
            output = self.folder / "out.parquet"
            done = shell('"$1" convert "$2" -o "$3" ' + closed, source, output)
            self.assertEqual(done.returncode, 0, closed + done.stderr)
            self.verify(output)

    def test_a_closed_descriptor_that_is_needed_is_an_error(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        self.assertNotEqual(shell('"$1" convert "$2" --to csv -o - >&-', source).returncode, 0)
        output = self.write("out.csv", "kept")
        self.assertNotEqual(shell('"$1" convert - --to csv -o "$2" <&-', output).returncode, 0)
        self.assertEqual(output.read_text(), "kept")

    def test_what_only_prints_fails_where_nothing_can_be_printed(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        output = self.folder / "out.parquet"
        self.run_ok("convert", source, "-o", output)
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        for words in ('parquet head "$2"', 'parquet digest "$2"', 'parquet verify "$2"',
                      'runs ls "$3"', "version", "--help", 'doctor "$3"'):
            done = shell('"$1" %s >&-' % words, output, self.lake)
            self.assertEqual(done.returncode, 3, words + done.stderr)
            self.assertIn("cannot write to standard output", done.stderr)
        # Of a run the work is the result.
        self.assertEqual(shell('"$1" run "$3" >&-', output, self.lake).returncode, 0)
        self.verify(self.lake / "silver/a.parquet")

    def test_standard_input_goes_on_where_it_stands(self):
        self.write("a.csv", "a,b\n1,x\n2,y\n")
        done = shell('{ read line; "$1" convert - --no-header --to csv -o -; } < "$2"',
                     self.folder / "a.csv")
        self.assertEqual(done.stdout, "column_1,column_2\n1,x\n2,y\n", done.stderr)

    def test_a_stop_is_heard_while_standard_input_is_slow(self):
        process = subprocess.Popen([os.path.abspath(PROGRAM), "convert", "-", "-o",
                                    self.folder / "x.parquet"], stdin=subprocess.PIPE,
                                   env=environment())
        process.stdin.write(b"a\n1\n")
        process.stdin.flush()
        wait_for(lambda: "SigCgt" in pathlib.Path("/proc/%d/status" % process.pid).read_text() and
                 int(pathlib.Path("/proc/%d/status" % process.pid).read_text()
                     .split("SigCgt:")[1].split()[0], 16) & 1 << 14, "it listens to SIGTERM")
        process.terminate()
        self.assertEqual(process.wait(10), 143)
        process.stdin.close()

    def test_a_result_that_cannot_be_written_is_no_success(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        for arguments in ["run", "run --json", "runs ls"]:
            done = shell('"$1" %s "$2" >/dev/full' % arguments, self.lake)
            self.assertEqual(done.returncode, 75, arguments)
            self.assert_says(done.stderr, "standard output")

    def test_a_reader_that_has_seen_enough_is_no_error(self):
        self.make_lake({"bronze/%d.csv" % i: "a\n1\n" for i in range(30)})
        done = shell('{ "$1" run "$2"; echo "status $?" >&2; } | head -1', self.lake)
        self.assertIn("status 0", done.stderr)

    def test_a_limit_on_file_sizes_is_an_error_with_a_message(self):
        source = self.write("a.csv", "a,b\n" + "".join("%d,%d\n" % (i, i * 7919 % 100003)
                                                       for i in range(200_000)))
        output = self.folder / "out.parquet"
        done = shell('ulimit -f 100; exec "$1" convert "$2" -o "$3"', source, output)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assert_says(done.stderr, "ulimit -f")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.csv"])

    @unittest.skipIf(SANITIZED, "the sanitizer opens files itself")
    def test_few_descriptors_are_passing_trouble(self):
        source = self.write("a.csv", "a\n1\n")
        done = shell('ulimit -n 4; exec "$1" convert "$2"', source)
        self.assertEqual(done.returncode, 75, done.stderr)


class Links(ProgramTest):
    def test_a_linked_contract_is_an_error_and_never_no_contract(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,x\n"})
        shutil.rmtree(self.lake / "contracts")
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / "c.yaml").write_text(INTEGER)
        (self.lake / "contracts").symlink_to(elsewhere)
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.json()["error"]["message"], "contracts", "symbolic link")
        (self.lake / "contracts").unlink()
        (self.lake / "contracts").mkdir()
        (self.lake / "contracts/c.yaml").symlink_to(elsewhere / "c.yaml")
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.json()["error"]["message"], "contracts/c.yaml", "symbolic link")
        self.assertEqual(self.files_below(self.lake / "silver"), [])

    def test_what_lies_in_folders_beside_the_contracts_is_not_read(self):
        self.make_lake({"bronze/a.csv": "a\n1\n", "contracts/old/x.json": "{\"x\": 1}"})
        self.run_ok("run", self.lake)

    def test_a_linked_bronze_is_an_error_that_names_it(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        (self.lake / "bronze").rename(self.folder / "b")
        (self.lake / "bronze").symlink_to(self.folder / "b")
        for command in ["run", "watch"]:
            done = run_program(command, self.lake)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, "bronze", "symbolic link")

    def test_a_linked_silver_is_an_error_that_says_so(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        (self.lake / "silver").rmdir()
        (self.lake / "silver").symlink_to(self.folder)
        for command in ["run", "watch"]:
            done = run_program(command, self.lake)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, str(self.lake / "silver") + " is a symbolic link",
                             "not followed")

    def test_silver_below_bronze_is_refused(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        for silver in ["bronze", "bronze/x/../y", "./bronze/", "contracts"]:
            done = run_program("run", self.lake, "--silver", str(self.lake / silver))
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, "is below")


class Guards(ProgramTest):
    def test_rejects_never_take_the_place_of_what_is_read_or_written(self):
        rejects = self.folder / "x.parquet.rejects"
        edited = self.write("x.parquet.rejects/rejects.csv", "a,b\n2,x\n")
        clean = self.write("c.csv", "a,b\n1,x\n")
        contract = self.write("k/rejects.csv", "name: c\nschema: {fields: [{name: a}, {name: b}]}\n")
        for arguments in [[edited, "-o", self.folder / "x.parquet"],
                          [edited, "-o", self.folder / "y", "--rejects", rejects],
                          [clean, "-o", rejects / "rejects.parquet", "--rejects", rejects],
                          [clean, "-o", self.folder / "z", "--contract", contract, "--rejects",
                           self.folder / "k"]]:
            done = run_program("convert", *arguments)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, "own rejects go")
        self.assertEqual(edited.read_text(), "a,b\n2,x\n")
        self.assertTrue(contract.exists())

    def test_rejects_never_take_the_place_of_an_output_that_is_not_there_yet(self):
        here = self.folder / "r"
        self.write("r/in.csv", "a,b\n1,x\n2\n")
        self.write("r/clean.csv", "a,b\n1,x\n")
        (here / "link").symlink_to("rejects.parquet")
        before = self.files_below(here)
        for source in ["in.csv", "clean.csv"]:
            for output, rejects in [
                    ("rejects.parquet", "."), ("rejects.parquet", "./"),
                    ("rejects.parquet", here), (here / "rejects.parquet", "."),
                    ("./rejects.csv", "../r"), ("rejects.csv", "."), ("link", "."),
                    ("link", here), ("../r/link", ".")]:
                done = run_program("convert", source, "-o", output, "--rejects", rejects, cwd=here)
                self.assertEqual(done.status, 2, (output, rejects, done))
                self.assert_says(done.err, "own rejects go")
                self.assertEqual(self.files_below(here), before)

    def test_the_output_is_no_folder_for_rejects(self):
        source = self.write("a.csv", "a,b\n1,x\n2\n")
        for rejects in ["o.parquet", "o.parquet/", self.folder / "o.parquet", "./o.parquet/deep"]:
            done = run_program("convert", source, "-o", "o.parquet", "--rejects", rejects,
                               cwd=self.folder)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, "folder of rejects")
            self.assertEqual(self.files_below(self.folder), ["a.csv"])
            self.assertFalse((self.folder / "o.parquet").exists())

    def test_the_output_never_takes_the_place_of_contract_or_settings(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        contract = self.write("c.yaml", "name: c\nschema: {fields: [{name: a}, {name: b}]}\n")
        config = self.write("s.yaml", "threads: 1\n")
        (self.folder / "link").symlink_to("c.yaml")
        kept = [contract.read_bytes(), config.read_bytes()]
        for output, *options in [["c.yaml", "--contract", contract],
                                 ["link", "--contract", "c.yaml"], ["./s.yaml", "--config", config]]:
            done = run_program("convert", source, "-o", output, *options, cwd=self.folder)
            self.assertEqual(done.status, 2, done)
            self.assertEqual([contract.read_bytes(), config.read_bytes()], kept)

    def test_settings_of_the_user_and_of_the_folder_are_no_output_either(self):
        source = self.write("a.csv", "a,b\n1,x\n")
        mine = self.write("home/silversmith/config.yaml", "threads: 1\n")
        ours = self.write("silversmith.yaml", "threads: 1\n")
        other = self.write("s.yaml", "threads: 1\n")
        for options in ([], ["--config", other]):
            for output in (mine, ours):
                done = run_program("convert", source, "-o", output, *options, cwd=self.folder,
                                   env={"XDG_CONFIG_HOME": str(self.folder / "home")})
                self.assertEqual(done.status, 2, done)
                self.assertIn("a file of settings", done.err)
        self.assertEqual([mine.read_text(), ours.read_text()], ["threads: 1\n"] * 2)

    def test_a_linked_rejects_folder_stays(self):
        (self.folder / "real").mkdir()
        (self.folder / "link").symlink_to(self.folder / "real")
        self.run_ok("convert", self.write("c.csv", "a\n1\n"), "--rejects", self.folder / "link")
        self.assertTrue((self.folder / "link").is_symlink())

    def test_a_new_lake_has_room_for_what_spills(self):
        text = "id,hash\n" + "".join("%d,%064x\n" % (i, i * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 256))
                                     for i in range(300_000))
        self.make_lake({"bronze/a.csv": text})
        done = run_program("run", self.lake, "--memory", "40MiB", "--json")
        self.assertEqual(done.json()["status"], "success", done)


class Settings(ProgramTest):
    def test_a_configuration_file_may_say_nothing_or_header_false(self):
        source = self.write("a.csv", "1,2\n3,4\n")
        for text in ["", "# nothing yet\n\n", "---\n"]:
            self.write("silversmith.yaml", text)
            self.run_ok("version", cwd=self.folder)
        self.write("silversmith.yaml", "header: false\n")
        done = self.run_ok("convert", source, "-o", "-", "--to", "csv", cwd=self.folder)
        self.assertEqual(done.out, "column_1,column_2\n1,2\n3,4\n")
        (self.folder / "silversmith.yaml").unlink()
        done = self.run_ok("convert", source, "-o", "-", "--to", "csv",
                           env={"SILVERSMITH_HEADER": "0"})
        self.assertEqual(done.out, "column_1,column_2\n1,2\n3,4\n")
        (self.folder / "silversmith.yaml").mkdir()
        done = run_program("version", cwd=self.folder)
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.err, "directory")

    def test_no_means_no_wherever_it_is_said(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        (self.lake / "silver/a.parquet").write_bytes(b"somebody else's")
        for word in ["no", "false", "0", "OFF", ""]:
            done = run_program("run", self.lake, env={"SILVERSMITH_ADOPT": word})
            self.assertEqual(done.status, 2, word)
            self.assertEqual((self.lake / "silver/a.parquet").read_bytes(), b"somebody else's")
        self.write("silversmith.yaml", "adopt: no\n")
        self.assertEqual(run_program("run", self.lake, cwd=self.folder).status, 2)
        for word in ["maybe", "2"]:
            done = run_program("run", self.lake, env={"SILVERSMITH_ADOPT": word})
            self.assertEqual(done.status, 2)
            self.assert_says(done.err, "SILVERSMITH_ADOPT", word, "true or false")
        self.write("silversmith.yaml", "adopt: yes\n")
        done = run_program("run", self.lake, cwd=self.folder, env={"SILVERSMITH_ADOPT": "no"})
        self.assertEqual(done.status, 2, "the variable wins")
        self.assertEqual(run_program("run", self.lake, cwd=self.folder).status, 0)

    def test_what_is_said_to_convert_does_not_reach_a_lake(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        self.write("silversmith.yaml", "text: true\n")
        self.run_ok("run", self.lake, cwd=self.folder, env={"SILVERSMITH_TO": "csv"})
        self.assertEqual(self.rows_of(self.lake / "silver/a.parquet"), [{"a": 1}])

    def test_a_kernel_that_is_not_there_says_nothing_about_the_data(self):
        self.make_lake({"bronze/a.csv": "a\n1\n"})
        done = run_program("run", self.lake, "--kernel", "mmx", "--json")
        self.assertEqual((done.status, done.json()["status"]), (2, "error"), done)
        self.assertEqual(self.files_below(self.lake / "quarantine"), [])
        self.assertEqual(self.run_ok("run", self.lake, "--json").json()["status"], "success")

    def test_what_contradicts_is_a_usage_error(self):
        source = self.write("a.csv", "a\n1\n")
        for arguments in [["--header", "--no-header"], ["--no-header", "--header-rows", "2"],
                          ["--no-quote", "--quote-char", "'"], ["x.parquet", "-o", "y.parquet"],
                          ["--no-quote", "--escape-char", "\\"], ["--color", "foo"]]:
            done = run_program("convert", source, *arguments)
            self.assertEqual(done.status, 2, (arguments, done))

    def test_by_the_name_of_a_lambda_runtime_it_is_the_function(self):
        (self.folder / "bootstrap").symlink_to(os.path.abspath(PROGRAM))
        done = subprocess.run([self.folder / "bootstrap"], capture_output=True, text=True,
                              env=environment(), check=False)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assert_says(done.stderr, "AWS_LAMBDA_RUNTIME_API is not set", "invoke LAKE")

    def test_commands_of_later_versions_and_unknown_ones_are_named(self):
        for arguments, words in [(["quarantine", "export", "L"], "quarantine export is not supported"),
                                 (["contract", "import", "x"], "contract import is not supported"),
                                 (["runs", "zz"], "no command \"runs zz\""), (["runs"], "ls, show")]:
            done = run_program(*arguments)
            self.assertEqual(done.status, 2, done)
            self.assert_says(done.err, words)


class Json(ProgramTest):
    def test_convert_says_json_also_when_it_fails(self):
        for arguments, status in [(["no.csv"], 3), ([str(self.folder)], 2)]:
            done = run_program("convert", *arguments, "-o", self.folder / "x", "--json")
            self.assertEqual(done.status, status, done)
            result = done.json()
            self.assertEqual((result["schema"], result["status"]), ("silversmith.run/1", "error"))
            self.assertIn("message", result["error"])

    def test_other_commands_do_too(self):
        bad = self.write("bad.parquet", "nothing")
        for arguments in [["run", "nolake"], ["parquet", "verify", bad], ["runs", "ls", "nolake"]]:
            self.assertIn("message", run_program(*arguments, "--json").json()["error"], arguments)
        self.run_ok("convert", self.write("a.csv", "a\n1\n"))
        good = self.folder / "a.parquet"
        self.assertEqual(self.run_ok("parquet", "verify", good, "--json").json()["rows"], 1)
        self.assertEqual(len(self.run_ok("parquet", "digest", good, "--json").json()["digest"]), 32)

    def test_the_json_log_is_json_throughout(self):
        self.make_lake({"bronze/a.csv": "a,b\n1,2\n3\n"})
        done = self.run_ok("run", self.lake, "--log-format", "json")
        lines = [json.loads(line) for line in done.err.splitlines()]
        self.assertEqual(lines[0]["rows_processed"], 2)
        self.assertEqual({"level", "timestamp", "message"} - set(lines[-1]), set())
        done = run_program("convert", "no.csv", "--log-format", "json")
        levels = [json.loads(line)["level"] for line in done.err.splitlines()]
        self.assertEqual(set(levels), {"error"})

    def test_contract_hash_has_one_meaning(self):
        self.make_lake({"bronze/orders/a.csv": "order_id,customer_id,amount\n1,2,3\n"})
        hashes = {self.run_ok("run", self.lake, "--json").json()["contract_hash"] for _ in range(2)}
        lint = self.run_ok("contract", "lint", self.lake / "contracts/orders.yaml", "--json").json()
        self.assertEqual(hashes, {lint["hash"]})

    def test_a_share_of_bad_records_warns(self):
        contract = INTEGER + "'silver:policy': {limits: {warnBadRatio: %s}}\n"
        for ratio, level in [("0.1", "warn"), ("0.5", "info")]:
            self.make_lake({"bronze/a.csv": "a,b\n1,2\n2,2\n3,3\nx,3\n"})
            (self.lake / "contracts/c.yaml").write_text(contract % ratio)
            done = self.run_ok("run", self.lake, "--force", "--log-format", "json")
            self.assertEqual(json.loads(done.err.splitlines()[0])["level"], level)


class Names(ProgramTest):
    def test_a_name_that_is_not_utf8_is_an_error_that_shows_it(self):
        self.make_lake({"bronze/b.csv": "a\n1\n"})
        (pathlib.Path(os.fsdecode(os.fsencode(self.lake) + b"/bronze/x\xff.csv"))).write_text("a\n1\n")
        done = run_program("run", self.lake, "--json")
        self.assertEqual(done.status, 3, done)
        results = {r["status"]: r for r in done.jsons()}
        self.assertEqual(results["success"]["key"], "bronze/b.csv")
        self.assert_says(results["error"]["error"]["message"], "x\\xFF.csv", "UTF-8")

    def test_control_bytes_of_a_name_do_not_reach_the_terminal(self):
        self.make_lake({"bronze/x\x1b[31m\ny.csv": "a\n1\n"})
        for command in ["run", "run"]:
            out = self.run_ok(command, self.lake).out
            self.assertNotIn("\x1b", out)
            self.assertIn("\\x1B[31m\\x0Ay.csv", out)


class History(ProgramTest):
    def test_a_receipt_that_cannot_be_read_hides_no_other(self):
        self.make_lake({"bronze/a.csv": "a\n1\n", "bronze/b.csv": "a\n1\n", "bronze/c.csv": "a\n1\n"})
        self.run_ok("run", self.lake)
        bad = next((self.lake / "receipts/a").iterdir())
        bad.write_text("{")
        foreign = next((self.lake / "receipts/b").iterdir())
        foreign.write_text(foreign.read_text().replace("bronze/b.csv", "b.txt.old"))
        for arguments in [["runs", "ls"], ["quarantine", "ls"]]:
            done = run_program(*arguments, self.lake)
            self.assertEqual(done.status, 1, done)
            self.assert_says(done.err, bad.name, "b.txt.old")
        self.assertIn("bronze/c.csv", run_program("runs", "ls", self.lake).out)

    def test_a_refusal_that_was_mended_is_history(self):
        key = "bronze/orders/b.csv"
        self.make_lake({key: "order_id,amount\n1,2\n"})
        run_program("run", self.lake)
        self.assertIn("rejected", self.run_ok("runs", "ls", self.lake).out)
        self.put(key, "order_id,customer_id,amount\n1,2,3\n")
        self.run_ok("run", self.lake)
        states = [json.loads(line)["state"]
                  for line in self.run_ok("runs", "ls", self.lake, "--json").out.splitlines()]
        self.assertEqual(sorted(states), ["current", "superseded"])

    def test_a_refused_conversion_leaves_no_rejects_of_an_earlier_one(self):
        source = self.write("a.csv", "a,b\n1,2\n3\n")
        self.run_ok("convert", source)
        self.assertTrue((self.folder / "a.parquet.rejects/rejects.csv").exists())
        self.write("a.csv", "a,b\n7\n8\n")
        self.assertEqual(run_program("convert", source).status, 1)
        self.assertFalse((self.folder / "a.parquet.rejects").exists())
        self.assertTrue((self.folder / "a.parquet").exists())

    def test_quiet_still_tells_what_failed(self):
        done = run_program("convert", self.write("a.csv", "a,b\n7\n8\n"), "-q")
        self.assertEqual((done.status, done.out), (1, ""))
        self.assert_says(done.err, "none of the 2 records")


if __name__ == "__main__":
    unittest.main()
