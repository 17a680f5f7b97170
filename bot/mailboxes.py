"""The mailboxes that the settings name, one for each watched folder (mail.md A13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot import wiring
from bot.clock import Clock
from bot.config import CouncilFile, Environment, imap_password
from bot.config_mail import MailboxSection
from bot.imap import ImapMailbox
from bot.imap_connection import Access
from bot.maildir import MaildirMailbox
from models.errors import Misconfigured
from models.ports import Mailbox


@dataclass(frozen=True, slots=True)
class Watched:
    """A folder that is watched: how often it is looked at behind IDLE (in seconds), how often a
    message of it is tried that cannot be had, and after what time without a look somebody is told.
    Beside the first of a mailbox its processed and its junk folder are looked after.
    """

    mailbox: Mailbox
    poll_seconds: float
    tries: int
    patience: timedelta
    is_first: bool = True


def mailboxes_of(file: CouncilFile, environment: Environment, clock: Clock) -> tuple[Watched, ...]:
    """Every watched folder of every mailbox. Raises Misconfigured where a password is missing."""
    return tuple(
        Watched(
            mailbox,
            poll_seconds=section.poll_seconds,
            tries=section.tries,
            patience=timedelta(minutes=section.alarm_minutes),
            is_first=number == 0,
        )
        for section in file.mailboxes
        for number, mailbox in enumerate(_folders(section, file, environment, clock))
    )


def _folders(
    section: MailboxSection, file: CouncilFile, environment: Environment, clock: Clock
) -> Iterator[Mailbox]:
    largest = round(section.largest_mb * 1_000_000)
    if section.maildir is not None:
        yield MaildirMailbox(
            section.maildir,
            now=clock.now,
            account=section.account,
            junk=section.junk,
            largest=largest,
        )
        return
    access = _access(section, file, environment)
    for folder in section.watched_folders:
        yield ImapMailbox(
            access,
            now=clock.now,
            folder=folder,
            processed=section.processed,
            quarantine=section.quarantine,
            junk=section.junk,
            largest=largest,
            look_every=section.look_every_seconds,
        )


def _access(section: MailboxSection, file: CouncilFile, environment: Environment) -> Access:
    tokens, password, variable = None, "", ""
    if section.auth == "xoauth2":
        tokens = wiring.tokens_of(file, environment, "mailbox.auth")
    else:
        secret, variable = imap_password(environment, section.name)
        if secret is None or not secret.get_secret_value():
            raise Misconfigured(
                f"{variable} is not set (or {variable}_FILE, naming a file with it)"
            )
        password = secret.get_secret_value()
    authority = section.certificate_authority
    if authority is not None and not authority.is_file():
        raise Misconfigured(
            f"mailbox.certificate_authority = {str(authority)!r}: there is no such file"
        )
    return Access(
        account=section.account,
        host=section.host,
        port=section.port,
        user=section.user or section.address,
        password=password,
        password_variable=variable,
        tokens=tokens,
        tls=section.tls,
        timeout=section.timeout_seconds,
        certificate_authority=authority,
    )
