# SPDX-License-Identifier: Apache-2.0
"""The template and the Terraform module before programs that we did not write: cfn-lint with AWS's
serverless rules, checkov, python-hcl2. Clean, but for what waivers.json excuses with a reason; a waiver
that excuses nothing fails. And the pages and the module against the template: what one names, the
other has. Run with the Python of tests/deploy/setup."""
import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import hcl2

from resolve import Stack, load, resolve

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEMPLATE = ROOT / "deploy/cloudformation/silversmith.yaml"
MODULE = ROOT / "deploy/terraform"
PAGE = ROOT / "docs/operations/deploy.md"
BIN = pathlib.Path(sys.executable).parent
CHECKOV = ROOT / "build/deps/deploy-checkov/bin/checkov"
WAIVERS = json.loads((HERE / "waivers.json").read_text("utf-8"))
CONTRACTS = {
    "orders.yaml": """name: orders
silver:contract: {version: 2, match: ["bronze/orders/**"]}
silver:catalog: {partitions: [{name: dt, type: date, format: yyyy-MM-dd, range: "2020-01-01,NOW"}]}
schema:
  fields:
    - {name: order_id, type: integer, constraints: {required: true}}
    - {name: amount, type: number, title: What was paid, "silver:physical": "decimal(18,2)"}
""",
    "returns.yaml": """name: returns
silver:contract: {version: 1, match: ["bronze/returns/**"]}
schema: {fields: [{name: order_id, type: integer}]}
"""}
# CloudFormation's quotas that this template comes near, or may one day.
TEMPLATE_BYTES_MAX, RESOURCES_MAX, OUTPUTS_MAX = 1_000_000, 500, 200


def run(*command):
    environment = {**os.environ, "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1",
                   "CHECKOV_RUN_SECRETS_SCAN_ON_FILES": "false"}
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment,
                          capture_output=True, check=False, timeout=500)
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace")


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Judges(unittest.TestCase):
    def assert_waived(self, tool, found):
        """`found`: {(rule, resource): message}. Exactly what the waivers of this tool name."""
        waived = {(waiver["rule"], resource) for waiver in WAIVERS if waiver["tool"] == tool
                  for resource in waiver["resources"]}
        self.assertEqual({key: text for key, text in found.items() if key not in waived}, {},
                         "findings")
        self.assertEqual(waived - set(found), set(), "waivers that excuse nothing")

    def test_waivers_have_reasons(self):
        self.assertLessEqual({waiver["tool"] for waiver in WAIVERS}, {"cfn-lint", "checkov"})
        for waiver in WAIVERS:
            self.assertGreater(len(waiver["reason"].split()), 5, waiver)

    def test_cfn_lint_with_the_serverless_rules(self):
        lint = [BIN / "cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--format", "json",
                "--"]
        found, trouble = run(*lint, TEMPLATE)
        self.assertEqual(trouble, "")
        self.assert_waived("cfn-lint", {
            (match["Rule"]["Id"], match["Location"]["Path"][1]): match["Message"]
            for match in json.loads(found)})

    def test_cfn_lint_takes_the_template_with_tables(self):
        program = os.environ["SILVERSMITH_PROGRAM"]
        folder = ROOT / "build" / "deploy-contracts"
        folder.mkdir(exist_ok=True)
        for name, text in CONTRACTS.items():
            (folder / name).write_text(text, "utf-8")
        rendered = folder / "rendered.template"
        self.addCleanup(shutil.rmtree, folder)
        text, trouble = run(program, "deploy", "render", "--contracts", folder)
        rendered.write_text(text, "utf-8")
        self.assertEqual(trouble, "")
        self.assertEqual(text.count("Type: AWS::Glue::Table") + text.count('"AWS::Glue::Table"'), 2)
        found, _ = run(BIN / "cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--format",
                       "json", "--", rendered)
        self.assert_waived("cfn-lint", {
            (match["Rule"]["Id"], match["Location"]["Path"][1]): match["Message"]
            for match in json.loads(found)})
        resources = resolve(load(rendered), {
            "LakeBucket": "data-lake", "CodeBucket": "code", "CodeKey": "function.zip",
            "GlueDatabase": "lake"})
        inputs = [resource["Properties"]["TableInput"] for resource in resources.values()
                  if resource["Type"] == "AWS::Glue::Table"]
        self.assertEqual(sorted(one["Name"] for one in inputs), ["orders", "returns"])
        [orders] = [one for one in inputs if one["Name"] == "orders"]
        self.assertEqual(orders["StorageDescriptor"]["Location"], "s3://data-lake/silver/orders/")
        self.assertEqual(orders["Parameters"]["projection.enabled"], "true")
        self.assertIn({"Name": "amount", "Type": "decimal(18,2)", "Comment": "What was paid"},
                      orders["StorageDescriptor"]["Columns"])

    def test_the_serverless_rules_are_there(self):
        template = self.scratch("Resources: {F: {Type: 'AWS::SQS::Queue'}}")
        found, _ = run(BIN / "cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--format",
                       "json", "--", template)
        self.assertEqual({match["Rule"]["Id"] for match in json.loads(found)} & {"ES6000"},
                         {"ES6000"})

    def scratch(self, text):
        path = ROOT / "build" / "deploy-scratch.yaml"
        path.write_text("AWSTemplateFormatVersion: '2010-09-09'\n" + text, "utf-8")
        self.addCleanup(path.unlink)
        return path

    def test_checkov(self):
        out, trouble = run(CHECKOV, "-d", ROOT / "deploy", "--framework", "cloudformation",
                           "terraform", "--quiet", "--compact", "--skip-download", "-o", "json")
        self.assertTrue(out.strip(), trouble)
        reports = {report["check_type"]: report for report in json.loads(out)}
        self.assertEqual(sorted(reports), ["cloudformation", "terraform"])
        found = {}
        for report in reports.values():
            self.assertEqual(report["summary"]["parsing_errors"], 0)
            for check in report["results"]["failed_checks"]:
                found[check["check_id"], check["resource"]] = check["check_name"]
        self.assertGreater(reports["cloudformation"]["summary"]["passed"], 40)
        self.assert_waived("checkov", found)


class Shape(unittest.TestCase):
    def setUp(self):
        self.template = load(TEMPLATE)
        self.parameters = self.template["Parameters"]

    def test_quotas(self):
        self.assertLess(TEMPLATE.stat().st_size, TEMPLATE_BYTES_MAX)
        self.assertLess(len(self.template["Resources"]), RESOURCES_MAX)
        self.assertLess(len(self.template["Outputs"]), OUTPUTS_MAX)
        self.assertNotIn("Transform", self.template)

    def test_every_combination_of_switches_resolves(self):
        """No Ref to what is not made, and a dashboard that is JSON, whatever is chosen."""
        choices = {
            "Trigger": ["queued", "direct"], "EventSource": ["eventbridge", "s3"],
            "Network": ["none", "new", "existing"], "SilverBucket": ["", "silver-bucket"],
            "KmsKeyArn": ["", "arn:aws:kms:us-east-1:123456789012:key/1"],
            "GlueDatabase": ["", "lake"], "LakePrefix": ["", "team-a/"],
            "CreateLakeBucket": ["yes", "no"], "NotifyEmail": ["", "a@example.org"],
            "NotifyTopicArn": ["", "arn:aws:sns:us-east-1:123456789012:mine"],
            "WebhookUrl": ["", "https://example.org"]}
        for chosen in itertools.product(*choices.values()):
            parameters = dict(zip(choices, chosen))
            if parameters["Network"] == "existing":
                parameters.update(VpcSubnetIds="subnet-1,subnet-2", VpcSecurityGroupIds="sg-1")
            stack = Stack(self.template, {"LakeBucket": "data-lake", "CodeBucket": "code-bucket",
                                          "CodeKey": "silversmith.zip", **parameters})
            made = stack.resources()
            json.loads(made["Dashboard"]["Properties"]["DashboardBody"])
            self.assertTrue(all(isinstance(value, str) for value in stack.outputs().values()))

    def test_visibility_is_six_timeouts_and_the_alarm_four_fifths(self):
        allowed = self.parameters["Timeout"]["AllowedValues"]
        table = self.template["Mappings"]["Timeouts"]
        self.assertEqual(sorted(table), sorted(str(seconds) for seconds in allowed))
        for seconds in allowed:
            self.assertEqual(table[str(seconds)], {"VisibilitySeconds": 6 * seconds,
                                                   "AlarmMilliseconds": 800 * seconds})

    def test_nothing_is_made_in_a_circle(self):
        """Every reference of each resource, the orders of Metadata and DependsOn included."""
        edges = {}
        for name, resource in self.template["Resources"].items():
            before = resource.get("DependsOn", [])
            edges[name] = {*([before] if isinstance(before, str) else before),
                           *references(resource, self.template["Resources"])}
        done, open_now = set(), []

        def visit(name):
            self.assertNotIn(name, open_now, "a circle: %s" % (open_now + [name]))
            if name in done:
                return
            open_now.append(name)
            for other in sorted(edges[name]):
                visit(other)
            open_now.pop()
            done.add(name)

        for name in sorted(edges):
            visit(name)

    def test_alarms_say_what_they_mean_and_where_to_read_on(self):
        alarms = {name: resource["Properties"] for name, resource in
                  self.template["Resources"].items()
                  if resource["Type"] == "AWS::CloudWatch::Alarm"}
        self.assertGreaterEqual(len(alarms), 20)
        for name, alarm in alarms.items():
            anchor = re.sub("^upper", "", name.lower())
            self.assertRegex(alarm["AlarmDescription"],
                             r"^[A-Z].+\. See docs/operations/runbook\.md#%s\.$" % anchor)
            self.assertIn("AlarmActions", alarm)
            self.assertIn("TreatMissingData", alarm)

    def test_the_page_has_every_parameter(self):
        rows = re.findall(r"^\| `(\w+)` \| (`[^`]*`|none|required) \|", PAGE.read_text("utf-8"),
                          re.MULTILINE)
        wanted = {}
        for name, rules in self.parameters.items():
            default = str(rules["Default"]) if "Default" in rules else None
            wanted[name] = "required" if default is None else "`%s`" % default if default else "none"
        self.assertEqual(dict(rows), wanted)
        self.assertEqual(len(rows), len(wanted))


def references(node, resources):
    """The resources that Ref, Fn::GetAtt or Fn::Sub anywhere in `node` name."""
    if isinstance(node, list):
        return set().union(*[references(entry, resources) for entry in node], set())
    if not isinstance(node, dict):
        return set()
    named = set()
    for key, value in node.items():
        if key == "Ref":
            named.add(value)
        elif key == "Fn::GetAtt":
            named.add(value[0] if isinstance(value, list) else value.split(".")[0])
        elif key == "Fn::Sub":
            text = value[0] if isinstance(value, list) else value
            named.update(name.split(".")[0] for name in re.findall(r"\$\{([^!}][^}]*)\}", text))
        named |= references(value, resources)
    return named & set(resources)


def plain(text):
    """A string of python-hcl2: without the quotes that newer versions leave on, and unescaped."""
    if isinstance(text, str) and text.startswith('"') and text.endswith('"'):
        text = json.loads(text)
    return text.replace("$${", "${") if isinstance(text, str) else text


class Terraform(unittest.TestCase):
    def setUp(self):
        self.parameters = load(TEMPLATE)["Parameters"]
        self.files = {path.name: self.parse(path) for path in sorted(MODULE.glob("*.tf"))}

    def parse(self, path):
        with open(path, encoding="utf-8") as file:
            return hcl2.load(file)

    def blocks(self, file, kind):
        return {plain(name): body for block in self.files[file][kind]
                for name, body in block.items() if not name.startswith("__")}

    def test_variables_are_the_parameters(self):
        variables = self.blocks("variables.tf", "variable")
        for own in ("stack_name", "tags"):
            self.assertIn("default", variables.pop(own))
        self.assertEqual(sorted(variables), sorted(snake(name) for name in self.parameters))
        for name, rules in self.parameters.items():
            variable = variables[snake(name)]
            self.assertEqual(plain(variable["description"]), rules["Description"], name)
            kind = {"Number": "number", "CommaDelimitedList": "list(string)"}
            self.assertEqual(str(variable["type"]).strip("${}"), kind.get(rules["Type"], "string"))
            self.assertEqual("default" in variable, "Default" in rules, name)
            if "Default" in rules:
                default = variable["default"]
                self.assertEqual(plain(default) if default != [] else "", rules["Default"], name)
            self.assertEqual(variable.get("sensitive", False), rules.get("NoEcho", False), name)
            self.assert_validated(name, variable, rules)

    def assert_validated(self, name, variable, rules):
        conditions = " ".join(str(check["condition"]) for check in variable.get("validation", []))
        for choice in rules.get("AllowedValues", []):
            self.assertRegex(conditions, r"[\[ \"]%s[\], \"]" % re.escape(str(choice)), name)
        if "AllowedPattern" in rules:
            self.assertIn(json.dumps("^(%s)$" % rules["AllowedPattern"]), conditions, name)
        for bound in ("MinValue", "MaxValue", "MaxLength", "MinLength"):
            if bound in rules:
                self.assertIn("= %s" % rules[bound], conditions, name)

    def test_every_parameter_is_passed_on(self):
        [stack] = [body for block in self.files["main.tf"]["resource"] for kind, named in
                   block.items() if plain(kind) == "aws_cloudformation_stack"
                   for body in named.values()]
        passed = stack["parameters"]
        passed = passed[0] if isinstance(passed, list) else passed
        passed = {plain(name): str(value) for name, value in passed.items()
                  if not name.startswith("__")}
        self.assertEqual(sorted(passed), sorted(self.parameters))
        for name, value in passed.items():
            self.assertRegex(value, r"\bvar\.%s\b" % snake(name))

    def test_outputs_are_the_stacks(self):
        outputs = self.blocks("outputs.tf", "output")
        names = load(TEMPLATE)["Outputs"]
        self.assertEqual(sorted(outputs), sorted(snake(name) for name in names))
        for name in names:
            self.assertIn('"%s"' % name, str(outputs[snake(name)]["value"]))


if __name__ == "__main__":
    unittest.main()
