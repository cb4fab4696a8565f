#!/usr/bin/env python3
"""Reads what `egressctl lint` writes for other programs with readers that are not ours.

Usage: reports_test.py PROGRAM TESTDATA
SARIF against the part of its schema in testdata/render, and against the whole one of OASIS where
EGRESSCTL_SARIF_SCHEMA names that file (sarif-schema-2.1.0.json of oasis-tcs/sarif-spec), JUnit with
an XML reader, GitLab's and reviewdog's JSON against what their documentation asks for; for sets with
none, one and many findings and for hostile texts. Exits with 77, which CTest takes for skipped, when python3-jsonschema
is not there.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

try:
    import jsonschema
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

HOSTILE = """apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: "a\\x1b[2J<&\\"]]>", namespace: "\\u202e"}
spec: {servers: [], "<sript>\\x00": 1, "\\u0085": "\\U0001F600"}
"""


FORMS = ("json", "sarif", "junit", "gitlab", "rdjsonl")


def run(program, folder, paths):
    """What each form makes of the findings of one run."""
    outputs = [word for form in FORMS for word in ("-o", f"{form}={folder / form}")]
    done = subprocess.run([program, "lint", "--no-config", "--allow-empty", *outputs, *paths],
                          capture_output=True, check=False, timeout=120)
    assert done.returncode in (0, 1) and not done.stdout, done.stderr
    return {form: (folder / form).read_bytes() for form in FORMS}


def counts(text):
    summary = json.loads(text)["summary"]
    return summary["errors"] + summary["warnings"] + summary["infos"]


def sarif_validators(testdata):
    paths = [testdata / "render/sarif-part.schema.json"]
    whole = os.environ.get("EGRESSCTL_SARIF_SCHEMA")
    if whole:
        paths.append(pathlib.Path(whole))
    else:
        print("SARIF is compared with a part of its schema: EGRESSCTL_SARIF_SCHEMA is not set")
    validators = []
    for path in paths:
        schema = json.loads(path.read_text("utf-8"))
        kind = jsonschema.validators.validator_for(schema)
        kind.check_schema(schema)
        validators.append(kind(schema, format_checker=jsonschema.FormatChecker()))
    return validators


def check_sarif(text, findings, validators):
    log = json.loads(text)
    for validator in validators:
        validator.validate(log)
    [one] = log["runs"]
    assert len(one["results"]) == findings
    described = one["tool"]["driver"].get("rules", [])
    rules = [rule["id"] for rule in described]
    assert len(rules) == len(set(rules))
    pages = [rule["helpUri"] for rule in described if "helpUri" in rule]
    assert all(page.startswith("https://") for page in pages), pages
    for result in one["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        for location in result["locations"]:
            region = location.get("physicalLocation", {}).get("region")
            if region is not None:
                assert (region["startLine"], region["startColumn"]) <= (
                    region["endLine"], region["endColumn"]), region
    return pages


def check_junit(text, findings):
    root = ElementTree.fromstring(text)
    assert root.tag == "testsuites"
    failures = 0
    for suite in root:
        assert suite.tag == "testsuite" and suite.get("name")
        cases = suite.findall("testcase")
        assert int(suite.get("tests")) == len(cases)
        failed = [case for case in cases if case.find("failure") is not None]
        assert int(suite.get("failures")) == len(failed)
        for case in cases:
            assert case.get("name") and case.get("classname")
            failures += len(case.findall("failure"))
    assert failures == findings, (failures, findings)
    assert root.findall(".//testcase"), "a report without a case is taken for one that did not run"


def check_gitlab(text, findings):
    issues = json.loads(text)
    assert len(issues) == findings
    marks = [issue["fingerprint"] for issue in issues]
    assert len(marks) == len(set(marks)), "GitLab drops equal fingerprints"
    for issue in issues:
        assert issue["description"] and issue["check_name"]
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1 and not issue["location"]["path"].startswith("./")


def check_rdjsonl(text, findings):
    lines = text.decode().splitlines()
    assert len(lines) == findings
    for line in lines:
        one = json.loads(line)
        assert one["message"] and one["location"]["path"] and one["code"]["value"]
        assert one["severity"] in ("ERROR", "WARNING", "INFO")


def main():
    program, testdata = sys.argv[1], pathlib.Path(sys.argv[2])
    validators = sarif_validators(testdata)
    checked = 0
    for golden in sorted((testdata / "render").glob("*.sarif")):
        for validator in validators:
            validator.validate(json.loads(golden.read_text("utf-8")))
        checked += 1
    for golden in sorted((testdata / "render").glob("*.junit")):
        ElementTree.fromstring(golden.read_bytes())
        checked += 1
    with tempfile.TemporaryDirectory() as folder:
        hostile = pathlib.Path(folder) / "a b%ü\x1b.yaml"
        hostile.write_text(HOSTILE, "utf-8")
        broken = pathlib.Path(folder) / "broken.yaml"
        broken.write_bytes(b"a: [\n---\n\xff\xfe\n")
        empty = pathlib.Path(folder) / "empty.yaml"
        empty.write_text("# nothing\n")
        sets = [[empty], [hostile], [broken], [hostile, broken],
                *([path] for path in sorted((testdata / "lint/cases").glob("*/bad.yaml")))]
        pages = set()
        for paths in sets:
            reports = run(program, pathlib.Path(folder), paths)
            findings = counts(reports["json"])
            pages.update(check_sarif(reports["sarif"], findings, validators))
            check_junit(reports["junit"], findings)
            check_gitlab(reports["gitlab"], findings)
            check_rdjsonl(reports["rdjsonl"], findings)
            checked += 4
        assert len(pages) > 10, pages
    print(f"{checked} reports of {len(sets)} sets")


if __name__ == "__main__":
    main()
