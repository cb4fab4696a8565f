#!/usr/bin/env python3
"""Runs the generated gateway on a real Envoy and attacks it.

usage: envoy_test.py EGRESSCTL

Generates a set with each way through the gateway, once with the inner SNI on an allow-list and once
strictly equal to the outer one, builds what istiod would send to the gateway and to a sidecar,
applies the generated EnvoyFilters and connects with chosen outer and inner SNIs. Everything is on
loopback. Prints a line a promise; exit code 1 when one does not hold, 77 (skipped) when Envoy,
openssl or Python's yaml is not there. $EGRESSCTL_ENVOY names an Envoy to use instead of PyPI's.
"""
import contextlib
import os
import shutil
import signal
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

from envoy_lab import binary, istiod
from envoy_lab.certificates import Certificates
from envoy_lab.client import Connection, Refused, Stuck, abandon
from envoy_lab.envoy import Envoy, Failed
from envoy_lab.outside import Names, Servers

LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)

SPEC = '''\
apiVersion: egressctl/v1
kind: Egress
metadata: {{name: lab}}
spec:
  istio: {{version: "1.30"}}
  clients: [{{namespace: default}}]
  policy: {{innerSni: {mode}}}
  destinations:
  - {{name: cnn, hosts: [edition.cnn.com], via: gateway, ports: [{port}]}}
  - {{name: wikipedia, hosts: ["*.wikipedia.org"], via: common-host, commonHost: www.wikipedia.org, ports: [{port}]}}
  - {{name: open, hosts: ["*.com", "*.org"], via: sni-proxy, ports: [{port}]}}
'''

CNN, WWW, EN, DE = 'edition.cnn.com', 'www.wikipedia.org', 'en.wikipedia.org', 'de.wikipedia.org'
COM, ORG, EVIL = 'www.example.com', 'www.example.org', 'evil.example.net'

# Where names lead. en and de have addresses of their own, which a common host must not use.
ADDRESSES = {CNN: '127.0.0.2', WWW: '127.0.0.3', EN: '127.0.0.4', DE: '127.0.0.5',
             COM: '127.0.0.6', ORG: '127.0.0.7', EVIL: '127.0.0.66'}

# The counter of refusals for an inner SNI that is not the outer one.
DENIED = 'inner_equals_outer_sni.rbac.denied'

# How often connections with different outer SNIs are mixed.
ROUNDS = 30


class Promises:
    def __init__(self):
        self._results = []
        self.mode = ''

    def check(self, promise, problem):
        """`problem`: what is wrong, or nothing."""
        self._results.append(not problem)
        print(f'{"FAIL" if problem else "ok  "} {self.mode}: {promise}'
              + (f': {problem}' if problem else ''), flush=True)

    def finish(self):
        kept = sum(self._results)
        print(f'{kept} of {len(self._results)} promises hold')
        return 0 if kept == len(self._results) and kept else 1


class Lab:
    """The outside, the gateway and a client of one mode."""

    def __init__(self, promises, servers, certificates):
        self.promises, self.servers, self.certificates = promises, servers, certificates
        self.port = None  # of the gateway
        self.passed = []  # inner SNIs of the connections that arrived

    def connect(self, outer, inner, certificate='client'):
        return Connection(self.certificates, self.port, inner, outer, certificate)

    def problem(self, connection, inner, address):
        """What is wrong with a connection that must arrive; address None: it must be refused."""
        try:
            with connection() as opened:
                greeting = opened.greet()
                self.passed.append(inner or '-')
        except Stuck:
            return 'neither refused nor answered'
        except Refused as reason:
            return address and f'refused ({reason})'
        if not address:
            return f'reached {greeting}'
        return greeting != f'{inner} at {address}' and f'reached {greeting}, not {address}'

    def passes(self, promise, outer, inner, address):
        self.promises.check(f'{promise} arrives', self.problem(
            lambda: self.connect(outer, inner), inner, address))

    def refuses(self, promise, outer, inner, certificate='client'):
        self.promises.check(f'{promise} is refused', self.problem(
            lambda: self.connect(outer, inner, certificate), inner, None))

    def all_of(self, promise, problems):
        found = [p for p in problems if p]
        self.promises.check(promise, found and f'{len(found)} times, first: {found[0]}')


def generate(program, mode, port):
    done = subprocess.run([program, 'generate', '-'], input=SPEC.format(mode=mode, port=port),
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise Failed(f'egressctl generate: exit {done.returncode}: {done.stderr}')
    return istiod.Resources(yaml.load_all(done.stdout, LOADER))


def test_gateway(lab, outers, strict):
    """What holds in both modes. `outers`: destination -> outer SNI of its sidecars."""
    wiki = EN if strict else outers['wikipedia']
    com = COM if strict else outers['open']
    org = ORG if strict else outers['open']
    lab.passes('gateway: the named host', outers['cnn'], CNN, ADDRESSES[CNN])
    lab.passes('common-host: en, at the address of www,', wiki, EN, ADDRESSES[WWW])
    lab.passes('sni-proxy: a .com, at its own address,', com, COM, ADDRESSES[COM])
    lab.passes('sni-proxy: a .org, at its own address,', org, ORG, ADDRESSES[ORG])
    lab.passes('names in capitals: en', wiki, 'EN.Wikipedia.ORG', ADDRESSES[WWW])
    for name, outer, others in (('gateway', outers['cnn'], (EVIL, COM)),
                                ('common-host', wiki, (EVIL, COM, 'wikipedia.org')),
                                ('sni-proxy', com, (EVIL, 'localhost'))):
        for inner in others:
            lab.refuses(f'{name}: inner {inner}, which is not of the destination,', outer, inner)
        lab.refuses(f'{name}: inner TLS without SNI', outer, None)
    lab.refuses('outer outbound_.443_._.<gateway>', 'outbound_.443_._.istio-egressgateway'
                '.istio-egress.svc.cluster.local', COM)
    lab.refuses('an unknown outer SNI', 'unknown.egress.internal', COM)
    lab.refuses('no outer SNI', None, COM)
    lab.refuses('a client without certificate', com, COM, None)
    lab.refuses('a client with a certificate of another CA', com, COM, 'stranger')


def test_strict(lab, outers, gateway):
    for outer, inner in ((EN, DE), (DE, EN), (COM, ORG), (COM, CNN), (outers['wikipedia'], EN),
                         (outers['open'], COM), (outers['wikipedia'], outers['wikipedia'])):
        denied = gateway.stat(DENIED)
        lab.refuses(f'outer {outer}, inner {inner}', outer, inner)
        if outer != inner:
            lab.promises.check('  and counted as denied', gateway.stat(DENIED) != denied + 1 and
                               f'{DENIED} went from {denied} to {gateway.stat(DENIED)}')
    for first, second, addresses in ((EN, DE, (ADDRESSES[WWW], ADDRESSES[WWW])),
                                     (COM, ORG, (ADDRESSES[COM], ADDRESSES[ORG]))):
        test_side_by_side(lab, first, second, addresses)
        test_abandoned(lab, first, second, addresses[1])


def test_side_by_side(lab, first, second, addresses):
    """Connections with different outer SNIs do not share what belongs to one of them."""
    with contextlib.ExitStack() as stack:
        def kept(outer):
            return lambda: contextlib.nullcontext(stack.enter_context(lab.connect(outer, outer)))

        silent = kept(first)()  # mTLS, and no word yet
        problems = [lab.problem(kept(first), first, addresses[0]),
                    lab.problem(kept(second), second, addresses[1])]
        lab.all_of(f'{first} and {second} at the same time both arrive', problems)
        lab.refuses(f'while both are open, outer {second}, inner {first}', second, first)
        lab.refuses(f'while both are open, outer {first}, inner {second}', first, second)
        lab.promises.check(f'{first}, silent until now, arrives',
                           lab.problem(lambda: silent, first, addresses[0]))


def test_abandoned(lab, first, second, address):
    """A connection inside the gateway that was made for a client that went away is no one else's."""
    arrive, refused = [], []
    for _ in range(ROUNDS):
        for _ in range(4):
            abandon(lab.port, first)
        arrive.append(lab.problem(lambda: lab.connect(second, second), second, address))
        abandon(lab.port, first)
        refused.append(lab.problem(lambda: lab.connect(second, first), first, None))
    lab.all_of(f'{second} arrives after clients of {first} went away', arrive)
    lab.all_of(f'outer {second}, inner {first} is refused after clients of {first} went away',
               refused)


def test_authorization(lab, outers, strict):
    """The AuthorizationPolicies let the clients' outer SNIs pass, and no others and no one else."""
    for name, destination, inner, address in (('gateway', 'cnn', CNN, ADDRESSES[CNN]),
                                              ('common-host', 'wikipedia', EN, ADDRESSES[WWW]),
                                              ('sni-proxy', 'open', COM, ADDRESSES[COM])):
        outer = inner if strict else outers[destination]
        lab.passes(f'{name}: an authorized client', outer, inner, address)
        lab.refuses(f'{name}: a client of another namespace', outer, inner, 'elsewhere')


def test_sidecar(lab, sidecar_port, patched, names):
    """`names`: (SNI, where it leads or None)."""
    for name, address in names:
        lab.promises.check(
            f'a plain TLS client of {name} through {"its" if patched else "an unpatched"} sidecar '
            + ('arrives' if address else 'is refused'),
            lab.problem(lambda: Connection(lab.certificates, sidecar_port, name, mutual=False),
                        name, address))


def test_log(lab, log):
    """The gateway's log, complete now that it has ended, names who was let through and who not."""
    lines = log.splitlines()
    for promise, words in (
            ('the log names a refused inner SNI', ('NR', EVIL)),
            ('the log names an SNI of a common host with its address',
             (EN, f'{ADDRESSES[WWW]}:{lab.servers.port}')),
            ('the log names an SNI of the SNI proxy with its address',
             (COM, f'{ADDRESSES[COM]}:{lab.servers.port}'))):
        found = any(all(word in line for word in words) for line in lines)
        lab.promises.check(promise, not found and f'no line with {" and ".join(words)}')


def test_mode(lab, program, envoy, names, mode, folder):
    promises, strict = lab.promises, mode == 'strict'
    promises.mode = mode
    resources = generate(program, mode, lab.servers.port)
    proxy = istiod.gateway(resources, lab.certificates)
    idle = istiod.apply_filters(proxy, resources)
    promises.check('every patch of the gateway finds its place', ', '.join(idle))
    gateway = Envoy(envoy, folder, f'gateway-{mode}', proxy.bootstrap(names.port))
    gateway.validate()
    promises.check('Envoy takes the patched gateway', None)
    outers = {'cnn': resources.outer_sni_for(CNN), 'open': resources.outer_sni_for('*.com'),
              'wikipedia': resources.outer_sni_for('*.wikipedia.org')}
    with gateway:
        ports = gateway.ports()
        (lab.port,) = ports.values()
        with lab.connect(outers['cnn'], CNN) as connection:
            promises.check('the gateway is who sidecars expect',
                           connection.gateway_identity != resources.identity() and
                           connection.gateway_identity)
        test_gateway(lab, outers, strict)
        if strict:
            test_strict(lab, outers, gateway)

        def through_sidecar(patched, names_and_addresses):
            proxy = istiod.sidecar(resources, lab.certificates, ports, 'default')
            if patched:
                idle = istiod.apply_filters(proxy, resources)
                promises.check('every patch of the sidecar finds its place', ', '.join(idle))
            sidecar = Envoy(envoy, folder, f'sidecar-{mode}-{patched}', proxy.bootstrap(names.port))
            sidecar.validate()
            with sidecar:
                (port,) = sidecar.ports().values()
                test_sidecar(lab, port, patched, names_and_addresses)

        through_sidecar(True, ((CNN, ADDRESSES[CNN]), (EN, ADDRESSES[WWW]), (DE, ADDRESSES[WWW]),
                               (COM, ADDRESSES[COM]), (ORG, ADDRESSES[ORG]), (EVIL, None)))
        if strict:
            # Named hosts are their own outer SNI, which needs no patch.
            through_sidecar(False, ((EN, None), (COM, None), (CNN, ADDRESSES[CNN])))
    test_log(lab, gateway.log())

    istiod.authorize(proxy, resources)
    with Envoy(envoy, folder, f'authorizing-{mode}', proxy.bootstrap(names.port)) as gateway:
        (lab.port,) = gateway.ports().values()
        test_authorization(lab, outers, strict)
    promises.check('the outside saw no ClientHello but of connections that arrived',
                   sorted(lab.servers.hellos) != sorted(lab.passed) and
                   f'{sorted(lab.servers.hellos)} for {sorted(lab.passed)}')


def main(program):
    if not shutil.which('openssl'):
        print('skipped: openssl is not installed')
        return 77
    promises = Promises()
    with tempfile.TemporaryDirectory(prefix='egressctl-envoy-') as folder:
        try:
            envoy = binary.find(folder)
        except binary.Unavailable as reason:
            print(f'skipped: {reason}')
            return 77
        certificates = Certificates(folder)
        mesh = 'spiffe://cluster.local/ns/'
        certificates.workload('gateway', mesh + 'istio-egress/sa/istio-egressgateway')
        certificates.workload('client', mesh + 'default/sa/default')
        certificates.workload('elsewhere', mesh + 'elsewhere/sa/default')
        certificates.workload('stranger', mesh + 'default/sa/default', 'foreign')
        names = Names(ADDRESSES)
        servers = Servers(ADDRESSES.values(), certificates.chain('outside'),
                          certificates.key('outside'))
        for mode in ('allow-list', 'strict'):
            servers.hellos.clear()
            try:
                test_mode(Lab(promises, servers, certificates), program, envoy, names, mode, folder)
            except (Failed, Refused, Stuck) as reason:
                promises.check('runs to its end', repr(reason))
    return promises.finish()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
