# SPDX-License-Identifier: Apache-2.0
"""The time from exec of a Lambda program to its first request for an invocation.

    first_next.py PROGRAM [--runs N] [--max-ms MS] [--lake s3|none]

A Runtime API of a few lines stands in for Lambda: it lets the program register its extension and
takes the time when GET .../invocation/next arrives. Prints the least, middle and greatest time;
fails when the least is above --max-ms. The least, since a busy machine only adds to it."""
import argparse
import os
import selectors
import signal
import socket
import statistics
import sys
import time

REGISTERED = (b"HTTP/1.1 200 OK\r\nLambda-Extension-Identifier: 1\r\nContent-Type: application/json\r\n"
              b"Content-Length: 2\r\n\r\n{}")
NEXT = b"GET /2018-06-01/runtime/invocation/next "
REGISTER = b"POST /2020-01-01/extension/register "
WAIT = b"GET /2020-01-01/extension/event/next "


def serve_until_next(listener, connections):
    """The time at which an invocation is asked for. What the program says elsewhere is an error."""
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            ready = selector.select(10)
            now = time.perf_counter()
            if not ready:
                raise SystemExit("the program asked for nothing within 10 s")
            for key, _ in ready:
                if key.fileobj is listener:
                    connections.append(listener.accept()[0])
                    selector.register(connections[-1], selectors.EVENT_READ)
                    continue
                request = key.fileobj.recv(1 << 16)
                if request.startswith(NEXT):
                    return now
                if request.startswith(REGISTER):
                    key.fileobj.sendall(REGISTERED)
                elif not request.startswith(WAIT):
                    raise SystemExit("the program said %r" % request[:200])


def measure(program, variables):
    connections = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = "127.0.0.1:%d" % listener.getsockname()[1]
        begun = time.perf_counter()
        pid = os.posix_spawn(program, [program], {**variables, "AWS_LAMBDA_RUNTIME_API": address})
        try:
            return (serve_until_next(listener, connections) - begun) * 1000
        finally:
            # Before the connections: it would have things to say about their end.
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            for connection in connections:
                connection.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--max-ms", type=float)
    parser.add_argument("--lake", choices=["s3", "none"], default="none",
                        help="s3: a bucket is named, and opened before the first invocation")
    arguments = parser.parse_args()
    variables = {}
    if arguments.lake == "s3":  # as Lambda sets the rest
        variables = {"SILVERSMITH_LAKE": "s3://lake", "AWS_REGION": "us-east-1",
                     "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret",
                     "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}
    program = os.path.abspath(arguments.program)
    times = sorted(measure(program, variables) for _ in range(arguments.runs))
    print("exec to first next: %.2f ms least, %.2f middle, %.2f greatest of %d" %
          (times[0], statistics.median(times), times[-1], len(times)))
    return 1 if arguments.max_ms is not None and times[0] > arguments.max_ms else 0


if __name__ == "__main__":
    sys.exit(main())
