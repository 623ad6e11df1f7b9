# SPDX-License-Identifier: Apache-2.0
"""What stands between the program and AWS, in small: a proxy, a container's endpoint, STS, an
instance's metadata, an address of IPv6. Each serves on a thread of its own and remembers what it was
asked."""
import http.client
import http.server
import json
import socket
import socketserver
import threading

from answering import Server
from tls import pump

KEYS = {"AccessKeyId": "AKROLE", "SecretAccessKey": "secret-of-role", "Token": "token-of-role",
        "Expiration": "2099-01-01T00:00:00Z"}
# What fake_s3 must know to let that role in.
FAKE_OPTIONS = ("--access-key", KEYS["AccessKeyId"], "--secret", KEYS["SecretAccessKey"],
                "--token", KEYS["Token"])


def container(status=200, body=None, token="let me in", failures=0):
    """The endpoint of a container's credentials; the first `failures` answers are 503."""
    left = [503] * failures

    def reply(_method, _path, headers, _body):
        if left:
            return left.pop(), b""
        if headers.get("Authorization") != token:
            return 401, b""
        return status, json.dumps(KEYS).encode() if body is None else body
    return Server(reply)


def sts(status=200, body=None):
    """AssumeRoleWithWebIdentity for one token."""
    fields = {"AccessKeyId": KEYS["AccessKeyId"], "SecretAccessKey": KEYS["SecretAccessKey"],
              "SessionToken": KEYS["Token"], "Expiration": KEYS["Expiration"]}
    good = ("<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>%s"
            "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
            % "".join("<%s>%s</%s>" % (k, v, k) for k, v in fields.items())).encode()

    def reply(_method, _path, _headers, asked):
        if b"Action=AssumeRoleWithWebIdentity" not in asked or b"WebIdentityToken=jwt" not in asked:
            return 400, b"<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>"
        return status, good if body is None else body
    return Server(reply)


def metadata(address=("127.0.0.1", 0), status=200):
    """An instance's metadata, version 2 only."""
    path = "/latest/meta-data/iam/security-credentials/"

    def reply(method, asked, headers, _body):
        if status != 200:
            return status, b""
        if (method, asked) == ("PUT", "/latest/api/token"):
            timed = headers.get("X-aws-ec2-metadata-token-ttl-seconds")
            return (200, b"session") if timed else (400, b"")
        if headers.get("X-aws-ec2-metadata-token") != "session":
            return 401, b""
        if asked == path:
            return 200, b"worker-role"
        if asked == path + "worker-role":
            return 200, json.dumps({"Code": "Success", **KEYS}).encode()
        return 404, b""
    return Server(reply, address)


class SilentProxy:
    """Accepts, and never answers."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.server.getsockname()[1]
        self.held = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                self.held.append(self.server.accept()[0])
        except OSError:
            pass

    def close(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        for connection in self.held:
            connection.close()


class Proxy:
    """Forwards http:// requests and tunnels by CONNECT; `asked` has a line for each."""

    def __init__(self, authorization=None):
        self.asked = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def admitted(self):
                outer.asked.append("%s %s" % (self.command, self.path))
                if authorization in (None, self.headers.get("Proxy-Authorization")):
                    return True
                self.send_response(407)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return False

            def do_CONNECT(self):
                if not self.admitted():
                    return
                host, port = self.path.rsplit(":", 1)
                back = socket.create_connection((host, int(port)))
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                other = threading.Thread(target=pump, args=[back, self.connection], daemon=True)
                other.start()
                pump(self.connection, back)
                other.join()
                back.close()
                self.close_connection = True

            def forward(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if not self.admitted():
                    return
                host, _, path = self.path.removeprefix("http://").partition("/")
                back = http.client.HTTPConnection(host)
                back.putrequest(self.command, "/" + path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if not name.lower().startswith("proxy-"):
                        back.putheader(name, value)
                back.endheaders(body or None)
                answer = back.getresponse()
                said = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)
                back.close()

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.address = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class SixthVersion(socketserver.ThreadingTCPServer):
    """An IPv6 address in front of a port of 127.0.0.1."""
    address_family = socket.AF_INET6
    daemon_threads = True

    def __init__(self, port):
        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with socket.create_connection(("127.0.0.1", port)) as back:
                    other = threading.Thread(target=pump, args=[back, self.request], daemon=True)
                    other.start()
                    pump(self.request, back)
                    other.join()

        super().__init__(("::1", 0), Handler)
        self.endpoint = "http://[::1]:%d" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()
