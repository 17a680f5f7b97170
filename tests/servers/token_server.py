"""A token endpoint over HTTPS as Microsoft Entra has it: discovery, client credentials, errors."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509

from tests.servers.certificates import Authority, Certificate

TENANT = "westmere.example"
CLIENT = "11111111-2222-3333-4444-555555555555"
SECRET = "s3cret~Value"
SCOPE = "https://outlook.office365.com/.default"
SIGNS = b"0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Refusal:
    """What the next request for a token is told: an HTTP status and Entra's words."""

    status: int
    error: str
    description: str


class TokenServer:
    """Gives signed tokens that `user` may use, each good for `expires_in` seconds."""

    def __init__(self, authority: Authority, certificate: Certificate | None = None) -> None:
        self.expires_in = 3_600
        self.user = "intake"
        self.knows: Certificate | None = None  # of the application, in the place of the secret
        self.given: list[str] = []
        self.asked: list[str] = []
        self.refusals: deque[Refusal] = deque()
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        context = (certificate or authority.certificate("127.0.0.1")).server_context()
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self._server = server
        self.url = f"https://127.0.0.1:{server.server_port}"
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def discovery(self, path: str) -> tuple[int, dict[str, object]]:
        if path != f"/{TENANT}/v2.0/.well-known/openid-configuration":
            return 400, {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant"}
        base = f"{self.url}/{TENANT}"
        return 200, {
            "issuer": base,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
        }

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        if self.refusals:
            refusal = self.refusals.popleft()
            return refusal.status, {
                "error": refusal.error,
                "error_description": refusal.description,
            }
        if form.get("client_id") != CLIENT:
            return 400, _error("unauthorized_client", "AADSTS700016: Application not found")
        if not self._proves_itself(form):
            return 401, _error("invalid_client", "AADSTS7000215: Invalid client secret provided.")
        if (form.get("grant_type"), form.get("scope")) != ("client_credentials", SCOPE):
            return 400, _error("invalid_scope", "AADSTS1002012: The provided value")
        claims = {"sub": self.user, "iss": "https://login.example/", "n": len(self.given)}
        self.given.append(jwt.encode(claims, SIGNS, "HS256"))
        return 200, {
            "token_type": "Bearer",
            "expires_in": self.expires_in,
            "access_token": self.given[-1],
        }

    def _proves_itself(self, form: dict[str, str]) -> bool:
        if self.knows is None:
            return form.get("client_secret") == SECRET
        public = x509.load_pem_x509_certificate(self.knows.pem.read_bytes()).public_key()
        audience = f"{self.url}/{TENANT}/oauth2/v2.0/token"
        claims = jwt.decode(
            form["client_assertion"],
            public,  # type: ignore[arg-type]
            algorithms=["PS256", "RS256"],
            audience=audience,
        )
        return claims["iss"] == claims["sub"] == CLIENT


def _error(error: str, description: str) -> dict[str, object]:
    return {"error": error, "error_description": description}


def _handler(tokens: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tokens.asked.append(self.path)
            self._answer(*tokens.discovery(urlsplit(self.path).path))

        def do_POST(self) -> None:
            tokens.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._answer(*tokens.token(form))

        def _answer(self, status: int, content: dict[str, object]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to the terminal."""

    return Handler
