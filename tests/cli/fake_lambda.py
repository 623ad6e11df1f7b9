# SPDX-License-Identifier: Apache-2.0
"""Lambda's Invoke API for asynchronous calls, in the test's process: what a function is handed is
kept, and nothing is run. A request that is not what AWS asks for is refused."""
import http.server
import json
import re
import threading

PATH = re.compile(r"^/2015-03-31/functions/([A-Za-z0-9_-]+)/invocations(?:\?Qualifier=(\S+))?$")


class FakeLambda:
    def __init__(self):
        self.invoked = []  # (function, qualifier, event)
        self.faults = []  # (status, error type), the next first; an entry may be a function
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, error, message = outer.take(self.path, self.headers, body)
                text = json.dumps({"Message": message}).encode() if error else b""
                try:
                    self.send_response(status)
                    if error:
                        self.send_header("X-Amzn-ErrorType", error + ":")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()
        self.endpoint = "http://127.0.0.1:%d" % self.server.server_port

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def take(self, path, headers, body):
        """Status, error type and message."""
        if self.faults:
            fault = self.faults.pop(0)
            fault = fault() if callable(fault) else fault
            if fault:
                return (*fault, "made up")
        found = PATH.match(path)
        if not found:
            return 404, "ResourceNotFoundException", "no such path: " + path
        if "/lambda/aws4_request" not in headers.get("Authorization", ""):
            return 403, "AccessDeniedException", "not signed for lambda"
        if headers.get("X-Amz-Invocation-Type") != "Event":
            return 400, "InvalidParameterValueException", "wanted the invocation type Event"
        try:
            event = json.loads(body)
        except ValueError:
            return 400, "InvalidRequestContentException", "the payload is no JSON"
        if len(body) > 1 << 20:
            return 413, "RequestTooLargeException", "the payload is too large"
        self.invoked.append((found[1], found[2], event))
        return 202, None, None
