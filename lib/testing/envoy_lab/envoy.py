"""Runs Envoy with a bootstrap."""
import json
import os
import subprocess
import time
import urllib.request

DEADLINE = 30


class Failed(Exception):
    """Envoy does not take the configuration, or does not start."""


class Envoy:
    """One Envoy; runs while its context is entered."""

    def __init__(self, program, folder, name, bootstrap):
        path = os.path.join(folder, name)
        self._log, self._address = path + '.log', path + '.admin'
        self._command = [program, '-c', path + '.json', '--disable-hot-restart',
                         '--concurrency', '1', '--file-flush-interval-msec', '20']
        with open(path + '.json', 'w') as file:
            json.dump(bootstrap, file, indent=1)

    def validate(self):
        done = subprocess.run(self._command + ['--mode', 'validate', '-l', 'error'], text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        if done.returncode != 0:
            raise Failed((done.stderr or done.stdout).strip())

    def __enter__(self):
        with open(self._log, 'ab') as log:  # Envoy itself opens /dev/stdout to append
            self._process = subprocess.Popen(
                self._command + ['--admin-address-path', self._address, '-l', 'warning'],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_until_ready(self):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            try:
                self._process.wait(0.02)
                raise Failed(f'Envoy ended: {self.log()[-2000:]}')
            except subprocess.TimeoutExpired:
                pass
            try:
                if self.admin('/ready').strip() == 'LIVE':
                    return
            except OSError:
                pass  # no address yet, or not ready
        raise Failed(f'Envoy is not ready: {self.log()[-2000:]}')

    def admin(self, path):
        with open(self._address) as file:
            address = file.read().strip()
        if not address:
            raise FileNotFoundError(self._address)
        with urllib.request.urlopen(f'http://{address}{path}', timeout=DEADLINE) as answer:
            return answer.read().decode()

    def ports(self):
        """Port of istiod's name for a listener (0.0.0.0_443) -> port on loopback."""
        found = {}
        for status in json.loads(self.admin('/listeners?format=json')).get(
                'listener_statuses', []):
            address = status['local_address'].get('socket_address')
            if address and address['port_value']:
                found[int(status['name'].rpartition('_')[2])] = address['port_value']
        return found

    def stat(self, name):
        """A counter; 0 when there is none of that name."""
        for line in self.admin('/stats').splitlines():
            key, _, value = line.rpartition(': ')
            if key == name:
                return int(value)
        return 0

    def log(self):
        with open(self._log, errors='replace') as file:
            return file.read()
