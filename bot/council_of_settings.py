"""From council.toml to the council of the domain."""

from collections.abc import Mapping
from datetime import timedelta

from bot.bank_holidays import working_calendar
from bot.config import CouncilFile
from models.council import (
    Acknowledging,
    Authority,
    Catalogue,
    Channels,
    Council,
    Reminding,
    Replying,
    Sending,
    Service,
    Staffing,
)
from models.enclosures import EnclosureRules
from models.policy import PRESETS, Policy


def catalogue_of(file: CouncilFile) -> Catalogue:
    """The catalogue of the settings. Raises Misconfigured."""
    return Catalogue(
        file.council.type,
        tuple(Service(s.id, s.name, s.channel) for s in file.service),
        tuple(Authority(a.id, a.name, a.signpost, a.contact) for a in file.authority),
        file.topics,
    )


def policy_of(file: CouncilFile) -> Policy:
    """The preset with what the settings change of it."""
    section = file.policy
    changed = section.model_dump(exclude={"preset"}, exclude_none=True)
    preset = PRESETS[section.preset]
    return Policy(**{name: changed.get(name, getattr(preset, name)) for name in _POLICY_FIELDS})


_POLICY_FIELDS = tuple(Policy.__dataclass_fields__)


def council_of(file: CouncilFile) -> Council:
    """The council of the settings. Raises Misconfigured."""
    slack, reminders, acknowledgements = file.slack, file.reminders, file.acknowledgements
    return Council(
        name=file.council.name,
        catalogue=catalogue_of(file),
        policy=policy_of(file),
        calendar=working_calendar(file.council.nation, file.council.closure_days),
        zone=file.council.zone,
        channels=Channels(slack.triage_channel, slack.lead_channel, slack.private),
        reminding=Reminding(**reminders.model_dump()),
        staff_domains=frozenset(
            domain.lower() for one in file.mailboxes for domain in one.domains_of_staff
        ),
        acknowledging=Acknowledging(
            **acknowledgements.model_dump(),
            silent_accounts=frozenset(m.account for m in file.mailboxes if not m.acknowledge),
        ),
        sending=Sending(
            quiet=file.letters.quiet,
            say_after=timedelta(hours=file.letters.say_after_hours),
            give_up_after=timedelta(hours=file.letters.give_up_after_hours),
            undo_for=timedelta(seconds=file.letters.undo_seconds),
            enclosures=EnclosureRules(
                most_bytes=int(file.letters.attachments_mb * 1_000_000),
                by_email=file.letters.by != "notify",
                scanned=file.scanner is not None,
            ),
        ),
        replying=Replying(**file.replies.model_dump()),
        watched=frozenset(
            (m.account, folder) for m in file.mailboxes for folder in m.named_folders
        ),
        staffing=Staffing(
            **file.staff.model_dump(),
            by_service={s.id: s.officers for s in file.service if s.officers},
        ),
    )


def channels_of(file: CouncilFile) -> Mapping[str, str]:
    """Every configured channel by the setting that names it."""
    services = {f"service {s.id}: channel": s.channel for s in file.service}
    private = {f"slack.private.{flag}": channel for flag, channel in file.slack.private.items()}
    staff = {f"staff: {one}": one[1:] for one in council_of(file).staffing.named if one[0] == "#"}
    return {
        **services,
        **private,
        **staff,
        "slack.triage_channel": file.slack.triage_channel,
        "slack.lead_channel": file.slack.lead_channel,
    }
