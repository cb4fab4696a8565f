"""The world outside the mesh, on loopback: names, each at an address of its own, and TLS servers."""
import socket
import ssl
import struct
import threading


class Names:
    """A DNS server: A records for the given names, NXDOMAIN for any other."""

    def __init__(self, addresses):
        self._addresses = addresses
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(('127.0.0.1', 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            query, client = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(query), client)

    def _answer(self, query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        question = query[12:at + 5]
        (kind,) = struct.unpack('>H', query[at + 1:at + 3])
        address = self._addresses.get('.'.join(labels).lower())
        record = b''
        if address and kind == 1:
            record = struct.pack('>HHHIH', 0xc00c, 1, 1, 60, 4) + socket.inet_aton(address)
        flags = 0x8180 if address else 0x8183
        return query[:2] + struct.pack('>HHHHH', flags, 1, 1 if record else 0, 0, 0) + question + record


class Servers:
    """TLS servers at all addresses on one port.

    Each greets with one line: the SNI that it saw and the address that was dialled. It hangs up when
    the client does, or has asked for a page.
    """

    def __init__(self, addresses, chain, key):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain, key)
        self._context.sni_callback = self._hello
        self.hellos = []  # the SNI of every ClientHello that got here
        self.port, listeners = self._bind(sorted(addresses))
        for listener in listeners:
            threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    @staticmethod
    def _bind(addresses):
        while True:
            first = socket.create_server((addresses[0], 0))
            port = first.getsockname()[1]
            try:
                return port, [first] + [socket.create_server((a, port)) for a in addresses[1:]]
            except OSError:
                first.close()  # taken at another of the addresses

    def _hello(self, connection, name, _):
        connection.seen = name or '-'
        self.hellos.append(connection.seen)

    def _accept(self, listener):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=self._greet, args=(connection,), daemon=True).start()

    def _greet(self, connection):
        address = connection.getsockname()[0]
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._context.wrap_socket(connection, server_side=True) as tls:
                tls.sendall(f'{tls.seen} at {address}\n'.encode())
                while (data := tls.recv(4096)) and not data.endswith(b'\r\n\r\n'):
                    pass
        except OSError:
            pass  # the other side went away
