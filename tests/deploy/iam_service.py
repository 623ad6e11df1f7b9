# SPDX-License-Identifier: Apache-2.0
"""Requests that the functions don't make themselves: AWS's services make them, with a function's role.
Written by hand, so what they prove is less than what recorded requests prove: that a permission is
needed rests on AWS's documentation, which each entry names."""
import policies
from iam_requests import Ask

LOGS = "arn:aws:logs:%s:%s:log-group:/aws/lambda/%s"
EC2 = "arn:aws:ec2:%s:%s:%s"


def arn_of(chosen, logical_id):
    """Of a queue or topic of the stack; None where it is not made."""
    if logical_id not in chosen.resources:
        return None
    resource = chosen.resources[logical_id]
    service, name = {"AWS::SQS::Queue": ("sqs", "QueueName"),
                     "AWS::SNS::Topic": ("sns", "TopicName")}[resource["Type"]]
    return "arn:aws:%s:%s:%s:%s" % (service, policies.REGION, policies.ACCOUNT,
                                    resource["Properties"][name])


def of_lambda(chosen, function):
    """What the Lambda service does in the role of each function."""
    name = chosen.roles[function].function_arn.split(":")[-1]
    group = LOGS % (policies.REGION, policies.ACCOUNT, name)
    # docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    yield Ask("logs:CreateLogStream", group + ":log-stream:2026/11/29/[1]0", why="a new sandbox")
    yield Ask("logs:PutLogEvents", group + ":log-stream:2026/11/29/[1]0", why="lines of log")
    # .../dg/services-xray.html: TracingConfig Active
    yield Ask("xray:PutTraceSegments", "*", why="active tracing")
    yield Ask("xray:PutTelemetryRecords", "*", why="active tracing")
    if chosen.roles[function].private and not chosen.printed:
        yield from of_network()


def of_network():
    """docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html;
    making an interface is asked about the interface, its subnet and its security group."""
    at = (policies.REGION, policies.ACCOUNT)
    interface = EC2 % (*at, "network-interface/eni-0123456789abcdef0")
    for resource in (interface, EC2 % (*at, "subnet/subnet-0123456789abcdef0"),
                     EC2 % (*at, "security-group/sg-0123456789abcdef0")):
        yield Ask("ec2:CreateNetworkInterface", resource, why="joining the network")
    for action in ("DeleteNetworkInterface", "AssignPrivateIpAddresses",
                   "UnassignPrivateIpAddresses"):
        yield Ask("ec2:" + action, interface, why="keeping and leaving the network")
    for action in ("DescribeNetworkInterfaces", "DescribeSubnets"):
        yield Ask("ec2:" + action, "*", why="looking at the network")


def of_queue(chosen, logical_id):
    """docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: the poller."""
    queue = arn_of(chosen, logical_id)
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        if queue:
            yield Ask("sqs:" + action, queue, why="polling the queue")


def asks_of(chosen, function):
    """All of one function."""
    yield from of_lambda(chosen, function)
    queued = "ConvertSource" in chosen.resources
    # .../dg/invocation-async-retain-records.html: what failed for good is sent with the role.
    failures = {"convert": None if queued else "DeadLetterQueue"}.get(function,
                                                                      "StepsDeadLetterQueue")
    if failures:
        yield Ask("sqs:SendMessage", arn_of(chosen, failures), why="an invocation failed for good")
    if function == "convert":
        yield from of_queue(chosen, "WorkQueue")
    if function == "notify":
        yield from of_queue(chosen, "NotifyQueue")
