"""Certificates of a made-up authority, to see that a right one is taken and a wrong one refused."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Certificate:
    """PEM files: the certificate with its key, and both in one."""

    pem: Path

    def server_context(self) -> ssl.SSLContext:
        """What a server with this certificate speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


class Authority:
    """Signs certificates; `pem` is its own, for those who trust it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._serial = 0
        self.pem = self.folder / "ca.pem"
        name = _name("A council's own authority")
        now = datetime.now(UTC)
        key_id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self._own = (
            x509.CertificateBuilder(name, name, self._key.public_key(), x509.random_serial_number())
            .not_valid_before(now - 30 * DAY)
            .not_valid_after(now + 30 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(key_id, critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, content_commitment=False, key_encipherment=False,
                    data_encipherment=False, key_agreement=False, key_cert_sign=True,
                    crl_sign=True, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .sign(self._key, hashes.SHA256())
        )  # fmt: skip
        self.pem.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def certificate(self, host: str = "localhost", *, expired: bool = False) -> Certificate:
        """A certificate of a server, for a name or an IP address."""
        return self._sign(ec.generate_private_key(ec.SECP256R1()), host, expired=expired)

    def rsa_certificate(self, *, passphrase: str | None = None) -> Certificate:
        """A certificate of an application, which Microsoft wants with an RSA key."""
        key = rsa.generate_private_key(65_537, 2_048)
        return self._sign(key, "application", passphrase=passphrase)

    def _sign(
        self,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
        host: str,
        *,
        expired: bool = False,
        passphrase: str | None = None,
    ) -> Certificate:
        self._serial += 1
        now = datetime.now(UTC)
        end = now - DAY if expired else now + 7 * DAY
        alternative = _alternative(host)
        made = (
            x509.CertificateBuilder(
                self._own.subject, _name("server"), key.public_key(), x509.random_serial_number()
            )
            .not_valid_before(now - 10 * DAY)
            .not_valid_after(end)
            .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                critical=False,
            )
            .sign(self._key, hashes.SHA256())
        )
        pem = self.folder / f"{self._serial}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase.encode())
            if passphrase
            else serialization.NoEncryption(),
        )
        pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        return Certificate(pem)

    @cached_property
    def trusting(self) -> ssl.SSLContext:
        """What a client that trusts this authority, and no other, speaks TLS with."""
        return ssl.create_default_context(cafile=str(self.pem))


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
