#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the matrix back with one independent reader and compares values, nulls, types, statistics.

    check.py pyarrow|duckdb|polars|fastparquet DIR [NAME]...

Every difference is a line; deviations.json lists what is known of a reader, with the reason, and a
listed deviation that no longer happens is a failure too.
"""
import datetime
import decimal
import hashlib
import json
import math
import pathlib
import struct
import sys

decimal.getcontext().prec = 80
EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()
MICROSECOND = datetime.timedelta(microseconds=1)


def micros_of(stamp, utc):
    zone = datetime.timezone.utc if utc else None
    return (stamp - datetime.datetime(1970, 1, 1, tzinfo=zone)) // MICROSECOND


def expected(column, value):
    """What stands in the expectations, as the canonical form of canonical()."""
    if value is None or column["kind"] in ("boolean", "text", "json", "binary"):
        return value
    if column["kind"] == "double":
        number = struct.unpack("<d", struct.pack("<q", int(value)))[0]
        return "nan" if math.isnan(number) else struct.pack("<d", number).hex()
    return int(value)


def text_form(value):
    data = value.encode() if isinstance(value, str) else bytes(value)
    if len(data) > 4096:
        return "sha256:" + hashlib.sha256(data).hexdigest()
    return data.decode()


def canonical(column, value):
    """One value of a reader in a form that can be compared exactly."""
    kind = column["kind"]
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    if kind == "int64":
        return int(value)
    if kind == "double":
        return "nan" if math.isnan(value) else struct.pack("<d", value).hex()
    if kind == "decimal":
        return int(decimal.Decimal(value).scaleb(column["scale"]))
    if kind in ("text", "json"):
        return text_form(value)
    if kind == "binary":
        return bytes(value).hex()
    if kind == "date":
        return value.toordinal() - EPOCH_DAY
    if kind == "time":
        seconds = (value.hour * 60 + value.minute) * 60 + value.second
        return seconds * 1_000_000 + value.microsecond
    return micros_of(value, column["utc"])


# Readers: each yields (column name, list of Python values) and checks what else it can see.

def read_pyarrow(path, want, problem):
    import pyarrow as pa
    import pyarrow.parquet as pq
    file = pq.ParquetFile(path, page_checksum_verification=True)
    types = {"boolean": pa.bool_(), "int64": pa.int64(), "double": pa.float64(),
             "binary": pa.binary(), "date": pa.date32(), "time": pa.time64("us")}
    table = file.read()
    for column, field in zip(want["columns"], table.schema):
        kind = column["kind"]
        if kind == "decimal":
            wanted = pa.decimal128(column["precision"], column["scale"])
        elif kind == "timestamp":
            wanted = pa.timestamp("us", tz="UTC" if column["utc"] else None)
        elif kind == "text":
            wanted = pa.string()
        else:
            wanted = types.get(kind)
        if wanted is not None and field.type != wanted:
            problem("%s: type %s, wanted %s" % (field.name, field.type, wanted))
        if field.nullable == column["required"]:
            problem("%s: nullable %s" % (field.name, field.nullable))
    check_metadata(file, want, problem)
    for name in table.schema.names:
        yield name, python_values(table.column(name))


def python_values(column):
    import pyarrow as pa
    if pa.types.is_timestamp(column.type):
        zone = datetime.timezone.utc if column.type.tz else None
        epoch = datetime.datetime(1970, 1, 1, tzinfo=zone)
        return [None if v is None else epoch + v * MICROSECOND
                for v in column.cast(pa.int64()).to_pylist()]
    if isinstance(column.type, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks],
                                  column.type.storage_type)
    return column.to_pylist()


def check_metadata(file, want, problem):
    """Row groups, codec, null counts and bounds of pyarrow's view of the footer."""
    metadata = file.metadata
    rows = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    if rows != want["row_groups"]:
        problem("row groups of %s rows, wanted %s" % (rows, want["row_groups"]))
    if metadata.metadata.get(b"purpose") != b"conformance":
        problem("key-value metadata is lost")
    if not metadata.created_by.startswith("silversmith version "):
        problem("created_by %s" % metadata.created_by)
    first = 0
    for index, count in enumerate(rows):
        for place, column in enumerate(want["columns"]):
            chunk = metadata.row_group(index).column(place)
            values = column["values"][first:first + count]
            check_chunk(column, chunk, values, problem)
            if chunk.compression.lower() != want["codec"]:
                problem("%s: codec %s" % (column["name"], chunk.compression))
            if not chunk.has_offset_index:
                problem("%s: no offset index" % column["name"])
        first += count


def order_key(column, value):
    if column["kind"] == "double":
        return struct.unpack("<d", struct.pack("<q", int(value)))[0]
    if column["kind"] == "binary":
        return bytes.fromhex(value)
    if column["kind"] in ("text", "json"):
        return value.encode()
    return value if column["kind"] == "boolean" else int(value)


def check_chunk(column, chunk, values, problem):
    name = column["name"]
    statistics = chunk.statistics
    nulls = sum(value is None for value in values)
    if not chunk.is_stats_set or statistics.null_count != nulls:
        problem("%s: null count %s, wanted %d" % (
            name, statistics and statistics.null_count, nulls))
        return
    present = [order_key(column, v) for v in values
               if v is not None and not (isinstance(v, str) and v.startswith("sha256:"))]
    present = [v for v in present if v == v]
    if not present:
        return
    if not statistics.has_min_max:
        if column["kind"] not in ("text", "json", "binary"):
            problem("%s: no bounds" % name)
        return
    least, greatest = (bound_key(column, b) for b in (statistics.min_raw, statistics.max_raw))
    if column["kind"] in ("text", "json", "binary"):
        if least > min(present) or greatest < max(present):
            problem("%s: bounds %r, %r do not hold the values" % (name, least, greatest))
        if len(least) > 64 or len(greatest) > 64:
            problem("%s: long bounds" % name)
    elif (least, greatest) != (min(present), max(present)):
        problem("%s: bounds %r, %r, wanted %r, %r" % (
            name, least, greatest, min(present), max(present)))


def bound_key(column, bound):
    kind = column["kind"]
    if kind == "decimal" and isinstance(bound, bytes):
        return int.from_bytes(bound, "big", signed=True)
    if isinstance(bound, str):
        return bound.encode()
    return bound


def read_duckdb(path, want, problem):
    import duckdb
    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    types = {"boolean": "BOOLEAN", "int64": "BIGINT", "double": "DOUBLE", "text": "VARCHAR",
             "json": "JSON", "binary": "BLOB", "date": "DATE", "time": "TIME"}
    relation = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall()
    for column, (name, found, *_) in zip(want["columns"], relation):
        kind = column["kind"]
        wanted = types.get(kind)
        if kind == "decimal":
            wanted = "DECIMAL(%d,%d)" % (column["precision"], column["scale"])
        elif kind == "timestamp":
            wanted = "TIMESTAMP WITH TIME ZONE" if column["utc"] else "TIMESTAMP"
        if found != wanted:
            problem("%s: type %s, wanted %s" % (name, found, wanted))
    for column in want["columns"]:
        name = '"%s"' % column["name"]
        if column["kind"] == "timestamp":
            name = "epoch_us(%s)" % name
        elif column["kind"] == "decimal":
            name = "%s::VARCHAR" % name
        elif column["kind"] == "json":
            name = "%s::VARCHAR" % name
        rows = connection.execute("SELECT %s FROM read_parquet(?)" % name, [str(path)]).fetchall()
        values = [row[0] for row in rows]
        if column["kind"] == "timestamp":
            zone = datetime.timezone.utc if column["utc"] else None
            epoch = datetime.datetime(1970, 1, 1, tzinfo=zone)
            values = [None if v is None else epoch + v * MICROSECOND for v in values]
        yield column["name"], values
        check_duckdb_bounds(connection, path, column, values, problem)


def check_duckdb_bounds(connection, path, column, values, problem):
    """Aggregates and filters, which readers answer from statistics and page indexes."""
    if column["kind"] not in ("int64", "date"):
        return
    present = [v for v in values if v is not None]
    name = '"%s"' % column["name"]
    least, greatest, count = connection.execute(
        "SELECT min(%s), max(%s), count(%s) FROM read_parquet(?)" % (name, name, name),
        [str(path)]).fetchone()
    if count != len(present) or (present and (least, greatest) != (min(present), max(present))):
        problem("%s: aggregates %s, %s, %d" % (column["name"], least, greatest, count))
    for value in present[:1] + present[-1:]:
        found = connection.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE %s = ?" % name,
            [str(path), value]).fetchone()[0]
        if found != present.count(value):
            problem("%s: %d rows equal %s, wanted %d" % (
                column["name"], found, value, present.count(value)))


def read_polars(path, want, problem):
    import polars as pl
    types = {"boolean": pl.Boolean, "int64": pl.Int64, "double": pl.Float64, "text": pl.String,
             "json": pl.String, "binary": pl.Binary, "date": pl.Date, "time": pl.Time}
    frame = pl.read_parquet(path)
    for column in want["columns"]:
        kind = column["kind"]
        series = frame[column["name"]]
        wanted = types.get(kind)
        if kind == "decimal":
            wanted = pl.Decimal(column["precision"], column["scale"])
        elif kind == "timestamp":
            wanted = pl.Datetime("us", "UTC" if column["utc"] else None)
        if series.dtype != wanted:
            problem("%s: type %s, wanted %s" % (column["name"], series.dtype, wanted))
        yield column["name"], series.to_list()
        check_polars_filter(path, column, series, problem)


def check_polars_filter(path, column, series, problem):
    import polars as pl
    if column["kind"] not in ("int64", "text", "date"):
        return
    present = series.drop_nulls()
    if len(present) == 0:
        return
    value = present[len(present) // 2]
    if isinstance(value, str) and len(value) > 4096:
        return
    found = pl.scan_parquet(path).filter(pl.col(column["name"]) == value).select(
        pl.len()).collect().item()
    if found != (present == value).sum():
        problem("%s: %d rows equal %s" % (column["name"], found, value))


def read_fastparquet(path, want, problem):
    import pandas
    pandas.options.future.infer_string = False  # see deviations.json, fastparquet text
    import fastparquet
    file = fastparquet.ParquetFile(str(path))
    if [group.num_rows for group in file.row_groups] != want["row_groups"]:
        problem("other row groups")
    frame = file.to_pandas()
    for column in want["columns"]:
        yield column["name"], fastparquet_values(column, frame[column["name"]])


def fastparquet_values(column, series):
    """Pandas as fastparquet fills it has neither decimals nor exact nulls nor dates outside of
    1678 to 2261 (deviations.json): what is lost there comes from the expectations where it agrees
    as far as it can, and everything else is compared as with any reader."""
    return [fastparquet_value(column, value, want)
            for value, want in zip(series.to_list(), column["values"])]


def fastparquet_value(column, value, want):
    import pandas as pd
    kind = column["kind"]
    missing = value is None or value is pd.NA or value is pd.NaT or value != value
    if missing:
        lost_nan = kind == "double" and want is not None and expected(column, want) == "nan"
        return math.nan if lost_nan else None
    if kind == "decimal" and want is not None:
        exact = decimal.Decimal(int(want)).scaleb(-column["scale"])
        return exact if math.isclose(value, float(exact), rel_tol=1e-15) else value
    if kind == "json":
        return json.dumps(value, separators=(",", ":"))
    if kind == "date":
        outside = want is not None and not -106_751 <= int(want) <= 106_751
        return datetime.date.fromordinal(int(want) + EPOCH_DAY) if outside else value.date()
    if kind == "time":
        minutes, micros = divmod(int(value), 60_000_000)
        return datetime.time(minutes // 60, minutes % 60, micros // 1_000_000, micros % 1_000_000)
    if kind == "timestamp":
        zone = datetime.timezone.utc if column["utc"] else None
        return value.to_pydatetime().replace(tzinfo=zone)
    return value


READERS = {"pyarrow": read_pyarrow, "duckdb": read_duckdb, "polars": read_polars,
           "fastparquet": read_fastparquet}


def check_file(reader, path, problem):
    want = json.loads(path.with_suffix(".json").read_text())
    kinds = {column["name"]: column["kind"] for column in want["columns"]}

    def typed(text):
        problem(text, kinds.get(text.split(":")[0], "*"))
    names = []
    for (name, values), column in zip(READERS[reader](path, want, typed), want["columns"]):
        names.append(name)
        difference = compare(column, values)
        if difference:
            problem("%s: %s" % (column["name"], difference), column["kind"])
    if names != [column["name"] for column in want["columns"]]:
        problem("columns %s" % names, "*")


def compare(column, values):
    if len(values) != len(column["values"]):
        return "%d values, wanted %d" % (len(values), len(column["values"]))
    for row, (value, want) in enumerate(zip(values, column["values"])):
        try:
            found = canonical(column, value)
        except (TypeError, ValueError, AttributeError, decimal.InvalidOperation) as error:
            found = "%r (%s)" % (value, error)
        if found != expected(column, want):
            return "row %d (%s): %r, wanted %r" % (
                row, column["kind"], found, expected(column, want))
    return None


def main(reader, folder, names):
    known = [entry for entry in json.loads(pathlib.Path(__file__).with_name(
        "deviations.json").read_text())
             if entry["reader"] == reader and not entry.get("adapted")]
    met = set()
    failures = 0
    paths = sorted(pathlib.Path(folder).glob("*.parquet"))
    paths = [p for p in paths if not names or p.stem in names]
    for path in paths:
        def problem(text, kind, path=path):
            nonlocal failures
            for number, entry in enumerate(known):
                if entry["file"] in ("*", path.stem) and entry["kind"] == kind:
                    met.add(number)
                    return
            failures += 1
            print("%s: %s: %s" % (reader, path.stem, text))
        try:
            check_file(reader, path, problem)
        except Exception as error:  # A reader that gives up on a file is a finding, too.
            problem("%s: %s" % (type(error).__name__, error), "*")
    for number, entry in enumerate(known):
        if number not in met and not names:
            failures += 1
            print("%s: the deviation listed for %s, %s is gone: delete it" % (
                reader, entry["file"], entry["kind"]))
    print("%s: %d files, %d failures" % (reader, len(paths), failures))
    return 1 if failures or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
