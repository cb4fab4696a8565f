"""Clients: one that goes through a sidecar, and one that is its own sidecar and picks both SNIs."""
import socket
import ssl
import struct

TIMEOUT = 10


class Refused(Exception):
    """The connection was closed or reset before the server greeted."""


class Stuck(Exception):
    """Neither refused nor answered: a failure of its own."""


class Connection:
    """TLS to the outside, within mTLS to a gateway where `certificate` is given."""

    def __init__(self, certificates, port, inner, outer=None, certificate=None, mutual=True):
        self._certificates, self._inner_name = certificates, inner
        self.gateway_identity = None
        self._socket = socket.create_connection(('127.0.0.1', port), TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if mutual:
            try:
                self._guard(lambda: self._open_outer(outer, certificate))
            except BaseException:
                self.close()
                raise

    def _open_outer(self, outer, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self._certificates.chain('mesh'))
        # Without istio-peer-exchange, which both sides would have to speak.
        context.set_alpn_protocols(['istio'])
        if certificate:
            context.load_cert_chain(self._certificates.chain(certificate),
                                    self._certificates.key(certificate))
        self._socket = context.wrap_socket(self._socket, server_hostname=outer)
        self.gateway_identity = dict(self._socket.getpeercert()['subjectAltName']).get('URI')

    def greet(self):
        """The server's greeting."""
        return self._guard(self._open_inner)

    def _open_inner(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(self._certificates.chain('outside'))
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing,
                                     server_hostname=self._inner_name)
        self._pump(self._tls.do_handshake)
        return self._pump(lambda: self._tls.read(4096)).decode().strip()

    def _pump(self, step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._socket.sendall(self._outgoing.read())
                data = self._socket.recv(16384)
                if not data:
                    raise EOFError from None
                self._incoming.write(data)
            finally:
                self._socket.sendall(self._outgoing.read())

    @staticmethod
    def _guard(action):
        try:
            return action()
        except TimeoutError:
            raise Stuck from None
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, EOFError) as reason:  # ssl.SSLError is an OSError
            raise Refused(type(reason).__name__) from None

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def abandon(port, outer):
    """Starts mTLS with an outer SNI and resets the connection after the ClientHello."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    outgoing = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=outer).do_handshake()
    except ssl.SSLWantReadError:
        pass
    with socket.create_connection(('127.0.0.1', port), TIMEOUT) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        opened.sendall(outgoing.read())
