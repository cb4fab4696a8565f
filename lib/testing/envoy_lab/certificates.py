"""The mesh's CA, workload certificates and the certificate of the outside world, made by openssl."""
import os
import subprocess


class Certificates:
    """Files <name>.pem and <name>.key in a folder; the CAs are `mesh`, `foreign` and `outside`."""

    def __init__(self, folder):
        self.folder = folder
        for name in ('mesh', 'foreign', 'outside'):
            self._openssl('req', '-x509', *self._new_key(name), '-subj', f'/O={name}', '-days', '2',
                          '-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature',
                          '-out', self.chain(name))

    def workload(self, name, identity, ca='mesh'):
        """A certificate as Istio's: no subject, a SPIFFE URI."""
        request, extensions = self._path(name, 'csr'), self._path(name, 'ext')
        self._openssl('req', '-new', *self._new_key(name), '-subj', '/', '-out', request)
        with open(extensions, 'w') as file:
            file.write(f'subjectAltName=critical,URI:{identity}\n'
                       'extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=critical,CA:FALSE\n')
        self._openssl('x509', '-req', '-in', request, '-CA', self.chain(ca), '-CAkey', self.key(ca),
                      '-set_serial', str(1 + len(os.listdir(self.folder))), '-days', '2',
                      '-extfile', extensions, '-out', self.chain(name))

    def chain(self, name):
        return self._path(name, 'pem')

    def key(self, name):
        return self._path(name, 'key')

    def _path(self, name, ending):
        return os.path.join(self.folder, f'{name}.{ending}')

    def _new_key(self, name):
        return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-keyout', self.key(name)]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(['openssl', *arguments], check=True, capture_output=True, timeout=60)
