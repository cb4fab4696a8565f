#!/usr/bin/env python3
"""Holds what is said of EnvoyFilters against a real Envoy.

usage: judge_test.py EGRESSCTL FILTER.yaml

The EnvoyFilter has the messages that egress patches use. As it is, and with one thing in it changed
at a time, `egressctl lint` must find an error of family 06 exactly where `envoy --mode validate`
refuses the listeners and clusters that it adds. Prints a line a change; exit code 1 when the two do
not agree, 77 (skipped) when Envoy, openssl or Python's yaml is not there. $EGRESSCTL_ENVOY names an Envoy to
use instead of PyPI's.
"""
import copy
import json
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

sys.dont_write_bytecode = True  # nothing of a run stays in the tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'testing'))

from envoy_lab import binary

GONE = object()
URL = 'type.googleapis.com/envoy.extensions.'
CLUSTER, LISTENER, FRONT, INSIDE, DIALLED = range(5)  # patches that the changes are made in
NAMES = ['filter_chains', 0, 'filter_chain_match', 'server_names']
ENDPOINT = ['load_assignment', 'endpoints', 0, 'lb_endpoints', 0]


def two_chains(*matches):
    """The listener's chains, each with one of the matches."""
    def change(chains):
        return [{**chains[0], 'filter_chain_match': match} for match in matches]
    return change



# What is changed, in which patch, where, and to what.
CHANGES = [
    ('nothing', CLUSTER, ['name'], 'any_name'),
    ('a field that the cluster does not have', CLUSTER, ['lb_polcy'], 'CLUSTER_PROVIDED'),
    ('a word that the enum does not have', CLUSTER, ['lb_policy'], 'FASTEST'),
    ('a text for a duration', CLUSTER, ['connect_timeout'], 'soon'),
    ('the cluster type without its type', CLUSTER, ['cluster_type', 'typed_config', '@type'], GONE),
    ('another DNS cache than the filter', CLUSTER,
     ['cluster_type', 'typed_config', 'dns_cache_config', 'dns_lookup_family'], 'V6_ONLY'),
    ('a DNS cache without a name', CLUSTER,
     ['cluster_type', 'typed_config', 'dns_cache_config', 'name'], GONE),
    ('a type of version 2', LISTENER, ['listener_filters', 0, 'typed_config', '@type'],
     'type.googleapis.com/envoy.config.filter.listener.tls_inspector.v2.TlsInspector'),
    ('a type that there is not', LISTENER, ['listener_filters', 0, 'typed_config', '@type'],
     URL + 'filters.listener.tls_inspektor.v3.TlsInspector'),
    ('a network filter among those of listeners', LISTENER,
     ['listener_filters', 0, 'typed_config', '@type'], URL + 'filters.network.tcp_proxy.v3.TcpProxy'),
    ('a port that is too large', LISTENER,
     ['filter_chains', 0, 'filters', 0, 'typed_config', 'port_value'], 70000),
    ('a TCP proxy without stat_prefix', LISTENER,
     ['filter_chains', 0, 'filters', 1, 'typed_config', 'stat_prefix'], GONE),
    ('a TCP proxy without a cluster', LISTENER,
     ['filter_chains', 0, 'filters', 1, 'typed_config', 'cluster'], GONE),
    ('a filter without configuration', LISTENER,
     ['filter_chains', 0, 'filters', 1, 'typed_config'], GONE),
    ('an access log without a path', LISTENER,
     ['access_log', 0, 'typed_config', 'path'], GONE),
    ('a flag for the log that there is not', LISTENER,
     ['access_log', 0, 'filter', 'response_flag_filter', 'flags'], ['XX']),
    ('RBAC without stat_prefix', FRONT,
     ['filter_chains', 0, 'filters', 0, 'typed_config', 'stat_prefix'], GONE),
    ('RBAC with an unknown action', FRONT,
     ['filter_chains', 0, 'filters', 0, 'typed_config', 'rules', 'action'], 'MAYBE'),
    ('RBAC for not any client', FRONT,
     ['filter_chains', 0, 'filters', 0, 'typed_config', 'rules', 'policies', 'all', 'principals', 0],
     {'any': False}),
    ('RBAC without principals', FRONT,
     ['filter_chains', 0, 'filters', 0, 'typed_config', 'rules', 'policies', 'all', 'principals'],
     GONE),
    ('filter state without a value', FRONT,
     ['filter_chains', 0, 'filters', 1, 'typed_config', 'on_new_connection', 0, 'format_string'],
     GONE),
    ('a connection limit of none', FRONT,
     ['filter_chains', 0, 'filters', 2, 'typed_config', 'max_connections'], 0),
    ('a bucket without an interval', FRONT,
     ['filter_chains', 0, 'filters', 3, 'typed_config', 'token_bucket', 'fill_interval'], GONE),
    ('upstream TLS in a filter chain', FRONT,
     ['filter_chains', 0, 'transport_socket', 'typed_config', '@type'],
     URL + 'transport_sockets.tls.v3.UpstreamTlsContext'),
    ('a forwarder without a policy', CLUSTER, ['lb_policy'], GONE),
    ('a forwarder with a policy of its own', CLUSTER, ['lb_policy'], 'ROUND_ROBIN'),
    ('addresses of clients without a policy', DIALLED, ['lb_policy'], GONE),
    ('a name for an address', INSIDE,
     [*ENDPOINT, 'endpoint', 'address'],
     {'socket_address': {'address': 'www.example.com', 'port_value': 443}}),
    ('part of a label as a wildcard', LISTENER, NAMES, ['*example.com']),
    ('a wildcard in the middle', LISTENER, NAMES, ['en.*.org']),
    ('every name', LISTENER, NAMES, ['*']),
    ('a name twice in one match', LISTENER, NAMES, ['a.example', 'A.example']),
    ('a listener without an address', FRONT, ['address'], GONE),
    ('an internal listener that is none', LISTENER, ['internal_listener'], GONE),
    ('a listener without filter chains', LISTENER, ['filter_chains'], []),
    ('an endpoint without an address', INSIDE, [*ENDPOINT, 'endpoint', 'address'], GONE),
    ('an endpoint with nothing in it', INSIDE, ENDPOINT, {}),
    ('a policy for clusters that pick the host', INSIDE, ['lb_policy'], 'CLUSTER_PROVIDED'),
    ('a policy for a cluster that does not pick', CLUSTER, ['cluster_type'], GONE),
    ('two wildcards', LISTENER, NAMES, ['*.a.*.example.com']),
    ('a name twice', LISTENER, ['filter_chains'],
     two_chains({'server_names': ['*.example.com', 'a.example']}, {'server_names': ['A.example']})),
    ('a name twice, but once for one protocol', LISTENER, ['filter_chains'],
     two_chains({'server_names': ['a.example']},
                {'server_names': ['a.example'], 'application_protocols': ['h2']})),
    ('two chains for everything', LISTENER, ['filter_chains'], two_chains({}, {})),
    ('nothing behind the forwarder', LISTENER, ['filter_chains', 0, 'filters'],
     lambda filters: filters[:1]),
    ('nothing behind the limits', FRONT, ['filter_chains', 0, 'filters'],
     lambda filters: filters[:-1]),
    ('the TCP proxy before the limits', FRONT, ['filter_chains', 0, 'filters'],
     lambda filters: filters[-1:] + filters[:-1]),
    ('no filters', FRONT, ['filter_chains', 0, 'filters'], []),
    ('a TLS version that there is not', FRONT,
     ['filter_chains', 0, 'transport_socket', 'typed_config', 'common_tls_context', 'tls_params'],
     {'tls_minimum_protocol_version': 'TLSv1_4'}),
]


def changed(document, patch, path, value):
    copied = copy.deepcopy(document)
    place = copied['spec']['configPatches'][patch]['patch']['value']
    for key in path[:-1]:
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    elif callable(value):
        place[path[-1]] = value(place[path[-1]])
    else:
        place[path[-1]] = value
    return copied


def certificate(scratch):
    """A certificate and its key, as a listener's TLS context takes them."""
    paths = [os.path.join(scratch, name) for name in ('judge.crt', 'judge.key')]
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-subj', '/CN=judge', '-out', paths[0], '-keyout', paths[1]], check=True, capture_output=True)
    return {'certificate_chain': {'filename': paths[0]}, 'private_key': {'filename': paths[1]}}


def bootstrap_of(document, shown):
    """What istiod would send: the added resources, and the certificate that it puts into servers."""
    resources = {'CLUSTER': [], 'LISTENER': []}
    for patch in copy.deepcopy(document['spec']['configPatches']):
        resources[patch['applyTo']].append(patch['patch']['value'])
    for listener in resources['LISTENER']:
        for chain in listener['filter_chains']:
            tls = chain.get('transport_socket', {}).get('typed_config', {}).get('common_tls_context')
            if tls is not None:
                tls['tls_certificates'] = [shown]
    internal = {'@type': 'type.googleapis.com/envoy.extensions.bootstrap.internal_listener.v3.InternalListener'}
    return {'node': {'id': 'judge', 'cluster': 'judge'},
            'bootstrap_extensions': [{'name': 'envoy.bootstrap.internal_listener', 'typed_config': internal}],
            'static_resources': {'clusters': resources['CLUSTER'], 'listeners': resources['LISTENER']}}


def errors_of(egressctl, path):
    done = subprocess.run([egressctl, 'lint', '-o', 'json', path], capture_output=True, text=True, timeout=60)
    found = json.loads(done.stdout)['diagnostics']
    return [f'{one["rule"]} {one["message"]}' for one in found
            if one['severity'] == 'error' and one['rule'].startswith('EGR06')]


def refusal_of(envoy, path):
    done = subprocess.run([envoy, '--mode', 'validate', '--log-level', 'error', '-c', path],
                          capture_output=True, text=True, timeout=120)
    return '' if done.returncode == 0 else (done.stderr or done.stdout).strip() or 'no reason given'


def main():
    egressctl, source = sys.argv[1:]
    with open(source, encoding='utf-8') as file:
        document = yaml.safe_load(file)
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        try:
            envoy = binary.find(scratch)
        except binary.Unavailable as reason:
            print(f'skipped: {reason}')
            return 77
        if shutil.which('openssl') is None:
            print('skipped: there is no openssl')
            return 77
        shown = certificate(scratch)
        for title, patch, path, value in CHANGES:
            case = changed(document, patch, path, value)
            manifest, config = (os.path.join(scratch, name) for name in ('filter.yaml', 'bootstrap.json'))
            with open(manifest, 'w', encoding='utf-8') as file:
                yaml.safe_dump(case, file)
            with open(config, 'w', encoding='utf-8') as file:
                json.dump(bootstrap_of(case, shown), file)
            errors, refusal = errors_of(egressctl, manifest), refusal_of(envoy, config)
            agree = bool(errors) == bool(refusal)
            failed += not agree
            print(f'{"ok  " if agree else "FAIL"} {title}: {"refused" if refusal else "taken"}')
            if not agree:
                print(f'     egressctl: {errors or "no error"}\n     Envoy: {refusal[-1200:] or "no error"}')
    print(f'{len(CHANGES) - failed} of {len(CHANGES)} verdicts agree')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
