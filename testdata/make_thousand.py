#!/usr/bin/env python3
"""Prints an egress spec with the given number of destinations (default: 1000) of mixed modes.

The same number makes the same spec always. With `--check FILE` nothing is printed, and the exit
code says whether FILE is what the default number makes. No two destinations claim one host, and
every wildcard's apex is listed, so that the spec reads without findings.
"""

import sys

DEFAULT_COUNT = 1000
MODES = ("gateway", "common-host", "sni-proxy", "direct", "originate")
HEADER = """\
# {count} destinations of mixed modes; made by testdata/make_thousand.py.
apiVersion: egressctl/v1
kind: Egress
metadata:
  name: thousand
spec:
  istio: {{version: "1.30"}}
  clients:
    - namespace: default
    - namespace: batch
      serviceAccounts: [reports]
  destinations:"""

# Names near the longest that a host or a name may be come up every so often.
LONG_LABEL = "department-for-very-long-names-and-even-longer-explanations"
LONG_EVERY = 10


def domain(number: int) -> str:
    middle = f"{LONG_LABEL}.{LONG_LABEL}." if number % LONG_EVERY == 0 else ""
    return f"{middle}d{number:05}.example.net"


def name(number: int, mode: str) -> str:
    middle = f"{LONG_LABEL}.{LONG_LABEL}-" if number % LONG_EVERY == 3 else ""
    return f"{mode}-{middle}{number:05}"


def destination(number: int) -> list[str]:
    mode = MODES[number % len(MODES)]
    base = domain(number)
    keys = {"name": name(number, mode)}
    if mode in ("common-host", "sni-proxy"):
        keys["hosts"] = f'["*.{base}", {base}]'
    elif mode == "gateway":
        keys["hosts"] = "[" + ", ".join(f"h{i}.{base}" for i in range(1 + number % 4)) + "]"
    else:
        keys["hosts"] = f"[{base}]"
    keys["via"] = mode
    if mode == "common-host":
        keys["commonHost"] = f"www.{base}"
    if mode != "originate" and number % 7 == 0:
        keys["ports"] = "[443, 8443]"
    if mode == "direct" and number % 2 == 0:
        keys["resolution"] = "dns"
    marks = ["- "] + ["  "] * (len(keys) - 1)
    return [f"{mark}{key}: {value}" for mark, (key, value) in zip(marks, keys.items())]


def spec(count: int) -> str:
    lines = [f"    {line}" for number in range(count) for line in destination(number)]
    return "\n".join([HEADER.format(count=count), *lines]) + "\n"


def main() -> int:
    if sys.argv[1:2] == ["--check"]:
        same = open(sys.argv[2], encoding="utf-8").read() == spec(DEFAULT_COUNT)
        print(f"{sys.argv[2]} is", "up to date" if same else "not what this script makes")
        return 0 if same else 1
    print(spec(int(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_COUNT), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
