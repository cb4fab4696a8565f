#!/usr/bin/env python3
"""Validates the specs in testdata and the starter against the JSON Schema, with python3-jsonschema.

Usage: schema_test.py PROGRAM SPECS, where PROGRAM prints the schema, or with a name the starter.
Exits with 77, which CTest takes for skipped, when a package is not there.
"""

import json
import pathlib
import subprocess
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

# What only a reader that knows several values at once can find wrong; the schema takes these.
BEYOND_THE_SCHEMA = {
    "apex-not-listed-allow-any", "apex-not-listed", "common-host-outside",
    "common-host-without-wildcard", "dns-with-wildcard", "duplicate-client",
    "duplicate-host-across", "duplicate-host", "duplicate-name",
    "dynamic-dns-too-early", "dynamic-dns-with-name", "host-in-cluster",
    "host-in-own-cluster-domain", "host-reserved", "inner-sni-off-quoted",
    "network-policy-with-empty-clients", "network-policy-without-clients",
    "originate-several-ports", "outbound-allow-any", "port-80", "port-of-istio",
    "replicas-max-below-default", "replicas-min-above-default", "replicas-reversed",
    "request-above-limit-by-default", "request-above-limit",
    "strict-too-early", "target-port-privileged", "wildcard-via-gateway", "wildcard-via-originate",
    # 1.30 and 1.3 are one number to a YAML library.
    "version-float",
}
# Valid for the reader, but a YAML 1.1 library takes a plain `off` for false.
YAML_1_1_DIFFERS = {"inner-sni-off"}


def main() -> int:
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.check_output([program]))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = []

    def check(name: str, text: str, valid: bool) -> None:
        documents = yaml.safe_load_all(text)
        errors = [e.message for document in documents for e in validator.iter_errors(document)]
        if valid == bool(errors):
            failures.append(f"{name}: {errors or 'accepted, but it is wrong'}")

    check("starter", subprocess.check_output([program, "example"], text=True), True)
    good = sorted(folder.glob("*.yaml"))
    bad = sorted((folder / "bad").glob("*.yaml"))
    for path in good:
        check(path.name, path.read_text("utf-8"), True)
    for path in bad:
        if path.stem not in YAML_1_1_DIFFERS:
            check(path.name, path.read_text("utf-8"), path.stem in BEYOND_THE_SCHEMA)
    print(*failures, sep="\n")
    print(f"{len(good)} good specs, {len(bad)} bad ones, {len(failures)} failures")
    return 1 if failures or not good or not bad else 0


if __name__ == "__main__":
    sys.exit(main())
