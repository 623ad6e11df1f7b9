# SPDX-License-Identifier: Apache-2.0
"""doctor as a process, on folders: what it finds, what it says to do, and that it leaves nothing.
In S3: doctor_s3_test.py and doctor_moto_test.py."""
import os
import shutil
import unittest

from program import ProgramTest, run_program


def checks(done, outcome=None):
    """Those of that outcome (all, without one), as "group name"."""
    found = done.json()
    assert found["schema"] == "silversmith.doctor/1", done
    return ["%s %s" % (c["group"], c["name"]) for c in found["checks"]
            if outcome in (None, c["outcome"])]


def check(done, name):
    """The one check whose group and name contain that."""
    found = [c for c in done.json()["checks"] if name in "%s %s" % (c["group"], c["name"])]
    assert len(found) == 1, (name, found)
    return found[0]


class Doctor(ProgramTest):
    def doctor(self, *arguments, **keywords):
        return run_program("doctor", self.lake, "--json", *arguments, **keywords)

    def test_a_good_folder_is_trusted_and_left_as_it_was(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        before = sorted(str(p) for p in self.lake.rglob("*"))
        done = self.doctor()
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.json()["verdict"], "trusted")
        self.assertEqual(checks(done, "failed"), [])
        self.assertGreaterEqual(len([c for c in checks(done) if c.startswith("conditions")]), 8)
        self.assertEqual(sorted(str(p) for p in self.lake.rglob("*")), before)
        self.assertIn("all is well", run_program("doctor", self.lake).out)

    def test_without_a_lake_it_looks_at_the_machine(self):
        done = run_program("doctor", "--json")
        self.assertEqual(done.status, 0, done)
        self.assertIsNone(done.json()["verdict"])
        self.assertTrue(all(c.startswith("machine") for c in checks(done)))

    def test_what_is_no_lake_is_told_with_what_to_do(self):
        done = run_program("doctor", self.folder / "nothing", "--json")
        self.assertEqual(done.status, 1, done)
        self.assertIn("silversmith init", check(done, "lake ")["hint"])

    def test_links_in_the_lake_are_told(self):
        self.make_lake({"bronze/a.csv": "x\n1\n"})
        (self.folder / "elsewhere").mkdir()
        shutil.rmtree(self.lake / "silver", ignore_errors=True)
        (self.lake / "silver").symlink_to(self.folder / "elsewhere")
        (self.lake / "bronze/linked.csv").symlink_to(self.lake / "bronze/a.csv")
        done = self.doctor()
        self.assertEqual(done.status, 1, done)
        self.assertEqual(checks(done, "failed"), ["lake silver"])
        self.assertEqual([c for c in checks(done, "warning") if "bronze" in c], ["lake bronze"])

    @unittest.skipUnless(os.path.isdir("/dev/shm"), "there is no second file system here")
    def test_a_folder_on_another_file_system_is_told(self):
        self.make_lake()
        if os.stat("/dev/shm").st_dev == os.stat(self.lake).st_dev:
            self.skipTest("one file system")
        # What stands in for a mount: quarantine is one of the root's folders, and the root is
        # where the links start. A lake in memory with silver on the disk can't be made without a
        # mount, so the root itself is asked about its file system here.
        memory = "/dev/shm/silversmith-doctor-%d" % os.getpid()
        self.addCleanup(shutil.rmtree, memory, ignore_errors=True)
        self.run_ok("init", memory)
        done = run_program("doctor", memory, "--json")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(check(done, "lake file system")["found"], "tmpfs")
        self.assertEqual(check(done, "lake file system")["outcome"], "warning")

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "root may write anywhere")
    def test_a_folder_that_can_not_be_written_is_told(self):
        self.make_lake()
        os.chmod(self.folder, 0o755)
        for path in (self.lake, *self.lake.rglob("*")):
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        self.addCleanup(lambda: [os.chmod(p, 0o755) for p in (self.lake, *self.lake.rglob("*"))])
        # Root writes whatever the mode says.
        prefix = (["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
                  if os.geteuid() == 0 else [])
        done = self.doctor(prefix=prefix)
        self.assertEqual(done.status, 1, done)
        self.assertIn("lake silver", checks(done, "failed"))
        self.assertIn("lake writable", checks(done, "failed"))

    def test_each_contract_that_is_wrong_is_told(self):
        self.make_lake()
        (self.lake / "contracts/one.yaml").write_text("name: [")
        (self.lake / "contracts/two.yaml").write_text("nonsense: true\n")
        done = self.doctor()
        self.assertEqual(done.status, 1, done)
        self.assertEqual(checks(done, "failed"),
                         ["contracts contracts/one.yaml", "contracts contracts/two.yaml"])

    def test_two_contracts_for_one_key_are_told(self):
        self.make_lake({"bronze/orders/a.csv": "x\n1\n"})
        contract = (self.lake / "contracts/orders.yaml").read_text()
        (self.lake / "contracts/twin.yaml").write_text(contract)
        done = self.doctor()
        self.assertEqual(checks(done, "failed"), ["contracts bronze/orders/a.csv"])
        self.assertIn("two contracts match", check(done, "bronze/orders/a.csv")["found"])

    def test_more_memory_than_there_is_is_told(self):
        self.make_lake()
        done = self.doctor("--memory", "900GiB")
        self.assertEqual(checks(done, "failed"), ["machine memory"])
        done = self.doctor("--memory", "much")
        self.assertEqual(checks(done, "failed")[0], "machine settings")

    def test_few_open_files_are_told(self):
        self.make_lake()
        done = self.doctor(prefix=["prlimit", "--nofile=100"])
        self.assertEqual((done.status, checks(done, "warning")[0]), (0, "machine open files"))

    def test_silver_elsewhere_is_tried_there(self):
        self.make_lake()
        (self.folder / "out").mkdir()
        done = self.doctor("--silver", self.folder / "out")
        self.assertEqual(done.status, 0, done)
        self.assertEqual(check(done, "verdict ")["name"], str(self.folder / "out"))
        self.assertEqual(list((self.folder / "out").iterdir()), [])


if __name__ == "__main__":
    unittest.main()
