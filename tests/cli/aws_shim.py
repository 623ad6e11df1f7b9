# SPDX-License-Identifier: Apache-2.0
"""`aws SERVICE OPERATION --name value ...`, as far as the runbook types it: AWS's own command line
is another installation, and what it sends is what its SDK sends. Run by the Python that has boto3."""
import json
import os
import sys

import boto3
from botocore import xform_name


def main():
    service, operation, *rest = sys.argv[1:]
    client = boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    method = operation.replace("-", "_")
    names = {xform_name(wanted): wanted for wanted in client.meta.service_model.operation_model(
        client.meta.method_to_api_mapping[method]).input_shape.members}
    fields = {names[name[2:].replace("-", "_")]: value
              for name, value in zip(rest[::2], rest[1::2], strict=True)}
    answer = getattr(client, method)(**fields)
    answer.pop("ResponseMetadata")
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
