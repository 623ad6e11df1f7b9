# SPDX-License-Identifier: Apache-2.0
"""One SQS queue of our own, in the test's process, with faults on command. It speaks the JSON
protocol over HTTP: long polls, leases, receipts that expire, redrive into a dead-letter queue, and
what operators ask. What it answers to a receipt that is not good any more is what AWS answers; see
src/wire/sqs.cc."""
import http.server
import json
import select
import socket
import threading
import time
import uuid


class Failure(Exception):
    def __init__(self, name, message, status=400):
        super().__init__(message)
        self.name, self.message, self.status = name, message, status


class Message:
    def __init__(self, body, attributes=None, group=None):
        self.id = str(uuid.uuid4())
        self.body = body
        self.attributes = attributes or {}
        self.group = group
        self.sent = time.time()
        self.visible_at = 0.0
        self.receives = 0
        self.receipt = None


class FakeSqs:
    def __init__(self, receives_max=None, name="in"):
        self.changed = threading.Condition()
        self.messages = []
        self.dead = []
        self.calls = []  # (action, fields)
        # action -> [status, error name, or a function that is called first; the next first]
        self.faults = {}
        self.sources = []  # URLs of the queues whose dead letters come here
        self.redrives = False  # whether it has a redrive policy
        self.known = {}  # receipt -> message
        self.receives_max = receives_max
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits 40 ms for an acknowledgement

            def do_POST(self):
                fields = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                action = self.headers["X-Amz-Target"].split(".")[1]
                try:
                    status, answer = 200, outer.call(action, fields, self.alive)
                except Failure as failure:
                    status = failure.status
                    answer = {"__type": "com.amazonaws.sqs#" + failure.name,
                              "message": failure.message}
                text = json.dumps(answer).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/x-amz-json-1.0")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except ConnectionError:
                    self.close_connection = True

            def alive(self):
                """Whether somebody still waits for the answer."""
                ready = select.select([self.connection], [], [], 0)[0]
                return not ready or self.connection.recv(1, socket.MSG_PEEK) != b""

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()
        self.endpoint = "http://127.0.0.1:%d" % self.server.server_port
        self.url = self.endpoint + "/000000000000/" + name

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    # What tests do and see.

    def send(self, body, attributes=None, **options):
        """Attributes are texts by name; a number is one of type Number."""
        typed = {name: {"DataType": "Number" if isinstance(value, int) else "String",
                        "StringValue": str(value)} for name, value in (attributes or {}).items()}
        with self.changed:
            message = Message(body if isinstance(body, str) else json.dumps(body), typed, **options)
            self.messages.append(message)
            self.changed.notify_all()
            return message

    def fault(self, action, *kinds):
        with self.changed:
            self.faults.setdefault(action, []).extend(kinds)

    def steal(self, message):
        """Somebody else has it from now on."""
        with self.changed:
            message.receipt = "stolen"
            message.visible_at = time.time() + 1000

    def expire_leases(self):
        with self.changed:
            for message in self.messages:
                message.visible_at = 0.0

    def bodies(self):
        with self.changed:
            return [message.body for message in self.messages]

    def hidden(self):
        with self.changed:
            return sum(1 for message in self.messages if message.visible_at > time.time())

    def count(self, action):
        with self.changed:
            return sum(1 for name, _ in self.calls if name == action)

    def left(self):
        with self.changed:
            return len(self.messages)

    # The protocol.

    def call(self, action, fields, alive):
        with self.changed:
            self.calls.append((action, fields))
            if self.faults.get(action):
                kind = self.faults[action].pop(0)
                if callable(kind):
                    kind = kind()
                if kind is None:
                    return self.dispatch(action, fields, alive)
                if isinstance(kind, int):
                    raise Failure("ServiceUnavailable", "made up", kind)
                raise Failure(kind, "made up")
            return self.dispatch(action, fields, alive)

    def dispatch(self, action, fields, alive):
        if action == "ReceiveMessage":
            return self.ReceiveMessage(fields, alive)
        return getattr(self, action)(fields)

    def ReceiveMessage(self, fields, alive):
        end = time.time() + fields.get("WaitTimeSeconds", 0)
        while True:
            now = time.time()
            self.redrive(now)
            ready = [m for m in self.messages if m.visible_at <= now]
            if not alive():
                return {}
            if ready or now >= end:
                break
            self.changed.wait(min(0.05, end - now))
        answer = []
        for message in ready[:fields["MaxNumberOfMessages"]]:
            message.receives += 1
            message.visible_at = now + fields["VisibilityTimeout"]
            message.receipt = str(uuid.uuid4())
            self.known[message.receipt] = message
            entry = {"MessageId": message.id, "ReceiptHandle": message.receipt,
                     "Body": message.body,
                     "Attributes": {"ApproximateReceiveCount": str(message.receives),
                                    "SentTimestamp": str(int(message.sent * 1000))}}
            if message.group is not None:
                entry["Attributes"]["MessageGroupId"] = message.group
            if message.attributes and "All" in fields.get("MessageAttributeNames", []):
                entry["MessageAttributes"] = message.attributes
            answer.append(entry)
        return {"Messages": answer} if answer else {}

    def redrive(self, now):
        if self.receives_max is None:
            return
        for message in list(self.messages):
            if message.visible_at <= now and message.receives >= self.receives_max:
                self.messages.remove(message)
                self.dead.append(message)

    def held(self, fields):
        receipt = fields["ReceiptHandle"]
        if receipt not in self.known:
            raise Failure("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        message = self.known[receipt]
        if message.receipt != receipt:
            raise Failure("InvalidParameterValueException",
                          "Value %s for parameter ReceiptHandle is invalid. Reason: The receipt "
                          "handle has expired." % receipt)
        return message

    def ChangeMessageVisibility(self, fields):
        message = self.held(fields)
        if message not in self.messages or message.visible_at <= time.time():
            raise Failure("MessageNotInflight", "The message referred to is not in flight.")
        message.visible_at = time.time() + fields["VisibilityTimeout"]
        self.changed.notify_all()
        return {}

    def DeleteMessage(self, fields):
        message = self.held(fields)
        if message in self.messages:
            self.messages.remove(message)
        return {}

    def ChangeMessageVisibilityBatch(self, fields):
        answer = {"Successful": [], "Failed": []}
        for entry in fields["Entries"]:
            try:
                self.ChangeMessageVisibility(entry)
                answer["Successful"].append({"Id": entry["Id"]})
            except Failure as failure:
                answer["Failed"].append({"Id": entry["Id"], "Code": failure.name,
                                         "SenderFault": True})
        return answer

    def SendMessage(self, fields):
        message = Message(fields["MessageBody"], fields.get("MessageAttributes"),
                          fields.get("MessageGroupId"))
        self.messages.append(message)
        self.changed.notify_all()
        return {"MessageId": message.id}

    def GetQueueAttributes(self, fields):
        hidden = sum(1 for message in self.messages if message.visible_at > time.time())
        attributes = {"ApproximateNumberOfMessages": str(len(self.messages) - hidden),
                      "ApproximateNumberOfMessagesNotVisible": str(hidden),
                      "ApproximateNumberOfMessagesDelayed": "0"}
        if self.redrives:
            attributes["RedrivePolicy"] = json.dumps({"maxReceiveCount": 5})
        return {"Attributes": attributes}

    def ListDeadLetterSourceQueues(self, fields):
        return {"queueUrls": self.sources}

    def PurgeQueue(self, fields):
        self.messages.clear()
        return {}
