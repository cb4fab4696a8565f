#!/usr/bin/env python3
"""Has a firewall redirect connections to `egressctl forward`, as Istio's agent does for a sidecar.

usage: transparent_test.py EGRESSCTL

Runs in a network namespace of its own. Exit code 77 (skipped), with the reason, where that or nftables
can't be had.
"""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True

PATIENCE = 20
PORT = 15001
PROXY_USER = 1337  # whose own connections the firewall lets pass, as Istio's
ADDRESSES = {socket.AF_INET: '192.0.2.1', socket.AF_INET6: '2001:db8::1'}
ROUTED = 'www.example.com'

LISTEN = ('127.0.0.1', '[::1]')

RULES = f"""
table inet egressctl {{
  chain output {{
    type nat hook output priority -100;
    meta skuid != {PROXY_USER} tcp dport {{ 25, 443 }} redirect to :{PORT}
  }}
}}
"""

CONFIG = f"""
apiVersion: egressctl/v1
kind: Forward
listeners:
""" + ''.join(f"""
- address: "{address}:{PORT}"
  transparent: true
  routes:
  - {{hosts: [{ROUTED}], to: "192.0.2.1:8443"}}
  - {{hosts: ["*"], originalDestination: true, internal: true}}
  - {{hosts: ["*"], protocol: tcp, originalDestination: true, internal: true}}
""" for address in LISTEN) + """
timeouts: {hello: 200ms, drain: 1s}
accessLog: {file: access.log}
admin: {address: "off"}
"""


def skip(reason):
    print('skipped:', reason)
    sys.exit(77)


def hello(name):
    """The first bytes of a client of TLS that asks for `name`."""
    outgoing = ssl.MemoryBIO()
    try:
        ssl.create_default_context().wrap_bio(
            ssl.MemoryBIO(), outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


class Server:
    """Says `greeting`, then gives back what it gets behind its own name."""

    def __init__(self, family, port, greeting=b''):
        self.socket = socket.socket(family)
        if family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((ADDRESSES[family], port))
        self.socket.listen()
        self.greeting = greeting or b'%d ' % port
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            with connection:
                connection.settimeout(PATIENCE)
                connection.sendall(self.greeting)
                while data := connection.recv(65536):
                    connection.sendall(data)


def talk(address, sent):
    with socket.create_connection(address, PATIENCE) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        got = b''
        while data := client.recv(65536):
            got += data
        return got


class Transparent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.chmod(cls.folder.name, 0o777)
        config = os.path.join(cls.folder.name, 'forward.yaml')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(CONFIG)
        cls.servers = [Server(family, port) for family in ADDRESSES for port in (443, 8443)
                       if (family, port) != (socket.AF_INET6, 8443)]
        cls.servers += [Server(family, 25, b'220 mail ready\r\n') for family in ADDRESSES]
        # The other user may have no way to the folder that the program is built in.
        program = shutil.copy(EGRESSCTL, cls.folder.name)
        cls.process = subprocess.Popen([program, 'forward', '-v', '--config', config],
                                       stderr=subprocess.PIPE, text=True, user=PROXY_USER)
        said = ''
        while said.count('listening on') < len(LISTEN):
            line = cls.process.stderr.readline()
            said += line
            if not line:
                raise AssertionError(f'the forwarder has ended: {said}')

    @classmethod
    def tearDownClass(cls):
        cls.process.terminate()
        cls.process.stderr.close()
        cls.process.wait(PATIENCE)
        cls.folder.cleanup()

    def test_plain_tcp_reaches_where_it_went(self):
        for family, address in ADDRESSES.items():
            with self.subTest(family):
                self.assertEqual(talk((address, 443), b'hello'), b'443 hello')

    def test_a_server_that_speaks_first_is_reached(self):
        for family, address in ADDRESSES.items():
            with self.subTest(family), socket.create_connection((address, 25), PATIENCE) as client:
                self.assertEqual(client.recv(100), b'220 mail ready\r\n')

    def test_tls_goes_by_its_name_and_else_where_it_went(self):
        for family, address in ADDRESSES.items():
            with self.subTest(family):
                other = hello('other.example.com')
                self.assertEqual(talk((address, 443), other), b'443 ' + other)
                routed = hello(ROUTED)
                self.assertEqual(talk((address, 443), routed), b'8443 ' + routed)

    def test_who_was_not_redirected_goes_nowhere(self):
        for address in LISTEN:
            try:
                got = talk((address.strip('[]'), PORT), b'hello')
            except ConnectionError:
                got = b''
            self.assertEqual(got, b'')

    def test_the_log_says_where_the_client_went(self):
        talk(('192.0.2.1', 443), b'who')
        until = time.monotonic() + PATIENCE
        path = os.path.join(self.folder.name, 'access.log')
        while time.monotonic() < until:
            with open(path, encoding='utf-8') as log:
                if any(' 192.0.2.1:443 ' in line for line in log):
                    return
        self.fail('there is no such line')


def inside():
    for command in (['ip', 'link', 'set', 'lo', 'up'],
                    ['ip', 'addr', 'add', '192.0.2.1/32', 'dev', 'lo'],
                    ['ip', 'addr', 'add', '2001:db8::1/128', 'dev', 'lo', 'nodad']):
        if subprocess.run(command, check=False).returncode != 0:
            skip(f'"{" ".join(command)}" failed')
    loaded = subprocess.run(['nft', '-f', '-'], input=RULES, text=True, check=False,
                            capture_output=True)
    if loaded.returncode != 0:
        skip(f'no redirection here: {loaded.stderr.strip()}')
    unittest.main(argv=sys.argv[:1])


def main():
    if os.environ.get('EGRESSCTL_IN_NAMESPACE'):
        return inside()
    if os.geteuid() != 0:
        skip('only root makes network namespaces')
    for program in ('ip', 'nft', 'unshare'):
        if shutil.which(program) is None:
            skip(f'there is no {program}')
    if subprocess.run(['unshare', '--net', 'true'], check=False, capture_output=True).returncode:
        skip('no network namespace can be made')
    os.execvpe('unshare', ['unshare', '--net', sys.executable, *sys.argv],
               {**os.environ, 'EGRESSCTL_IN_NAMESPACE': '1'})


EGRESSCTL = sys.argv[1]
main()
