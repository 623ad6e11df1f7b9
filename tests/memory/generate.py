# SPDX-License-Identifier: Apache-2.0
"""Writes a large CSV file fast: one block of varied rows, again and again, and perhaps one giant
record in the middle. A process of its own, so that its memory is not taken for the program's.

    generate.py PATH COLUMNS MEGABYTES GIANT_BYTES     prints the number of rows
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


def main(path, columns, megabytes, giant_bytes):
    data, rows = block(columns, random.Random(columns))
    count = max(1, (megabytes << 20) // len(data) + 1)
    with open(path, "wb") as file:
        file.write(",".join("c%d" % i for i in range(columns)).encode() + b"\n")
        for i in range(count):
            if giant_bytes > 0 and i == count // 2:
                file.write(b"1," + b"g" * giant_bytes + b"," * (columns - 2) + b"\n")
            file.write(data)
    print(rows * count)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
