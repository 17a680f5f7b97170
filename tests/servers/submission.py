"""A mail server that wants to know who sends: TLS as council servers have it, and logins."""

import json
from collections import deque
from collections.abc import Callable
from typing import Literal

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from bot.smtp_receiver import SmtpReceiver
from tests.servers.certificates import Certificate


class Submission(SmtpReceiver):
    """Takes mail from who logs in, by a password or by a token that `takes_token` likes.

    `tokens` and `logins` are what was tried. `challenges`: a refused token is answered by a
    challenge with the reason, as Gmail does, and not at once, as Microsoft does.
    """

    def __init__(
        self,
        certificate: Certificate | None,
        *,
        mode: Literal["starttls", "tls", "none"] = "starttls",
        password: str | None = None,
        without: tuple[str, ...] = (),
        challenges: bool = False,
        takes_token: Callable[[str, str], bool] | None = None,
    ) -> None:
        context = certificate.server_context() if certificate else None
        options = {
            "ssl_context": context if mode == "tls" else None,
            "tls_context": context if mode == "starttls" else None,
            "require_starttls": mode == "starttls",
            "auth_require_tls": mode == "starttls",
            "auth_required": password is not None or takes_token is not None,
            "auth_exclude_mechanism": without,
            "authenticator": self._authenticate,
        }
        super().__init__(**options)
        self._password, self._takes_token = password, takes_token
        self._challenges = challenges
        self.logins: list[tuple[str, str]] = []
        self.tokens: list[tuple[str, str]] = []
        self.refusals: deque[str] = deque()

    def _authenticate(self, _server, _session, _envelope, _mechanism, data) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        if self.refusals:
            return AuthResult(success=False, handled=False, message=self.refusals.popleft())
        return AuthResult(success=self.logins[-1][1] == self._password, handled=False)

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """SASL XOAUTH2: the response is `user=…^Aauth=Bearer …^A^A`."""
        from base64 import b64decode

        user, bearer = b64decode(args[1]).decode().removesuffix("\x01\x01").split("\x01")
        who, token = user.removeprefix("user="), bearer.removeprefix("auth=Bearer ")
        self.tokens.append((who, token))
        assert self._takes_token is not None
        if self._takes_token(who, token):
            return AuthResult(success=True)
        if self._challenges:
            await server.challenge_auth(json.dumps({"status": "400", "schemes": "Bearer"}))
        refusal = "535 5.7.3 Authentication unsuccessful"
        return AuthResult(success=False, handled=False, message=refusal)
