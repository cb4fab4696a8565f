#!/usr/bin/env python3
"""Runs `egressctl forward` as a service: signals, the service manager, renewed certificates.

usage: running_test.py EGRESSCTL [unittest arguments]

Everything is on loopback at ports of the system's choice. Nothing is waited for by the clock: what
the program tells the service manager (a socket of the test) says how far it is. Exit code 77
(skipped) without the openssl program.
"""
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.dont_write_bytecode = True

PATIENCE = 60
HOST = 'www.example.com'


def hello():
    """The first bytes of a client of TLS that asks for HOST."""
    outgoing = ssl.MemoryBIO()
    context = ssl.create_default_context()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=HOST).do_handshake()
    return outgoing.read()


class Manager:
    """A service manager: a socket that is told how the service is."""

    def __init__(self, folder):
        self.address = os.path.join(folder, 'notify')
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._socket.settimeout(PATIENCE)

    def next(self):
        return dict(line.split('=', 1) for line in self._socket.recv(4096).decode().splitlines())

    def wait_for(self, key):
        """The first message that has `key`."""
        while True:
            message = self.next()
            if key in message:
                return message

    def close(self):
        self._socket.close()


class Echo:
    """An upstream that gives back what it gets."""

    def __init__(self):
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _serve(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(65536):
                connection.sendall(data)

    def close(self):
        self._listener.close()


class Forward:
    """A running `egressctl forward`."""

    def __init__(self, folder, *flags, environment=None, wrapper=(), pass_fds=()):
        self.manager = Manager(folder)
        self._errors = os.path.join(folder, 'stderr')
        variables = {'PATH': os.environ['PATH'], 'NOTIFY_SOCKET': self.manager.address,
                     **(environment or {})}
        with open(self._errors, 'wb') as errors:
            self.process = subprocess.Popen(
                [*wrapper, PROGRAM, 'forward', '-v', '--workers', '2', '--admin-address',
                 '127.0.0.1:0', *flags],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors, env=variables,
                pass_fds=pass_fds)
        try:
            self.ready = self.manager.wait_for('READY')
        except BaseException:
            self.close()
            raise AssertionError(f'it does not get ready: {self.errors()}') from None
        self.ports = [int(line.rpartition(':')[2]) for line in self.errors().splitlines()
                      if line.startswith('egressctl: listening on') and 'unix:' not in line]

    def errors(self):
        with open(self._errors, encoding='utf-8') as file:
            return file.read()

    def signal(self, number):
        self.process.send_signal(number)

    def connect(self):
        connection = socket.create_connection(('127.0.0.1', self.ports[0]), PATIENCE)
        connection.settimeout(PATIENCE)
        return connection

    def open(self):
        """A connection that has been answered."""
        connection = self.connect()
        exchange(connection, hello())
        return connection

    def page(self, path, method='GET'):
        port = next(line.rpartition(':')[2] for line in self.errors().splitlines()
                    if 'admin interface on' in line)
        request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def stat(self, name):
        for line in self.page('/stats').splitlines():
            key, _, value = line.rpartition(': ')
            if key == name:
                return int(value)
        raise AssertionError(f'no {name}')

    def end(self):
        """Its exit code."""
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.manager.close()


def exchange(connection, data):
    """Sends, and checks that the same comes back."""
    connection.sendall(data)
    got = b''
    while len(got) < len(data):
        more = connection.recv(65536)
        if not more:
            raise AssertionError(f'ended after {len(got)} of {len(data)} bytes')
        got += more
    assert got == data


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.upstream = Echo()
        self.addCleanup(self.upstream.close)

    def start(self, *flags, **more):
        forward = Forward(self.folder, '--route', f'{HOST}=127.0.0.1:{self.upstream.port}', *flags,
                          **{'wrapper': (), **more})
        self.addCleanup(forward.close)
        return forward

    def listening(self, *flags, **more):
        return self.start('--listen', '127.0.0.1:0', *flags, **more)


class Signals(Case):
    def test_sigterm_keeps_old_connections_takes_no_new_ones_and_ends_with_the_last(self):
        forward = self.listening()
        old = forward.open()
        forward.signal(signal.SIGTERM)
        self.assertEqual(forward.manager.wait_for('STOPPING')['STATUS'], 'draining 1 connection')
        with self.assertRaises(urllib.error.HTTPError) as answer:
            forward.page('/ready')
        self.assertEqual(answer.exception.code, 503)
        # Both workers' listeners are closed some time after.
        with self.assertRaises(OSError):
            while True:
                with forward.connect() as new:
                    new.settimeout(0.05)
                    with contextlib.suppress(TimeoutError):
                        new.recv(1)
        exchange(old, b'still here')
        old.close()
        self.assertEqual(forward.end(), 0)

    def test_a_drain_that_takes_too_long_ends_with_1(self):
        forward = self.listening('--drain-timeout', '100ms')
        with forward.open():
            forward.signal(signal.SIGTERM)
            self.assertEqual(forward.end(), 1)
        self.assertIn('the drain timed out: 1 connection cut off', forward.errors())

    def test_a_second_signal_ends_at_once_and_the_log_tells_whom_it_cut_off(self):
        log = os.path.join(self.folder, 'log')
        forward = self.listening('--access-log', log)
        with forward.open():
            forward.signal(signal.SIGTERM)
            forward.manager.wait_for('STOPPING')
            forward.signal(signal.SIGTERM)
            self.assertEqual(forward.end(), 143)
        with open(log) as file:
            self.assertIn('"- - -" 0 LR ', file.read())

    def test_sighup_tells_the_service_manager_and_drops_nobody(self):
        forward = self.listening()
        with forward.open() as old:
            forward.signal(signal.SIGHUP)
            self.assertTrue(forward.manager.wait_for('RELOADING')['MONOTONIC_USEC'].isdigit())
            self.assertIn('listening on 127.0.0.1:', forward.manager.wait_for('READY')['STATUS'])
            exchange(old, b'still here')
        forward.open().close()
        self.assertEqual(forward.stat('listener_manager.lds.update_success'), 1)

    def test_sigusr1_opens_the_access_log_anew(self):
        log = os.path.join(self.folder, 'log')
        forward = self.listening('--access-log', log, '--access-log-format', '%BYTES_SENT%\\n')
        os.rename(log, log + '.1')
        forward.signal(signal.SIGUSR1)
        forward.signal(signal.SIGHUP)  # a sign that the signal before it has been handled
        forward.manager.wait_for('RELOADING')
        forward.open().close()
        forward.signal(signal.SIGTERM)
        self.assertEqual(forward.end(), 0)
        with open(log) as file:
            self.assertEqual(file.read(), f'{len(hello())}\n')

    def test_quitquitquit_drains(self):
        forward = self.listening()
        self.assertEqual(forward.page('/quitquitquit', 'POST'), 'OK\n')
        self.assertEqual(forward.end(), 0)


class ServiceManager(Case):
    def test_it_is_told_where_the_service_listens(self):
        forward = self.listening()
        self.assertEqual(forward.ready['STATUS'], f'listening on 127.0.0.1:{forward.ports[0]}')

    def test_it_gets_signs_of_life_as_often_as_it_wants(self):
        forward = self.listening(environment={'WATCHDOG_USEC': '100000'})
        for _ in range(3):
            self.assertEqual(forward.manager.wait_for('WATCHDOG'), {'WATCHDOG': '1'})

    def passed(self, names, *flags):
        """Started with these sockets, as a socket unit does it."""
        sockets = [socket.create_server(('127.0.0.1', 0)) for _ in names]
        script = 'export LISTEN_PID=$$; exec "$@" ' + ' '.join(
            f'{3 + i}<&{each.fileno()}' for i, each in enumerate(sockets))
        # The shell's numbers have one digit; what Python opens stays below that here.
        forward = self.start(*flags, wrapper=('bash', '-c', script, 'bash'),
                             environment={'LISTEN_FDS': str(len(names)),
                                          'LISTEN_FDNAMES': ':'.join(names)},
                             pass_fds=[each.fileno() for each in sockets])
        ports = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        return forward, ports

    def test_sockets_that_it_passes_are_used(self):
        forward, ports = self.passed(['tls', 'other', 'tls'], '--listen', 'systemd:tls')
        self.assertEqual(forward.ports, [ports[0], ports[2]])
        forward.open().close()
        forward.signal(signal.SIGHUP)
        forward.manager.wait_for('RELOADING')
        forward.manager.wait_for('READY')
        self.assertEqual(forward.stat('listener_manager.lds.update_rejected'), 0)
        forward.open().close()

    def refusal(self, *flags, environment=None):
        done = subprocess.run([PROGRAM, 'forward', '--admin-address', 'off', '--route', HOST, *flags],
                              capture_output=True, text=True, timeout=PATIENCE,
                              env={'PATH': os.environ['PATH'], **(environment or {})})
        return done.returncode, done.stderr

    def test_a_socket_that_was_not_passed_is_missed(self):
        code, errors = self.refusal('--listen', 'systemd:tls')
        self.assertEqual(code, 2)
        self.assertIn('systemd:tls: no socket of that name was passed; none was: is it started by '
                      'its socket unit?', errors)

    def test_an_address_that_is_taken_is_told(self):
        code, errors = self.refusal('--listen', f'127.0.0.1:{self.upstream.port}')
        self.assertEqual(code, 3)
        self.assertIn('Address already in use', errors)

    def test_a_second_forwarder_does_not_share_the_first_ones_address(self):
        forward = self.listening()
        code, errors = self.refusal('--listen', f'127.0.0.1:{forward.ports[0]}')
        self.assertEqual(code, 3)
        self.assertIn('Address already in use', errors)

    def test_a_second_forwarder_does_not_take_the_first_ones_unix_socket(self):
        path = 'unix:' + os.path.join(self.folder, 'socket')
        self.start('--listen', path)
        code, errors = self.refusal('--listen', path)
        self.assertEqual(code, 3)
        self.assertIn('Address already in use', errors)


def openssl(*arguments):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True, timeout=PATIENCE)


class Certificates(Case):
    """Renewed while the gateway runs."""

    SAN = 'spiffe://cluster.local/ns/istio-egress/sa/'

    def setUp(self):
        super().setUp()
        self.ca = os.path.join(self.folder, 'ca')
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-keyout', self.ca + '.key', '-out', self.ca + '.crt', '-subj', '/O=mesh', '-days',
                '2')
        self.issue('client', self.folder)

    def issue(self, name, folder):
        """<folder>/tls.key and tls.crt, whose SAN ends with `name`."""
        os.makedirs(folder, exist_ok=True)
        crt, key = os.path.join(folder, 'tls.crt'), os.path.join(folder, 'tls.key')
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-CA', self.ca + '.crt', '-CAkey', self.ca + '.key', '-keyout', key + '.new', '-out',
                crt + '.new', '-subj', '/', '-days', '2', '-addext',
                f'subjectAltName=critical,URI:{self.SAN}{name}')
        os.chmod(key + '.new', 0o600)
        os.rename(crt + '.new', crt)
        os.rename(key + '.new', key)

    def gateway(self, folder):
        return self.listening('--role', 'gateway', '--cert', os.path.join(folder, 'tls.crt'), '--key',
                              os.path.join(folder, 'tls.key'), '--ca', self.ca + '.crt')

    def connect(self, forward):
        """A connection through mTLS, and the last word of the gateway's name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self.ca + '.crt')
        context.load_cert_chain(os.path.join(self.folder, 'tls.crt'),
                                os.path.join(self.folder, 'tls.key'))
        tls = context.wrap_socket(forward.connect(), server_hostname='outer.example')
        exchange(tls, hello())
        return tls, dict(tls.getpeercert()['subjectAltName'])['URI'].rpartition('/')[2]

    def name(self, forward):
        tls, name = self.connect(forward)
        tls.close()
        return name

    @staticmethod
    def wait_for_reloads(forward, count, result='success'):
        """Until so many have been counted."""
        while forward.stat(f'listener_manager.lds.update_{result}') < count:
            forward.manager.wait_for('RELOADING')
            forward.manager.wait_for('READY')

    def test_files_that_are_replaced_are_read_and_nobody_is_dropped(self):
        folder = os.path.join(self.folder, 'certs')
        self.issue('old', folder)
        forward = self.gateway(folder)
        kept, name = self.connect(forward)
        self.assertEqual(name, 'old')
        self.issue('new', folder)
        self.wait_for_reloads(forward, 1)
        self.assertEqual(self.name(forward), 'new')
        exchange(kept, b'still here')
        kept.close()

    def test_kubernetes_swap_of_the_data_link_is_noticed(self):
        mount = os.path.join(self.folder, 'mount')
        self.issue('old', os.path.join(mount, '..1'))
        os.symlink('..1', os.path.join(mount, '..data'))
        for file in ('tls.crt', 'tls.key'):
            os.symlink(os.path.join('..data', file), os.path.join(mount, file))
        forward = self.gateway(mount)
        self.assertEqual(self.name(forward), 'old')
        for version in (2, 3):
            self.issue(f'v{version}', os.path.join(mount, f'..{version}'))
            os.symlink(f'..{version}', os.path.join(mount, '..data_tmp'))
            os.rename(os.path.join(mount, '..data_tmp'), os.path.join(mount, '..data'))
            shutil.rmtree(os.path.join(mount, f'..{version - 1}'))
            self.wait_for_reloads(forward, version - 1)
            self.assertEqual(self.name(forward), f'v{version}')

    def test_a_file_that_is_no_certificate_changes_nothing_and_is_counted(self):
        folder = os.path.join(self.folder, 'certs')
        self.issue('old', folder)
        forward = self.gateway(folder)
        with open(os.path.join(folder, 'tls.crt'), 'w') as file:
            file.write('no certificate\n')
        self.wait_for_reloads(forward, 1, 'rejected')
        self.assertEqual(self.name(forward), 'old')
        forward.signal(signal.SIGHUP)
        forward.manager.wait_for('RELOADING')
        forward.manager.wait_for('READY')
        self.assertGreaterEqual(forward.stat('listener_manager.lds.update_rejected'), 2)
        self.assertEqual(forward.page('/ready'), 'LIVE\n')
        self.assertEqual(self.name(forward), 'old')
        self.assertIn('what was in use stays', forward.errors())
        self.issue('new', folder)
        self.wait_for_reloads(forward, 1)
        self.assertEqual(self.name(forward), 'new')


if __name__ == '__main__':
    if not shutil.which('openssl'):
        print('skipped: there is no openssl program')
        sys.exit(77)
    PROGRAM = sys.argv.pop(1)
    unittest.main(verbosity=2)
