# SPDX-License-Identifier: Apache-2.0
"""The validator of the embedded metric format: each rule is broken once, and seen."""
import copy
import json
import unittest

import emf_rules

GOOD = {
    "_aws": {"Timestamp": 1_700_000_000_000, "CloudWatchMetrics": [{
        "Namespace": "Silversmith", "Dimensions": [["Pipeline"], ["Pipeline", "Contract"]],
        "Metrics": [{"Name": "RowsRead", "Unit": "Count", "StorageResolution": 60},
                    {"Name": "ConvertMs", "Unit": "Milliseconds"}]}]},
    "Pipeline": "csv-validator", "Contract": "orders@1", "RowsRead": 3, "ConvertMs": [1, 2.5],
    "key": "bronze/a.csv",
}


def broken(change):
    line = copy.deepcopy(GOOD)
    change(line, line["_aws"]["CloudWatchMetrics"][0])
    return json.dumps(line)


class Rules(unittest.TestCase):
    def test_a_good_line_has_no_faults(self):
        self.assertEqual(emf_rules.faults(json.dumps(GOOD)), [])
        self.assertEqual(emf_rules.faults(json.dumps(GOOD) + "\n"), [])

    def test_what_is_no_line_of_it_is_not_taken_for_one(self):
        self.assertTrue(emf_rules.is_emf(json.dumps(GOOD)))
        for text in ["", "START RequestId: 1", "[]", '{"message": "run"}', json.dumps(GOOD)[:-1]]:
            self.assertFalse(emf_rules.is_emf(text), text)

    def test_each_rule_is_seen_when_it_is_broken(self):
        def with_metrics(count):
            def change(line, directive):
                directive["Metrics"] = [{"Name": "m%d" % i} for i in range(count)]
                line.update({"m%d" % i: i for i in range(count)})
            return change

        def with_dimensions(count):
            def change(line, directive):
                names = ["d%d" % i for i in range(count)]
                line.update({name: "x" for name in names})
                directive["Dimensions"] = [names]
            return change

        self.assertEqual(emf_rules.faults(broken(with_metrics(100))), [])
        self.assertEqual(emf_rules.faults(broken(with_dimensions(30))), [])
        cases = [
            ("Timestamp", lambda l, d: l["_aws"].pop("Timestamp")),
            ("Timestamp", lambda l, d: l["_aws"].update(Timestamp="1700000000000")),
            ("Timestamp", lambda l, d: l["_aws"].update(Timestamp=True)),
            ("are seconds", lambda l, d: l["_aws"].update(Timestamp=1_700_000_000)),
            ("is no list", lambda l, d: l["_aws"].pop("CloudWatchMetrics")),
            ("is no object", lambda l, d: l.update(_aws=[])),
            ("[0] is no object", lambda l, d: l["_aws"].update(CloudWatchMetrics=["x"])),
            ("Namespace", lambda l, d: d.pop("Namespace")),
            ("Namespace", lambda l, d: d.update(Namespace="")),
            ("Namespace", lambda l, d: d.update(Namespace="n" * 256)),
            ("Dimensions", lambda l, d: d.pop("Dimensions")),
            ("Dimensions[0] is no list", lambda l, d: d.update(Dimensions=["Pipeline"])),
            ("more than 30", with_dimensions(31)),
            ("Contract is not at the root", lambda l, d: l.pop("Contract")),
            ("value of Pipeline", lambda l, d: l.update(Pipeline=7)),
            ("value of Pipeline", lambda l, d: l.update(Pipeline="")),
            ("value of Pipeline", lambda l, d: l.update(Pipeline=" ")),
            ("printed ASCII", lambda l, d: l.update(Pipeline="caf\u00e9")),
            ("printed ASCII", lambda l, d: l.update(Pipeline=":a")),
            ("Metrics: no list", lambda l, d: d.pop("Metrics")),
            ("Metrics: no list", lambda l, d: d.update(Metrics=[])),
            ("more than 100", with_metrics(101)),
            ("no Name", lambda l, d: d["Metrics"][0].pop("Name")),
            ("'count' is no unit", lambda l, d: d["Metrics"][0].update(Unit="count")),
            ("StorageResolution", lambda l, d: d["Metrics"][0].update(StorageResolution=30)),
            ("RowsRead is not at the root", lambda l, d: l.pop("RowsRead")),
            ("RowsRead: '3' is no number", lambda l, d: l.update(RowsRead="3")),
            ("RowsRead: True is no number", lambda l, d: l.update(RowsRead=True)),
            ("RowsRead has not", lambda l, d: l.update(RowsRead=[])),
            ("RowsRead has not", lambda l, d: l.update(RowsRead=[1] * 101)),
            ("range", lambda l, d: l.update(RowsRead=1e200)),
            ("no JSON: NaN", lambda l, d: l.update(RowsRead=float("nan"))),
            ("twice", lambda l, d: d["Metrics"].append({"Name": "RowsRead"})),
            ("longer", lambda l, d: l.update(key="k" * emf_rules.LINE_BYTES_MAX)),
        ]
        for words, change in cases:
            found = emf_rules.faults(broken(change))
            self.assertTrue(any(words in fault for fault in found), (words, found))
        for text in ["", "x", json.dumps(GOOD)[:-1], "[]", '{"a": 1}']:
            self.assertNotEqual(emf_rules.faults(text), [], text)
        self.assertIn("more than one line", emf_rules.faults(json.dumps(GOOD, indent=1)))

    def test_samples_are_one_for_each_metric_and_set(self):
        found = emf_rules.samples(json.dumps(GOOD))
        self.assertEqual(len(found), 4)
        pipeline = frozenset({("Pipeline", "csv-validator")})
        self.assertIn(emf_rules.Sample("Silversmith", "RowsRead", pipeline, 1_700_000_000.0, (3,),
                                       "Count"), found)
        both = pipeline | {("Contract", "orders@1")}
        self.assertIn(emf_rules.Sample("Silversmith", "ConvertMs", both, 1_700_000_000.0, (1, 2.5),
                                       "Milliseconds"), found)


if __name__ == "__main__":
    unittest.main()
