#!/usr/bin/env python3
"""Holds generated manifests against the OpenAPI schemas of Istio's CRDs.

usage: crd_schema_test.py EGRESSCTL CRDS.yaml SPEC.yaml...

Each spec is generated for every release of Istio from 1.20 to 1.30 that has what it asks for. Unknown fields, wrong types,
words that are not in an enum, missing required fields, values that do not match a pattern or a
length, and versions that a CRD does not serve are failures. Exit code 77 (skipped) when the CRDs
or Python's yaml are not there.
"""
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print('skipped: python3-yaml is not installed')
    sys.exit(77)

# What the spec asks for is not in that release.
TOO_EARLY = re.compile(r'\[EGR\d+ [a-z-]+-too-early\]')
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def load_schemas(path):
    """(group, kind) -> {version: schema}"""
    schemas = {}
    with open(path) as file:
        for crd in yaml.load_all(file, LOADER):
            if not crd:
                continue
            spec = crd['spec']
            schemas[(spec['group'], spec['names']['kind'])] = {
                v['name']: v['schema']['openAPIV3Schema'] for v in spec['versions'] if v.get('served')}
    return schemas


def type_fits(value, kind):
    return {
        'string': lambda: isinstance(value, str),
        'integer': lambda: isinstance(value, int) and not isinstance(value, bool),
        'number': lambda: isinstance(value, (int, float)) and not isinstance(value, bool),
        'boolean': lambda: isinstance(value, bool),
        'array': lambda: isinstance(value, list),
        'object': lambda: isinstance(value, dict),
    }[kind]()


def problems(value, schema, path):
    if schema.get('x-kubernetes-int-or-string'):
        return
    if value is None:
        if not schema.get('nullable'):
            yield f'{path}: null'
        return
    kind = schema.get('type')
    if kind and not type_fits(value, kind):
        yield f'{path}: {value!r} is no {kind}'
        return
    if 'enum' in schema and value not in schema['enum']:
        yield f'{path}: {value!r} is none of {schema["enum"]}'
    if isinstance(value, str):
        if 'pattern' in schema and not re.search(schema['pattern'], value):
            yield f'{path}: {value!r} does not match {schema["pattern"]}'
        if len(value) > schema.get('maxLength', len(value)) or len(value) < schema.get('minLength', 0):
            yield f'{path}: length of {value!r}'
    if isinstance(value, int) and not isinstance(value, bool):
        if value > schema.get('maximum', value) or value < schema.get('minimum', value):
            yield f'{path}: {value} out of range'
    if isinstance(value, list):
        if len(value) > schema.get('maxItems', len(value)) or len(value) < schema.get('minItems', 0):
            yield f'{path}: {len(value)} items'
        for i, item in enumerate(value):
            yield from problems(item, schema.get('items', {}), f'{path}[{i}]')
    if isinstance(value, dict):
        known = schema.get('properties', {})
        free = schema.get('x-kubernetes-preserve-unknown-fields')
        more = schema.get('additionalProperties')
        for required in schema.get('required', []):
            if required not in value:
                yield f'{path}: no {required}'
        for key, item in value.items():
            if key in known:
                yield from problems(item, known[key], f'{path}.{key}')
            elif isinstance(more, dict):
                yield from problems(item, more, f'{path}.{key}')
            elif not free and not more and known:
                yield f'{path}: unknown field {key}'


def check(document, schemas):
    group, _, version = document['apiVersion'].rpartition('/')
    name = f'{document["kind"]} {document["metadata"]["name"]}'
    if not group.endswith('istio.io'):
        return 0, []
    versions = schemas.get((group, document['kind']))
    if versions is None or version not in versions:
        return 1, [f'{name}: {document["apiVersion"]} is not served']
    body = {k: v for k, v in document.items() if k not in ('apiVersion', 'kind', 'metadata')}
    return 1, [f'{name}: {p}' for p in problems(body, versions[version], '')]


def main(program, crds, *specs):
    try:
        schemas = load_schemas(crds)
    except FileNotFoundError:
        print(f'skipped: {crds} is not there')
        return 77
    checked, failures = 0, []
    for spec in specs:
        with open(spec) as file:
            text = file.read()
        for minor in range(20, 31):
            wanted = re.sub(r'version: "1\.\d+"', f'version: "1.{minor}"', text)
            done = subprocess.run([program, 'generate', '-'], input=wanted, capture_output=True,
                                  text=True)
            if TOO_EARLY.search(done.stderr):
                continue
            if done.returncode != 0:
                failures.append(f'{spec} for 1.{minor}: exit {done.returncode}: {done.stderr}')
                continue
            for document in yaml.load_all(done.stdout, LOADER):
                count, found = check(document, schemas)
                checked += count
                failures += [f'{spec} for 1.{minor}: {f}' for f in found]
    print('\n'.join(failures[:50]))
    print(f'{checked} Istio resources checked, {len(failures)} problems')
    return 1 if failures or not checked else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
