"""The tables of council.toml on mail: mailboxes, letters, what carries them, what looks at them."""

from pathlib import Path
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from bot.config_rules import Section, encrypted_or_here, refuse_idle_keys, refuse_in_the_clear

Tls = Literal["tls", "starttls", "none"]
Auth = Literal["password", "xoauth2"]


class MailboxSection(Section):
    """`[mailbox]`, or one of several `[[mailbox]]`: an IMAP account, or a `maildir` on this machine.

    The first one's address is ours in letters. `name` tells several apart, and names the variable
    of its own password.
    """

    name: str = Field(default="", pattern=r"^([a-z][a-z0-9_]*)?$")
    address: str
    other_addresses: tuple[str, ...] = ()
    form_addresses: tuple[str, ...] = ()
    staff_domains: tuple[str, ...] = ()
    authserv_id: str = ""
    acknowledge: bool = True
    maildir: Path | None = None
    host: str = "localhost"
    port: int = Field(default=993, ge=1, le=65535)
    user: str = ""
    auth: Auth = "password"
    tls: Tls = "tls"
    certificate_authority: Path | None = None
    folder: str = "INBOX"
    folders: tuple[str, ...] = ()
    processed: str = "Processed"
    quarantine: str = "Quarantine"
    junk: str = "Junk"
    largest_mb: float = Field(default=50, gt=0, le=1000)
    tries: int = Field(default=5, ge=1, le=100)
    alarm_minutes: float = Field(default=15, gt=0, le=1440)
    poll_seconds: float = Field(default=60, gt=0, le=3600)
    look_every_seconds: float | None = Field(default=None, gt=0, le=3600)
    timeout_seconds: float = Field(default=30, gt=0, le=600)

    @property
    def domains_of_staff(self) -> tuple[str, ...]:
        """The domains whose mail is staff's or a councillor's: that of the address, if none is given."""
        return self.staff_domains or (self.address.rpartition("@")[2],)

    @property
    def account(self) -> str:
        """What the books call it."""
        return str(self.maildir) if self.maildir else self.user or self.address

    @property
    def watched_folders(self) -> tuple[str, ...]:
        """The folders of which messages are taken in."""
        return self.folders or (self.folder,)

    @property
    def named_folders(self) -> tuple[str, ...]:
        """The same as the books name them: a Maildir's folder is its path."""
        return (str(self.maildir),) if self.maildir else self.watched_folders

    @model_validator(mode="after")
    def _folders_apart(self) -> Self:
        if self.folders and "folder" in self.model_fields_set:
            raise ValueError("give folder, or folders, not both")
        named = (*self.watched_folders, self.processed, self.quarantine, self.junk)
        if len(set(named)) < len(named):
            raise ValueError(
                "folders, processed, quarantine and junk must be different folders, "
                f"and are {', '.join(named)}"
            )
        return self

    @model_validator(mode="after")
    def _one_kind_and_not_in_the_clear(self) -> Self:
        if self.maildir is not None:
            refuse_idle_keys(self.model_fields_set)
        else:
            refuse_in_the_clear(self.tls, self.host)
        return self

    @model_validator(mode="after")
    def _looked_at_before_the_alarm(self) -> Self:
        if self.poll_seconds >= self.alarm_minutes * 60:
            raise ValueError(
                f"poll_seconds = {self.poll_seconds:g} must be less than alarm_minutes = "
                f"{self.alarm_minutes:g}, which are {self.alarm_minutes * 60:g} seconds"
            )
        return self


class LettersSection(Section):
    """`[letters]`: which way they leave, the SMTP server, and how letters are signed."""

    by: Literal["smtp", "notify"] = "smtp"
    host: str = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    user: str | None = None
    auth: Auth = "password"
    tls: Tls = "starttls"
    certificate_authority: Path | None = None
    from_name: str
    sign_off: str
    envelope_sender: str | None = None
    verp: bool = False
    ombudsman_paragraph: str | None = None
    templates: Path | None = None
    letterhead: str = ""
    timeout_seconds: float = Field(default=30, gt=0, le=30)
    quiet: bool = False
    say_after_hours: float = Field(default=4, gt=0, le=240)
    give_up_after_hours: float = Field(default=72, gt=0, le=240)
    undo_seconds: int = Field(default=60, ge=0, le=600)
    attachments_mb: float = Field(default=10, gt=0, le=25)


class MicrosoftSection(Section):
    """`[microsoft]`: the app registration whose tokens open the mailbox and the letterbox."""

    tenant: str
    client_id: str
    certificate: Path | None = None
    authority: str = Field(default="https://login.microsoftonline.com", pattern="^https://")


class NotifySection(Section):
    """`[notify]`: GOV.UK Notify, by which letters leave where `[letters] by = "notify"`."""

    template_id: UUID
    reply_to_id: UUID | None = None
    url: Annotated[str, AfterValidator(encrypted_or_here)] = (
        "https://api.notifications.service.gov.uk"
    )


class ScannerSection(Section):
    """`[scanner]`: clamd, at `host` and `port` or at the Unix socket `socket`. Absent: none."""

    host: str = "localhost"
    port: int = Field(default=3310, ge=1, le=65535)
    socket: Path | None = None
    timeout_seconds: float = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.socket is not None and {"host", "port"} & self.model_fields_set:
            raise ValueError("give socket, or host and port, not both")
        return self
