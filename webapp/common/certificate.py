"""The server's own HTTPS certificate, for networks where nobody else issues one."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from webapp.common import clock

VALID = timedelta(days=825)  # the longest that phones accept


def make_once(folder: Path) -> None:
    """Write cert.pem and key.pem (0600) into the folder, unless they are there."""
    if (folder / "cert.pem").exists() and (folder / "key.pem").exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with os.fdopen(os.open(folder / "key.pem", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(pem)
    (folder / "cert.pem").write_bytes(sign(key).public_bytes(serialization.Encoding.PEM))


def sign(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Sitehand")])
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    if (host := socket.gethostname()) and host.isascii() and host != "localhost":
        hosts.append(x509.DNSName(host))
    now = clock.now()
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + VALID)
    return builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False).sign(key, hashes.SHA256())


def fingerprint(folder: Path) -> str:
    digest = x509.load_pem_x509_certificate((folder / "cert.pem").read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)
