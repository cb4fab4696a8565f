#!/usr/bin/env python3
"""Puts `egressctl forward` in front of and behind a real Envoy, in the three classic set-ups.

usage: envoy_test.py EGRESSCTL

A real Envoy as sidecar before our gateway, our sidecar before a real Envoy as gateway: for named
hosts, for a wildcard that one host serves and for an SNI proxy; with TLS 1.2 and 1.3, with ECDSA and
RSA chains that have an intermediate. Bytes are compared by hash, access logs field by field: what
Envoy as a gateway writes of a connection is what ours must write of the same. Everything is on
loopback, the outside at port 443 of 127.0.0.2 and on. Prints a line a promise; exit code 1 when one
does not hold, 77 (skipped) when Envoy, openssl or the port can't be had. $EGRESSCTL_ENVOY names an
Envoy to use instead of PyPI's.
"""
import contextlib
import hashlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # nothing of a run stays in the tree
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path[:0] = [os.path.join(ROOT, 'lib', folder) for folder in ('testing', 'generate')]

from envoy_lab import binary
from envoy_lab.certificates import Certificates
from envoy_lab.envoy import Envoy, Failed
from envoy_lab.istiod import (Proxy, cluster, endpoint, extension, mesh_ca, tcp_proxy, tls_files)
from envoy_lab.outside import Names, Servers

PATIENCE = 30
SIZE = 300_000
CNN, WWW, EN, DE, COM = ('edition.cnn.com', 'www.wikipedia.org', 'en.wikipedia.org',
                         'de.wikipedia.org', 'www.example.com')
EVIL, NOWHERE = 'evil.example.net', 'nowhere.wikipedia.org'
ADDRESSES = {CNN: '127.0.0.2', WWW: '127.0.0.3', EN: '127.0.0.4', DE: '127.0.0.5',
             COM: '127.0.0.6', EVIL: '127.0.0.66'}
GATEWAY_ID = 'spiffe://cluster.local/ns/istio-egress/sa/istio-egressgateway'
OUTBOUND = 'outbound_.443_.wildcard_.istio-egressgateway.istio-egress.svc.cluster.local'
KINDS = ('ecdsa', 'rsa')
VERSIONS = ('TLSv1_2', 'TLSv1_3')

# Istio's pkg/config/mesh: EnvoyTextLogFormat.
LOG_FORMAT = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" '
    '%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% '
    '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% '
    '%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% '
    '%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% '
    '%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n')


class Setup:
    """One of the classic three: what sidecars send, where the gateway leads it."""

    def __init__(self, name, chain, outer, gateway_names, routes, reached):
        self.name = name
        self.chain = chain                  # SNIs of the sidecar's chain
        self.outer = outer                  # the SNI that sidecars send
        self.gateway_names = gateway_names  # of the gateway's chain; empty: any
        self.routes = routes                # our gateway's --route
        self.reached = reached              # host: address; at the gateway

    @property
    def asked(self):
        """SNIs that sidecars let through: the SNI proxy's gateway itself must refuse."""
        return self.chain + ([EVIL] if self.name == 'sni-proxy' else [])

    @property
    def subset(self):
        return f'outbound|443|{self.name}|istio-egressgateway.istio-egress.svc.cluster.local'


SETUPS = (
    Setup('gateway', [CNN], CNN, [CNN], [f'{CNN}={CNN}:443'], {CNN: ADDRESSES[CNN]}),
    Setup('common-host', ['*.wikipedia.org'], WWW, ['*.wikipedia.org'],
          [f'*.wikipedia.org={WWW}:443'], {EN: ADDRESSES[WWW], DE: ADDRESSES[WWW]}),
    Setup('sni-proxy', ['*.wikipedia.org', '*.com'], OUTBOUND, [], ['*.wikipedia.org', '*.com'],
          {EN: ADDRESSES[EN], COM: ADDRESSES[COM]}),
)


class Promises:
    def __init__(self):
        self._results = []

    def check(self, promise, problem):
        """`problem`: what is wrong, or nothing."""
        self._results.append(not problem)
        print(f'{"FAIL" if problem else "ok  "} {promise}' + (f': {problem}' if problem else ''),
              flush=True)

    def finish(self):
        kept = sum(self._results)
        print(f'{kept} of {len(self._results)} promises hold')
        return 0 if kept == len(self._results) and kept else 1


class Chains(Certificates):
    """Workload certificates behind an intermediate, with keys of the wanted kind."""

    def __init__(self, folder, kind):
        self._kind = kind
        super().__init__(folder)
        request, extensions = self._path('between', 'csr'), self._path('between', 'ext')
        self._openssl('req', '-new', *self._new_key('between'), '-subj', '/O=between', '-out', request)
        with open(extensions, 'w') as file:
            file.write('basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n')
        self._openssl('x509', '-req', '-in', request, '-CA', self.chain('mesh'), '-CAkey',
                      self.key('mesh'), '-set_serial', '99', '-days', '2', '-extfile', extensions,
                      '-out', self.chain('between'))

    def workload(self, name, identity, ca='between'):
        super().workload(name, identity, ca)
        os.chmod(self.key(name), 0o600)
        with open(self.chain(name), 'a') as chain, open(self.chain(ca)) as above:
            chain.write(above.read())

    def _new_key(self, name):
        if self._kind == 'ecdsa':
            return super()._new_key(name)
        return ['-newkey', 'rsa:2048', '-nodes', '-keyout', self.key(name)]


class Outside(Servers):
    """At port 443; after its greeting it gives back what it gets, behind its length."""

    @staticmethod
    def _bind(addresses):
        return 443, [socket.create_server((address, 443)) for address in addresses]

    def _greet(self, connection):
        address = connection.getsockname()[0]
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(connection, server_side=True) as tls:
                tls.sendall(f'{tls.seen} at {address}\n'.encode())
                with tls.makefile('rwb') as stream:
                    while line := stream.readline():
                        stream.write(stream.read(int(line)))
                        stream.flush()


def visit(outside, port, name):
    """The greeting of a connection over which bytes went both ways; raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(outside)
    with socket.create_connection(('127.0.0.1', port), PATIENCE) as plain:
        plain.settimeout(PATIENCE)
        with context.wrap_socket(plain, server_hostname=name) as tls, tls.makefile('rwb') as stream:
            greeting = stream.readline().decode().strip()
            if not greeting:
                raise ConnectionError('ended')
            sent = os.urandom(SIZE)
            stream.write(f'{SIZE}\n'.encode() + sent)
            stream.flush()
            got = stream.read(SIZE)
            if hashlib.sha256(got).digest() != hashlib.sha256(sent).digest():
                raise AssertionError(f'{len(got)} other bytes came back')
            return greeting


def problem_of(outside, port, name, address):
    """What is wrong with a visit; address None: it must be refused."""
    try:
        greeting = visit(outside, port, name)
    except AssertionError as wrong:
        return str(wrong)
    except TimeoutError:
        return 'neither refused nor answered'
    except OSError as reason:
        return address and f'refused: {reason!r}'
    if not address:
        return f'reached {greeting}'
    return greeting != f'{name} at {address}' and f'reached {greeting}, not {address}'


class Forward:
    """A running `egressctl forward`; ended, and its log complete, when its context is left."""

    def __init__(self, program, folder, name, *flags):
        self._log = os.path.join(folder, name + '.log')
        self._notify = os.path.join(folder, name[:20] + '.n')
        self._command = [program, 'forward', '--listen', '127.0.0.1:0', '--admin-address', 'off',
                         '--access-log', self._log, *flags]

    def __enter__(self):
        with contextlib.suppress(FileNotFoundError):
            os.remove(self._notify)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(self._notify)
            manager.settimeout(PATIENCE)
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env={**os.environ, 'NOTIFY_SOCKET': self._notify})
            try:
                ready = manager.recv(4096).decode()
            except TimeoutError:
                self.__exit__()
                raise Failed(f'not ready: {self._command}') from None
        self.port = int(re.search(r':(\d+)', ready).group(1))
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def lines(self):
        with open(self._log) as file:
            return file.read().splitlines()


def version_params(version):
    return {'tls_minimum_protocol_version': version, 'tls_maximum_protocol_version': version}


def with_log(proxy_filter, path):
    proxy_filter['typed_config']['access_log'] = [access_log(path)]
    return proxy_filter


def access_log(path, **fields):
    return {**extension('envoy.access_loggers.file', 'access_loggers.file.v3.FileAccessLog', path=path,
                        log_format={'text_format_source': {'inline_string': LOG_FORMAT}}), **fields}


def envoy_sidecar(certificates, gateways, log):
    """`gateways`: (key kind, set-up) -> port. A listener for each kind and version."""
    proxy = Proxy('SIDECAR_OUTBOUND', {}, 'default')
    listeners = {}
    for number, (kind, version) in enumerate(((k, v) for k in KINDS for v in VERSIONS), 1):
        listeners[kind, version] = number
        for setup in SETUPS:
            name = f'{setup.subset}|{number}'
            proxy.clusters[name] = cluster(
                name, 'STATIC', [endpoint('127.0.0.1', gateways[kind, setup.name])],
                transport_socket=extension(
                    'envoy.transport_sockets.tls', 'transport_sockets.tls.v3.UpstreamTlsContext',
                    sni=setup.outer,
                    common_tls_context={
                        'tls_params': version_params(version),
                        'alpn_protocols': ['istio-peer-exchange', 'istio'],
                        'validation_context': {
                            **mesh_ca(certificates[kind]),
                            'match_typed_subject_alt_names': [{
                                'san_type': 'URI', 'matcher': {'exact': GATEWAY_ID}}]},
                        **tls_files(certificates[kind], 'client')}))
            # One listener for each set-up, too: two of them take the same names.
            proxy.add_chain(10 * number + SETUPS.index(setup), setup.asked,
                            [with_log(tcp_proxy(name), log)])
    return proxy, listeners


def sni_listener(names, log):
    """The gateway's inside of the SNI proxy, as the well-known EnvoyFilters add it."""
    cache = {'name': 'dns', 'dns_lookup_family': 'V4_ONLY'}
    return {
        'name': 'sni_listener', 'internal_listener': {},
        'access_log': [access_log(log, filter={'response_flag_filter': {'flags': ['NR']}})],
        'listener_filters': [extension('envoy.filters.listener.tls_inspector',
                                       'filters.listener.tls_inspector.v3.TlsInspector')],
        'filter_chains': [{
            'filter_chain_match': {'server_names': names},
            'filters': [extension('envoy.filters.network.sni_dynamic_forward_proxy',
                                  'filters.network.sni_dynamic_forward_proxy.v3.FilterConfig',
                                  port_value=443, dns_cache_config=cache),
                        with_log(tcp_proxy('dynamic_forward_proxy_cluster'), log)]}],
    }, {'name': 'dynamic_forward_proxy_cluster', 'lb_policy': 'CLUSTER_PROVIDED',
        'connect_timeout': '10s',
        'cluster_type': extension('envoy.clusters.dynamic_forward_proxy',
                                  'clusters.dynamic_forward_proxy.v3.ClusterConfig',
                                  dns_cache_config=cache)}


def envoy_gateway(certificates, log):
    """A listener for each kind of keys, version of TLS and set-up."""
    proxy = Proxy('GATEWAY', {}, 'istio-egress')
    listeners = {}
    for number, (kind, version) in enumerate(((k, v) for k in KINDS for v in VERSIONS), 1):
        for setup in SETUPS:
            port = listeners[kind, version, setup.name] = 10 * number + SETUPS.index(setup)
            to = 'sni_cluster'
            if setup.name != 'sni-proxy':
                host = setup.routes[0].split('=')[1].removesuffix(':443')
                to = f'outbound|443||{host}'
                proxy.clusters[to] = cluster(to, 'STRICT_DNS', [endpoint(host, 443)],
                                             dns_lookup_family='V4_ONLY')
            proxy.add_chain(
                port, setup.gateway_names, [with_log(tcp_proxy(to), log)],
                transport_socket=extension(
                    'envoy.transport_sockets.tls', 'transport_sockets.tls.v3.DownstreamTlsContext',
                    require_client_certificate=True,
                    common_tls_context={
                        'tls_params': version_params(version),
                        'alpn_protocols': ['istio-peer-exchange', 'h2', 'http/1.1'],
                        'validation_context': mesh_ca(certificates[kind]),
                        **tls_files(certificates[kind], 'gateway')}))
    listener, forward = sni_listener(SETUPS[2].chain, log)
    proxy.added_listeners.append(listener)
    proxy.clusters['dynamic'] = forward
    proxy.clusters['sni_cluster'] = cluster(
        'sni_cluster', 'STATIC',
        [{'endpoint': {'address': {'envoy_internal_address': {
            'server_listener_name': 'sni_listener'}}}}])
    return proxy, listeners


def our_gateway(lab, kind, setup):
    outer = ['--outer-name', setup.outer] if setup.gateway_names else []
    routes = [flag for route in setup.routes for flag in ('--route', route)]
    certificates = lab.certificates[kind]
    return Forward(lab.program, lab.folder, f'gw-{kind}-{setup.name}', '--role', 'gateway', '--cert',
                   certificates.chain('gateway'), '--key', certificates.key('gateway'), '--ca',
                   certificates.chain('mesh'), '--dns', f'127.0.0.1:{lab.names.port}', '--allow',
                   '127.0.0.0/8', *outer, *routes)


def our_sidecar(lab, kind, setup, port):
    routes = [flag for name in setup.asked for flag in ('--route', name)]
    certificates = lab.certificates[kind]
    return Forward(lab.program, lab.folder, f'sc-{kind}-{setup.name}-{port}', '--role', 'sidecar',
                   '--cert', certificates.chain('client'), '--key', certificates.key('client'),
                   '--ca', certificates.chain('mesh'), '--gateway', f'127.0.0.1:{port}',
                   '--peer-name', GATEWAY_ID, '--outer-name', setup.outer, *routes)


def visits(lab, who, setup, port):
    """All names of a set-up, and those that must not pass."""
    for name, address in setup.reached.items():
        lab.promises.check(f'{who}: {name} arrives', problem_of(lab.outside, port, name, address))
    lab.promises.check(f'{who}: {EVIL} does not', problem_of(lab.outside, port, EVIL, None))


def log_words(line):
    """A line without what no two connections have in common.

    And without what ours has on purpose: a look inside at each gateway, as a set with an inner
    allow-list has it; clusters named by routes, which flags have no names for; why DNS failed.
    """
    fields = re.findall(r'\[[^]]*\]|"[^"]*"|\S+', line)
    fields[0], fields[16] = 'TIME', 'sni_cluster' if fields[16] == 'sni_cluster' else 'CLUSTER'
    if fields[3] == 'UH':
        fields[6] = '"-"'
    fields[9] = 'DURATION'
    # The clients' and the server's handshakes differ by the length of a signature.
    fields[7:9] = [str(round(int(field), -2)) if int(field) > 1000 else field for field in fields[7:9]]
    return [re.sub(r'(127\.0\.0\.1):\d+', r'\1:PORT', field) for field in fields]


def compare_logs(lab, envoys, ours, sidecars):
    """Every kind of line that one of them writes, the other writes. `ours`: set-up -> lines."""
    def kinds(lines, end):
        return {' '.join(log_words(line)[:end]) for line in lines}

    inside = [line for line in envoys if 'sni_' in line]
    outside = [line for line in envoys if 'sni_' not in line]
    # Our gateway looks inside for named hosts, too, and writes a line of that; up to the address that
    # was reached it is what Envoy, which does not look, writes.
    for what, theirs, mine, end in (
            ('SNI proxy', inside, ours['sni-proxy'], None),
            ('named host', outside, [line for name in ('gateway', 'common-host')
                                     for line in ours[name] if 'sni_cluster' not in line], 16),
            ('sidecar', sidecars['Envoy'], sidecars['ours'], None)):
        for less, of in ((kinds(mine, end) - kinds(theirs, end), 'that Envoy does not'),
                         (kinds(theirs, end) - kinds(mine, end), 'less than Envoy')):
            lab.promises.check(f'{what}: we write no line {of}',
                               '\n    '.join(['', *sorted(less)]) if less else None)


class Lab:
    pass


def run(lab, envoy):
    sidecars = {'ours': []}
    proxy, gateways = envoy_gateway(lab.certificates, os.path.join(lab.folder, 'gateway.access'))
    gateway = Envoy(envoy, lab.folder, 'gateway', proxy.bootstrap(lab.names.port))
    with gateway:
        ports = gateway.ports()
        for (kind, version, name), number in gateways.items():
            setup = next(s for s in SETUPS if s.name == name)
            with our_sidecar(lab, kind, setup, ports[number]) as sidecar:
                visits(lab, f'our sidecar, Envoy gateway, {name}, {version}, {kind}', setup,
                       sidecar.port)
                if name == 'sni-proxy' and version == 'TLSv1_3':
                    lab.promises.check(f'our sidecar, Envoy gateway, {name}, {kind}: a name that DNS '
                                       'does not have', problem_of(lab.outside, sidecar.port, NOWHERE, None))
            # Envoy logs what no chain takes at the listener, which has no log here.
            sidecars['ours'] += [line for line in sidecar.lines() if ' NR ' not in line]
    with open(os.path.join(lab.folder, 'gateway.access')) as file:
        envoys = file.read().splitlines()

    ours = {}
    with contextlib.ExitStack() as stack:
        running = {(kind, setup.name): stack.enter_context(our_gateway(lab, kind, setup))
                   for kind in KINDS for setup in SETUPS}
        proxy, listeners = envoy_sidecar(lab.certificates,
                                         {key: each.port for key, each in running.items()},
                                         os.path.join(lab.folder, 'sidecar.access'))
        sidecar = stack.enter_context(
            Envoy(envoy, lab.folder, 'sidecar', proxy.bootstrap(lab.names.port)))
        ports = sidecar.ports()
        for (kind, version), number in listeners.items():
            for setup in SETUPS:
                port = ports[10 * number + SETUPS.index(setup)]
                visits(lab, f'Envoy sidecar, our gateway, {setup.name}, {version}, {kind}', setup,
                       port)
                if setup.name == 'sni-proxy' and version == 'TLSv1_3':
                    lab.promises.check(f'Envoy sidecar, our gateway, {setup.name}, {kind}: a name that '
                                       'DNS does not have', problem_of(lab.outside, port, NOWHERE, None))
                stat = f'cluster.{setup.subset}|{number}.ssl.versions.{version.replace("_", ".")}'
                lab.promises.check(f'  and Envoy says that it was {version}',
                                   sidecar.stat(stat) == 0 and f'{stat} is 0')
    for (_, name), each in running.items():
        ours.setdefault(name, []).extend(each.lines())
    with open(os.path.join(lab.folder, 'sidecar.access')) as file:
        sidecars['Envoy'] = file.read().splitlines()
    # What is refused behind them is so by different gateways: by a reset, and by an alert.
    for who, lines in sidecars.items():
        sidecars[who] = [line for line in lines if EVIL not in line and NOWHERE not in line]
    compare_logs(lab, envoys, ours, sidecars)


def main(program):
    if not shutil.which('openssl'):
        print('skipped: openssl is not installed')
        return 77
    lab = Lab()
    lab.program, lab.promises = program, Promises()
    with tempfile.TemporaryDirectory(prefix='egressctl-interop-') as folder:
        lab.folder = folder
        try:
            envoy = binary.find(folder)
        except binary.Unavailable as reason:
            print(f'skipped: {reason}')
            return 77
        lab.certificates = {}
        for kind in KINDS:
            os.mkdir(os.path.join(folder, kind))
            lab.certificates[kind] = Chains(os.path.join(folder, kind), kind)
            lab.certificates[kind].workload('gateway', GATEWAY_ID)
            lab.certificates[kind].workload('client', 'spiffe://cluster.local/ns/default/sa/ubuntu')
        outside = lab.certificates['ecdsa']
        try:
            lab.servers = Outside(ADDRESSES.values(), outside.chain('outside'), outside.key('outside'))
        except OSError as reason:
            print(f'skipped: no servers at port 443 of {", ".join(ADDRESSES.values())}: {reason}')
            return 77
        lab.outside = outside.chain('outside')
        lab.names = Names(ADDRESSES)
        try:
            run(lab, envoy)
        except Failed as reason:
            lab.promises.check('runs to its end', repr(reason))
    return lab.promises.finish()


if __name__ == '__main__':
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
