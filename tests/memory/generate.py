# SPDX-License-Identifier: Apache-2.0
"""Writes a large CSV file fast: one block of varied rows, again and again, and perhaps one giant
record in the middle. A process of its own, so that its memory is not taken for the program's.

    generate.py PATH table COLUMNS MEGABYTES GIANT_BYTES     prints the number of rows
    generate.py PATH long VALUE_BYTES plain|quoted           30 records, one long value in each,
                                                             each in another column
    generate.py PATH short                                   millions of records of two bytes
"""
import random
import sys

BLOCK_BYTES = 24 << 20


def block(columns, source):
    """Rows whose values neither a dictionary nor a codec makes small."""
    lines = []
    size = 0
    while size < BLOCK_BYTES:
        n = len(lines)
        cells = []
        for column in range(columns):
            kind = column % 5
            if kind == 0:
                cells.append(str(source.getrandbits(40)))
            elif kind == 1:
                cells.append("%x" % source.getrandbits(64))
            elif kind == 2:
                cells.append("%.4f" % source.random())
            elif kind == 3:
                cells.append("2024-%02d-%02d" % (n % 12 + 1, n % 28 + 1))
            else:
                cells.append("" if n % 3 == 0 else "word %d" % (n % 50))
        line = ",".join(cells) + "\n"
        size += len(line)
        lines.append(line)
    return "".join(lines).encode(), len(lines)


def table(path, columns, megabytes, giant_bytes):
    data, rows = block(columns, random.Random(columns))
    count = max(1, (megabytes << 20) // len(data) + 1)
    with open(path, "wb") as file:
        file.write(",".join("c%d" % i for i in range(columns)).encode() + b"\n")
        for i in range(count):
            if giant_bytes > 0 and i == count // 2:
                file.write(b"1," + b"g" * giant_bytes + b"," * (columns - 2) + b"\n")
            file.write(data)
    print(rows * count)


def long_values(path, value_bytes, form):
    text = "".join(random.Random(7).choices("abcdefgh ijklmnop", k=value_bytes))
    if form == "quoted":
        text = '"' + text[:1000] + '""' + text[1002:-2] + '"'
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join("c%d" % i for i in range(30)) + "\n")
        for row in range(30):
            file.write(",".join(text if i == row else "x%d" % i for i in range(30)) + "\n")


def short_rejects(path):
    with open(path, "w", encoding="ascii") as file:
        file.write("a,b\n" + "1,2\n" * 2_000_000 + "1\n" * 1_900_000)


def main(path, kind, *arguments):
    if kind == "table":
        table(path, *map(int, arguments))
    elif kind == "long":
        long_values(path, int(arguments[0]), arguments[1])
    else:
        short_rejects(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
