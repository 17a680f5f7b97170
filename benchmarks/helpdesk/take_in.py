"""Runs in the rival's environment: `prepare MAIL` makes the tables and the queue, `run` reads.

`run` is its own management command and prints what it did as JSON.
"""

import json
import logging
import sys
import time
from importlib.metadata import version

import django
from django.core import mail
from django.core.management import call_command


def _prepare(folder: str) -> None:
    from helpdesk.models import Queue  # noqa: PLC0415  # models exist after the set-up only

    call_command("migrate", verbosity=0)
    # The templates of the acknowledgement, as its guide says.
    call_command("loaddata", "emailtemplate.json", verbosity=0)
    Queue.objects.create(
        title="Complaints",
        slug="complaints",
        email_address="complaints@westmere.example",
        allow_public_submission=True,
        allow_email_submission=True,
        email_box_type="local",
        email_box_local_dir=folder,
        logging_type="none",
    )


def _run() -> None:
    from helpdesk.models import FollowUp, Ticket  # noqa: PLC0415  # models exist after the set-up

    # The acknowledgements are kept in memory and leave nowhere.
    mail.outbox = []
    begun, busy = time.perf_counter(), time.process_time()
    call_command("get_email", quiet=True)
    seconds, busy = time.perf_counter() - begun, time.process_time() - busy
    done = {
        "seconds": seconds,
        "busy": busy,
        "tickets": Ticket.objects.count(),
        "followups": FollowUp.objects.count(),
        "acknowledged": len(mail.outbox),
        "(version)": version("django-helpdesk"),
        "(Django)": version("Django"),
    }
    sys.stdout.write(json.dumps(done) + "\n")


def _main() -> None:
    logging.disable(logging.CRITICAL)
    django.setup()
    if sys.argv[1] == "prepare":
        _prepare(sys.argv[2])
    else:
        _run()


if __name__ == "__main__":
    _main()
