# SPDX-License-Identifier: Apache-2.0
"""The rules of CloudWatch's embedded metric format, as a validator of our own: AWS publishes none.
docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html"""
import dataclasses
import json

LINE_BYTES_MAX = 1 << 20
METRICS_MAX = 100
DIMENSIONS_MAX = 30
VALUES_MAX = 100
TEXT_MAX = 1024
NAMESPACE_MAX = 255
RATES = ["%s/Second" % unit for unit in (
    "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits",
    "Gigabits", "Terabits", "Count")]
UNITS = {"Seconds", "Microseconds", "Milliseconds", "Percent", "None", *RATES,
         *(rate.split("/")[0] for rate in RATES)}


@dataclasses.dataclass(frozen=True)
class Sample:
    """What CloudWatch makes of one metric of one line, under one set of dimensions."""
    namespace: str
    name: str
    dimensions: frozenset  # of (name, value)
    seconds: float         # since 1970
    values: tuple
    unit: str


def is_emf(text):
    """Whether CloudWatch Logs looks for metrics in this line."""
    try:
        line = json.loads(text)
    except ValueError:
        return False
    return isinstance(line, dict) and "_aws" in line


def faults(text):
    """What the line breaks, in words; nothing when CloudWatch takes all of it."""
    if len(text.encode()) > LINE_BYTES_MAX:
        return ["longer than %d bytes" % LINE_BYTES_MAX]
    if "\n" in text.rstrip("\n"):
        return ["more than one line"]
    try:
        line = json.loads(text, parse_constant=_no_constant)
    except ValueError as error:
        return ["no JSON: %s" % error]
    if not isinstance(line, dict):
        return ["no object"]
    if not isinstance(line.get("_aws"), dict):
        return ["_aws is no object"]
    found = []
    timestamp = line["_aws"].get("Timestamp")
    if isinstance(timestamp, bool) or not isinstance(timestamp, int) or timestamp < 0:
        found.append("_aws.Timestamp: no whole number of milliseconds")
    elif timestamp < 10 ** 11:
        found.append("_aws.Timestamp: %d are seconds, not milliseconds" % timestamp)
    directives = line["_aws"].get("CloudWatchMetrics")
    if not isinstance(directives, list):
        return found + ["_aws.CloudWatchMetrics is no list"]
    for i, directive in enumerate(directives):
        found += ["CloudWatchMetrics[%d]%s" % (i, fault) for fault in _directive(line, directive)]
    return found


def _no_constant(name):
    raise ValueError(name + " is no JSON")


def _is_text(value, length_max=TEXT_MAX):
    return isinstance(value, str) and 0 < len(value) <= length_max


def _directive(line, directive):
    if not isinstance(directive, dict):
        yield " is no object"
        return
    if not _is_text(directive.get("Namespace"), NAMESPACE_MAX):
        yield ".Namespace: no text of 1 to %d characters" % NAMESPACE_MAX
    sets = directive.get("Dimensions")
    if not isinstance(sets, list) or not sets:
        yield ".Dimensions: no list of sets"
        sets = []
    for i, names in enumerate(sets):
        for fault in _dimension_set(line, names):
            yield ".Dimensions[%d]%s" % (i, fault)
    metrics = directive.get("Metrics")
    if not isinstance(metrics, list) or not metrics:
        yield ".Metrics: no list"
        return
    if len(metrics) > METRICS_MAX:
        yield ".Metrics: more than %d" % METRICS_MAX
    for i, metric in enumerate(metrics):
        for fault in _metric(line, metric):
            yield ".Metrics[%d]%s" % (i, fault)
    names = [metric.get("Name") for metric in metrics if isinstance(metric, dict)]
    for name in sorted({str(name) for name in names if names.count(name) > 1}):
        yield ".Metrics: %s stands there twice" % name


def _dimension_set(line, names):
    if not isinstance(names, list):
        yield " is no list"
        return
    if len(names) > DIMENSIONS_MAX:
        yield ": more than %d" % DIMENSIONS_MAX
    for name in names:
        if not _is_text(name, 250):
            yield ": %r is no name" % (name,)
        elif name not in line:
            yield ": %s is not at the root" % name
        elif not _is_text(line[name]) or not line[name].strip():
            yield ": the value of %s is no text of 1 to %d characters" % (name, TEXT_MAX)
        elif not line[name].isascii() or line[name].startswith(":") or \
                not line[name].isprintable():
            yield ": the value of %s: CloudWatch takes printed ASCII, no colon first" % name


def _metric(line, metric):
    if not isinstance(metric, dict) or not _is_text(metric.get("Name")):
        yield ": no Name of 1 to %d characters" % TEXT_MAX
        return
    name = metric["Name"]
    if metric.get("Unit", "None") not in UNITS:
        yield ": %r is no unit" % (metric["Unit"],)
    if metric.get("StorageResolution", 60) not in (1, 60):
        yield ": StorageResolution is neither 1 nor 60"
    if name not in line:
        yield ": %s is not at the root" % name
        return
    values = line[name] if isinstance(line[name], list) else [line[name]]
    if not 0 < len(values) <= VALUES_MAX:
        yield ": %s has not 1 to %d values" % (name, VALUES_MAX)
    for value in values:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield ": %s: %r is no number" % (name, value)
        elif abs(value) > 2 ** 360:
            yield ": %s: %r is out of CloudWatch's range" % (name, value)


def samples(text):
    """The metrics of a line without faults."""
    line = json.loads(text)
    out = []
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            values = line[metric["Name"]]
            for names in directive["Dimensions"]:
                out.append(Sample(
                    directive["Namespace"], metric["Name"],
                    frozenset((name, line[name]) for name in names),
                    line["_aws"]["Timestamp"] / 1000,
                    tuple(values if isinstance(values, list) else [values]),
                    metric.get("Unit", "None")))
    return out
