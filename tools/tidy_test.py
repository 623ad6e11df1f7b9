#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/tidy: every check finds its fault in a small tree, and none in a clean one."""
import importlib.machinery
import importlib.util
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
loader = importlib.machinery.SourceFileLoader("tidy", str(HERE / "tidy"))
tidy = importlib.util.module_from_spec(importlib.util.spec_from_loader("tidy", loader))
loader.exec_module(tidy)

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
CLEAN = {
    "ARCHITECTURE.md": "<!-- tree -->\n```\nsrc/       code\nsrc/base/  words\nsrc/csv/   records\n"
                       "tools/     tables\n```\n",
    "tools/layers.txt": "base:\ncsv: base\n",
    "tools/homes.txt": "word new src/base/arena.cc\nheader zlib.h src/csv/*.cc\n"
                       "header gtest/* src/*_test.cc\nmark TODO\ntext /home/\n"
                       "pattern (?<!=\\s)\\bdelete\\b\n",
    "tools/exceptions.txt": "",
    "src/CMakeLists.txt": "smith_folder(base SOURCES a.cc TESTS a_test.cc)\n"
                          "smith_folder(csv SOURCES b.cc TESTS b_test.cc)\n",
    "src/base/a.h": SPDX + "// Words.\n#pragma once\n",
    "src/base/a.cc": SPDX + '#include "base/a.h"\n',
    "src/base/a_test.cc": SPDX + '#include <gtest/gtest.h>\n#include "base/a.h"\n',
    "src/csv/b.cc": SPDX + '#include <zlib.h>\n#include <vector>\n#include "base/a.h"\n'
                           "// A new word in a comment is no operator.\n",
    "src/csv/b_test.cc": SPDX,
}


def findings(changes):
    """The findings in the clean tree with these files changed (None: removed)."""
    files = {**CLEAN, **changes}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            if text is None:
                continue
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tidy.findings_in(folder)


def body(lines):
    return "".join("  x = %d;\n" % i for i in range(lines))


class Tidy(unittest.TestCase):
    def expect(self, rule, place, changes):
        found = findings(changes)
        self.assertIn((rule, place), {(f.rule, f.place) for f in found}, found)

    def expect_none(self, changes):
        self.assertEqual(findings(changes), [])

    def test_clean_tree_has_no_finding(self):
        self.expect_none({})

    def test_include_against_the_flow_is_found(self):
        self.expect("layer", "src/base/a.cc", {
            "src/base/a.cc": SPDX + '#include "csv/b.h"\n', "src/csv/b.h": SPDX + "// B.\n#pragma once\n"})

    def test_header_of_a_folder_listed_by_header_only(self):
        files = {"tools/layers.txt": "base:\ncsv: base/a.h\n",
                 "src/base/c.h": SPDX + "// C.\n#pragma once\n"}
        self.expect_none(files)
        self.expect("layer", "src/csv/b.cc", {**files, "src/csv/b.cc": SPDX + '#include "base/c.h"\n'})
        self.expect_none({**files, "src/csv/b_test.cc": SPDX + '#include "base/c.h"\n'})

    def test_cycle_of_layers_is_found(self):
        self.expect("layer", "tools/layers.txt", {"tools/layers.txt": "base: csv\ncsv: base\n"})

    def test_folder_without_a_layer_is_found(self):
        self.expect("layer", "src/misc/x.h", {"src/misc/x.h": SPDX + "// X.\n#pragma once\n"})

    def test_product_may_not_include_test_support(self):
        support = {"tests/support/oracle.h": SPDX + "// O.\n#pragma once\n"}
        self.expect("layer", "src/csv/b.cc",
                    {**support, "src/csv/b.cc": SPDX + '#include "support/oracle.h"\n'})

    def test_third_party_header_outside_its_home_is_found(self):
        self.expect("home", "src/base/a.cc", {"src/base/a.cc": SPDX + "#include <zlib.h>\n"})

    def test_banned_word_in_code_is_found(self):
        self.expect("word", "src/base/a.cc", {"src/base/a.cc": SPDX + "int* p = new int;\n"})

    def test_banned_word_in_a_literal_or_name_is_none(self):
        self.expect_none({"src/base/a.cc": SPDX + 'auto s = "a new one"; int renewed, new_tag;\n'})

    def test_banned_pattern_in_code_is_found(self):
        self.expect("word", "src/base/a.cc", {"src/base/a.cc": SPDX + "void f() { delete p; }\n"})
        self.expect_none({"src/base/a.cc": SPDX + "A(const A&) = delete;\n"})

    def test_banned_mark_in_a_comment_is_found(self):
        self.expect("word", "src/base/a.cc", {"src/base/a.cc": SPDX + "// TODO: later\n"})

    def test_machine_path_is_found(self):
        self.expect("word", "src/base/a.cc", {"src/base/a.cc": SPDX + "// see /home/me/x\n"})

    def test_long_file_line_and_function_are_found(self):
        self.expect("file-lines", "src/base/a.cc", {"src/base/a.cc": SPDX + "\n" * 500})
        self.expect("line-columns", "src/base/a.cc", {"src/base/a.cc": SPDX + "//" + "x" * 99 + "\n"})
        self.expect("function-lines", "src/base/a.cc:f",
                    {"src/base/a.cc": SPDX + "void f() {\n" + body(69) + "}\n"})
        self.expect_none({"src/base/a.cc": SPDX + "void f() {\n" + body(68) + "}\n"})

    def test_parameters_are_counted_by_commas_of_the_list_itself(self):
        self.expect("parameters", "src/base/a.cc:f",
                    {"src/base/a.cc": SPDX + "int f(int a, int b, int c, int d, int e) {\n}\n"})
        self.expect_none({"src/base/a.cc": SPDX +
                          "int f(std::map<int, int> a, int (*b)(int, int), int c, int d) {\n}\n"})

    def test_constructor_is_counted_by_its_parameters_not_its_initialisers(self):
        self.expect_none({"src/base/a.cc": SPDX +
                          "A::A(int a)\n    : b(1, 2, 3, 4, 5), c{a} {\n}\n"})

    def test_nesting_deeper_than_three_is_found(self):
        deep = "void f() {\nif (a) {\nfor (;;) {\nwhile (b) {\n%s}\n}\n}\n}\n"
        self.expect_none({"src/base/a.cc": SPDX + deep % "x();\n"})
        self.expect("nesting", "src/base/a.cc:f", {"src/base/a.cc": SPDX + deep % "if (c) {\n}\n"})

    def test_braces_of_values_do_not_nest(self):
        self.expect_none({"src/base/a.cc": SPDX +
                          "void f() {\nif (a) {\nfor (;;) {\nwhile (b) {\nauto x = X{{1}, {{2}}};\n"
                          "}\n}\n}\n}\n"})

    def test_exception_excuses_just_what_it_names(self):
        long = {"src/base/a.cc": SPDX + "\n" * 519}
        self.expect_none({**long, "tools/exceptions.txt": "file-lines src/base/a.cc 520 a table\n"})
        self.expect("file-lines", "src/base/a.cc",
                    {**long, "tools/exceptions.txt": "file-lines src/base/a.cc 510 a table\n"})

    def test_exception_larger_than_reality_is_found(self):
        self.expect("exception", "src/base/a.cc", {
            "src/base/a.cc": SPDX + "\n" * 519,
            "tools/exceptions.txt": "file-lines src/base/a.cc 530 a table\n"})
        self.expect("exception", "src/base/a.cc",
                    {"tools/exceptions.txt": "file-lines src/base/a.cc 530 a table\n"})

    def test_exception_without_a_reason_is_found(self):
        self.expect("exception", "src/base/a.cc", {
            "src/base/a.cc": SPDX + "\n" * 519, "tools/exceptions.txt": "file-lines src/base/a.cc 520\n"})

    def test_header_needs_guard_and_opening(self):
        self.expect("opening", "src/base/a.h", {"src/base/a.h": SPDX + "// Words.\n"})
        self.expect("opening", "src/base/a.h", {"src/base/a.h": SPDX + "#pragma once\n"})
        self.expect("opening", "src/base/a.h",
                    {"src/base/a.h": SPDX + "// Words.\n" * 13 + "#pragma once\n"})

    def test_missing_licence_line_is_found(self):
        self.expect("spdx", "src/base/a.cc", {"src/base/a.cc": "\n"})

    def test_source_without_test_is_found(self):
        self.expect("no-test", "src/csv/b.cc", {"src/csv/b_test.cc": None})

    def test_source_that_no_list_names_is_found(self):
        self.expect("cmake", "src/csv/c_test.cc", {"src/csv/c_test.cc": SPDX})

    def test_large_and_generated_files_are_found(self):
        self.expect("size", "src/big.bin", {"src/big.bin": "x" * 200_001})
        self.expect("generated", "src/a.o", {"src/a.o": "x"})

    def test_dead_links_and_paths_are_found(self):
        self.expect("link", "README.md", {"README.md": "[here](docs/none.md)\n"})
        self.expect("link", "README.md", {"README.md": "see `src/none.h`\n"})
        self.expect_none({"README.md": "[a](src/base/a.h#x) `src/csv` `src/base/a.cc` "
                                       "[far](https://example.com)\n```\n`src/none.h`\n```\n"})

    def test_names_of_tests_must_exist(self):
        self.expect("link", "README.md", {"README.md": "held by `Suite.keeps_it`\n"})
        self.expect_none({"README.md": "held by `Suite.keeps_it`\n",
                          "src/base/a_test.cc": SPDX + "TEST_F(Suite,\n       keeps_it) {}\n"})

    def test_decisions_are_named_by_their_pages(self):
        for comment in ("// as decisions 24 says\n", "// Decision 7.\n", "// decisions.md 3\n"):
            self.expect("decision", "src/base/a.cc", {"src/base/a.cc": SPDX + comment})
        self.expect_none({"src/base/a.cc": SPDX + "// Of decisions, 2 are made here.\n"})

    def test_list_of_decisions_is_held_to_the_folder(self):
        page = {"docs/decisions/0001-a.md": "# 0001: A\n"}
        shown = CLEAN["ARCHITECTURE.md"].replace(
            "tools/     tables\n", "tools/     tables\ndocs/      pages\n")
        self.expect("decision", "ARCHITECTURE.md", {**page, "ARCHITECTURE.md": shown})
        shown += "- [0001: A](docs/decisions/0001-a.md)\n"
        self.expect_none({**page, "ARCHITECTURE.md": shown})
        self.expect("link", "ARCHITECTURE.md", {"ARCHITECTURE.md": shown})

    def test_tree_of_architecture_is_held_to_the_disk(self):
        self.expect("tree", "ARCHITECTURE.md",
                    {"ARCHITECTURE.md": CLEAN["ARCHITECTURE.md"].replace("src/csv/", "src/tsv/")})
        self.expect("tree", "ARCHITECTURE.md", {"ARCHITECTURE.md": "no tree\n"})


if __name__ == "__main__":
    unittest.main()
