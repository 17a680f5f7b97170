"""Concrete classes by name: settings go in, working parts come out. mailboxes.py has its own."""

import secrets
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr
from slack_bolt import App
from slack_sdk import WebClient

from bot.clamd import ClamdScanner
from bot.clock import Clock
from bot.config import CouncilFile, Environment
from bot.config_rules import THIS_MACHINE
from bot.council_of_settings import catalogue_of, council_of
from bot.http_mode import HttpMode
from bot.manifest import scopes_of
from bot.oauth import Tokens
from bot.slack_api import WebSlack
from bot.smtp import SmtpLetterbox
from bot.smtp_login import Login, PasswordLogin, TokenLogin
from bot.socket_mode import SocketMode
from classifier.labelled import DEFAULT_MODEL
from handlers.casework import Casework
from handlers.delivery import Delivery
from handlers.intake import Intake
from handlers.mail.courier import EmailCourier, email_kinds
from handlers.mail.letters import TemplateLetters
from handlers.mail.parse import MailReader, ReadingRules
from handlers.mail.verp import LONGEST_LOCAL
from handlers.mail.webform import DEFAULT_FIELDS, FormField
from handlers.slack.courier import SlackCourier, slack_kinds
from handlers.slack.home_courier import HomeCourier
from handlers.slack.who import Staff
from models.council import Catalogue, Council, CouncilType, default_catalogue
from models.errors import Misconfigured
from models.outbox import Kind
from models.ports import Letterbox, Scanner
from models.store import open_store
from models.store_port import Store

if TYPE_CHECKING:  # at run time only who classifies pays for scikit-learn
    from classifier.predict import Classifier

# Looking for an earlier post and posting fit into the lease of an outbox item.
_SLACK_TIMEOUT = 5


def reader_of(file: CouncilFile | None, store: Store | None = None) -> MailReader:
    """What reads mail; without settings, for a council that has no address of its own. With the
    store it tells the marks on our own letters from inventions.
    """
    if file is None:
        return MailReader(ReadingRules(own_addresses=(), own_domain="carebot.invalid"))
    mailbox = file.mailbox
    own = [a for one in file.mailboxes for a in (one.address, *one.other_addresses)]
    forms = [a for one in file.mailboxes for a in one.form_addresses]
    return MailReader(
        ReadingRules(
            own_addresses=tuple(own),
            own_domain=mailbox.address.rpartition("@")[2],
            webform_fields=(
                *(FormField(one.role, one.label) for one in file.webform.field),
                *DEFAULT_FIELDS,
            ),
            form_addresses=tuple(forms),
            staff_domains=tuple(
                domain for one in file.mailboxes for domain in one.domains_of_staff
            ),
            zone=file.council.zone,
            authserv_ids=tuple(one.authserv_id for one in file.mailboxes if one.authserv_id),
            key=store.seal_key() if store else None,
            bounce_address=_envelope_sender_of(file) if file.letters.verp else "",
        )
    )


def letters_of(file: CouncilFile, store: Store) -> TemplateLetters:
    """The templates, signed as the settings say, with marks of the store's key."""
    return TemplateLetters(
        council_name=file.council.name,
        from_address=file.mailbox.address,
        from_name=file.letters.from_name,
        sign_off=file.letters.sign_off,
        ombudsman_paragraph=ombudsman_paragraph_of(file),
        own_templates=file.letters.templates,
        letterhead=file.letters.letterhead,
        key=store.seal_key(),
    )


def ombudsman_paragraph_of(file: CouncilFile) -> str | None:
    """The council's own words, None for the usual ones, which name England's Ombudsman.

    Raises Misconfigured where those would send people of another nation to the wrong one.
    """
    given = file.letters.ombudsman_paragraph
    if given is None and file.council.nation != "england-and-wales":
        raise Misconfigured(
            "letters.ombudsman_paragraph is not set, and the usual one names England's Ombudsman: "
            f"write your own for council.nation = {file.council.nation!r}"
        )
    return given


def classifier_of(file: CouncilFile | None, model: Path | None = None) -> "Classifier":
    """The fitted model with the council's map; without settings, a district's default map."""
    from classifier.predict import Classifier  # noqa: PLC0415  # its libraries take seconds

    configured = file.model.path if file else None
    return Classifier.load(model or configured or DEFAULT_MODEL, catalogue_in_use(file))


def catalogue_in_use(file: CouncilFile | None) -> Catalogue:
    """The council's map; without settings, a district's default map."""
    return catalogue_of(file) if file else default_catalogue(CouncilType.DISTRICT)


def store_of(file: CouncilFile, environment: Environment) -> Store:
    """The store that the environment or the settings name."""
    return open_store(environment.carebot_store or file.store.url)


def intake_of(file: CouncilFile, council: Council, store: Store) -> Intake:
    """What takes messages in, with the model that is live at any time."""
    from bot.live_model import LiveModel  # noqa: PLC0415  # its libraries take seconds

    model = LiveModel(file.model.path or DEFAULT_MODEL, council.catalogue)
    return Intake(store, reader_of(file, store), model, letters_of(file, store), council)


def tokens_of(file: CouncilFile, environment: Environment, setting: str) -> Tokens:
    """Where Microsoft's tokens come from; `setting` is the one that asks for them.

    Raises Misconfigured where [microsoft] is missing, or the secret and the certificate.
    """
    from bot.microsoft import (  # noqa: PLC0415  # msal is slow to import, and few need it
        MicrosoftTokens,
        certificate_credential,
    )

    section, secret = file.microsoft, environment.carebot_microsoft_secret
    if section is None:
        raise Misconfigured(
            f'{setting} = "xoauth2": there is no [microsoft] with tenant and client_id'
        )
    if section.certificate is not None:
        passphrase = secret.get_secret_value() if secret else None
        credential: str | dict[str, str] = certificate_credential(section.certificate, passphrase)
    else:
        credential = _required(secret, "CAREBOT_MICROSOFT_SECRET")
    return MicrosoftTokens(
        tenant=section.tenant,
        client_id=section.client_id,
        credential=credential,
        authority=section.authority,
    )


def email_courier_of(
    file: CouncilFile, environment: Environment, clock: Clock, store: Store
) -> EmailCourier:
    """What carries letters. Raises Misconfigured where what the settings ask for is missing."""
    by_notify = file.letters.by == "notify"
    return EmailCourier((_notify_of if by_notify else _smtp_of)(file, environment, clock), store)


def _envelope_sender_of(file: CouncilFile) -> str:
    given = file.letters.envelope_sender
    return file.mailbox.address if given is None else given


def _smtp_of(file: CouncilFile, environment: Environment, clock: Clock) -> Letterbox:
    section, sender = file.letters, _envelope_sender_of(file)
    if section.verp and not 0 < len(sender.partition("@")[0]) <= LONGEST_LOCAL:
        raise Misconfigured(
            f"letters.envelope_sender = {sender!r}: with verp = true it needs an address with at "
            f"most {LONGEST_LOCAL} characters before the @, for a token is added"
        )
    if section.verp and "+" in sender:
        raise Misconfigured(
            f"letters.envelope_sender = {sender!r}: with verp = true it needs an address without "
            "a plus, for the token stands behind one"
        )
    return SmtpLetterbox(
        host=section.host,
        port=section.port,
        login=_smtp_login_of(file, environment),
        tls=section.tls,
        timeout=section.timeout_seconds,
        ssl_context=_ssl_context_of(file),
        envelope_sender=sender,
        verp=section.verp,
        from_address=file.mailbox.address,
        from_name=section.from_name,
        now=clock.now,
    )


def _ssl_context_of(file: CouncilFile) -> ssl.SSLContext:
    """What checks the mail server's certificate and its name."""
    context, authority = ssl.create_default_context(), file.letters.certificate_authority
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except OSError as error:  # SSLError is an OSError
            raise Misconfigured(
                f"letters.certificate_authority = {str(authority)!r}: no certificates in PEM can "
                f"be read from it ({type(error).__name__})"
            ) from None
    return context


def _smtp_login_of(file: CouncilFile, environment: Environment) -> Login | None:
    section = file.letters
    logs_in = section.auth == "xoauth2" or section.user is not None
    if logs_in and section.tls == "none" and section.host not in THIS_MACHINE:
        raise Misconfigured(
            f'letters.tls = "none": a password or token would cross the network to {section.host} '
            "unencrypted; use starttls or tls"
        )
    if section.auth == "xoauth2":
        tokens = tokens_of(file, environment, "letters.auth")
        return TokenLogin(section.user or file.mailbox.address, tokens)
    if section.user is None:
        return None
    password = _required(environment.carebot_smtp_password, "CAREBOT_SMTP_PASSWORD")
    return PasswordLogin(section.user, password)


def _notify_of(file: CouncilFile, environment: Environment, _clock: Clock) -> Letterbox:
    section = file.notify
    if section is None:
        raise Misconfigured('letters.by = "notify": there is no [notify] with template_id')
    key = _required(environment.carebot_notify_key, "CAREBOT_NOTIFY_KEY")
    try:
        from bot.notify import NotifyLetterbox  # noqa: PLC0415  # its library is an extra
    except ImportError:
        raise Misconfigured(
            'letters.by = "notify": its library is missing; install carebot[notify]'
        ) from None
    return NotifyLetterbox(
        key=key,
        template_id=str(section.template_id),
        reply_to_id=str(section.reply_to_id) if section.reply_to_id else None,
        url=section.url,
        timeout=file.letters.timeout_seconds,
    )


def scanner_of(file: CouncilFile) -> Scanner | None:
    """The virus scanner, if the settings name one."""
    section = file.scanner
    if section is None:
        return None
    return ClamdScanner(section.host, section.port, section.socket, section.timeout_seconds)


def web_client_of(environment: Environment) -> WebClient:
    """Slack's Web API at SLACK_API_URL. It retries nothing: the outbox knows what was done."""
    return WebClient(
        token=_required(environment.slack_bot_token, "SLACK_BOT_TOKEN"),
        base_url=environment.slack_api_url,
        timeout=_SLACK_TIMEOUT,
        retry_handlers=[],
    )


class Line(Protocol):
    """What Slack's deliveries come by."""

    def open(self) -> None:
        """Take deliveries from now on. Raises Unavailable or Misconfigured."""
        ...

    def close(self) -> None:
        """Take none any more."""
        ...


@dataclass(frozen=True, slots=True)
class Receiving:
    """How Slack reaches the bot: the secret that signs requests, where they come by HTTP, and what
    opens the line for an app.
    """

    signing_secret: str | None
    line: Callable[[App], Line]


def receiving_of(file: CouncilFile, environment: Environment) -> Receiving:
    """Socket Mode or signed HTTP, as the settings say. Raises Misconfigured where its secret is
    missing.
    """
    section = file.slack
    if section.receive == "http":
        secret = _required(environment.slack_signing_secret, "SLACK_SIGNING_SECRET")
        return Receiving(secret, lambda app: HttpMode(app, section.http_host, section.http_port))
    token = _required(environment.slack_app_token, "SLACK_APP_TOKEN")
    return Receiving(None, lambda app: SocketMode(app, token))


@dataclass(frozen=True, slots=True)
class Office:
    """The parts that a running bot works with."""

    council: Council
    store: Store
    delivery: Delivery
    casework: Casework
    staff: Staff
    slack: WebSlack
    client: WebClient
    scanner: Scanner | None = None


def office_of(file: CouncilFile, environment: Environment, store: Store, clock: Clock) -> Office:
    """Put the parts together. Raises Misconfigured; asks nothing of the network."""
    council = council_of(file)
    client = web_client_of(environment)
    slack = WebSlack(client, scopes_of(file))
    slack_courier = SlackCourier(store, slack, council)
    staff = Staff(slack, council, clock.now)
    delivery = Delivery(
        store,
        {
            **dict.fromkeys(slack_kinds(), slack_courier),
            Kind.HOME: HomeCourier(store, slack, staff, council),
            **dict.fromkeys(email_kinds(), email_courier_of(file, environment, clock, store)),
        },
        council,
    )
    casework = Casework(store, letters_of(file, store), council, secrets.token_urlsafe)
    return Office(council, store, delivery, casework, staff, slack, client, scanner_of(file))


def _required(secret: SecretStr | None, variable: str) -> str:
    if secret is None or not secret.get_secret_value():
        raise Misconfigured(f"{variable} is not set (or {variable}_FILE, naming a file with it)")
    return secret.get_secret_value()
