"""The only file that names concrete classes: settings go in, working parts come out."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from slack_sdk import WebClient

from bot.clock import Clock
from bot.config import CouncilFile, Environment
from bot.council_of_settings import catalogue_of, council_of
from bot.imap import ImapMailbox
from bot.maildir import MaildirMailbox
from bot.oauth import MicrosoftTokens, Tokens, certificate_credential
from bot.slack_api import WebSlack
from bot.smtp import SmtpLetterbox
from classifier.labelled import DEFAULT_MODEL
from classifier.predict import Classifier
from handlers.casework import Casework
from handlers.delivery import Delivery
from handlers.intake import Intake
from handlers.mail.courier import EmailCourier
from handlers.mail.letters import TemplateLetters
from handlers.mail.parse import MailReader, ReadingRules
from handlers.slack.courier import SlackCourier, slack_kinds
from handlers.slack.desk import Desk
from handlers.slack.who import Staff
from models.council import Council, CouncilType, default_catalogue
from models.errors import Misconfigured
from models.outbox import Kind
from models.ports import Mailbox
from models.store import open_store
from models.store_port import Store

# Looking for an earlier post and posting fit into the lease of an outbox item.
_SLACK_TIMEOUT = 5


def reader_of(file: CouncilFile | None, store: Store | None = None) -> MailReader:
    """What reads mail; without settings, for a council that has no address of its own. With the
    store it tells the marks on our own letters from inventions.
    """
    if file is None:
        return MailReader(ReadingRules(own_addresses=(), own_domain="carebot.invalid"))
    mailbox = file.mailbox
    return MailReader(
        ReadingRules(
            own_addresses=(mailbox.address, *mailbox.other_addresses),
            own_domain=mailbox.address.rpartition("@")[2],
            form_addresses=mailbox.form_addresses,
            staff_domains=tuple(
                domain for one in file.mailboxes for domain in one.domains_of_staff
            ),
            zone=file.council.zone,
            authserv_ids=tuple(one.authserv_id for one in file.mailboxes if one.authserv_id),
            key=store.seal_key() if store else None,
        )
    )


def letters_of(file: CouncilFile, store: Store) -> TemplateLetters:
    """The templates, signed as the settings say, with marks of the store's key."""
    return TemplateLetters(
        council_name=file.council.name,
        from_address=file.mailbox.address,
        from_name=file.letters.from_name,
        sign_off=file.letters.sign_off,
        ombudsman_paragraph=file.letters.ombudsman_paragraph,
        key=store.seal_key(),
    )


def classifier_of(file: CouncilFile | None, model: Path | None = None) -> Classifier:
    """The fitted model with the council's map; without settings, a district's default map."""
    configured = file.model.path if file else None
    catalogue = catalogue_of(file) if file else default_catalogue(CouncilType.DISTRICT)
    return Classifier.load(model or configured or DEFAULT_MODEL, catalogue)


def store_of(file: CouncilFile, environment: Environment) -> Store:
    """The store that the environment or the settings name."""
    return open_store(environment.carebot_store or file.store.url)


def intake_of(file: CouncilFile, council: Council, store: Store) -> Intake:
    """What takes messages in."""
    return Intake(
        store, reader_of(file, store), classifier_of(file), letters_of(file, store), council
    )


def mailbox_of(file: CouncilFile, environment: Environment) -> Mailbox:
    """The mailbox that is watched. Raises Misconfigured where its password is missing."""
    section = file.mailbox
    if section.maildir is not None:
        return MaildirMailbox(section.maildir)
    return ImapMailbox(
        account=section.user or section.address,
        host=section.host,
        port=section.port,
        user=section.user or section.address,
        password=_required(environment.carebot_imap_password, "CAREBOT_IMAP_PASSWORD"),
        tls=section.tls,
        folder=section.folder,
        processed=section.processed,
        quarantine=section.quarantine,
        timeout=section.timeout_seconds,
        look_every=section.look_every_seconds,
    )


def tokens_of(file: CouncilFile, environment: Environment, setting: str) -> Tokens:
    """Where Microsoft's tokens come from; `setting` is the one that asks for them.

    Raises Misconfigured where [microsoft] is missing, or the secret and the certificate.
    """
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


def email_courier_of(file: CouncilFile, environment: Environment, clock: Clock) -> EmailCourier:
    """What carries letters. Raises Misconfigured where a user has no password."""
    section, password = file.letters, None
    if section.user is not None:
        password = _required(environment.carebot_smtp_password, "CAREBOT_SMTP_PASSWORD")
    return EmailCourier(
        SmtpLetterbox(
            host=section.host,
            port=section.port,
            user=section.user,
            password=password,
            tls=section.tls,
            timeout=section.timeout_seconds,
            envelope_sender=section.envelope_sender or file.mailbox.address,
            from_address=file.mailbox.address,
            from_name=section.from_name,
            now=clock.now,
        )
    )


def web_client_of(environment: Environment) -> WebClient:
    """Slack's Web API at SLACK_API_URL. It retries nothing: the outbox knows what was done."""
    return WebClient(
        token=_required(environment.slack_bot_token, "SLACK_BOT_TOKEN"),
        base_url=environment.slack_api_url,
        timeout=_SLACK_TIMEOUT,
        retry_handlers=[],
    )


def app_token_of(environment: Environment) -> str:
    """The token of Socket Mode. Raises Misconfigured where it is missing."""
    return _required(environment.slack_app_token, "SLACK_APP_TOKEN")


@dataclass(frozen=True, slots=True)
class Office:
    """The parts that a running bot works with."""

    council: Council
    store: Store
    delivery: Delivery
    desk: Desk
    slack: WebSlack
    client: WebClient


def office_of(file: CouncilFile, environment: Environment, store: Store, clock: Clock) -> Office:
    """Put the parts together. Raises Misconfigured; asks nothing of the network."""
    council = council_of(file)
    client = web_client_of(environment)
    slack = WebSlack(client)
    slack_courier = SlackCourier(store, slack, council)
    delivery = Delivery(
        store,
        {
            **dict.fromkeys(slack_kinds(), slack_courier),
            Kind.LETTER: email_courier_of(file, environment, clock),
        },
        council,
    )
    casework = Casework(store, letters_of(file, store), council, secrets.token_urlsafe)
    desk = Desk(casework, store, council, Staff(slack, council, clock.now), clock.now)
    return Office(council, store, delivery, desk, slack, client)


def _required(secret: SecretStr | None, variable: str) -> str:
    if secret is None or not secret.get_secret_value():
        raise Misconfigured(f"{variable} is not set (or {variable}_FILE, naming a file with it)")
    return secret.get_secret_value()
