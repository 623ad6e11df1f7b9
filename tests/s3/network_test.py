# SPDX-License-Identifier: Apache-2.0
"""How the program comes by credentials and by its endpoint: sources that work, that fail passingly
and that refuse; proxies; endpoints of a profile. Against our own S3, which verifies signatures."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from fake import CREDENTIALS, FakeS3
from network_parts import (FAKE_OPTIONS, KEYS, Proxy, Server, SilentProxy, SixthVersion,
                           container, metadata, sts)
from program import PROGRAM, environment, run_program, wait_for
from tls import TlsFront

CSV = b"order_id,amount\n1,3.5\n2,4\n"
NO_METADATA = {"AWS_EC2_METADATA_DISABLED": "true"}


class NetworkTest(unittest.TestCase):
    OPTIONS = FAKE_OPTIONS

    def setUp(self):
        self.s3 = self.closed(FakeS3(*self.OPTIONS, "--region", "us-east-1"))
        self.folder = pathlib.Path(self.closed(tempfile.TemporaryDirectory(), "cleanup").name)
        # Unsigned requests of the test itself are refused: it is put by the control's own way.
        self.s3.http("POST", "/_fake/pattern", b'{"bucket": "lake", "key": "bronze/a.csv", '
                     b'"header": "order_id,amount\\n", "block": "1,2.5\\n", "repeats": 3}')

    def closed(self, thing, by="close"):
        self.addCleanup(getattr(thing, by))
        return thing

    def run_with(self, **variables):
        return run_program("run", "s3://lake", "--json", env={
            "AWS_ENDPOINT_URL_S3": self.s3.endpoint, "AWS_REGION": "us-east-1", **variables})

    def assert_converted(self, done):
        self.assertEqual(done.status, 0, done)
        self.assertEqual(done.json()["status"], "success", done)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)


    def assert_fails(self, done, status, *words):
        self.assertEqual(done.status, status, done)
        for word in words:
            self.assertIn(word, done.err + done.out)

    def assert_stops(self, ready, **variables):
        """The program, in its wait once `ready` is true, ends soon after a SIGTERM."""
        env = environment({"AWS_ENDPOINT_URL_S3": self.s3.endpoint, "AWS_REGION": "us-east-1",
                           **variables})
        with subprocess.Popen([os.path.abspath(PROGRAM), "run", "s3://lake"], env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            try:
                wait_for(ready, "the program to wait")
                begun = time.monotonic()
                program.send_signal(signal.SIGTERM)
                said, _ = program.communicate(timeout=30)
            finally:
                program.kill()
        self.assertIn(b"asked to stop", said)
        self.assertLess(time.monotonic() - begun, 15)


class Sources(NetworkTest):

    def from_container(self, source, token="let me in"):
        return self.run_with(AWS_CONTAINER_CREDENTIALS_FULL_URI=source.url + "/role",
                             AWS_CONTAINER_AUTHORIZATION_TOKEN=token)

    def test_a_container_gives_credentials(self):
        source = self.closed(container())
        self.assert_converted(self.from_container(source))
        self.assertEqual(source.asked, ["GET /role"], "asked once for all requests")

    def test_credentials_are_asked_for_anew_and_good_ones_outlast_a_source_that_fails(self):
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 6))
        answers = [(200, json.dumps({**KEYS, "Expiration": ends}).encode()), (500, b"")]

        def reply(*_):
            return answers.pop(0) if answers else (200, json.dumps(KEYS).encode())
        source = self.closed(Server(reply))
        self.s3.fault(fault="delay", times=0, amount=1200000)
        self.assert_converted(self.from_container(source))
        # The first; one a second later, that fails; one when the first have ended.
        self.assertEqual(len(source.asked), 3, source.asked)

    def test_a_container_that_fails_is_passing_trouble_and_named(self):
        source = self.closed(container(status=500))
        self.assert_fails(self.from_container(source), 75, "container", source.url, "500")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = "http://127.0.0.1:%d" % silent.getsockname()[1]
        done = self.run_with(AWS_CONTAINER_CREDENTIALS_FULL_URI=url)
        self.assert_fails(done, 75, "container", url)

    def test_a_container_is_asked_again_before_it_counts_as_failed(self):
        source = self.closed(container(failures=2))
        self.assert_converted(self.from_container(source))
        self.assertEqual(len(source.asked), 3)
        source = self.closed(container(failures=3))
        self.assert_fails(self.from_container(source), 75, "container", "503")

    def test_credentials_that_have_expired_are_not_used(self):
        old = json.dumps({**KEYS, "Expiration": "2019-01-01T00:00:00Z"}).encode()
        source = self.closed(container(body=old))
        self.assert_fails(self.from_container(source), 75, "expired at 2019-01-01")

    def test_a_container_that_refuses_is_the_operators(self):
        source = self.closed(container())
        self.assert_fails(self.from_container(source, token="wrong"), 3, "container", "401")
        broken = self.closed(container(body=b"<html>"))
        self.assert_fails(self.from_container(broken), 3, "container", broken.url)

    def web_identity(self, source, **more):
        return self.run_with(AWS_WEB_IDENTITY_TOKEN_FILE=self.file("token", "jwt\n"),
                             AWS_ROLE_ARN="arn:aws:iam::1:role/r",
                             AWS_ENDPOINT_URL_STS=source.url, **more)

    def test_sts_gives_credentials_under_an_endpoint_of_ones_own(self):
        source = self.closed(sts())
        self.assert_converted(self.web_identity(source))
        self.assertEqual(source.asked, ["POST /"])

    def test_a_profile_may_name_its_web_identity(self):
        source = self.closed(sts())
        config = self.file("config", "[profile pod]\nrole_arn = arn:aws:iam::1:role/r\n"
                           "web_identity_token_file = %s\n" % self.file("token", "jwt"))
        self.assert_converted(self.run_with(AWS_CONFIG_FILE=config, AWS_PROFILE="pod",
                                            AWS_ENDPOINT_URL_STS=source.url))

    def test_sts_that_fails_passes_and_sts_that_refuses_does_not(self):
        self.assert_fails(self.web_identity(self.closed(sts(status=503))), 75, "STS", "503")
        said = b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
        self.assert_fails(self.web_identity(self.closed(sts(status=403, body=said))), 3, "STS",
                          "403 AccessDenied", "arn:aws:iam::1:role/r")
        done = self.run_with(AWS_WEB_IDENTITY_TOKEN_FILE="/nonexistent/token", AWS_ROLE_ARN="r")
        self.assert_fails(done, 3, "/nonexistent/token")

    def test_metadata_that_fails_is_not_no_credentials(self):
        source = self.closed(metadata())
        self.assert_converted(self.run_with(AWS_EC2_METADATA_SERVICE_ENDPOINT=source.url))
        broken = self.closed(metadata(status=500))
        self.assert_fails(self.run_with(AWS_EC2_METADATA_SERVICE_ENDPOINT=broken.url), 75,
                          "instance metadata", "500")
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = "http://127.0.0.1:%d" % silent.getsockname()[1]
            done = self.run_with(AWS_EC2_METADATA_SERVICE_ENDPOINT=url)
        self.assert_fails(done, 75, "instance metadata", url)

    def test_no_source_at_all_is_told_with_what_was_tried(self):
        done = self.run_with(**NO_METADATA)
        self.assert_fails(done, 3, "no credentials", "environment", "profile default",
                          "web identity", "container", "instance metadata")

    def test_a_profile_comes_before_a_container_and_an_incomplete_one_is_named(self):
        source = self.closed(container(status=500))
        keys = "aws_access_key_id = AKROLE\naws_secret_access_key = secret-of-role\n"
        whole = self.file("whole", "[default]\n" + keys + "aws_session_token = token-of-role\n")
        self.assert_converted(self.run_with(
            AWS_CONFIG_FILE=whole, AWS_CONTAINER_CREDENTIALS_FULL_URI=source.url))
        self.assertEqual(source.asked, [])
        half = self.file("half", "[default]\naws_access_key_id = AKROLE\n")
        self.assert_fails(self.run_with(AWS_CONFIG_FILE=half), 3, "profile default")


class Named(NetworkTest):
    """A source that is named and can't be used never lets another identity in."""

    def run_with(self, **variables):
        source = self.closed(container())
        done = super().run_with(AWS_CONTAINER_CREDENTIALS_FULL_URI=source.url,
                                AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in", **variables)
        self.assertEqual(source.asked, [])
        return done

    def run_profile(self, text, **variables):
        return self.run_with(AWS_CONFIG_FILE=self.file("config", text), AWS_PROFILE="p",
                             **variables)

    def test_a_profile_that_is_not_there(self):
        self.assert_fails(self.run_with(AWS_PROFILE="nonesuch"), 3, "AWS_PROFILE", "nonesuch")

    def test_single_sign_on(self):
        for setting in ("sso_session = x", "sso_start_url = https://a.test/start"):
            done = self.run_profile("[profile p]\n%s\n" % setting)
            self.assert_fails(done, 3, "profile p", "SSO", "export-credentials")

    def test_one_variable_of_two(self):
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self.assert_fails(self.run_with(**{name: "x"}), 3, "AWS_ACCESS_KEY_ID",
                              "AWS_SECRET_ACCESS_KEY", "only one")

    def test_a_file_that_is_none(self):
        path = self.file("config", "this is not ini [[\naws_access_key_id\n")
        self.assert_fails(self.run_with(AWS_CONFIG_FILE=path), 3, path)

    def test_a_source_profile_that_is_not_there(self):
        done = self.run_profile("[profile p]\nrole_arn = arn:aws:iam::1:role/r\n"
                                "source_profile = gone\n")
        self.assert_fails(done, 3, "profile p", "gone")

    def run_process(self, script):
        path = self.file("give", "#!/bin/sh\n" + script)
        os.chmod(path, 0o700)
        return self.run_profile("[profile p]\ncredential_process = %s\n" % path)

    def test_a_process_gives_credentials(self):
        said = {"Version": 1, "SessionToken": KEYS["Token"], **KEYS}
        self.assert_converted(self.run_process("echo '%s'\n" % json.dumps(said)))

    def test_a_process_that_fails_is_the_operators(self):
        self.assert_fails(self.run_process("echo 'vault is sealed' >&2; exit 7\n"), 3,
                          "profile p", "status 7", "vault is sealed")
        self.assert_fails(self.run_process("echo hello\n"), 3, "profile p", "JSON")

    def test_a_process_that_hangs_ends_with_a_stop(self):
        begun = self.folder / "begun"
        config = self.file("config", "[profile p]\ncredential_process = touch %s; sleep 300\n"
                           % begun)
        self.assert_stops(begun.exists, AWS_CONFIG_FILE=config, AWS_PROFILE="p")

    def test_a_role_whose_sts_is_not_reached_is_passing_trouble(self):
        done = self.run_profile("[profile p]\nrole_arn = arn:aws:iam::1:role/r\n"
                                "source_profile = q\n[profile q]\naws_access_key_id = k\n"
                                "aws_secret_access_key = s\n")
        self.assert_fails(done, 75, "profile p")
        self.assertNotIn("Success", done.err + done.out)


class Ways(NetworkTest):
    """Proxies, and endpoints of a profile."""
    OPTIONS = ("--access-key", CREDENTIALS["AWS_ACCESS_KEY_ID"],
               "--secret", CREDENTIALS["AWS_SECRET_ACCESS_KEY"])

    def run_with(self, **variables):
        return super().run_with(**{**CREDENTIALS, **variables})

    def test_plain_requests_are_forwarded(self):
        proxy = self.closed(Proxy())
        self.assert_converted(self.run_with(HTTP_PROXY="http://" + proxy.address))
        seen = len(self.s3.requests())
        self.assertEqual(len(proxy.asked), seen)
        self.assertTrue(all(self.s3.endpoint in line for line in proxy.asked), proxy.asked)

    def test_tls_goes_through_a_tunnel(self):
        front = self.closed(TlsFront(self.s3.endpoint))
        proxy = self.closed(Proxy())
        self.assert_converted(self.run_with(https_proxy=proxy.address,
                                            AWS_ENDPOINT_URL_S3=front.endpoint,
                                            AWS_CA_BUNDLE=front.authority))
        self.assertGreater(len(proxy.asked), 0)
        self.assertEqual(set(proxy.asked), {"CONNECT " + front.endpoint.removeprefix("https://")})

    def test_a_proxy_that_wants_a_password_gets_it(self):
        proxy = self.closed(Proxy(authorization="Basic bWU6c2VjcmV0"))
        self.assert_converted(self.run_with(http_proxy="http://me:secret@" + proxy.address))
        refused = self.run_with(HTTP_PROXY="http://" + proxy.address, http_proxy="")
        self.assert_fails(refused, 3, "407", proxy.address, "NO_PROXY")
        front = self.closed(TlsFront(self.s3.endpoint))
        tls = {"AWS_ENDPOINT_URL_S3": front.endpoint, "AWS_CA_BUNDLE": front.authority}
        let_in = self.run_with(HTTPS_PROXY="http://me:secret@" + proxy.address, **tls)
        self.assertEqual(let_in.status, 0, let_in)
        refused = self.run_with(HTTPS_PROXY="http://" + proxy.address, **tls)
        self.assert_fails(refused, 3, "407", proxy.address, "NO_PROXY")

    def test_a_proxy_that_is_silent_does_not_outlive_a_stop(self):
        front = self.closed(TlsFront(self.s3.endpoint))
        proxy = self.closed(SilentProxy())
        self.assert_stops(lambda: proxy.held, **CREDENTIALS, HTTPS_PROXY="http://" + proxy.address,
                          AWS_ENDPOINT_URL_S3=front.endpoint, AWS_CA_BUNDLE=front.authority)

    def test_no_proxy_passes_it_by(self):
        proxy = self.closed(Proxy())
        self.assert_converted(self.run_with(HTTP_PROXY="http://" + proxy.address,
                                            NO_PROXY="example.com, 127.0.0.0/8"))
        self.assertEqual(proxy.asked, [])

    def test_the_lower_case_counts_first(self):
        proxy = self.closed(Proxy())
        self.assert_converted(self.run_with(http_proxy="http://" + proxy.address,
                                            HTTP_PROXY="http://127.0.0.1:1"))

    def test_credentials_are_asked_for_directly(self):
        proxy = self.closed(Proxy())
        source = self.closed(container(status=500))
        done = run_program("run", "s3://lake", env={
            "HTTP_PROXY": "http://" + proxy.address, "AWS_ENDPOINT_URL": self.s3.endpoint,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": source.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let me in"})
        self.assertEqual(done.status, 75, done)
        self.assertGreater(len(source.asked), 0)
        self.assertEqual(proxy.asked, [])

    def test_a_proxy_that_is_no_url_is_named(self):
        done = self.run_with(HTTP_PROXY="http://h:x")
        self.assertEqual(done.status, 2, done)
        self.assertIn("HTTP_PROXY", done.err)

    def test_an_endpoint_may_be_an_address_of_ipv6(self):
        try:
            front = self.closed(SixthVersion(self.s3.port))
        except OSError as error:
            self.skipTest("no IPv6 here: %s" % error)
        self.assert_converted(self.run_with(AWS_ENDPOINT_URL_S3=front.endpoint))
        self.assertGreater(len(self.s3.requests()), 0)

    def test_a_profiles_endpoint_counts_where_none_is_given(self):
        config = self.file("config", "[default]\nendpoint_url = http://127.0.0.1:1\n"
                           "services = mine\n[services mine]\ns3 =\n  endpoint_url = %s\n"
                           % self.s3.endpoint)
        own = {"AWS_CONFIG_FILE": config, "AWS_ENDPOINT_URL_S3": ""}
        self.assert_converted(self.run_with(**own))
        given = self.run_with(**own, AWS_ENDPOINT_URL="http://127.0.0.1:2")
        self.assertIn("http://127.0.0.1:2", given.err + given.out, "the environment comes first")
        ignored = self.run_with(**own, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS="true",
                                HTTPS_PROXY="http://127.0.0.1:3")
        self.assertIn("amazonaws.com", ignored.err + ignored.out)


if __name__ == "__main__":
    unittest.main()
