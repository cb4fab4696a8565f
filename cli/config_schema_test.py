#!/usr/bin/env python3
"""Holds the JSON Schema of the configuration file against what the program takes.

Usage: config_schema_test.py PROGRAM FOLDER, with good/*.yaml and bad/*.yaml in the folder. Exits
with 77, which CTest takes for skipped, when a package is not there.
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


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    schema = json.loads(subprocess.check_output([program, "schema", "config"]))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = 0
    files = sorted(folder.glob("*/*.yaml"))
    for path in files:
        good = path.parent.name == "good"
        taken = subprocess.run([program, "lint", "--config", path, "--show-config"],
                               capture_output=True, check=False, timeout=60).returncode == 0
        errors = [e.message for e in validator.iter_errors(yaml.safe_load(path.read_text("utf-8")))]
        if taken != good or bool(errors) == good:
            print(f"{path.name}: the program {'takes' if taken else 'refuses'} it, "
                  f"the schema says {errors or 'nothing'}")
            failures += 1
    print(f"{len(files)} files, {failures} failures")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
