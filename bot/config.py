"""The settings: one TOML file, secrets from the environment, read once. Unknown keys are errors."""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config_mail import (
    LettersSection,
    MailboxSection,
    MicrosoftSection,
    NotifySection,
    ScannerSection,
)
from bot.config_rules import Section
from handlers.mail.webform import Role
from models.council import CouncilType
from models.errors import Misconfigured
from models.policy import PRESETS, Count, CountedFrom, OmbudsmanIn
from models.prediction import Flag

DEFAULT_CONFIG = Path("council.toml")


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone; the United Kingdom's is Europe/London")
    return name


def _known_preset(name: str) -> str:
    if name not in PRESETS:
        raise ValueError(f"no such preset; allowed: {', '.join(PRESETS)}")
    return name


class CouncilSection(Section):
    """`[council]`: who we are, which days we do not work."""

    name: str
    type: CouncilType
    nation: Literal["england-and-wales", "scotland", "northern-ireland"] = "england-and-wales"
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/London"
    closure_days: dict[date, str] = Field(default_factory=dict)

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
    extension_days: int | None = Field(default=None, ge=1, le=120)
    level_two_extension_days: int | None = Field(default=None, ge=1, le=120)
    level_two_acknowledge_days: int | None = Field(default=None, ge=0, le=60)
    level_two_respond_days: int | None = Field(default=None, ge=1, le=120)
    ombudsman_in: frozenset[OmbudsmanIn] | None = None
    count: Count | None = None


_Group = Annotated[str, Field(pattern=r"^[@#]\S+$")]


class ServiceSection(Section):
    """`[[service]]`: a part of the council that answers, its Slack channel, and who works there."""

    id: str
    name: str
    channel: str
    officers: tuple[_Group, ...] = ()


class StaffSection(Section):
    """`[staff]`: who may do what, as Slack user groups (`@…`) or channels (`#…`)."""

    officers: tuple[_Group, ...] = ()
    leads: tuple[_Group, ...] = ()
    senior: tuple[_Group, ...] = ()


class AuthoritySection(Section):
    """`[[authority]]`: another body, why a matter is theirs, and how to reach them."""

    id: str
    name: str
    signpost: str
    contact: str


class SlackSection(Section):
    """`[slack]`: the channels beside the services' own; `private` maps a flag to its channel.
    `receive`: by Socket Mode, or by signed HTTP at `http_host` and `http_port`.
    """

    triage_channel: str
    lead_channel: str
    receive: Literal["socket", "http"] = "socket"
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=3000, ge=0, le=65535)
    private: dict[Flag, str] = Field(default_factory=dict)


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
    per_address_per_hour: int = Field(default=3, ge=0, le=1000)
    per_address_per_day: int = Field(default=5, ge=0, le=1000)
    per_minute: int = Field(default=120, ge=0, le=100_000)
    per_hour: int = Field(default=1000, ge=0, le=1_000_000)
    letters_per_hour: int = Field(default=2000, ge=1, le=1_000_000)


class RepliesSection(Section):
    """`[replies]`: how long a reply opens a case again, and what counts as earlier contact."""

    reopen_within_days: int = Field(default=60, ge=0, le=3650)
    same_matter_within_days: int = Field(default=30, ge=0, le=3650)
    same_sender_within_days: int = Field(default=365, ge=0, le=3650)
    same_place_within_days: int = Field(default=90, ge=0, le=3650)


class HealthSection(Section):
    """`[health]`: a page for a monitor, where a port is given, and what it calls too long."""

    host: str = "127.0.0.1"
    port: int | None = Field(default=None, ge=0, le=65535)
    backlog_minutes: float = Field(default=60, gt=0, le=10_080)


def _pattern(label: str) -> str:
    try:
        re.compile(label)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}") from None
    return label


class FormFieldSection(Section):
    """`[[webform.field]]`: a field's whole label as a regular expression, and what it means."""

    role: Role
    label: Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class WebformSection(Section):
    """`[webform]`: the labels of the website's forms; they go before the usual ones."""

    field: tuple[FormFieldSection, ...] = ()


class StoreSection(Section):
    """`[store]`: where cases are kept; CAREBOT_STORE goes before it."""

    url: str = "sqlite:///carebot.db"


class ModelSection(Section):
    """`[model]`: the fitted model; without a path the one that `carebot train` makes."""

    path: Path | None = None


def _one_or_several(given: object) -> object:
    """`[mailbox]` is one table, `[[mailbox]]` are several."""
    return [given] if isinstance(given, Mapping) else given


def _apart(mailboxes: tuple[MailboxSection, ...]) -> tuple[MailboxSection, ...]:
    for what, key in (("account", "user"), ("name", "name")):
        found = [getattr(mailbox, what) for mailbox in mailboxes]
        if len(set(found)) < len(found):
            raise ValueError(
                f"each [[mailbox]] needs a {key} of its own; they are {', '.join(map(repr, found))}"
            )
    return mailboxes


class CouncilFile(Section):
    """The whole of council.toml."""

    council: CouncilSection
    policy: PolicySection = PolicySection()
    service: tuple[ServiceSection, ...]
    authority: tuple[AuthoritySection, ...]
    topics: dict[str, str] = Field(default_factory=dict)
    mailboxes: Annotated[
        tuple[MailboxSection, ...],
        BeforeValidator(_one_or_several),
        AfterValidator(_apart),
        Field(min_length=1),
    ] = Field(alias="mailbox")
    letters: LettersSection
    slack: SlackSection
    staff: StaffSection = StaffSection()
    reminders: RemindersSection = RemindersSection()
    acknowledgements: AcknowledgementsSection = AcknowledgementsSection()
    replies: RepliesSection = RepliesSection()
    microsoft: MicrosoftSection | None = None
    notify: NotifySection | None = None
    scanner: ScannerSection | None = None
    webform: WebformSection = WebformSection()
    health: HealthSection = HealthSection()
    store: StoreSection = StoreSection()
    model: ModelSection = ModelSection()

    @model_validator(mode="after")
    def _notify_is_used(self) -> Self:
        if self.notify is not None and self.letters.by != "notify":
            raise ValueError('[notify] does nothing without [letters] by = "notify"')
        return self

    @property
    def mailbox(self) -> MailboxSection:
        """The first mailbox: its address is ours."""
        return self.mailboxes[0]


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
        one = isinstance(data.get("mailbox"), Mapping)
        raise Misconfigured(_sentences(error, name, one_mailbox=one)) from None


def read_environment() -> Environment:
    """The environment's part. `NAME_FILE` names a file that holds a secret instead of NAME."""
    secrets = {
        name: _secret_file(name) for name in _SECRETS if f"{name.upper()}_FILE" in os.environ
    }
    return Environment().model_copy(update=secrets)


def imap_password(environment: Environment, name: str) -> tuple[SecretStr | None, str]:
    """The password of the mailbox with this name, and the variable that would hold it: its own
    (CAREBOT_IMAP_PASSWORD_<NAME>, or that with _FILE) goes before the one for all.
    """
    if not name:
        return environment.carebot_imap_password, "CAREBOT_IMAP_PASSWORD"
    variable = f"CAREBOT_IMAP_PASSWORD_{name.upper()}"
    if f"{variable}_FILE" in os.environ:
        return _secret_file(variable), variable
    if variable in os.environ:
        return SecretStr(os.environ[variable]), variable
    if environment.carebot_imap_password is None:
        return None, variable
    return environment.carebot_imap_password, "CAREBOT_IMAP_PASSWORD"


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


def _place(parts: tuple[int | str, ...], *, one_mailbox: bool) -> str:
    """Where in the file; the only mailbox has no number there."""
    if one_mailbox and parts[:2] == ("mailbox", 0):
        parts = ("mailbox", *parts[2:])
    return ".".join(map(str, parts))


def _sentences(error: ValidationError, name: str, *, one_mailbox: bool) -> str:
    lines = []
    for problem in error.errors():
        place = _place(problem["loc"], one_mailbox=one_mailbox)
        value = problem["input"]
        if problem["type"] == "extra_forbidden":
            lines.append(f"{name}: {place}: there is no such setting")
        elif problem["type"] == "missing":
            lines.append(f"{name}: {place}: this setting is missing")
        elif isinstance(value, Mapping | list | tuple):
            lines.append(f"{name}: {place}: {problem['msg'].removeprefix('Value error, ')}")
        else:
            lines.append(f"{name}: {place} = {value!r}: {problem['msg']}")
    return "\n".join(lines)
