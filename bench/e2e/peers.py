# SPDX-License-Identifier: Apache-2.0
"""Converts one CSV file to Parquet with one other program, as its documentation advises for speed.

    peers.py PEER CONTRACT SOURCE TARGET

Every peer is told the types by the contract, so that nobody pays for guessing, writes snappy, and
uses two threads. Prints the number of rows written. Each run is a process of its own, so that wall
time, CPU time and memory are all that the peer costs, its start included.
"""
import json
import sys

THREADS = 2


def decimal_of(field):
    """(precision, scale) of a decimal field, or None."""
    physical = field.get("silver:physical", "")
    if not physical.startswith("decimal("):
        return None
    precision, scale = physical[len("decimal("):-1].split(",")
    return int(precision), int(scale)


def duckdb_peer(schema, source, target):
    import duckdb

    simple = {"integer": "BIGINT", "number": "DOUBLE", "string": "VARCHAR", "date": "DATE"}

    def type_of(field):
        if decimal_of(field):
            return "DECIMAL(%d,%d)" % decimal_of(field)
        if field["type"] == "datetime":
            return "TIMESTAMPTZ" if "%z" in field.get("format", "") else "TIMESTAMP"
        return simple[field["type"]]

    columns = {f["name"]: type_of(f) for f in schema["fields"]}
    connection = duckdb.connect(config={"threads": THREADS})
    connection.execute("SET TimeZone='UTC'")
    formats = {f["format"] for f in schema["fields"] if f["type"] == "datetime"}
    format_option = ", timestampformat='%s'" % formats.pop() if len(formats) == 1 else ""
    nulls = "[" + ",".join("'%s'" % text for text in schema["missingValues"]) + "]"
    return connection.execute(
        f"COPY (SELECT * FROM read_csv('{source}', columns={columns}, header=true, "
        f"auto_detect=false, delim=',', quote='\"', escape='\"', nullstr={nulls}{format_option})) "
        f"TO '{target}' (FORMAT parquet, COMPRESSION snappy)").fetchone()[0]


def polars_peer(schema, source, target):
    import polars as pl

    simple = {"integer": pl.Int64, "number": pl.Float64, "string": pl.String, "date": pl.String,
              "datetime": pl.String}
    types = {f["name"]: pl.Decimal(*decimal_of(f)) if decimal_of(f) else simple[f["type"]]
             for f in schema["fields"]}
    frame = pl.scan_csv(source, schema=types, null_values=schema["missingValues"])

    def moment(field):  # Polars's %z does not know Z: it is text here, and the zone is told.
        zone = "%z" in field["format"]
        column = pl.col(field["name"]).str.to_datetime(field["format"].replace("%z", "Z"),
                                                       time_unit="us", strict=True)
        return column.dt.replace_time_zone("UTC") if zone else column

    frame = frame.with_columns(
        [pl.col(f["name"]).str.to_date("%Y-%m-%d", strict=True)
         for f in schema["fields"] if f["type"] == "date"] +
        [moment(f) for f in schema["fields"] if f["type"] == "datetime"])
    frame.sink_parquet(target, compression="snappy")
    return rows_of(target)


def arrow_types(schema):
    import pyarrow as pa

    simple = {"integer": pa.int64(), "number": pa.float64(), "string": pa.string(),
              "date": pa.date32()}

    def type_of(field):
        if decimal_of(field):
            return pa.decimal128(*decimal_of(field))
        if field["type"] == "datetime":
            return pa.timestamp("us", tz="UTC" if "%z" in field.get("format", "") else None)
        return simple[field["type"]]

    return {f["name"]: type_of(f) for f in schema["fields"]}


def pyarrow_peer(schema, source, target):
    import pyarrow as pa
    from pyarrow import csv, parquet

    pa.set_cpu_count(THREADS)
    table = csv.read_csv(
        source,
        convert_options=csv.ConvertOptions(
            column_types=arrow_types(schema), null_values=schema["missingValues"],
            strings_can_be_null=True))
    parquet.write_table(table, target, compression="snappy")
    return table.num_rows


def pandas_peer(schema, source, target):
    import pandas as pd

    simple = {"integer": "Int64", "number": "Float64", "string": "string"}
    times = {f["name"]: f.get("format", "%Y-%m-%d") for f in schema["fields"]
             if f["type"] in ("date", "datetime")}
    frame = pd.read_csv(
        source, dtype={f["name"]: simple[f["type"]] for f in schema["fields"]
                       if f["type"] in simple},
        na_values=schema["missingValues"], keep_default_na=False)
    for name, form in times.items():
        frame[name] = pd.to_datetime(frame[name], format=form)
    frame.to_parquet(target, compression="snappy", index=False)
    return len(frame)


def rows_of(target):
    """Of a Parquet file, from its footer alone."""
    import polars as pl

    return pl.scan_parquet(target).select(pl.len()).collect().item()


PEERS = {"duckdb": duckdb_peer, "polars": polars_peer, "pyarrow": pyarrow_peer,
         "pandas": pandas_peer}


def main(arguments):
    peer, contract, source, target = arguments
    with open(contract, encoding="utf-8") as file:
        schema = json.load(file)["schema"]
    print(PEERS[peer](schema, source, target))


if __name__ == "__main__":
    main(sys.argv[1:])
