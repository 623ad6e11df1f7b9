# SPDX-License-Identifier: Apache-2.0
"""A CloudFormation template with its parameters filled in, without CloudFormation: what each switch
makes of the resources, in plain values. For judges that ask what a statement, a pattern or an alarm
really says.

    template = load("deploy/cloudformation/silversmith.yaml")
    resources = resolve(template, {"LakeBucket": "data-lake", ...})
    resources["ConvertRole"]["Properties"]["Policies"]

Knows the intrinsics and pseudo parameters of CloudFormation but those that need an account
(Fn::ImportValue, Fn::Transform) and resolves no dynamic reference. What it does not know it refuses:
it never guesses.
"""
import hashlib
import re

import yaml

PSEUDO = {"AWS::AccountId": "123456789012", "AWS::Region": "us-east-1", "AWS::Partition": "aws",
          "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": "silversmith",
          "AWS::StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/silversmith/1",
          "AWS::NotificationARNs": []}
NOTHING = object()  # what AWS::NoValue becomes: its property or list entry is left out


class Unresolvable(Exception):
    """The template, or these parameters, can't be made into plain values; says where and why."""


# Reading. Short forms (!Ref) become their long forms, so that there is one form only.

class _Loader(yaml.SafeLoader):
    pass


# Dates stay text, as CloudFormation has them ("2012-10-17" without quotes too).
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in entries if tag != "tag:yaml.org,2002:timestamp"]
    for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def _short_form(loader, suffix, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else "Fn::" + suffix: value}


_Loader.add_multi_constructor("!", _short_form)


def load(path):
    """The template at `path`, YAML or JSON."""
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=_Loader)


# What Ref and Fn::GetAtt of a resource are. `name` is its physical name.

def _arn(service, resource):
    return lambda name, at: "arn:%s:%s:%s:%s:%s" % (
        at["AWS::Partition"], service, at["AWS::Region"], at["AWS::AccountId"], resource % name)


def _iam(kind):
    return lambda name, at: "arn:%s:iam::%s:%s/%s" % (
        at["AWS::Partition"], at["AWS::AccountId"], kind, name)


def _name(name, at):
    return name


def _queue_url(name, at):
    return "https://sqs.%s.%s/%s/%s" % (
        at["AWS::Region"], at["AWS::URLSuffix"], at["AWS::AccountId"], name)


def _bucket_arn(name, at):
    return "arn:%s:s3:::%s" % (at["AWS::Partition"], name)


_TOPIC = _arn("sns", "%s")
# Type: (property that names it, Ref, {attribute: value})
_KINDS = {
    "AWS::S3::Bucket": ("BucketName", _name, {"Arn": _bucket_arn}),
    "AWS::SQS::Queue": ("QueueName", _queue_url,
                        {"Arn": _arn("sqs", "%s"), "QueueName": _name, "QueueUrl": _queue_url}),
    "AWS::SNS::Topic": ("TopicName", _TOPIC, {"TopicArn": _TOPIC, "TopicName": _name}),
    "AWS::Lambda::Function": ("FunctionName", _name, {"Arn": _arn("lambda", "function:%s")}),
    "AWS::IAM::Role": ("RoleName", _name, {"Arn": _iam("role")}),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", _iam("policy"), {"PolicyArn": _iam("policy")}),
    "AWS::Events::Rule": ("Name", _name, {"Arn": _arn("events", "rule/%s")}),
    "AWS::Logs::LogGroup": ("LogGroupName", _name, {"Arn": _arn("logs", "log-group:%s:*")}),
    "AWS::CloudWatch::Alarm": ("AlarmName", _name, {"Arn": _arn("cloudwatch", "alarm:%s")}),
    "AWS::CloudWatch::Dashboard": ("DashboardName", _name, {}),
}
# Types whose name is an id that the service makes: its prefix, and attributes that equal it.
_IDS = {
    "AWS::EC2::VPC": ("vpc-", ["VpcId"]),
    "AWS::EC2::Subnet": ("subnet-", ["SubnetId"]),
    "AWS::EC2::RouteTable": ("rtb-", ["RouteTableId"]),
    "AWS::EC2::SecurityGroup": ("sg-", ["GroupId", "Id"]),
    "AWS::EC2::VPCEndpoint": ("vpce-", ["Id"]),
}
_LISTS = ("CommaDelimitedList", "List<")


class Stack:
    """A template under one set of parameters. `names` gives physical names that a real deployment
    chose ({logical id: name}); else a made-up one is used where the template gives none."""

    def __init__(self, template, parameters=None, pseudo=None, names=None):
        self.template = template
        self.pseudo = {**PSEUDO, **(pseudo or {})}
        self.names = names or {}
        self.parameters = self._parameters(parameters or {})
        self._conditions = {}
        self._check_rules()

    # Parameters

    def _parameters(self, given):
        declared = self.template.get("Parameters", {})
        for name in given:
            if name not in declared:
                raise Unresolvable("no such parameter: %s" % name)
        values = {}
        for name, rules in declared.items():
            if name not in given and "Default" not in rules:
                raise Unresolvable("parameter %s has no default and no value" % name)
            values[name] = _parameter(name, rules, given.get(name, rules.get("Default")))
        return values

    def _check_rules(self):
        for name, rule in self.template.get("Rules", {}).items():
            if "RuleCondition" in rule and not self._truth(rule["RuleCondition"], name):
                continue
            for assertion in rule["Assertions"]:
                if not self._truth(assertion["Assert"], name):
                    raise Unresolvable("rule %s: %s" % (name, assertion["AssertDescription"]))

    # Conditions

    def condition(self, name):
        """Whether the condition of this name holds."""
        if name not in self._conditions:
            if name not in self.template.get("Conditions", {}):
                raise Unresolvable("no such condition: %s" % name)
            self._conditions[name] = None  # while it is looked at
            self._conditions[name] = self._truth(self.template["Conditions"][name], name)
        if self._conditions[name] is None:
            raise Unresolvable("condition %s depends on itself" % name)
        return self._conditions[name]

    def _truth(self, node, where):
        [(function, operands)] = node.items()
        if function == "Condition":
            return self.condition(operands)
        if function == "Fn::Equals":
            left, right = (self.value(operand, where) for operand in operands)
            return _text(left) == _text(right)
        if function == "Fn::Not":
            return not self._truth(operands[0], where)
        if function == "Fn::And":
            return all([self._truth(operand, where) for operand in operands])
        if function == "Fn::Or":
            return any([self._truth(operand, where) for operand in operands])
        if function == "Fn::Contains":
            choices, value = (self.value(operand, where) for operand in operands)
            return _text(value) in [_text(choice) for choice in choices]
        if function == "Fn::EachMemberEquals":
            values, wanted = (self.value(operand, where) for operand in operands)
            return all(_text(value) == _text(wanted) for value in values)
        raise Unresolvable("%s: %s is no condition" % (where, function))

    # Values

    def exists(self, logical_id):
        resource = self.template["Resources"][logical_id]
        return "Condition" not in resource or self.condition(resource["Condition"])

    def resources(self):
        """{logical id: resource} of those that are made, DependsOn a list of those alone."""
        made = {}
        for logical_id, resource in self.template["Resources"].items():
            if not self.exists(logical_id):
                continue
            made[logical_id] = self.value(
                {k: v for k, v in resource.items() if k not in ("Condition", "DependsOn")},
                logical_id)
            made[logical_id].setdefault("Properties", {})
            before = resource.get("DependsOn", [])
            made[logical_id]["DependsOn"] = [
                other for other in ([before] if isinstance(before, str) else before)
                if self.exists(other)]
        return made

    def reduced(self):
        """The template that is left when every condition is decided and every mapping looked up: for
        programs whose own reading of these is weak. Ref, Fn::GetAtt and Fn::Sub stay."""
        left = {key: value for key, value in self.template.items()
                if key not in ("Conditions", "Mappings", "Rules", "Metadata")}
        for part in ("Resources", "Outputs"):
            left[part] = {
                name: self._reduced({k: v for k, v in entry.items() if k != "Condition"}, name)
                for name, entry in self.template.get(part, {}).items()
                if "Condition" not in entry or self.condition(entry["Condition"])}
        for entry in left["Resources"].values():
            before = entry.get("DependsOn", [])
            before = [before] if isinstance(before, str) else before
            if before:
                entry["DependsOn"] = [name for name in before if self.exists(name)]
        return left

    def _reduced(self, node, where):
        if isinstance(node, list):
            left = [self._reduced(entry, where) for entry in node]
            return [entry for entry in left if entry is not NOTHING]
        if not isinstance(node, dict):
            return node
        if node == {"Ref": "AWS::NoValue"}:
            return NOTHING
        if list(node) == ["Fn::If"]:
            name, then, otherwise = node["Fn::If"]
            return self._reduced(then if self.condition(name) else otherwise, where)
        if list(node) == ["Fn::FindInMap"]:
            return self._value(node, where)
        left = {key: self._reduced(entry, where) for key, entry in node.items()}
        return {key: entry for key, entry in left.items() if entry is not NOTHING}

    def outputs(self):
        return {name: self.value(output["Value"], name)
                for name, output in self.template.get("Outputs", {}).items()
                if "Condition" not in output or self.condition(output["Condition"])}

    def value(self, node, where="?"):
        """`node` in plain values. A whole node that is AWS::NoValue is None."""
        plain = self._value(node, where)
        return None if plain is NOTHING else plain

    def _value(self, node, where):
        if isinstance(node, list):
            plain = [self._value(entry, "%s[%d]" % (where, i)) for i, entry in enumerate(node)]
            return [entry for entry in plain if entry is not NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            [(function, operand)] = node.items()
            if function == "Ref":
                return self._ref(operand, where)
            if isinstance(function, str) and function.startswith("Fn::"):
                return self._call(function, operand, where)
        plain = {key: self._value(entry, "%s.%s" % (where, key)) for key, entry in node.items()}
        return {key: entry for key, entry in plain.items() if entry is not NOTHING}

    def _call(self, function, operand, where):
        handler = getattr(self, "_fn_" + function[4:].lower(), None)
        if handler is None:
            raise Unresolvable("%s: %s is not known here" % (where, function))
        return handler(operand, where)

    def _ref(self, name, where):
        if name == "AWS::NoValue":
            return NOTHING
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        return self._of_resource(name, None, where)

    def _of_resource(self, logical_id, attribute, where):
        """Ref (attribute None) or Fn::GetAtt."""
        if logical_id not in self.template["Resources"]:
            raise Unresolvable("%s: nothing is called %s" % (where, logical_id))
        if not self.exists(logical_id):
            raise Unresolvable("%s: %s is not made under these parameters" % (where, logical_id))
        kind = self.template["Resources"][logical_id]["Type"]
        name = self.physical_name(logical_id)
        if kind in _IDS and (attribute is None or attribute in _IDS[kind][1]):
            return name
        reference, attributes = _KINDS.get(kind, (None, _name, {}))[1:]
        if attribute is None:
            return reference(name, self.pseudo)
        if attribute not in attributes:
            raise Unresolvable("%s: %s of %s is not known here" % (where, attribute, kind))
        return attributes[attribute](name, self.pseudo)

    def physical_name(self, logical_id):
        """The name or id of a resource that is made."""
        if logical_id in self.names:
            return self.names[logical_id]
        resource = self.template["Resources"][logical_id]
        kind = resource["Type"]
        unique = hashlib.sha256(logical_id.encode()).hexdigest()[:17]
        if kind in _IDS:
            return _IDS[kind][0] + unique
        named_by = _KINDS.get(kind, (None,))[0]
        given = self._value(resource.get("Properties", {}).get(named_by, NOTHING), logical_id)
        if given is not NOTHING:
            return given
        name = "%s-%s-%s" % (self.pseudo["AWS::StackName"], logical_id, unique[:12].upper())
        return name.lower() if kind == "AWS::S3::Bucket" else name

    # Functions

    def _fn_getatt(self, operand, where):
        logical_id, attribute = operand if isinstance(operand, list) else operand.split(".", 1)
        return self._of_resource(logical_id, attribute, where)

    def _fn_if(self, operand, where):
        name, then, otherwise = operand
        return self._value(then if self.condition(name) else otherwise, where)

    def _fn_sub(self, operand, where):
        text, own = operand if isinstance(operand, list) else (operand, {})
        own = {key: self._value(value, where) for key, value in own.items()}

        def replaced(match):
            name = match.group(1)
            if name.startswith("!"):
                return "${%s}" % name[1:]
            if name in own:
                return _text(own[name])
            if "." in name and name not in self.parameters:
                return _text(self._fn_getatt(name, where))
            return _text(self._ref(name, where))

        return re.sub(r"\$\{([^}]+)\}", replaced, text)

    def _fn_join(self, operand, where):
        separator, parts = operand
        return separator.join(_text(part) for part in self._value(parts, where))

    def _fn_split(self, operand, where):
        separator, text = operand
        return _text(self._value(text, where)).split(separator)

    def _fn_select(self, operand, where):
        index, choices = (self._value(part, where) for part in operand)
        return choices[int(index)]

    def _fn_findinmap(self, operand, where):
        table, first, second = (_text(self._value(part, where)) for part in operand)
        rows = {str(key): row for key, row in self.template["Mappings"][table].items()}
        if first not in rows or second not in rows[first]:
            raise Unresolvable("%s: mapping %s has no %s.%s" % (where, table, first, second))
        return rows[first][second]

    def _fn_getazs(self, operand, where):
        region = self._value(operand, where) or self.pseudo["AWS::Region"]
        return [region + zone for zone in "abc"]


def _text(value):
    if value is NOTHING:
        raise Unresolvable("AWS::NoValue stands where text is wanted")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise Unresolvable("no text: %r" % (value,))


def _parameter(name, rules, given):
    """The value that Ref of the parameter has; refuses what CloudFormation would."""
    kind = rules["Type"]
    if kind.startswith(_LISTS):
        entries = given if isinstance(given, list) else str(given).split(",")
        values = [str(entry).strip() for entry in entries]
    else:
        values = [_text(given)]
    allowed = [_text(choice) for choice in rules.get("AllowedValues", [])]
    for value in values:
        if allowed and value not in allowed:
            raise Unresolvable("parameter %s: %r is not one of %s" % (name, value, allowed))
        if "AllowedPattern" in rules and not re.fullmatch(rules["AllowedPattern"], value):
            raise Unresolvable("parameter %s: %r does not match %s"
                               % (name, value, rules["AllowedPattern"]))
        if len(value) < int(rules.get("MinLength", 0)) or \
                len(value) > int(rules.get("MaxLength", 10 ** 9)):
            raise Unresolvable("parameter %s: the length of %r" % (name, value))
    if kind.startswith(_LISTS):
        return values
    if kind != "Number":
        return values[0]
    number = float(values[0])
    if number < float(rules.get("MinValue", "-inf")) or number > float(rules.get("MaxValue", "inf")):
        raise Unresolvable("parameter %s: %s is out of bounds" % (name, values[0]))
    return int(number) if number == int(number) else number


def resolve(template, parameters=None, pseudo=None, names=None):
    """{logical id: resource with plain values} of the resources that are made."""
    return Stack(template, parameters, pseudo, names).resources()
