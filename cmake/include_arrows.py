#!/usr/bin/env python3
"""Fails when a file includes one of a folder that its own folder must not know.

usage: include_arrows.py SOURCE_DIR
       include_arrows.py --self-test

Prints `path:line: message` for each wrong include and exits with code 1 when there is any.
"""
import pathlib
import re
import sys
import tempfile

# What a folder may include beside itself, and through it what that one may.
ARROWS = {
    "base": [],
    "yaml": ["base"],
    "cel": ["yaml"],
    "resource": ["cel", "yaml"],
    "mesh": ["resource"],
    "topology": ["mesh", "envoy"],
    "envoy": ["resource"],
    "lint": ["topology", "envoy"],
    "trace": ["topology"],
    "bootstrap": ["topology"],
    "audit": ["trace", "render"],
    "logs": ["trace", "render"],
    "spec": ["yaml"],
    "generate": ["spec", "yaml"],
    "forward": ["base"],
    "datapath": ["forward", "generate", "topology"],
    "testing": ["base"],
}
# Knows the data of topology, not what topology is made of.
EXACT = {"render": {"base", "topology"}}

INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def reach(folder):
    """The folders at the ends of the arrows of `folder`."""
    return EXACT[folder] - {"base"} if folder in EXACT else ARROWS[folder]


def allowed(folder):
    """All folders that files of `folder` may include, itself among them."""
    if folder in EXACT:
        return EXACT[folder] | {folder}
    seen = {folder}
    todo = [folder]
    while todo:
        for target in reach(todo.pop()):
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def folder_of(path):
    """The folder that a path of the tree belongs to: `lib/<folder>/...` or `cli/...`."""
    parts = path.split("/")
    if parts[0] == "lib" and len(parts) > 2:
        return parts[1]
    return "cli" if parts[0] == "cli" and len(parts) > 1 else None


def is_test(path):
    """Whether the file is a test, or what several of them share (test_*.h)."""
    stem = pathlib.PurePath(path).stem
    return stem.endswith("_test") or stem.startswith("test_")


def problem(path, target):
    """What is wrong with `path` including `target`, or None."""
    if folder_of(target) is None:
        return f'"{target}" is not given from the root of the tree'
    source, other = folder_of(path), folder_of(target)
    if source == "cli":
        return 'lib/testing is for tests' if other == "testing" and not is_test(path) else None
    if source not in ARROWS and source not in EXACT:
        return f'lib/{source} is not in the table of arrows'
    if other in allowed(source) or (is_test(path) and other == "testing"):
        return None
    return f'lib/{source} must not include "{target}"'


def check(root):
    """`path:line: message` for each wrong include below `root`."""
    found = []
    for file in sorted(root.glob("lib/**/*")) + sorted(root.glob("cli/**/*")):
        if file.suffix not in (".h", ".cc"):
            continue
        path = file.relative_to(root).as_posix()
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            include = INCLUDE.match(line)
            message = problem(path, include[1]) if include else None
            if message:
                found.append(f"{path}:{number}: {message}")
    return found


def self_test():
    """Checks a small tree in which every kind of wrong include is there once."""
    files = {
        "lib/base/text.h": '#include <string>\n',
        "lib/base/bad.h": '#include "lib/yaml/node.h"\n',
        "lib/yaml/node.h": '#include "lib/base/text.h"\n#include "node.h"\n',
        "lib/lint/rule.cc": '#include "lib/base/text.h"\n#include "lib/topology/t.h"\n',
        "lib/spec/spec.cc": '  #  include "lib/generate/plan.h"\n',
        "lib/spec/spec_test.cc": '#include "lib/testing/golden.h"\n',
        "lib/spec/late.cc": '#include "lib/testing/golden.h"\n',
        "lib/render/graph.cc": '#include "lib/topology/t.h"\n#include "lib/mesh/index.h"\n',
        "lib/new/x.h": '#include "lib/base/text.h"\n',
        "cli/app.cc": '#include "lib/generate/plan.h"\n#include "lib/testing/golden.h"\n',
        "cli/app_test.cc": '#include "lib/testing/golden.h"\n',
    }
    expected = [
        'cli/app.cc:2: lib/testing is for tests',
        'lib/base/bad.h:1: lib/base must not include "lib/yaml/node.h"',
        'lib/new/x.h:1: lib/new is not in the table of arrows',
        'lib/render/graph.cc:2: lib/render must not include "lib/mesh/index.h"',
        'lib/spec/late.cc:1: lib/spec must not include "lib/testing/golden.h"',
        'lib/spec/spec.cc:1: lib/spec must not include "lib/generate/plan.h"',
        'lib/yaml/node.h:2: "node.h" is not given from the root of the tree',
    ]
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        found = sorted(check(root))
    if found != expected:
        print("expected:", *expected, "found:", *found, sep="\n  ")
    return 0 if found == expected else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0])
    if not (root / "lib").is_dir():
        print(f"{root} has no lib/", file=sys.stderr)
        return 2
    found = check(root)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
