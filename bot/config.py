"""The settings: one TOML file, secrets from the environment, read once. Unknown keys are errors."""

import os
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.council import CouncilType
from models.errors import Misconfigured
from models.policy import PRESETS, Count, CountedFrom
from models.prediction import Flag

DEFAULT_CONFIG = Path("council.toml")
Tls = Literal["tls", "starttls", "none"]
Auth = Literal["password", "xoauth2"]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone; the United Kingdom's is Europe/London")
    return name


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"no such preset; allowed: {', '.join(PRESETS)}")
    return name


class Section(BaseModel):
    """A table of council.toml: frozen, and no key that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CouncilSection(Section):
    """`[council]`: who we are, which days we do not work."""

    name: str
    type: CouncilType
    nation: Literal["england-and-wales", "scotland", "northern-ireland"] = "england-and-wales"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"
    closure_days: dict[date, str] = {}

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and end."""
        return ZoneInfo(self.time_zone)


class PolicySection(Section):
    """`[policy]`: a preset, and what differs from it, in working days."""

    preset: Annotated[str, AfterValidator(_known_preset)] = "eastleigh-2021"
    acknowledge_days: int | None = Field(default=None, ge=0, le=60)
    respond_days: int | None = Field(default=None, ge=1, le=120)
    respond_from: CountedFrom | None = None
    enquiry_days: int | None = Field(default=None, ge=1, le=120)
    mp_days: int | None = Field(default=None, ge=1, le=120)
    signpost_days: int | None = Field(default=None, ge=0, le=120)
    count: Count | None = None


class ServiceSection(Section):
    """`[[service]]`: a part of the council that answers, and its Slack channel."""

    id: str
    name: str
    channel: str


class AuthoritySection(Section):
    """`[[authority]]`: another body, why a matter is theirs, and how to reach them."""

    id: str
    name: str
    signpost: str
    contact: str


class MailboxSection(Section):
    """`[mailbox]`: what is watched: an IMAP account, or a `maildir` on this machine."""

    address: str
    other_addresses: tuple[str, ...] = ()
    form_addresses: tuple[str, ...] = ()
    maildir: Path | None = None
    host: str = "localhost"
    port: int = Field(default=993, ge=1, le=65535)
    user: str = ""
    tls: Tls = "tls"
    folder: str = "INBOX"
    processed: str = "Processed"
    quarantine: str = "Quarantine"
    poll_seconds: float = Field(default=60, gt=0, le=3600)
    look_every_seconds: float | None = Field(default=None, gt=0, le=3600)
    timeout_seconds: float = Field(default=30, gt=0, le=600)


class LettersSection(Section):
    """`[letters]`: which way they leave, the SMTP server, and how letters are signed."""

    by: Literal["smtp", "notify"] = "smtp"
    host: str = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    user: str | None = None
    auth: Auth = "password"
    tls: Tls = "starttls"
    from_name: str
    sign_off: str
    envelope_sender: str | None = None
    verp: bool = False
    ombudsman_paragraph: str | None = None
    timeout_seconds: float = Field(default=30, gt=0, le=30)
    quiet: bool = False
    say_after_hours: float = Field(default=4, gt=0, le=240)
    give_up_after_hours: float = Field(default=72, gt=0, le=240)


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
    url: str = "https://api.notifications.service.gov.uk"


class SlackSection(Section):
    """`[slack]`: the channels beside the services' own; `private` maps a flag to its channel."""

    triage_channel: str
    lead_channel: str
    private: dict[Flag, str] = {}


class RemindersSection(Section):
    """`[reminders]`: working days before a deadline, working hours, the morning list's time."""

    days_before: tuple[Annotated[int, Field(ge=0, le=60)], ...] = (5, 2, 1, 0)
    opens: time = time(9)
    closes: time = time(17)
    list_at: time = time(9)
    soon_days: int = Field(default=3, ge=0, le=30)


class AcknowledgementsSection(Section):
    """`[acknowledgements]`: what leaves by itself, and its limits."""

    within_days: int = Field(default=3, ge=0, le=60)
    per_address_per_day: int = Field(default=5, ge=0, le=1000)


class StoreSection(Section):
    """`[store]`: where cases are kept; CAREBOT_STORE goes before it."""

    url: str = "sqlite:///carebot.db"


class ModelSection(Section):
    """`[model]`: the fitted model; without a path the one that `carebot train` makes."""

    path: Path | None = None


class CouncilFile(Section):
    """The whole of council.toml."""

    council: CouncilSection
    policy: PolicySection = PolicySection()
    service: tuple[ServiceSection, ...]
    authority: tuple[AuthoritySection, ...]
    topics: dict[str, str] = {}
    mailbox: MailboxSection
    letters: LettersSection
    slack: SlackSection
    reminders: RemindersSection = RemindersSection()
    acknowledgements: AcknowledgementsSection = AcknowledgementsSection()
    microsoft: MicrosoftSection | None = None
    notify: NotifySection | None = None
    store: StoreSection = StoreSection()
    model: ModelSection = ModelSection()


class Environment(BaseSettings):
    """What comes from the environment: secrets and addresses. Never logged."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    carebot_store: str | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    carebot_imap_password: SecretStr | None = None
    carebot_smtp_password: SecretStr | None = None
    carebot_microsoft_secret: SecretStr | None = None
    carebot_notify_key: SecretStr | None = None


def read_council_file(path: Path) -> CouncilFile:
    """The settings at `path`. Raises Misconfigured naming the key, the value and what is allowed."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Misconfigured(
            f"there is no {path}: name the file with --config or CAREBOT_CONFIG, "
            "or start from the example council.toml"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise Misconfigured(f"{path} cannot be read: {error}") from error
    return council_file(data, str(path))


def council_file(data: Mapping[str, object], name: str = "council.toml") -> CouncilFile:
    """Settings from parsed TOML; `name` stands in errors."""
    try:
        return CouncilFile.model_validate(data)
    except ValidationError as error:
        raise Misconfigured(_sentences(error, name)) from None


def read_environment() -> Environment:
    """The environment's part. `NAME_FILE` names a file that holds a secret instead of NAME."""
    secrets = {
        name: _secret_file(name) for name in _SECRETS if f"{name.upper()}_FILE" in os.environ
    }
    return Environment().model_copy(update=secrets)


_SECRETS = tuple(
    name
    for name, field in Environment.model_fields.items()
    if field.annotation != str  # noqa: E721
)


def _secret_file(name: str) -> SecretStr:
    variable = f"{name.upper()}_FILE"
    try:
        return SecretStr(Path(os.environ[variable]).read_text(encoding="utf-8").strip())
    except OSError as error:
        raise Misconfigured(f"{variable}: {error.strerror}: {os.environ[variable]}") from None


def _sentences(error: ValidationError, name: str) -> str:
    lines = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        value = problem["input"]
        if problem["type"] == "extra_forbidden":
            lines.append(f"{name}: {place}: there is no such setting")
        elif problem["type"] == "missing":
            lines.append(f"{name}: {place}: this setting is missing")
        else:
            lines.append(f"{name}: {place} = {value!r}: {problem['msg']}")
    return "\n".join(lines)
