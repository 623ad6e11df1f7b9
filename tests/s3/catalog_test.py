# SPDX-License-Identifier: Apache-2.0
"""`silversmith catalog`: tables printed, and made in moto's Glue from a lake in moto's S3. Run with the
Python of tests/s3/setup."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "tests/cli"), str(ROOT / "tests/lambda"), str(ROOT / "tests/s3")]

from end_to_end_test import BUCKET, MOTO, Moto
from program import run_program

ORDERS = b"""name: orders
schema: {fieldsMatch: subset, fields: [{name: id, type: integer}]}
"silver:contract": {version: 1, match: "bronze/orders/**"}
"silver:catalog": {partitions: [{name: dt, type: date, range: "2020-01-01,NOW"}]}
"""
# No partitions, and no columns that it does not name.
PLANES = b"""name: Planes
schema: {fields: [{name: tail, type: string}, {name: seats, type: integer}]}
"silver:contract": {version: 1, match: "bronze/planes/*.csv"}
"""


class Show(unittest.TestCase):
    def show(self, text, *arguments):
        with tempfile.NamedTemporaryFile(suffix=".yaml") as file:
            file.write(text)
            file.flush()
            return run_program("catalog", "show", file.name, *arguments)

    def test_prints_what_glue_takes(self):
        done = self.show(ORDERS, "--lake", "s3://lake/team-a", "--json")
        self.assertEqual(done.status, 0, done)
        table = done.json()
        self.assertEqual(table["StorageDescriptor"]["Location"], "s3://lake/team-a/silver/orders/")
        self.assertEqual(table["PartitionKeys"], [{"Name": "dt", "Type": "string"}])
        elsewhere = self.show(ORDERS, "--lake", "s3://lake", "--silver", "s3://out", "--json").json()
        self.assertEqual(elsewhere["StorageDescriptor"]["Location"], "s3://out/silver/orders/")

    def test_prints_what_is_typed_into_athena(self):
        done = self.show(PLANES, "--lake", "s3://lake", "--ddl", "--database", "air")
        self.assertEqual(done.status, 0, done)
        self.assertIn("CREATE EXTERNAL TABLE IF NOT EXISTS `air`.`planes`", done.out)
        self.assertIn("LOCATION 's3://lake/silver/planes/'", done.out)

    def test_says_what_is_missing(self):
        done = self.show(ORDERS)
        self.assertEqual(done.status, 2, done)
        self.assertIn("--lake", done.err)
        done = self.show(PLANES.replace(b"seats", b"TAIL"), "--lake", "s3://lake")
        self.assertEqual(done.status, 2, done)
        self.assertIn("are one column", done.err)


class Sync(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = Moto()
        cls.addClassCleanup(cls.moto.close)

    def setUp(self):
        self.moto.reset()
        self.moto.s3.create_bucket(Bucket=BUCKET)
        self.glue = self.moto.client("glue")
        self.glue.create_database(DatabaseInput={"Name": "shop"})

    def put(self, key, body):
        self.moto.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def run_in_moto(self, *arguments):
        return run_program(*arguments, env=self.moto.variables())

    def sync(self, *arguments):
        done = self.run_in_moto("catalog", "sync", "s3://" + BUCKET, "--database", "shop", "--json",
                                *arguments)
        return done.status, {line.get("table"): line for line in done.jsons()}

    def columns(self, name):
        table = self.glue.get_table(DatabaseName="shop", Name=name)["Table"]
        return [(one["Name"], one["Type"]) for one in table["StorageDescriptor"]["Columns"]]

    def test_makes_the_tables_of_a_lake_and_then_has_nothing_to_do(self):
        self.put("contracts/orders.yaml", ORDERS)
        self.put("contracts/planes.yaml", PLANES)
        self.put("bronze/planes/a.csv", b"tail,seats\nD-AB,3\n")
        self.put("bronze/orders/dt=2026-01-02/a.csv", b"id,note\n1,x\n")
        self.put("bronze/orders/dt=2026-01-03/b.csv", b"id,amount\n1,2\n")
        self.assertEqual(self.run_in_moto("run", "s3://" + BUCKET).status, 0)
        status, tables = self.sync("--dry-run")
        self.assertEqual((status, tables["orders"]["change"], tables["orders"]["dry_run"]),
                         (0, "made", True), tables)
        self.assertEqual(self.glue.get_tables(DatabaseName="shop")["TableList"], [])
        status, tables = self.sync()
        self.assertEqual((status, tables["orders"]["change"], tables["planes"]["change"],
                          tables["orders"]["partitions_added"]), (0, "made", "made", 2), tables)
        self.assertEqual(self.columns("planes"), [("tail", "string"), ("seats", "bigint")])
        self.assertEqual(sorted(self.columns("orders")),
                         [("amount", "bigint"), ("id", "bigint"), ("note", "string")])
        status, tables = self.sync()
        self.assertEqual((status, tables["orders"]["change"], tables["orders"]["partitions"],
                          tables["orders"]["partitions_added"]), (0, "none", 2, 0), tables)

    def test_tells_what_it_does_nothing_about(self):
        self.put("contracts/orders.yaml", ORDERS)
        self.put("bronze/orders/dt=2026-01-02/a.csv", b"id,note\n1,x\n")
        self.put("bronze/orders/dt=2026-01-03/b.csv", b"id,note\n1,7\n")
        self.put("bronze/orders/lost.csv", b"id\n1\n")
        self.assertEqual(self.run_in_moto("run", "s3://" + BUCKET).status, 0)
        status, tables = self.sync()
        findings = "\n".join(tables["orders"]["findings"])
        self.assertEqual(status, 1, findings)
        self.assertIn('the column "note" is', findings)
        self.assertIn("1 objects are in no partition", findings)

    def test_one_wrong_table_keeps_no_other_from_being_made(self):
        self.put("contracts/a.yaml", PLANES.replace(b"seats", b"TAIL").replace(b"Planes", b"wrong")
                 .replace(b"bronze/planes", b"bronze/wrong"))
        self.put("contracts/b.yaml", PLANES)
        status, tables = self.sync()
        self.assertEqual((status, tables["planes"]["change"]), (2, "made"), tables)

    def test_says_what_it_needs(self):
        self.assertEqual(self.run_in_moto("catalog", "sync", "s3://" + BUCKET).status, 2)
        done = self.run_in_moto("catalog", "sync", "s3://" + BUCKET, "--database", "shop")
        self.assertIn("has no contracts", done.err)
        self.put("contracts/planes.yaml", PLANES)
        done = self.run_in_moto("catalog", "sync", "s3://" + BUCKET, "--database", "none")
        self.assertIn("make the database", done.err)


if __name__ == "__main__":
    if not MOTO.exists():
        print("no %s: run tests/s3/setup" % MOTO, file=sys.stderr)
        sys.exit(1)
    unittest.main()
