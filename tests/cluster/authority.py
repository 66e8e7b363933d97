"""An authority that signs certificates for this machine, by the commands of docs/operations.md (section etcd)."""
import subprocess
from pathlib import Path

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*words):
    done = subprocess.run(["openssl", *[str(word) for word in words]], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr}")


class Authority:
    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.folder.mkdir(parents=True, mode=0o700)
        self.file, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        openssl("req", "-x509", *NEW_KEY, "-days", 2, "-subj", f"/CN={self.folder.name}", "-keyout", self.key, "-out", self.file)

    def files(self, name):
        """Of certificate and key."""
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    def sign(self, name):
        """A certificate for both ends, on 127.0.0.1. Its files."""
        (certificate, key), request, names = self.files(name), self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        names.write_text("subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n", encoding="ascii")
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days", 2,
                "-extfile", names, "-out", certificate)
        return certificate, key
