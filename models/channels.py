"""Which channel sees a case: the service's own, the triage channel, or a private one."""

from collections.abc import Collection

from models.case import Case, State
from models.council import Council
from models.prediction import Flag


def channel_for(case: Case, council: Council) -> str:
    """The channel (as council.toml names it) in which the card of this case stands.

    A flag with a private channel wins; what a person must decide and what is another body's
    matter stands in the triage channel; all else in the channel of its service.
    """
    private = private_channel(case.flags, council)
    if private is not None:
        return private
    if case.state is State.TRIAGE or case.service is None:
        return council.channels.triage
    return council.catalogue.services[case.service].channel


def private_channel(flags: Collection[Flag], council: Council) -> str | None:
    """The private channel that alone sees a case with these flags; None where there is none."""
    named = council.channels.private.items()
    return next((channel for flag, channel in named if flag in flags), None)


def all_channels(council: Council) -> tuple[str, ...]:
    """Every channel in which cards stand, once each, in the order of the configuration."""
    channels = council.channels
    services = (service.channel for service in council.catalogue.services.values())
    return tuple(dict.fromkeys((*services, channels.triage, *channels.private.values())))


def is_private(case: Case, council: Council) -> bool:
    """Whether the case's words belong in a private channel only."""
    return private_channel(case.flags, council) is not None


def may_name(case: Case, other: Case, council: Council) -> bool:
    """Whether the thread of `case` may name `other`: not where that is private and stands in a
    channel that other people see.
    """
    return not is_private(other, council) or channel_for(case, council) == channel_for(
        other, council
    )


def may_stand_beside(flags: Collection[Flag], other: Case, council: Council) -> bool:
    """Whether a case with these flags, whatever else it will be, may name `other`."""
    private = private_channel(other.flags, council)
    return private is None or private == private_channel(flags, council)
