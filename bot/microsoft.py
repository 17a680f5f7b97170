"""Microsoft Entra's tokens, for Exchange Online (port `bot.oauth.Tokens`, mail.md A10).

Apart from the port, for msal takes a while to be imported, and only some councils need it.
"""

import re
import ssl
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msal
from msal.exceptions import MsalServiceError
from requests.exceptions import HTTPError

from models.errors import Misconfigured, Unavailable

# What an application may ask of Exchange Online by itself; a mailbox's own rights limit it further.
_SCOPE = "https://outlook.office365.com/.default"
_REFUSED_PAUSE = 300.0
# Entra's numbers for what the people who set it up get wrong, with what mends it.
_MENDED_BY = {
    "7000215": "The secret is wrong: put the secret's Value, not its ID, into CAREBOT_MICROSOFT_SECRET.",
    "7000222": "The secret has expired: make a new one and put it into CAREBOT_MICROSOFT_SECRET.",
    "700027": "It does not know the certificate: upload it to the app registration.",
    "700016": "It does not know the application: check [microsoft] client_id and tenant.",
    "7000112": "The application is disabled in this tenant: enable it under Enterprise applications.",
    "90002": "It does not know the tenant: check [microsoft] tenant.",
}
# What passes by itself: RFC 6749, 4.1.2.1, and Entra's own numbers for a service that is overloaded
# or too slow.
_PASSING = frozenset({"temporarily_unavailable", "server_error"})
_PASSING_NUMBERS = frozenset({"90006", "90012", "90024", "90025", "90033"})
_NUMBER = re.compile(r"AADSTS(\d+)")


class MicrosoftTokens:
    """Tokens of Microsoft Entra for an application by itself (client credentials, RFC 6749, 4.4).

    Nothing is asked before the first token; msal keeps that one until five minutes before its end.
    """

    def __init__(
        self,
        *,
        tenant: str,
        client_id: str,
        credential: str | Mapping[str, str],
        authority: str = "https://login.microsoftonline.com",
        timeout: float = 30,
        refused_pause: float = _REFUSED_PAUSE,
    ) -> None:
        """`credential` is the secret, or what `certificate_credential` gives. `authority` is
        another one for a national cloud. `timeout` is in seconds. Whom to trust and by which proxy
        to go is the environment's to say (REQUESTS_CA_BUNDLE, HTTPS_PROXY). After a refusal Entra is
        asked no more for `refused_pause` seconds, however many letters wait.
        """
        self._credential = credential if isinstance(credential, str) else dict(credential)
        self._client_id = client_id
        self._authority = f"{authority.rstrip('/')}/{tenant}"
        self._host = authority.partition("://")[2].partition("/")[0]
        self._timeout = timeout
        self._refused_pause = refused_pause
        self._refused_until, self._why = 0.0, ""
        self._application: msal.ConfidentialClientApplication | None = None
        self._lock = threading.Lock()

    def token(self, *, fresh: bool = False) -> str:
        """See Tokens. The sentences name the setting or the variable to look at."""
        with self._lock:
            left = self._refused_until - time.monotonic()
            if left > 0:
                raise Unavailable(self._why, retry_after=left)
            answer = self._ask(fresh=fresh)
            token = answer.get("access_token")
            if isinstance(token, str):
                return token
            if _passes(answer):
                raise Unavailable(f"{self._host} gives no token now ({_named(answer)}).")
            raise self._refused(f"{answer.get('error_description')} {answer.get('error')}")

    def _ask(self, *, fresh: bool) -> dict[str, Any]:
        try:
            if self._application is None:
                self._application = self._registered()
            elif fresh:
                self._application.remove_tokens_for_client()
            answer: dict[str, Any] = self._application.acquire_token_for_client([_SCOPE])
        except HTTPError as error:
            raise Unavailable(f"{self._host} gives no token now.") from error
        except OSError as error:  # requests' other errors are these
            raise Unavailable(
                f"{self._host} gives no token ({type(error).__name__}). Check that this machine "
                "may reach it by HTTPS.",
            ) from error
        except MsalServiceError as error:
            raise Unavailable(f"{self._host} gives no token now.") from error
        except ValueError as error:
            # No JSON in the answer, or an unknown tenant, which is looked up first; msal says so in
            # words of its own, raised while it handled Entra's.
            raise self._refused(f"{error.__context__ or error}") from error
        return answer

    def _registered(self) -> msal.ConfidentialClientApplication:
        return msal.ConfidentialClientApplication(
            self._client_id,
            client_credential=self._credential,
            authority=self._authority,
            # Whoever set the authority knows it; asking Microsoft about it would only add a host
            # that the council's firewall must let through.
            instance_discovery=False,
            timeout=self._timeout,
        )

    def _refused(self, said: str) -> Unavailable:
        """Of what was said only the number is repeated: the rest has ids of the tenant."""
        number = _NUMBER.search(said)
        advice = _MENDED_BY.get(number[1], "") if number else ""
        self._refused_until = time.monotonic() + self._refused_pause
        self._why = (
            f"{self._host} refuses a token"
            f"{f' (AADSTS{number[1]})' if number else ''}. "
            f"{advice or 'Check [microsoft] tenant and client_id, and CAREBOT_MICROSOFT_SECRET.'}"
        )
        return Unavailable(self._why, retry_after=self._refused_pause)


def _passes(answer: Mapping[str, object]) -> bool:
    return answer.get("error") in _PASSING or _number(answer) in _PASSING_NUMBERS


def _named(answer: Mapping[str, object]) -> str:
    number = _number(answer)
    return f"AADSTS{number}" if number else str(answer.get("error"))


def _number(answer: Mapping[str, object]) -> str:
    found = _NUMBER.search(str(answer.get("error_description")))
    return found[1] if found else ""


def certificate_credential(path: Path, passphrase: str | None) -> dict[str, str]:
    """The credential of a PEM file with a private key and its certificate; `passphrase` opens an
    encrypted key. Raises Misconfigured.
    """
    try:
        pem = path.read_text(encoding="ascii")
        # The one check of the standard library that a key and a certificate are one pair. Where
        # the key is encrypted and no passphrase is given, it would ask the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(
            path, password=lambda: passphrase or ""
        )
    except (OSError, UnicodeDecodeError) as error:  # SSLError is an OSError
        raise Misconfigured(
            f"microsoft.certificate = {str(path)!r}: {type(error).__name__}; a PEM file with a "
            "private key and its certificate is wanted, and in CAREBOT_MICROSOFT_SECRET the key's "
            "passphrase where it has one"
        ) from None
    credential = {"private_key": pem, "public_certificate": pem}
    return credential | ({"passphrase": passphrase} if passphrase else {})
