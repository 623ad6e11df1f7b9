#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/operations/usual-recipe.md has 34 rows, and each is held by tests that there are."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "operations" / "usual-recipe.md"
ROW = re.compile(r"^\| (\d+)( †)? \|(.*)\|(.*)\|$", re.MULTILINE)
UNIT = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST)\((\w+), (\w+)\)", re.MULTILINE)


def unit_tests():
    found = set()
    for path in [*ROOT.glob("src/**/*.cc"), *ROOT.glob("tests/**/*.cc"), *ROOT.glob("apps/**/*.cc")]:
        for suite, name in UNIT.findall(path.read_text(encoding="utf-8")):
            found.add(suite + "." + name)
    return found


def is_whole_test(name):
    """folder.word: the folder's CMakeLists.txt, which names its tests, has the word."""
    folder, *words = name.split(".")
    lists = ROOT / "tests" / folder / "CMakeLists.txt"
    known = set(re.findall(r"[\w]+", lists.read_text("utf-8"))) if lists.is_file() else set()
    return bool(words) and set(words) <= known


def held_by(cell, folder=ROOT / "tests" / "golden"):
    """What a cell names: tests by their dots, folders of golden cases, make targets."""
    for name in re.findall(r"`([^`]+)`", cell):
        if name.startswith("make "):
            yield "target", name[5:]
        elif "golden" in cell and (folder / name).is_dir():
            yield "golden", name
        else:
            yield "test", name


class Recipe(unittest.TestCase):
    def setUp(self):
        self.rows = ROW.findall(PAGE.read_text(encoding="utf-8"))

    def test_has_all_the_faults_in_order(self):
        self.assertEqual([int(number) for number, _, _, _ in self.rows], list(range(1, 35)))

    def test_each_is_held_by_something_that_there_is(self):
        units = unit_tests()
        targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        for number, _, _, cell in self.rows:
            held = list(held_by(cell))
            self.assertTrue(held, "row %s is held by nothing" % number)
            for kind, name in held:
                if kind == "target":
                    self.assertIn(name, targets, number)
                elif kind == "test":
                    self.assertTrue(name in units or is_whole_test(name), "row %s: %s" % (number, name))


if __name__ == "__main__":
    unittest.main()
