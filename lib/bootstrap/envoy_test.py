#!/usr/bin/env python3
"""Runs the bootstraps that `egressctl envoy` writes on a real Envoy, and holds `trace` against it.

usage: envoy_test.py EGRESSCTL TESTDATA

Every set in TESTDATA/topology, and what `generate` makes of the specs in TESTDATA/specs, must be
taken by `envoy --mode validate`. The three classic set-ups then run on loopback, sidecar and
gateway, with TLS servers for Wikipedia's names behind them; openssl and curl go through. For each
connection, those that must fail among them, the access logs of both proxies must be what
`egressctl trace` foretold. Prints a line a promise; exit code 1 when one does not hold, 77
(skipped) when Envoy, openssl or curl is not there. $EGRESSCTL_ENVOY names an Envoy to use instead
of PyPI's.
"""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # nothing of a run stays in the tree
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'testing'))

from envoy_lab import binary
from envoy_lab.certificates import Certificates
from envoy_lab.client import Connection, Refused, Stuck
from envoy_lab.envoy import Envoy, Failed
from envoy_lab.outside import Servers

SIDECAR, GATEWAY = 'ubuntu.default', 'egw-1.istio-egress'
SERVICE = 'istio-egressgateway.istio-egress.svc.cluster.local'
IDENTITY = 'spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway'
CNN, WWW, EN, DE = 'edition.cnn.com', 'www.wikipedia.org', 'en.wikipedia.org', 'de.wikipedia.org'
EVIL = 'evil.example.net'

# Where names lead; the last one is where a sidecar lets out what nothing else takes.
ADDRESSES = {CNN: '127.0.0.2', WWW: '127.0.0.3', EN: '127.0.0.4', DE: '127.0.0.5',
             EVIL: '127.0.0.66'}

DEADLINE = 20


class Promises:
    def __init__(self):
        self.kept = self.broken = 0

    def check(self, promise, problem=None):
        """`problem`: what is wrong, or nothing."""
        if problem:
            self.broken += 1
        else:
            self.kept += 1
        print(f'{"FAIL" if problem else "ok  "} {promise}' + (f': {problem}' if problem else ''),
              flush=True)

    def finish(self):
        print(f'{self.kept} of {self.kept + self.broken} promises hold')
        return 0 if self.kept and not self.broken else 1


class Lab:
    def __init__(self, program, envoy, folder, promises):
        self.program, self.envoy, self.folder, self.promises = program, envoy, folder, promises
        self.certificates = Certificates(folder)
        self.certificates.workload('gateway', IDENTITY)
        self.certificates.workload('client', 'spiffe://cluster.local/ns/default/sa/default')
        self.servers = Servers(ADDRESSES.values(), self.certificates.chain('outside'),
                               self.certificates.key('outside'))
        for name in ('client', 'gateway'):
            target = os.path.join(folder, 'certs-' + name)
            os.mkdir(target)
            for source, file in ((self.certificates.chain(name), 'cert-chain.pem'),
                                 (self.certificates.key(name), 'key.pem'),
                                 (self.certificates.chain('mesh'), 'root-cert.pem')):
                shutil.copy(source, os.path.join(target, file))

    def run(self, *arguments, text=None):
        done = subprocess.run([self.program, *arguments], input=text, capture_output=True,
                              text=True, timeout=DEADLINE)
        if done.returncode != 0:
            raise Failed(f'egressctl {" ".join(arguments)}: {done.stderr}')
        return done.stdout

    def bootstrap(self, proxy, certificates, manifests, *arguments):
        made = json.loads(self.run(
            'envoy', proxy, '--certs', os.path.join(self.folder, 'certs-' + certificates),
            '-o', 'json', '--admin-address', '127.0.0.1:0', *arguments, manifests))
        for secret in made['static_resources']['secrets']:
            self.make_files(secret)
        return made

    def make_files(self, secret):
        """The files of Kubernetes Secrets and the like, which no one else makes."""
        pair = secret.get('tls_certificate')
        files = {pair['certificate_chain']['filename']: 'pem', pair['private_key']['filename']: 'key'} \
            if pair else {secret['validation_context']['trusted_ca']['filename']: 'pem'}
        for path, ending in files.items():
            if path.startswith(self.folder) and not os.path.exists(path):
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy(os.path.join(self.folder, 'client.' + ending), path)


def test_validate(lab, testdata):
    """Envoy takes what is made of every set."""
    sets = [(os.path.basename(path), path, SIDECAR, GATEWAY)
            for path in sorted(glob.glob(os.path.join(testdata, 'topology', '*')))]
    for spec in sorted(glob.glob(os.path.join(testdata, 'specs', '*.yaml'))):
        name = 'generated ' + os.path.basename(spec)
        path = os.path.join(lab.folder, name)
        done = subprocess.run([lab.program, 'generate', spec], capture_output=True, text=True,
                              timeout=DEADLINE)
        if done.returncode != 0 or os.path.getsize(spec) > 10000:
            continue  # a spec with mistakes, or the one that is there for its size
        with open(path, 'w') as file:
            file.write(done.stdout)
        sets.append((name, path, 'client.default', 'istio-egressgateway.istio-egress'))
    for name, path, sidecar, gateway in sets:
        problems = []
        for proxy, kind in ((sidecar, 'sidecar'), (gateway, 'gateway')):
            try:
                made = lab.bootstrap(proxy, 'gateway', path, '--type', kind)
                Envoy(lab.envoy, lab.folder, 'validated', made).validate()
            except Failed as reason:
                problems.append(f'{kind}: {reason}')
        lab.promises.check(f'{name}: Envoy takes sidecar and gateway', '; '.join(problems))


class Setup:
    """One set of manifests, its two proxies and their access logs."""

    def __init__(self, lab, name, text):
        self.lab, self.name = lab, name
        folder = os.path.join(lab.folder, name)
        os.mkdir(folder)
        self.manifests = os.path.join(folder, 'manifests.yaml')
        with open(self.manifests, 'w') as file:
            file.write(text)
        self.logs = {kind: os.path.join(folder, kind + '.access') for kind in ('sidecar', 'gateway')}
        self.read = {'sidecar': 0, 'gateway': 0}
        port = lab.servers.port
        overrides = []
        for host, address in ADDRESSES.items():
            if name != 'no-endpoint':
                overrides += ['--endpoint', f'{host}={address}:{port}']
        self.gateway = Envoy(lab.envoy, folder, 'gateway', lab.bootstrap(
            GATEWAY, 'gateway', self.manifests, '--listen', '127.0.0.1:0', '--access-log',
            self.logs['gateway'], *overrides))

    def __enter__(self):
        self.gateway.__enter__()
        try:
            # A gateway without listener is tried where nothing listens.
            lab, place = self.lab, f'127.0.0.1:{next(iter(self.gateway.ports().values()), 1)}'
            self.gateway_port = int(place.rpartition(':')[2])
            self.sidecar = Envoy(lab.envoy, os.path.dirname(self.manifests), 'sidecar',
                                 lab.bootstrap(
                SIDECAR, 'client', self.manifests, '--listen', '0.0.0.0_443=127.0.0.1:0',
                '--access-log', self.logs['sidecar'], '--endpoint', f'{SERVICE}:443={place}',
                '--endpoint', f'PassthroughCluster={ADDRESSES[EVIL]}:{lab.servers.port}'))
            self.sidecar.__enter__()
        except BaseException:
            self.gateway.__exit__()
            raise
        (self.port,) = self.sidecar.ports().values()
        return self

    def __exit__(self, *_):
        self.sidecar.__exit__()
        self.gateway.__exit__()

    def trace(self, host, inner=None):
        arguments = ['trace', '--from', 'default/ubuntu', '--to', f'{host}:443', '-o', 'json']
        if inner is not None:
            arguments += ['--inner-sni', inner]
        return json.loads(self.lab.run(*arguments, self.manifests))

    def written(self, kind, count):
        """The lines that a proxy wrote since this was asked for the last time."""
        end = time.monotonic() + DEADLINE
        while True:
            lines = []
            if os.path.exists(self.logs[kind]):
                with open(self.logs[kind]) as file:
                    lines = file.read().splitlines()[self.read[kind]:]
            if len(lines) >= count or time.monotonic() > end:
                self.read[kind] += len(lines)
                return lines
            time.sleep(0.02)

    def compare(self, promise, trace, skip_sidecar=False):
        """The proxies must have written what the trace foretells."""
        foretold = {'sidecar': [], 'gateway': []}
        for hop in trace['hops']:
            if 'accessLog' in hop:
                foretold['sidecar' if hop['place'] == 'sidecar' else 'gateway'].append(
                    hop['accessLog'])
        if skip_sidecar:
            foretold['sidecar'] = []
        problems = []
        for kind, expected in foretold.items():
            lines = self.written(kind, len(expected))
            rest = list(lines)
            for line in expected:
                found = next((one for one in rest if fits(line, one)), None)
                if found is None:
                    problems.append(f'\n  {kind} was to write {line}')
                else:
                    rest.remove(found)
            problems += [f'\n  {kind} wrote {line}' for line in rest]
        self.lab.promises.check(f'{self.name}: {promise}: trace foretells the access logs',
                                ''.join(problems))


TOKEN = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')


def fits(foretold, written):
    """Whether a line has the fields of the foretold one; `*` stands for any, also behind a port's
    host, and endpoints are elsewhere here."""
    wanted, found = TOKEN.findall(foretold), TOKEN.findall(written)
    if len(wanted) != len(found):
        return False
    for i, (want, have) in enumerate(zip(wanted, found)):
        if want in ('*', '"*"', '[*]'):
            continue
        if want.startswith('"') and want != '"-"' and re.fullmatch(r'"[^"]*:\d+"', want) and \
                re.fullmatch(r'"[\d.]+:\d+"', have):
            continue  # an address: see --endpoint
        pattern = re.escape(want).replace(r'\*', '.*')
        if not re.fullmatch(pattern, have):
            return False
    return True


def greeting(lab, port, name):
    """What openssl's client gets through the port: the server's greeting, None when refused."""
    with subprocess.Popen(
            ['openssl', 's_client', '-connect', f'127.0.0.1:{port}', '-servername', name,
             '-CAfile', lab.certificates.chain('outside'), '-quiet', '-no_ign_eof'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True) as client:
        line = client.stdout.readline().strip()  # it ends by itself when it is refused
        client.stdin.close()
        client.wait(DEADLINE)
    return line or None


def page(lab, port, name):
    """What curl gets through the port; the server speaks no HTTP, which curl is told to take."""
    done = subprocess.run(
        ['curl', '--silent', '--insecure', '--http0.9', '--max-time', str(DEADLINE),
         '--connect-to', f'::127.0.0.1:{port}', f'https://{name}/'],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * DEADLINE)
    return done.stdout.strip() or None


def check_way(setup, host, address, client=greeting, sni=None):
    """A client asks for `host`; it must reach the address, or nothing when that is None."""
    lab = setup.lab
    trace = setup.trace(host)
    got = client(lab, setup.port, host)
    want = address and f'{host} at {address}'
    promise = f'{client.__name__} of {host} ' + (f'arrives at {address}' if address else 'fails')
    lab.promises.check(f'{setup.name}: {promise}', got != want and f'it got {got}')
    arrives = trace['verdict'] in ('delivered', 'bypass')
    lab.promises.check(f'{setup.name}: {host}: trace says {trace["verdict"]}',
                       arrives != bool(address) and trace['reason'])
    setup.compare(f'{client.__name__} of {host}', trace)


def check_inner(setup, host, outer, inner, address):
    """A client that is its own sidecar, with an inner SNI of its choice."""
    lab = setup.lab
    trace = setup.trace(host, inner)
    try:
        with Connection(lab.certificates, setup.gateway_port, inner, outer, 'client') as opened:
            got = opened.greet()
    except (Refused, Stuck) as reason:
        got = None
    want = address and f'{inner} at {address}'
    lab.promises.check(f'{setup.name}: inner SNI {inner} ' + ('arrives' if address else 'fails'),
                       got != want and f'it got {got}')
    setup.compare(f'inner SNI {inner}', trace, skip_sidecar=True)


def read(testdata, name):
    with open(os.path.join(testdata, 'topology', name, 'manifests.yaml')) as file:
        return file.read()


def edit(text, old, new):
    assert old in text, old
    return text.replace(old, new)


def test_setups(lab, testdata):
    cnn, wiki, proxy = (read(testdata, name) for name in
                        ('basic-mtls', 'common-host-explicit-sni', 'sni-proxy'))
    with Setup(lab, 'named-host', cnn) as setup:
        for client in (greeting, page):
            check_way(setup, CNN, ADDRESSES[CNN], client)
        check_way(setup, EVIL, ADDRESSES[EVIL])  # past the gateway
        check_inner(setup, CNN, CNN, EVIL, ADDRESSES[CNN])  # no one looks at it
    with Setup(lab, 'common-host', wiki) as setup:
        for client in (greeting, page):
            for host in (EN, DE):
                check_way(setup, host, ADDRESSES[WWW], client)
    with Setup(lab, 'sni-proxy', proxy) as setup:
        for client in (greeting, page):
            for host in (EN, DE):
                check_way(setup, host, ADDRESSES[host], client)
        check_inner(setup, EN, f'outbound_.443_.wildcard_.{SERVICE}', DE, ADDRESSES[DE])
        check_inner(setup, EN, f'outbound_.443_.wildcard_.{SERVICE}', EVIL, None)


REGISTRY_ONLY = '''---
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    outboundTrafficPolicy: {mode: REGISTRY_ONLY}
'''

POLICY = '''---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: clients, namespace: istio-egress}}
spec:
  selector: {{matchLabels: {{istio: egressgateway}}}}
  action: {action}
  rules:
  - from: [{{source: {{namespaces: [{namespace}]}}}}]
    when: [{{key: connection.sni, values: [edition.cnn.com]}}]
'''


def failures(testdata):
    """(name, manifests, host)"""
    cnn = read(testdata, 'basic-mtls')
    mutual = 'tls: {mode: ISTIO_MUTUAL, sni: edition.cnn.com}'
    yield 'outer-sni', read(testdata, 'common-host-sni-never-matches'), EN
    yield 'registry-only', cnn + REGISTRY_ONLY, EVIL
    yield 'missing-subset', edit(cnn, 'subset: cnn', 'subset: gone'), CNN
    yield 'plaintext', edit(cnn, mutual, 'tls: {mode: DISABLE}'), CNN
    yield 'wrong-san', edit(
        cnn, mutual, 'tls: {mode: ISTIO_MUTUAL, sni: edition.cnn.com, subjectAltNames: '
                     '["spiffe://cluster.local/ns/a/sa/b"]}'), CNN
    yield 'denied', cnn + POLICY.format(action='DENY', namespace='default'), CNN
    yield 'not-allowed', cnn + POLICY.format(action='ALLOW', namespace='elsewhere'), CNN
    yield 'no-endpoint', edit(cnn, 'resolution: DNS', 'resolution: NONE'), CNN
    yield 'no-cluster', edit(cnn, 'destination: {host: edition.cnn.com,',
                             'destination: {host: gone.example.com,'), CNN
    yield 'inner-sni', edit(read(testdata, 'sni-proxy'),
                            'filter_chain_match: {server_names: ["*.wikipedia.org"]}',
                            'filter_chain_match: {server_names: ["*.example.org"]}'), EN
    yield 'no-listener', edit(cnn, 'port: {number: 443, name: tls-egress, protocol: TLS}',
                              'port: {number: 444, name: tls-egress, protocol: TLS}'), CNN
    plain = edit(cnn, mutual, 'tls: {mode: DISABLE}')
    yield 'plaintext-to-no-chain', edit(plain, 'servers:', """servers:
  - port: {number: 443, name: tls-other, protocol: TLS}
    hosts: ["other.example.com"]
    tls: {mode: ISTIO_MUTUAL}
  - port: {number: 8443, name: tls-none, protocol: TLS}""").replace(
        'hosts: ["edition.cnn.com"]\n    tls: {mode: ISTIO_MUTUAL}',
        'hosts: ["none.example.com"]\n    tls: {mode: ISTIO_MUTUAL}'), CNN


def test_failures(lab, testdata):
    for name, text, host in failures(testdata):
        with Setup(lab, name, text) as setup:
            check_way(setup, host, None)


def main(program, testdata):
    for tool in ('openssl', 'curl'):
        if not shutil.which(tool):
            print(f'skipped: {tool} is not installed')
            return 77
    promises = Promises()
    with tempfile.TemporaryDirectory(prefix='egressctl-bootstrap-') as folder:
        try:
            envoy = binary.find(folder)
        except binary.Unavailable as reason:
            print(f'skipped: {reason}')
            return 77
        lab = Lab(program, envoy, folder, promises)
        for test in (test_validate, test_setups, test_failures):
            try:
                test(lab, testdata)
            except Failed as reason:
                promises.check(f'{test.__name__} runs to its end', repr(reason))
    return promises.finish()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
