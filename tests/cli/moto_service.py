# SPDX-License-Identifier: Apache-2.0
"""moto, a double of AWS that we did not write, as a server beside a test; and the few calls of its
services that tests make themselves, without an SDK."""
import json
import os
import subprocess
import threading
import urllib.parse
import urllib.request

from program import wait_for

SERVER = os.environ["SILVERSMITH_MOTO"]
ACCOUNT = "123456789012"
REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": REGION}
SIGNED = ("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/%s/aws4_request, "
          "SignedHeaders=host, Signature=0")


class Moto:
    def __init__(self, add_cleanup):
        """`add_cleanup` is a test's addCleanup, or a class's addClassCleanup."""
        self.server = subprocess.Popen([SERVER, "-H", "127.0.0.1", "-p", "0"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        add_cleanup(self.stop)
        self.endpoint = wait_for(self.address, "moto says where it listens")
        # What it logs would fill the pipe.
        threading.Thread(target=self.server.stderr.read, daemon=True).start()
        self.env = {**KEYS, "AWS_ENDPOINT_URL": self.endpoint}

    def address(self):
        line = self.server.stderr.readline()
        return line.split()[-1] if "Running on" in line else None

    def stop(self):
        self.server.terminate()
        self.server.wait()
        self.server.stderr.close()

    def call(self, method, path, body=b"", service="s3", **headers):
        """The answer's body."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers = {"Content-Type": "application/octet-stream", **headers,
                   "Authorization": SIGNED % service}
        request = urllib.request.Request(self.endpoint + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def put(self, path, body=b""):
        """A bucket "/lake", or an object "/lake/key"."""
        return self.call("PUT", urllib.parse.quote(path),
                         body if isinstance(body, bytes) else body.encode())

    def keys(self, bucket, prefix=""):
        listing = self.call("GET", "/%s?list-type=2&prefix=%s" % (bucket, prefix)).decode()
        return [part.split("</Key>")[0] for part in listing.split("<Key>")[1:]]

    def sqs(self, action, **fields):
        answer = self.call("POST", "/", json.dumps(fields).encode(), "sqs",
                           X_Amz_Target="AmazonSQS." + action,
                           Content_Type="application/x-amz-json-1.0")
        return json.loads(answer or b"{}")

    def queue(self, name, dead_letters=None, receives_max=2):
        """Its URL; messages received too often go to the queue of the URL `dead_letters`."""
        attributes = {}
        if dead_letters:
            arn = "arn:aws:sqs:%s:%s:%s" % (REGION, ACCOUNT, dead_letters.split("/")[-1])
            attributes["RedrivePolicy"] = json.dumps(
                {"deadLetterTargetArn": arn, "maxReceiveCount": receives_max})
        return self.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]

    def depth(self, url):
        """Waiting and in flight."""
        said = self.sqs("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return (int(said["ApproximateNumberOfMessages"]),
                int(said["ApproximateNumberOfMessagesNotVisible"]))

    def send(self, url, body):
        body = body if isinstance(body, str) else json.dumps(body)
        return self.sqs("SendMessage", QueueUrl=url, MessageBody=body)["MessageId"]

    def function(self, name):
        """A Lambda function that runs nothing: moto is told not to."""
        self.call("POST", "/moto-api/config", json.dumps({"lambda": {"use_docker": False}}).encode(),
                  Content_Type="application/json")
        trust = json.dumps({"Version": "2012-10-17", "Statement": []})
        role = urllib.parse.urlencode({"Action": "CreateRole", "Version": "2010-05-08",
                                       "RoleName": name, "AssumeRolePolicyDocument": trust})
        self.call("POST", "/", role.encode(), "iam",
                  Content_Type="application/x-www-form-urlencoded")
        made = {"FunctionName": name, "Runtime": "provided.al2023", "Handler": "bootstrap",
                "Role": "arn:aws:iam::%s:role/%s" % (ACCOUNT, name), "Code": {"ZipFile": "UEsFBg=="}}
        self.call("POST", "/2015-03-31/functions", json.dumps(made).encode(), "lambda",
                  Content_Type="application/json")
