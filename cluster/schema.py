#!/usr/bin/env python3
"""Checks kubernetes.yaml and aws-batch.json against the schemas of their makers, strictly.

    pip install kubernetes-validate botocore && cluster/schema.py
"""

import json
import pathlib
import sys

import botocore.session
import botocore.validate
import kubernetes_validate
import yaml

HERE = pathlib.Path(__file__).parent

job = yaml.safe_load((HERE / "kubernetes.yaml").read_text())
# The first version in which backoffLimitPerIndex is on without being asked for.
kubernetes_validate.validate(job, "1.29", strict=True)
shards = f"auto/{job['spec']['completions']}"
command = job["spec"]["template"]["spec"]["containers"][0]["command"]
if shards not in command:
    sys.exit(f"kubernetes.yaml: its command does not have --shard {shards}")

definition = json.loads((HERE / "aws-batch.json").read_text())
batch = botocore.session.get_session().get_service_model("batch")
shape = batch.operation_model("RegisterJobDefinition").input_shape
report = botocore.validate.ParamValidator().validate(definition, shape)
if report.has_errors():
    sys.exit(f"aws-batch.json: {report.generate_report()}")
unknown = set(definition) - set(shape.members)
if unknown:
    sys.exit(f"aws-batch.json: no such keys: {sorted(unknown)}")
