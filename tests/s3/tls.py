# SPDX-License-Identifier: Apache-2.0
"""TLS in front of a plain server, with an authority of its own: what a private endpoint has."""
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class TlsFront:
    """https://NAME:port for an http:// endpoint; `authority` is the PEM file to trust. `names` are
    further ones that the certificate is for, `port` 0 is one that is free."""

    def __init__(self, endpoint, name="localhost", names=(), port=0):
        self.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(self.folder.name)
        self.authority = str(root / "authority.pem")
        key, request, certificate = (str(root / leaf) for leaf in ["key", "request", "certificate"])
        extensions = root / "extensions"
        extensions.write_text("subjectAltName=DNS:%s,DNS:*.%s,IP:127.0.0.1%s\n" % (
            name, name, "".join(",DNS:" + further for further in names)))
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        openssl("req", "-x509", *curve, "-subj", "/CN=our own authority", "-days", "2",
                "-keyout", str(root / "ca.key"), "-out", self.authority)
        openssl("req", *curve, "-subj", "/CN=" + name, "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey",
                str(root / "ca.key"), "-CAcreateserial", "-days", "2", "-out", certificate,
                "-extfile", str(extensions))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        # What S3 chooses: AES with 128 bits. Python can say so of TLS 1.2 alone.
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
        host, behind = endpoint.removeprefix("http://").split(":")
        self.behind = (host, int(behind))
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.endpoint = "https://%s:%d" % (name, self.listener.getsockname()[1])
        self.refused = []  # why handshakes failed
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)  # or accept() would keep the port
        self.listener.close()
        self.folder.cleanup()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[plain], daemon=True).start()

    def serve(self, plain):
        try:
            front = self.context.wrap_socket(plain, server_side=True)
        except OSError as error:
            self.refused.append(str(error))
            plain.close()
            return
        back = socket.create_connection(self.behind)
        other = threading.Thread(target=pump, args=[back, front], daemon=True)
        other.start()
        pump(front, back)
        other.join()
        front.close()
        back.close()


def pump(source, sink):
    try:
        while data := source.recv(1 << 16):
            sink.sendall(data)
    except OSError:
        pass
    for end in [sink, source]:
        try:
            end.shutdown(socket.SHUT_WR if end is sink else socket.SHUT_RD)
        except OSError:
            pass
