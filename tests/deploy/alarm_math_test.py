# SPDX-License-Identifier: Apache-2.0
"""The evaluator of alarms: statistics, metric math, and the tables that AWS's page about missing data
gives for its four treatments."""
import unittest

import alarm_math
from alarm_math import ALARM, NO_DATA, OK, Math, Store, Unsupported, state_of

MINUTE = 60


def simple(**more):
    return {"Namespace": "N", "MetricName": "m", "Dimensions": [{"Name": "D", "Value": "d"}],
            "Statistic": "Sum", "Period": MINUTE, "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold", "Threshold": 5, **more}


def store(*samples, name="m"):
    made = Store()
    for seconds, value in samples:
        made.add("N", name, {"D": "d"}, seconds, value)
    return made


class Statistics(unittest.TestCase):
    def test_samples_of_a_period_become_one_value(self):
        values = [3, 1, 2, 10]
        for statistic, wanted in [("Sum", 16), ("Average", 4), ("Minimum", 1), ("Maximum", 10),
                                  ("SampleCount", 4), ("p50", 2), ("p99", 10), ("p100", 10)]:
            self.assertEqual(alarm_math.of_values(values, statistic), wanted, statistic)
        for statistic in ["sum", "p", "p101", "tm90", ""]:
            self.assertRaises(Unsupported, alarm_math.of_values, values, statistic)

    def test_periods_begin_at_their_multiples_and_other_dimensions_are_other_metrics(self):
        made = store((0, 1), (59.9, 2), (60, 4), (200, 8))
        self.assertEqual(made.series("N", "m", {"D": "d"}, MINUTE, "Sum"), {0: 3, 60: 4, 180: 8})
        self.assertEqual(made.series("N", "m", {"D": "e"}, MINUTE, "Sum"), {})
        self.assertEqual(made.series("N", "m", {}, MINUTE, "Sum"), {})


class Expressions(unittest.TestCase):
    def value(self, text, **named):
        return Math(text, named, [0, 60, 120]).value

    def test_arithmetic_keeps_its_order(self):
        for text, wanted in [("1 + 2 * 3", 7), ("(1 + 2) * 3", 9), ("8 / 4 / 2", 1), ("7 - 2 - 1", 4),
                             ("-2 * 3", -6), ("2 ^ 3 * 2", 16), ("1 + 1 > 1", True),
                             ("1 > 2 OR 2 > 1", True), ("1 > 2 AND 2 > 1", False),
                             ("1 < 2 && 3 >= 3", True), ("1 != 1 || 1 == 2", False)]:
            self.assertEqual(self.value(text), wanted, text)

    def test_series_meet_where_both_have_a_value(self):
        self.assertEqual(self.value("a + b", a={0: 1, 60: 2}, b={60: 5, 120: 7}), {60: 7})
        self.assertEqual(self.value("100 * a", a={0: 1}), {0: 100})
        self.assertEqual(self.value("a / b", a={0: 1, 60: 1}, b={0: 0, 60: 4}), {60: 0.25})

    def test_if_chooses_in_each_period(self):
        rate = "IF(i > 0, 100 * e / i, 0)"
        self.assertEqual(self.value(rate, e={0: 1, 60: 0}, i={0: 4, 60: 0}), {0: 25, 60: 0})
        self.assertEqual(self.value(rate, e={}, i={0: 4, 60: 0}), {60: 0})
        self.assertEqual(self.value(rate, e={0: 1}, i={}), {})
        self.assertEqual(self.value("IF(1 > 2, a, b)", a={0: 1}, b={0: 2}), {0: 2})

    def test_fill_gives_missing_periods_a_value(self):
        self.assertEqual(self.value("FILL(a, 0)", a={60: 3}), {0: 0, 60: 3, 120: 0})

    def test_what_is_not_known_is_refused(self):
        for text in ["", "1 +", "(1", "1)", "a", "RATE(m)", "SUM(METRICS())", "m % 2", "FILL(1, 2)",
                     "'x'", "IF(1)"]:
            with self.assertRaises((Unsupported, TypeError), msg=text):
                self.value(text, m={0: 1})


class States(unittest.TestCase):
    def test_missing_data_is_treated_as_the_tables_say(self):
        point = {"0": False, "X": True, "-": None}
        treatments = ["missing", "ignore", "breaching", "notBreaching"]
        # Points to alarm of three, the last five periods, states with each treatment.
        for to_alarm, row, wanted in [
                (3, "0-X-X", [OK, OK, OK, OK]), (3, "----0", [OK, OK, OK, OK]),
                (3, "-----", [NO_DATA, "before", ALARM, OK]), (3, "0XX-X", [ALARM] * 4),
                (3, "--X--", [ALARM, "before", ALARM, OK]),
                (2, "0-X-X", [ALARM] * 4), (2, "00X0X", [ALARM] * 4),
                (2, "0-X--", [OK, OK, ALARM, OK]), (2, "----0", [OK, OK, ALARM, OK]),
                (2, "----X", [ALARM, "before", ALARM, OK])]:
            points = [point[letter] for letter in row]
            found = [state_of(points, 3, to_alarm, treatment, "before")
                     for treatment in treatments]
            self.assertEqual(found, wanted, (to_alarm, row))

    def test_only_periods_that_have_ended_count(self):
        alarm, told = simple(), store((0, 3), (10, 4), (60, 1))
        self.assertEqual(alarm_math.state(alarm, told, 59), NO_DATA)
        self.assertEqual(alarm_math.state(alarm, told, 60), ALARM)
        self.assertEqual(alarm_math.state(alarm, told, 120), OK)

    def test_comparisons(self):
        for comparison, below, equal, above in [
                ("GreaterThanThreshold", OK, OK, ALARM),
                ("GreaterThanOrEqualToThreshold", OK, ALARM, ALARM),
                ("LessThanThreshold", ALARM, OK, OK),
                ("LessThanOrEqualToThreshold", ALARM, ALARM, OK)]:
            found = [alarm_math.state(simple(ComparisonOperator=comparison), store((0, value)), 60)
                     for value in (4, 5, 6)]
            self.assertEqual(found, [below, equal, above], comparison)

    def test_so_many_of_so_many(self):
        alarm = simple(EvaluationPeriods=3, DatapointsToAlarm=2)
        self.assertEqual(alarm_math.state(alarm, store((0, 9), (60, 1), (120, 9)), 180), ALARM)
        self.assertEqual(alarm_math.state(alarm, store((0, 9), (60, 1), (120, 1)), 180), OK)

    def test_expressions_over_expressions(self):
        def stat(name):
            return {"Id": name, "ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": MINUTE,
                    "Metric": {"Namespace": "N", "MetricName": name,
                               "Dimensions": [{"Name": "D", "Value": "d"}]}}}
        alarm = {"Metrics": [{"Id": "r", "Expression": "100 * half"},
                             {"Id": "half", "Expression": "e / i", "ReturnData": False},
                             stat("e"), stat("i")],
                 "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold",
                 "Threshold": 5, "TreatMissingData": "notBreaching"}
        made = store((0, 1), name="e")
        made.add("N", "i", {"D": "d"}, 0, 10)
        self.assertEqual(alarm_math.state(alarm, made, 60), ALARM)
        made.add("N", "i", {"D": "d"}, 0, 10)
        self.assertEqual(alarm_math.state(alarm, made, 60), OK)
        alarm["Metrics"][1]["Expression"] = "r"
        self.assertRaises(Unsupported, alarm_math.state, alarm, made, 60)
        alarm["Metrics"][1] = {"Id": "half", "Expression": "e / i"}
        self.assertRaises(Unsupported, alarm_math.state, alarm, made, 60)
        self.assertRaises(Unsupported, alarm_math.state, simple(TreatMissingData="x"), made, 60)


if __name__ == "__main__":
    unittest.main()
