# SPDX-License-Identifier: Apache-2.0
"""A service in the test's own process, as little of it as a test needs: what it answers is a function's
to say."""
import http.server
import threading


class Server:
    """An HTTP server whose answers are `reply(method, path, headers, body)`: (status, bytes)."""

    def __init__(self, reply, address=("127.0.0.1", 0)):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def serve(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append("%s %s" % (self.command, self.path))
                status, said = reply(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_PUT = do_POST = serve

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(address, Handler)
        self.server.daemon_threads = True
        self.url = "http://%s:%d" % self.server.server_address[:2]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
