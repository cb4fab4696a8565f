#!/usr/bin/env python3
"""Captures the first bytes that the TLS clients of this machine send, into hellos/<client>.bin.

usage: make_hellos.py [CLIENT...]     default: all that are installed

Their randoms differ from run to run; commit what was captured, and accept ../hellos.out by reading.
"""
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent / "hellos"
NAME = "de.wikipedia.org"
PYTHON = """
import socket, ssl
c = ssl.create_default_context()
c.set_alpn_protocols(["http/1.1"])
c.wrap_socket(socket.create_connection(("127.0.0.1", {port})), server_hostname="{name}")
"""
GO = """
package main
import "crypto/tls"
func main() {{
  tls.Dial("tcp", "127.0.0.1:{port}", &tls.Config{{ServerName: "{name}", NextProtos: []string{{"h2"}}}})
}}
"""
CURL = ["curl", "-sk", "--max-time", "3", "--resolve", "{name}:{port}:127.0.0.1"]
OPENSSL = ["openssl", "s_client", "-connect", "127.0.0.1:{port}"]
CLIENTS = {
    "curl": [*CURL, "https://{name}:{port}/"],
    "curl-tls1.2": [*CURL, "--tls-max", "1.2", "https://{name}:{port}/"],
    "curl-ip": ["curl", "-sk", "--max-time", "3", "https://127.0.0.1:{port}/"],
    "openssl": [*OPENSSL, "-servername", "{name}"],
    "openssl-no-name": [*OPENSSL, "-noservername"],
    "openssl-upper-case": [*OPENSSL, "-servername", "DE.Wikipedia.org"],
    "openssl-trailing-dot": [*OPENSSL, "-servername", "{name}."],
    "python": [sys.executable, "-c", PYTHON],
    "go": ["go", "run", "{go}"],
}


def capture(name, command):
    """The bytes that the client sent before it waits for an answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        values = {"port": server.getsockname()[1], "name": NAME, "go": ""}
        if "{go}" in command:
            source = pathlib.Path(tempfile.gettempdir()) / "hello_client.go"
            source.write_text(GO.format(**values))
            values["go"] = str(source)
        client = subprocess.Popen([part.format(**values) for part in command],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            connection, _ = server.accept()
            connection.settimeout(0.5)
            data = b""
            try:
                while chunk := connection.recv(65536):
                    data += chunk
            except TimeoutError:
                pass
            connection.close()
        finally:
            client.kill()
            client.wait()
    (HERE / f"{name}.bin").write_bytes(data)
    print(f"{name}: {len(data)} bytes")


def main():
    HERE.mkdir(exist_ok=True)
    for name, command in CLIENTS.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        if shutil.which(command[0]):
            capture(name, command)


main()
