"""A connection to a mail server that ends in time, whatever the server does (mail.md E33)."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Connection(smtplib.SMTP):
    """smtplib's, but nothing of it outlasts `ends_at`, a time of the monotonic clock: a timeout
    alone begins anew with each byte and with each address. Only the look-up of the name has the
    resolver's own time.
    """

    def __init__(self, name: str, timeout: float, ends_at: float) -> None:
        """`name` is ours, for EHLO; left to smtplib, it would ask DNS. `timeout` is in seconds, for
        each answer. Connects when `reach` is called.
        """
        super().__init__(local_hostname=name, timeout=timeout)
        self._longest, self._ends_at = timeout, ends_at

    @contextmanager
    def cut_off_in_time(self) -> Iterator[None]:
        """Within the block, end whatever is waited for once the time is up."""
        timer = threading.Timer(max(self._ends_at - time.monotonic(), 0.1), self._cut_off)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()

    def reach(self, host: str, port: int) -> None:
        """Connect to the first address that answers. Raises OSError."""
        failed = OSError(f"no address of {host}")
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            left = self._left()
            reached = socket.socket(family, kind, protocol)
            try:
                reached.settimeout(min(self._longest, left))
                reached.connect(address)
            except OSError as error:
                reached.close()
                failed = error
            else:
                reached.settimeout(self._longest)
                self.sock = reached
                return
        raise failed

    def greeted(self) -> None:
        """Hear the greeting. Raises smtplib's errors and OSError."""
        answer = self.getreply()
        if answer[0] != 220:
            raise smtplib.SMTPConnectError(*answer)

    def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Speak TLS from now on. Raises OSError."""
        assert self.sock is not None
        # The handshake is apart, so that what is to be cut off is known before it begins.
        self.sock = context.wrap_socket(
            self.sock, server_hostname=host, do_handshake_on_connect=False
        )
        self._left()
        self.sock.do_handshake()
        # What came before it, unencrypted, is nobody's word (RFC 3207, 6).
        self.file = None
        self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False

    def ask_for_tls(self, context: ssl.SSLContext, host: str) -> None:
        """STARTTLS. Raises SMTPNotSupportedError where it is not offered, smtplib's other errors and
        OSError.
        """
        self.ehlo_or_helo_if_needed()
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("no STARTTLS")
        answer = self.docmd("STARTTLS")
        if answer[0] != 220:
            raise smtplib.SMTPResponseException(*answer)
        self.encrypt(context, host)

    def _left(self) -> float:
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the attempt took too long")
        return left

    def _cut_off(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                # Not SSLSocket's own, which would let the other thread go on unencrypted.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
