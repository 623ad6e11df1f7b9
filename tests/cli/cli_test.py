# SPDX-License-Identifier: Apache-2.0
"""Words on the command line: help, statuses, streams, settings and where they come from."""
import json
import os
import unittest

from program import ProgramTest, run_program

COMMANDS = ["init", "run", "watch", "convert", "invoke", "event eventbridge", "event s3",
            "event sqs", "event sns", "runs ls", "runs show", "quarantine ls",
            "quarantine show", "parquet schema", "parquet meta", "parquet head", "parquet digest",
            "parquet verify", "contract lint", "contract show", "version"]
LATER = ["sniff", "infer", "validate", "serve"]
CONTRACT = """name: shop
schema:
  fields:
    - {name: a, type: integer}
    - {name: b, type: string}
"""


class Help(ProgramTest):
    def test_help_of_every_command_goes_to_stdout_and_ends_well(self):
        for command in [[], *[c.split() for c in COMMANDS], ["event"], ["runs"], ["quarantine"],
                        ["parquet"], ["contract"]]:
            done = run_program(*command, "--help")
            self.assertEqual(done.status, 0, (command, done))
            self.assertEqual(done.err, "", command)
            self.assertIn("Usage:", done.out)
            self.assertIn("--help", done.out)

    def test_help_of_the_program_lists_every_command(self):
        out = self.run_ok("--help").out
        for command in COMMANDS:
            self.assertIn(command.split()[0], out)

    def test_help_of_a_command_shows_its_own_options(self):
        out = self.run_ok("run", "--help").out
        for option in ["--key", "--reprocess", "--force", "--adopt", "--silver", "--contracts",
                       "--json", "--memory", "--threads", "--delimiter"]:
            self.assertIn(option, out)
        self.assertNotIn("--output", out)

    def test_version(self):
        done = self.run_ok("version")
        self.assertRegex(done.out, r"^silversmith \d+\.\d+\.\d+\n$")
        version = self.run_ok("version", "--json").json()["version"]
        self.assertEqual(done.out, "silversmith %s\n" % version)


class Usage(ProgramTest):
    def assert_usage(self, done, *words):
        self.assertEqual(done.status, 2, done)
        self.assertEqual(done.out, "")
        self.assert_says(done.err, *words)

    def test_commands_of_later_versions_name_themselves(self):
        for command in LATER:
            done = run_program(command, "x")
            self.assert_usage(done, command, "not supported yet")

    def test_an_unknown_command_is_a_usage_error(self):
        self.assert_usage(run_program("convrt", "x"), "convrt")

    def test_no_command_is_a_usage_error(self):
        self.assert_usage(run_program(), "help")

    def test_a_missing_operand_is_a_usage_error(self):
        self.assert_usage(run_program("run"), "LAKE")

    def test_an_unknown_option_is_named(self):
        self.assert_usage(run_program("run", "x", "--frobnicate"), "--frobnicate")

    def test_an_option_of_another_command_is_refused(self):
        self.assert_usage(run_program("init", self.lake, "--force"), "--force")

    def test_watch_has_no_exit_status_to_fail_on(self):
        self.assert_usage(run_program("watch", self.make_lake(), "--fail-on", "reject"),
                          "--fail-on")

    def test_unsupported_values_name_option_and_value(self):
        source = self.write("a.csv", "a\n1\n")
        for option, value in [("encoding", "latin-1"), ("repair", "all"), ("types", "pandas")]:
            done = run_program("convert", source, "--" + option, value)
            self.assert_usage(done, option, value, "not supported yet")
        for option, value in [("to", "xml"), ("compression", "lzo"), ("memory", "much"),
                              ("threads", "two"), ("types", "loose"), ("fail-on", "monday"),
                              ("header-rows", "x"), ("delimiter", "ab"), ("kernel", "mmx"),
                              ("line-terminator", "x"), ("log-level", "loud")]:
            command = ["run", self.make_lake()] if option == "log-level" else ["convert", source]
            done = run_program(*command, "--" + option, value)
            self.assert_usage(done, value)
        self.assertEqual(self.files_below(self.folder), sorted(
            ["a.csv", "lake/README.md", "lake/contracts/orders.yaml"]))

    def test_a_lake_in_s3_is_told_what_it_lacks(self):
        for command in ["init", "run", "watch", "invoke"]:
            self.assert_usage(run_program(command, "s3://data-lake"), "s3://data-lake")
        self.assert_usage(run_program("init", "s3://data-lake"), "needs no folders")
        self.assert_usage(run_program("watch", "s3://data-lake"), "not a folder")

    def test_a_folder_that_is_no_lake_says_how_to_make_one(self):
        self.assert_usage(run_program("run", self.folder), "bronze", "silversmith init")
        self.assertEqual(self.files_below(self.folder), [])


class Contracts(ProgramTest):
    def test_lint_accepts_a_good_contract(self):
        path = self.write("shop.yaml", CONTRACT)
        done = self.run_ok("contract", "lint", path)
        self.assert_says(done.out, "shop", "valid")
        result = self.run_ok("contract", "lint", path, "--json").json()
        self.assertIs(result["valid"], True)
        self.assertEqual((result["schema"], result["file"], result["name"], result["findings"]),
                         ("silversmith.lint/1", str(path), "shop", []))
        self.assertEqual(len(result["hash"]), 64)

    def test_lint_names_key_line_and_column(self):
        path = self.write("shop.yaml", CONTRACT.replace("type: string", "tpye: string"))
        done = run_program("contract", "lint", path)
        self.assertEqual(done.status, 1, done)
        self.assertEqual(done.out, "")
        self.assert_says(done.err, "shop.yaml:5:", "tpye")
        done = run_program("contract", "lint", path, "--json")
        self.assertEqual(done.status, 1)
        self.assertIs(done.json()["valid"], False)
        self.assertIn("tpye", done.json()["message"])

    def test_lint_lists_every_finding_as_json(self):
        path = self.write("a:1:b.yaml", CONTRACT.replace("type: string", "tpye: string") +
                          "\"silver:policy\": {type: maybe}\n")
        text = run_program("contract", "lint", path)
        done = run_program("contract", "lint", path, "--json")
        self.assertEqual((done.status, done.json()["valid"]), (1, False), done)
        findings = done.json()["findings"]
        self.assertEqual(len(findings), 2, findings)
        self.assert_says(findings[0]["message"], "tpye")
        self.assert_says(findings[1]["message"], "maybe")
        for finding in findings:
            self.assertEqual(sorted(finding), ["column", "line", "message"])
            self.assertIn("%s:%d:%d: %s\n" % (path, finding["line"], finding["column"],
                                              finding["message"]), text.err)

    def test_lint_says_where_a_contract_was_cut_off(self):
        path = self.write("cut.json", '{"name": "n",\n "schema": {"fields": [')
        done = run_program("contract", "lint", path, "--json")
        finding, = done.json()["findings"]
        self.assertEqual((finding["line"], finding["column"]), (2, 24), done)
        self.assert_says(finding["message"], "[ at 2:23 is not closed", "cut off")

    def test_lint_refuses_an_escape_without_a_quote(self):
        path = self.write("e.yaml", CONTRACT + "dialect: {quoteChar: \"\", escapeChar: \"/\"}\n")
        done = run_program("contract", "lint", path, "--json")
        finding, = done.json()["findings"]
        self.assertEqual((finding["line"], done.status), (None, 1), done)
        self.assert_says(finding["message"], "escapeChar without a quoteChar")

    def test_show_prints_a_contract_that_means_the_same(self):
        path = self.write("shop.yaml", CONTRACT)
        shown = self.write("shown.json", self.run_ok("contract", "show", path).out)
        hashes = {self.run_ok("contract", "lint", p, "--json").json()["hash"]
                  for p in [path, shown]}
        self.assertEqual(len(hashes), 1)
        self.assertEqual(json.loads(shown.read_text()),
                         self.run_ok("contract", "show", path, "--json").json())

    def test_a_contract_that_is_not_there_is_an_io_error(self):
        done = run_program("contract", "lint", self.folder / "none.yaml")
        self.assertEqual(done.status, 3, done)
        self.assertIn("none.yaml", done.err)


class Settings(ProgramTest):
    """Flag over variable over contract over configuration file over default."""

    def setUp(self):
        super().setUp()
        self.source = self.write("a.csv", "a;b,c|d\n1;2,3|4\n")

    def header(self, *arguments, **keywords):
        done = self.run_ok("convert", self.source, "--to", "csv", "--text", *arguments, **keywords)
        return len(self.run_ok("convert", self.source, "--to", "jsonl", "--text", *arguments,
                               **keywords).json()), done

    def names(self, *arguments, env=None, cwd=None):
        done = self.run_ok("convert", self.source, "--to", "jsonl", "--text", *arguments, env=env,
                           cwd=cwd or self.folder)
        return list(done.json())

    def test_default(self):
        self.assertEqual(self.names(), ["a;b", "c|d"])

    def test_environment_wins_over_default(self):
        self.assertEqual(self.names(env={"SILVERSMITH_DELIMITER": ";"}), ["a", "b,c|d"])

    def test_flag_wins_over_environment(self):
        self.assertEqual(self.names("--delimiter", "|", env={"SILVERSMITH_DELIMITER": ";"}),
                         ["a;b,c", "d"])

    def test_configuration_file_here_is_read(self):
        self.write("silversmith.yaml", "delimiter: ';'\n")
        self.assertEqual(self.names(), ["a", "b,c|d"])

    def test_configuration_file_at_home_is_read(self):
        self.write("home/silversmith/config.yaml", "delimiter: ';'\n")
        self.assertEqual(self.names(env={"XDG_CONFIG_HOME": str(self.folder / "home")}),
                         ["a", "b,c|d"])

    def test_configuration_file_by_flag_and_by_variable(self):
        path = self.write("other.yaml", "delimiter: ';'\n")
        self.assertEqual(self.names("--config", path), ["a", "b,c|d"])
        self.assertEqual(self.names("-c", path), ["a", "b,c|d"])
        self.assertEqual(self.names(env={"SILVERSMITH_CONFIG": str(path)}), ["a", "b,c|d"])

    def test_environment_wins_over_the_file(self):
        self.write("silversmith.yaml", "delimiter: ';'\n")
        self.assertEqual(self.names(env={"SILVERSMITH_DELIMITER": "|"}), ["a;b,c", "d"])

    def test_contract_wins_over_the_file_and_loses_to_environment_and_flag(self):
        contract = self.write("c.yaml", "name: c\ndialect: {delimiter: '|'}\nschema:\n"
                              "  fieldsMatch: partial\n  fields: [{name: d}, {name: c|d}, "
                              "{name: 'b,c|d'}]\n")
        self.write("silversmith.yaml", "delimiter: ';'\n")
        found = self.names("--contract", contract)
        self.assertIn("a;b,c", found)
        found = self.names("--contract", contract, env={"SILVERSMITH_DELIMITER": ";"})
        self.assertIn("a", found)
        found = self.names("--contract", contract, "--delimiter", ",",
                           env={"SILVERSMITH_DELIMITER": ";"})
        self.assertIn("a;b", found)

    def test_flag_header_wins_over_variable_no_header(self):
        self.assertEqual(self.names("--header", env={"SILVERSMITH_NO_HEADER": "1"}),
                         ["a;b", "c|d"])

    def test_flag_quote_char_wins_over_variable_no_quote(self):
        self.source = self.write("q.csv", "a\n'x,y'\n")
        self.assertEqual(self.names("--quote-char", "'", env={"SILVERSMITH_NO_QUOTE": "1"}),
                         ["a"])

    def test_an_unknown_key_of_the_file_is_named_with_its_line(self):
        self.write("silversmith.yaml", "delimiter: ';'\ndelimter: x\n")
        done = run_program("convert", self.source, cwd=self.folder)
        self.assertEqual(done.status, 2, done)
        self.assert_says(done.err, "silversmith.yaml:2", "delimter")

    def test_a_named_file_that_is_not_there_is_an_error(self):
        done = run_program("convert", self.source, "--config", self.folder / "none.yaml")
        self.assertEqual(done.status, 2, done)
        self.assertIn("none.yaml", done.err)

    def test_a_file_of_another_shape_is_an_error(self):
        self.write("silversmith.yaml", "- delimiter\n")
        done = run_program("convert", self.source, cwd=self.folder)
        self.assertEqual(done.status, 2, done)
        self.assertIn("silversmith.yaml", done.err)


class Streams(ProgramTest):
    def test_colour_only_where_asked_when_there_is_no_terminal(self):
        bad = ["run", self.folder / "nowhere"]
        self.assertNotIn("\033", run_program(*bad).err)
        self.assertIn("\033", run_program(*bad, "--color", "always").err)
        self.assertIn("\033", run_program(*bad, env={"CLICOLOR_FORCE": "1"}).err)
        self.assertNotIn("\033", run_program(*bad, "--color", "never",
                                             env={"CLICOLOR_FORCE": "1"}).err)

    def test_a_closed_reader_does_not_crash_the_program(self):
        path = self.write("a.csv", "a\n" + "1234567\n" * 300000)
        read, write = os.pipe()
        os.close(read)
        import subprocess
        from program import PROGRAM, environment
        done = subprocess.run([os.path.abspath(PROGRAM), "convert", path, "--to", "csv"],
                              stdout=write, stderr=subprocess.PIPE, env=environment(), check=False)
        os.close(write)
        self.assertEqual(done.returncode, 3, done)
        self.assertIn(b"Broken pipe", done.stderr)


if __name__ == "__main__":
    unittest.main()
