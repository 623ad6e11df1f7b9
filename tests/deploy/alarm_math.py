# SPDX-License-Identifier: Apache-2.0
"""What CloudWatch would make of an alarm: statistics of samples a period, metric math, and the state
that follows. Only what our alarms use; anything else is refused, so that nothing is passed over.
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html and
.../alarms-and-missing-data.html

A series is {start of period, seconds since 1970: value}; a period without samples is not in it."""
import math
import operator
import re

PERIODS_BACK = 2  # beyond EvaluationPeriods, that CloudWatch looks at when data is missing
COMPARISONS = {"GreaterThanThreshold": operator.gt,
               "GreaterThanOrEqualToThreshold": operator.ge,
               "LessThanThreshold": operator.lt, "LessThanOrEqualToThreshold": operator.le}
ALARM, OK, NO_DATA = "ALARM", "OK", "INSUFFICIENT_DATA"


class Unsupported(Exception):
    """The alarm uses what is not known here."""


class Store:
    """Samples of metrics: what CloudWatch has been told."""

    def __init__(self):
        self.samples = {}  # (namespace, name, frozenset of dimensions): [(seconds, value)]

    def add(self, namespace, name, dimensions, seconds, value):
        key = (namespace, name, frozenset(dict(dimensions).items()))
        self.samples.setdefault(key, []).append((seconds, value))

    def series(self, namespace, name, dimensions, period, statistic):
        found = {}
        key = (namespace, name, frozenset(dict(dimensions).items()))
        for seconds, value in self.samples.get(key, []):
            found.setdefault(int(seconds // period * period), []).append(value)
        return {start: of_values(values, statistic) for start, values in found.items()}


def of_values(values, statistic):
    simple = {"Sum": sum, "Minimum": min, "Maximum": max, "SampleCount": len,
              "Average": lambda all_values: sum(all_values) / len(all_values)}
    if statistic in simple:
        return simple[statistic](values)
    percentile = re.fullmatch(r"p(\d{1,2}(?:\.\d+)?|100)", statistic)
    if not percentile:
        raise Unsupported("statistic " + statistic)
    rank = math.ceil(float(percentile.group(1)) / 100 * len(values))
    return sorted(values)[max(rank, 1) - 1]


# ---- Metric math

TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|[<>=!]=|&&|\|\||[-+*/^()<>,])")
ORDER = [("||", "OR"), ("&&", "AND"), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"),
         ("^",)]
OPERATORS = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "^": operator.pow,
    "/": lambda a, b: None if b == 0 else a / b,  # a period without a value
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "AND": lambda a, b: bool(a) and bool(b), "&&": lambda a, b: bool(a) and bool(b),
    "OR": lambda a, b: bool(a) or bool(b), "||": lambda a, b: bool(a) or bool(b)}


class Math:
    """One expression over named series, in the periods given."""

    def __init__(self, text, named, periods):
        self.tokens = self.split(text)
        self.named = named
        self.periods = periods
        self.at = 0
        self.value = self.binary(0)
        if self.at != len(self.tokens):
            raise Unsupported("%r behind an expression" % self.tokens[self.at])

    @staticmethod
    def split(text):
        tokens, at = [], 0
        text = text.strip()
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise Unsupported("%r in an expression" % text[at:])
            tokens.append(match.group(1))
            at = match.end()
        return tokens

    def next(self, wanted=None):
        if self.at == len(self.tokens):
            raise Unsupported("an expression ends early")
        token = self.tokens[self.at]
        if wanted is not None and token != wanted:
            raise Unsupported("%r where %r is wanted" % (token, wanted))
        self.at += 1
        return token

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def binary(self, level):
        if level == len(ORDER):
            return self.unary()
        left = self.binary(level + 1)
        while self.peek() in ORDER[level]:
            function = OPERATORS[self.next()]
            left = apply(function, left, self.binary(level + 1))
        return left

    def unary(self):
        if self.peek() == "-":
            self.next()
            return apply(operator.mul, -1.0, self.unary())
        return self.primary()

    def primary(self):
        token = self.next()
        if token == "(":
            value = self.binary(0)
            self.next(")")
            return value
        if token[0].isdigit():
            return float(token)
        if self.peek() == "(":
            return self.call(token)
        if token not in self.named:
            raise Unsupported("nothing is called %s" % token)
        return self.named[token]

    def call(self, name):
        handler = {"IF": self.call_if, "FILL": self.call_fill}.get(name)
        if handler is None:
            raise Unsupported("function " + name)
        self.next("(")
        arguments = [self.binary(0)]
        while self.peek() == ",":
            self.next()
            arguments.append(self.binary(0))
        self.next(")")
        return handler(*arguments)

    def call_if(self, condition, then, otherwise):
        """Where the condition has no value there is none."""
        if not isinstance(condition, dict):
            return then if condition else otherwise
        out = {}
        for start, holds in condition.items():
            value = at_period(then if holds else otherwise, start)
            if value is not None:
                out[start] = value
        return out

    def call_fill(self, series, filler):
        if not isinstance(series, dict) or isinstance(filler, dict):
            raise Unsupported("FILL of no series, or with one")
        return {start: series.get(start, filler) for start in self.periods}


def at_period(value, start):
    return value.get(start) if isinstance(value, dict) else value


def apply(function, left, right):
    """Of two series only the periods that both have."""
    if not isinstance(left, dict) and not isinstance(right, dict):
        return function(left, right)
    starts = set(left) if isinstance(left, dict) else set(right)
    if isinstance(left, dict) and isinstance(right, dict):
        starts &= set(right)
    out = {start: function(at_period(left, start), at_period(right, start)) for start in starts}
    return {start: value for start, value in out.items() if value is not None}


# ---- Alarms

def plain(dimensions):
    return {dimension["Name"]: dimension["Value"] for dimension in dimensions or []}


def metrics_of(alarm):
    """(namespace, name, dimensions, period, statistic) of each metric that it reads."""
    if "MetricName" in alarm:
        statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
        return [(alarm["Namespace"], alarm["MetricName"], plain(alarm.get("Dimensions")),
                 alarm["Period"], statistic)]
    return [(m["MetricStat"]["Metric"]["Namespace"], m["MetricStat"]["Metric"]["MetricName"],
             plain(m["MetricStat"]["Metric"].get("Dimensions")), m["MetricStat"]["Period"],
             m["MetricStat"]["Stat"]) for m in alarm["Metrics"] if "MetricStat" in m]


def period_of(alarm):
    periods = {period for _, _, _, period, _ in metrics_of(alarm)}
    if len(periods) != 1:
        raise Unsupported("metrics of %d periods in one alarm" % len(periods))
    return periods.pop()


def result(alarm, store, periods):
    """The series that is compared with the threshold."""
    if "MetricName" in alarm:
        return store.series(*metrics_of(alarm)[0])
    named, returned = {}, []
    for metric in alarm["Metrics"]:
        if "MetricStat" in metric:
            stat = metric["MetricStat"]
            named[metric["Id"]] = store.series(
                stat["Metric"]["Namespace"], stat["Metric"]["MetricName"],
                plain(stat["Metric"].get("Dimensions")), stat["Period"], stat["Stat"])
        if metric.get("ReturnData", True):
            returned.append(metric["Id"])
    pending = {m["Id"]: m["Expression"] for m in alarm["Metrics"] if "Expression" in m}
    while pending:
        ready = [name for name, text in pending.items()
                 if not set(Math.split(text)) & (set(pending) - {name})]
        if not ready:
            raise Unsupported("expressions that need each other")
        for name in ready:
            named[name] = Math(pending.pop(name), named, periods).value
    if len(returned) != 1:
        raise Unsupported("%d series are returned, wanted 1" % len(returned))
    series = named[returned[0]]
    if not isinstance(series, dict):
        raise Unsupported("the expression is no series")
    return series


def state(alarm, store, now, before=OK):
    """The state of the alarm at `now`, seconds since 1970, from whole periods that have ended.
    `before`: the state that it was in."""
    period, wanted = period_of(alarm), alarm["EvaluationPeriods"]
    end = int(now // period * period)
    looked_at = [end - period * i for i in range(wanted + PERIODS_BACK, 0, -1)]
    series = result(alarm, store, looked_at)
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    points = [breaches(series[start], alarm["Threshold"]) if start in series else None
              for start in looked_at]
    return state_of(points, wanted, alarm.get("DatapointsToAlarm", wanted),
                    alarm.get("TreatMissingData", "missing"), before)


def state_of(points, evaluated, to_alarm, missing, before):
    """`points`, oldest first: True is breaching, False is not, None is missing. Points that are there
    count before missing ones: only what still lacks is filled in."""
    real = [point for point in points if point is not None][-evaluated:]
    lacking = evaluated - len(real)
    bad = sum(real)
    if missing == "breaching":
        return ALARM if bad + lacking >= to_alarm else OK
    if missing == "notBreaching" or lacking == 0:
        return ALARM if bad >= to_alarm else OK
    if missing == "missing":
        if not real:
            return NO_DATA
        return ALARM if bad >= min(to_alarm, len(real)) else OK
    if missing == "ignore":
        if bad >= to_alarm:
            return ALARM
        return OK if real and bad < len(real) else before
    raise Unsupported("TreatMissingData " + missing)
