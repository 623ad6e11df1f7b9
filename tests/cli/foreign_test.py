# SPDX-License-Identifier: Apache-2.0
"""silversmith parquet on files of another writer (pyarrow 26): what is not supported is not called
damaged."""
import base64
import unittest

from program import ProgramTest, run_program

FILES = {
    "gzip":
        "UEFSMRUAFRwVOiwVAhUAFQYVBhwAAAAfiwgAAAAAAAIDY2JgYGBiZGeAAAANcJ4pDgAAABUEGSw1ABgGc2NoZW"
        "1hFQIAFQQlAhgBYQAWAhkcGRwmABwVBBklBgAZGAFhFQQWAhZCFmAmCEkcFQAVABUCADwpBhkmAAIAAAAWQhYC"
        "JggWYAAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGRwcAAAAegAAAFBBUjE=",
    "nested":
        "UEFSMRUAFSgVLCwVAhUAFQYVBhwAAAAUTAIAAAACAAIAAAACAwcAAAAAAAAAFQQZTDUAGAZzY2hlbWEVAgA1Ah"
        "gBbBUCFQZMPAAAADUEGARsaXN0FQIAFQQlAhgHZWxlbWVudAAWAhkcGRwmABwVBBklBgAZOAFsBGxpc3QHZWxl"
        "bWVudBUCFgIWThZSJghJHBUAFQAVAgA8KSYCABlGAAAAAgAAABZOFgImCBZSACggcGFycXVldC1jcHAtYXJyb3"
        "cgdmVyc2lvbiAyNi4wLjEZHBwAAACqAAAAUEFSMQ==",
    "version_2":
        "UEFSMRUGFRQVFFwVAhUAFQIVABUEFQASHAAAAAIBBwAAAAAAAAAVBBksNQAYBnNjaGVtYRUCABUEJQIYAWEAFg"
        "IZHBkcJgAcFQQZJQYAGRgBYRUCFgIWRBZEJghJHBUAFQAVAgA8KQYZJgACAAAAFkQWAiYIFkQAKCBwYXJxdWV0"
        "LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRkcHAAAAHoAAABQQVIx",
    "no_rows":
        "UEFSMRUEFQAVAkwVABUAEgAAABUEGSw1ABgGc2NoZW1hFQIAFQQlAhgBYQAWABkcGRwmABwVBBklAAYZGAFhFQ"
        "IWABYcFh4mACYIKRwVBBUAFQIAAAAWHBYAJggWHgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4x"
        "GRwcAAAAdAAAAFBBUjE=",
}


class Foreign(ProgramTest):
    def at(self, name):
        return self.write(name + ".parquet", base64.b64decode(FILES[name]))

    def test_what_is_not_supported_is_named_and_not_called_damaged(self):
        for name, commands, words in [
                ("gzip", ["schema", "meta", "head", "digest", "verify"], "compressed by GZIP"),
                ("nested", ["schema", "meta", "head", "digest", "verify"], "column l is nested"),
                ("version_2", ["head", "digest", "verify"], "pages are of kind 3")]:
            path = self.at(name)
            for command in commands:
                done = run_program("parquet", command, path)
                self.assertEqual(done.status, 2, (command, done))
                self.assert_says(done.err, str(path), words, "does not support")
                self.assertNotIn("damaged", done.err)
                self.assertNotIn("not a Parquet file", done.err)

    def test_a_table_without_rows_is_whole(self):
        path = self.at("no_rows")
        self.verify(path)
        self.assertEqual(self.rows_of(path), [])
        self.assert_says(self.run_ok("parquet", "schema", path).out, "a", "int64")

    def test_control_bytes_of_a_label_do_not_reach_the_terminal(self):
        source = self.write("a.csv", b"a\x1b[31m,b\n1,2\n")
        self.run_ok("convert", source, "-o", self.folder / "a.parquet")
        for command in ["head", "schema"]:
            done = self.run_ok("parquet", command, self.folder / "a.parquet")
            self.assertNotIn("\x1b", done.out)
            self.assert_says(done.out, "\\x1B[31m")


if __name__ == "__main__":
    unittest.main()
