"""Which channel sees a case: the service's own, the triage channel, or a private one."""

from models.case import Case, State
from models.council import Council


def channel_for(case: Case, council: Council) -> str:
    """The channel (as council.toml names it) in which the card of this case stands.

    A flag with a private channel wins; what a person must decide and what is another body's
    matter stands in the triage channel; all else in the channel of its service.
    """
    for flag, channel in council.channels.private.items():
        if flag in case.flags:
            return channel
    if case.state is State.TRIAGE or case.service is None:
        return council.channels.triage
    return council.catalogue.services[case.service].channel
