# SPDX-License-Identifier: Apache-2.0
"""What silversmith's function replaces: a handler in pandas, as many write it. It looks whether
silver is there, reads, checks columns, drops and coerces, and writes Parquet."""
import io

import boto3
import pandas as pd

s3 = boto3.client("s3")
REQUIRED = ["order_id", "customer_id", "amount"]


def handler(event, _context):
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    output = "silver/" + key.removeprefix("bronze/").removesuffix(".csv") + ".parquet"
    try:
        s3.head_object(Bucket=bucket, Key=output)
        return {"status": "duplicate"}
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
    frame = pd.read_csv(s3.get_object(Bucket=bucket, Key=key)["Body"])
    missing = set(REQUIRED) - set(frame.columns)
    if missing:
        raise ValueError("missing columns: %s" % missing)
    frame = frame.dropna(subset=["order_id", "customer_id"])
    frame["amount"] = pd.to_numeric(frame["amount"], errors="coerce")
    held = io.BytesIO()
    frame.to_parquet(held, index=False)
    s3.put_object(Bucket=bucket, Key=output, Body=held.getvalue())
    return {"status": "success", "rows": len(frame), "output": output}
