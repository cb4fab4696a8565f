#!/usr/bin/env python3
"""Renders generated charts with a real Helm and compares them with the generated manifests.

usage: helm_test.py EGRESSCTL SPEC.yaml...

With the chart's values as they are, both must be the same resources; with a knob turned, what it
is for must change. Exit code 77 (skipped) when `helm` (or $HELM) or Python's yaml is not there.
"""
import os
import shutil
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print('skipped: python3-yaml is not installed')
    sys.exit(77)


def resources(text):
    found = {}
    for document in yaml.safe_load_all(text):
        if document:
            meta = document['metadata']
            found[(document['kind'], meta.get('namespace'), meta['name'])] = document
    return found


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def turned(helm, chart, *settings):
    flags = [flag for setting in settings for flag in ('--set', setting)]
    return resources(run(helm, 'template', chart, *flags))


def check(helm, program, spec, folder):
    plain = resources(run(program, 'generate', spec))
    run(program, 'generate', spec, '--layout', 'helm', '--out-dir', folder)
    rendered = turned(helm, folder)
    assert rendered.keys() == plain.keys(), sorted(rendered.keys() ^ plain.keys(), key=str)
    for key, value in plain.items():
        assert rendered[key] == value, f'{key}\n{value}\n{rendered[key]}'
    kinds = lambda of: {kind for kind, _, _ in of}
    assert 'Deployment' not in kinds(turned(helm, folder, 'gateway.create=false'))
    assert 'AuthorizationPolicy' not in kinds(turned(helm, folder, 'policy.authorize=false'))
    assert 'NetworkPolicy' not in kinds(turned(helm, folder, 'policy.networkPolicy=false'))
    assert 'Sidecar' not in kinds(turned(helm, folder, 'policy.outbound=ALLOW_ANY'))
    assert 'Telemetry' not in kinds(turned(helm, folder, 'observe.accessLog=false'))
    with open(os.path.join(folder, 'values.yaml')) as file:
        values = yaml.safe_load(file)
    first = next(iter(values['destinations']))
    fewer = turned(helm, folder, f'destinations.{first}.enabled=false')
    assert len(fewer) < len(plain)
    without_selector = [f'gateway.selector.{key}=null' for key in values['gateway']['selector']]
    moved = turned(helm, folder, 'gateway.namespace=elsewhere', *without_selector,
                   'gateway.selector.way=out')
    for (kind, namespace, _), document in moved.items():
        if kind == 'Gateway':
            assert namespace == 'elsewhere'
            assert document['spec']['selector'] == {'way': 'out'}
            assert all(h.startswith('elsewhere/') for s in document['spec']['servers'] for h in s['hosts'])
    print(f'ok   {os.path.basename(spec)}: {len(plain)} resources, rendered and turned')


def main(program, *specs):
    helm = os.environ.get('HELM') or shutil.which('helm')
    if not helm:
        print('skipped: there is no helm here')
        return 77
    for spec in specs:
        with tempfile.TemporaryDirectory() as folder:
            check(helm, program, spec, folder)
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
