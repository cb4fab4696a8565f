#!/usr/bin/env python3
"""Reads what lib/yaml emits with other readers: PyYAML (YAML 1.1), ruamel.yaml (1.2) where it is.

usage: second_reader_test.py EMIT_SAMPLES
"""
import json
import subprocess
import sys

try:
    import yaml
except ImportError:
    print('skipped: python3-yaml is not installed')
    sys.exit(77)


def check(name, document, strings):
    wrong = [(s, r) for s, r in zip(strings, document['block']) if s != r or type(r) is not str]
    wrong += [(s, r) for s, r in zip(strings, document['flow']) if s != r or type(r) is not str]
    keys = [s for s in strings if len(s.encode()) < 100]
    wrong += [(s, r) for s, r in zip(keys, document['keys']) if list(r) != [s]]
    for expected, read in wrong[:20]:
        print(f'{name}: {expected!r} is read as {read!r}')
    assert len(document['block']) == len(strings) == len(document['flow']) - 1
    print(f'{name}: {len(strings)} strings, {len(wrong)} read differently')
    return not wrong


def main(samples):
    out = subprocess.run([samples], capture_output=True, check=True).stdout.decode()
    text, _, expected = out.rpartition('=====\n')
    strings = json.loads(expected)
    good = check('PyYAML', yaml.safe_load(text), strings)
    try:
        from ruamel.yaml import YAML
    except ImportError:
        print('ruamel.yaml is not installed: YAML 1.2 was not checked')
    else:
        good = check('ruamel.yaml', YAML(typ='safe', pure=True).load(text), strings) and good
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1]))
