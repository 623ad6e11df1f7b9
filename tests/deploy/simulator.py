# SPDX-License-Identifier: Apache-2.0
"""What IAM would say: requests are put to iam-simulate, a program that we did not write, with the
policies of the one who asks, of the bucket, and of the endpoint."""
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIMULATE = ROOT / "build/deps/deploy-js/simulate.js"


def require_simulator():
    """Ends the test run when it isn't installed: skipped (77) where there is no npm to do it."""
    if SIMULATE.exists():
        return
    print("skipped: no %s: run tests/deploy/setup (needs npm)" % SIMULATE.relative_to(ROOT),
          file=sys.stderr)
    sys.exit(77)


# AWS's own page about Lambda in a network writes "all that the account has" so, and Lambda takes it
# (docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html); the simulator takes no wildcard for
# the type of a resource. It gets the types that there are for the actions of our statement.
ANY_TYPE = ":*/*"
TYPES = ("network-interface", "subnet", "security-group")


def readable(resource):
    """The resources that the simulator reads for this one."""
    if not resource.endswith(ANY_TYPE):
        return [resource]
    return ["%s:%s/*" % (resource.removesuffix(ANY_TYPE), kind) for kind in TYPES]


def readable_policy(policy):
    out = []
    for statement in policy["Statement"]:
        resources = statement["Resource"]
        resources = resources if isinstance(resources, list) else [resources]
        out.append({**statement, "Resource": [one for each in resources for one in readable(each)]})
    return {**policy, "Statement": out}


class Simulator:
    """Collects questions and asks them all at once, since starting the simulator takes a second."""

    def __init__(self):
        self.policies = []
        self.numbers = {}  # of a policy as text: its index
        self.cases = []

    def policy(self, policy):
        """An index for ask(); None for None."""
        if policy is None:
            return None
        policy = readable_policy(policy)
        text = json.dumps(policy, sort_keys=True)
        if text not in self.numbers:
            self.numbers[text] = len(self.policies)
            self.policies.append(policy)
        return self.numbers[text]

    def ask(self, principal, ask, account, identity=None, bucket=None, endpoint=None):
        """`ask` has action, resource and context. The number of the question."""
        self.cases.append({"principal": principal, "action": ask.action, "resource": ask.resource,
                           "account": account, "context": dict(ask.context),
                           "identity": self.policy(identity), "bucket": self.policy(bucket),
                           "endpoint": self.policy(endpoint)})
        return len(self.cases) - 1

    def answers(self):
        """{number: "Allowed" and so on}. Fails when a key that a policy looks at is unknown to the
        simulator, since it would then pass over the condition."""
        done = subprocess.run(["node", SIMULATE], capture_output=True, text=True, check=False,
                              input=json.dumps({"policies": self.policies, "cases": self.cases}))
        if done.returncode != 0:
            raise AssertionError("the simulator failed: " + done.stderr)
        out = {}
        for number, (case, answer) in enumerate(zip(self.cases, json.loads(done.stdout))):
            if "error" in answer:
                raise AssertionError("%s on %s: %s" % (case["action"], case["resource"],
                                                       answer["error"]))
            used = {key.lower() for part in ("identity", "bucket", "endpoint")
                    if case[part] is not None for key in keys_of(self.policies[case[part]])}
            passed_over = sorted(used & {key.lower() for key in answer["ignored"]})
            if passed_over:
                raise AssertionError("the simulator passes over %s of %s" % (
                    passed_over, case["action"]))
            out[number] = answer["result"]
        return out


def keys_of(policy):
    """The context keys that the conditions of a policy look at."""
    return {key for statement in policy["Statement"]
            for operator in statement.get("Condition", {}).values() for key in operator}
