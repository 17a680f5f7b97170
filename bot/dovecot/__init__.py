"""A real IMAP server for one process: the demo's mailbox, and the tests'."""

import base64
import getpass
import grp
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from models.errors import Unavailable

_CONF = Path(__file__).with_name("dovecot.conf")
# Dovecot's sockets lie in its folder; a socket's path has at most 108 bytes.
_SHORT_FOLDER = "/tmp"  # noqa: S108
TOKEN_ISSUER = "https://login.example/"  # noqa: S105  # a name, no secret
_TLS = """
ssl = yes
ssl_cert = <{pem}
ssl_key = <{pem}
service imap-login {{
  inet_listener imaps {{
    address = 127.0.0.1
    port = {port}
    ssl = yes
  }}
}}"""
_XOAUTH2 = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {conf}
}}"""
_TOKENS = """introspection_mode = local
local_validation_key_dict = fs:posix:prefix={keys}
username_attribute = sub
issuers = {issuer}
"""
_PATHS = ["/usr/sbin", "/usr/local/sbin", "/sbin"]


def available() -> str | None:
    """The program's path where a Dovecot is installed, else None."""
    return shutil.which("dovecot") or shutil.which("dovecot", path=os.pathsep.join(_PATHS))


class PrivateDovecot:
    """Dovecot 2.3 on a free port of 127.0.0.1, with a folder of its own, gone after `stop`.

    Any user name logs in with `password` and finds an empty mailbox; `user` is a default one.
    """

    host = "127.0.0.1"
    user = "intake"

    def __init__(
        self, extra: str = "", *, certificate: Path | None = None, token_key: bytes | None = None
    ) -> None:
        """Nothing runs yet. `extra` are lines of Dovecot's own configuration, which come last.

        With a `certificate` (PEM, with its key) it speaks STARTTLS on `port` and TLS on `tls_port`.
        With a `token_key` it takes SASL XOAUTH2: JSON Web Tokens signed by it (HS256), of the
        issuer TOKEN_ISSUER, whose `sub` is the user (RFC 7519).
        """
        self._extra, self._certificate, self._token_key = extra, certificate, token_key
        self.password = secrets.token_hex(8)
        self.port = self.tls_port = 0
        self.base = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def start(self, *, within: float = 15.0) -> None:
        """Return when it answers. Raises Unavailable with Dovecot's own words where it does not."""
        program = available()
        if program is None:
            raise Unavailable("No Dovecot here: apt-get install dovecot-imapd")
        self.base = Path(tempfile.mkdtemp(prefix="carebot-", dir=_SHORT_FOLDER))
        self.port = _free_port()
        self._write_configuration()
        with (self.base / "stderr").open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603  # the program found above
                [program, "-F", "-c", str(self.base / "dovecot.conf")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        deadline = time.monotonic() + within
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._said()
                self.stop()
                raise Unavailable(f"Dovecot does not start: {said}")
            time.sleep(0.02)

    def _write_configuration(self) -> None:
        # As root everything runs as nobody: Dovecot refuses to serve mail as root.
        user = "nobody" if os.geteuid() == 0 else getpass.getuser()
        entry = pwd.getpwnam(user)
        group = grp.getgrgid(entry.pw_gid).gr_name
        words = {
            "@BASE@": str(self.base),
            "@USER@": user,
            "@GROUP@": group,
            "@PORT@": str(self.port),
            "@PASSWORD@": self.password,
        }
        text = _CONF.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, value)
        parts = (text, self._tls_lines(), self._token_lines(), self._extra, "")
        (self.base / "dovecot.conf").write_text("\n".join(parts), encoding="utf-8")
        self.base.chmod(0o755)
        for name in ("run", "state", "mail"):
            folder = self.base / name
            folder.mkdir()
            if os.geteuid() == 0 and name != "run":
                os.chown(folder, entry.pw_uid, entry.pw_gid)

    def _tls_lines(self) -> str:
        if self._certificate is None:
            return ""
        self.tls_port = _free_port()
        return _TLS.format(pem=self._certificate, port=self.tls_port)

    def _token_lines(self) -> str:
        if self._token_key is None:
            return ""
        key = self.base / "keys" / "default" / "HS256" / "default"
        key.parent.mkdir(parents=True)
        key.write_bytes(base64.b64encode(self._token_key))
        (self.base / "oauth2.conf.ext").write_text(
            _TOKENS.format(keys=f"{self.base}/keys/", issuer=TOKEN_ISSUER), encoding="utf-8"
        )
        return _XOAUTH2.format(conf=self.base / "oauth2.conf.ext")

    def _answers(self) -> bool:
        try:
            with socket.create_connection((self.host, self.port), timeout=1) as probe:
                return probe.recv(4) == b"* OK"
        except OSError:
            return False

    def _said(self) -> str:
        files = [self.base / "stderr", self.base / "dovecot.log"]
        return " ".join(f.read_text(errors="replace")[-500:] for f in files if f.exists()).strip()

    def drop(self, user: str, content: bytes) -> None:
        """Deliver raw bytes to a user's inbox past IMAP, exactly as they are (poison included)."""
        folder = self.base / "mail" / user
        name = f"{time.time_ns()}.{secrets.token_hex(4)}.carebot"
        for part in (folder, folder / "tmp", folder / "new", folder / "cur"):
            if not part.exists():
                part.mkdir()
                self._give(part)
        path = folder / "tmp" / name
        path.write_bytes(content)
        self._give(path)
        path.rename(folder / "new" / name)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            owner = (self.base / "mail").stat()
            os.chown(path, owner.st_uid, owner.st_gid)

    def stop(self) -> None:
        """End it and remove its folder; nothing happens where it does not run."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.base != Path():
            shutil.rmtree(self.base, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
