"""What a stale click is told of the meantime: all that the thread may tell, and nothing else."""

from datetime import timedelta

from handlers.joining import Joining
from handlers.slack import meanwhile
from handlers.slack.desk import Desk
from handlers.slack.who import Staff
from models.case import Classification
from models.errors import Stale
from models.prediction import Flag
from tests.handlers.slack.test_standing_in import Workspace
from tests.support.casework import OFFICER, seen
from tests.support.council import utc
from tests.support.office import TestOffice, email

NOW = utc(2026, 6, 1, 9)


def test_what_names_a_case_that_became_private_is_not_told(office: TestOffice) -> None:
    own = {"Message_ID": "<2@post.example>", "From": "Sue <sue@post.example>"}
    one = office.receive(email(), NOW).reference
    other = office.receive(email(**own), NOW).reference
    assert one is not None
    assert other is not None
    old = seen(office, one)
    Joining(office.store, office.council).link(old, other, "same man", OFFICER, NOW)
    office.casework.claim(one, OFFICER, NOW)
    workspace = Workspace()
    desk = Desk(
        office.casework,
        office.intake,
        office.store,
        office.council,
        Staff(workspace, office.council, lambda: NOW),
        lambda: NOW,
        lambda _urls, _most: (),
    )
    stale = Stale(one, old.version, office.case(one).version)
    assert "same man" in meanwhile.told(desk, stale)
    case = office.case(other)
    private = Classification(case.category, case.service, None, case.level, (Flag.SAFEGUARDING,))
    later = NOW + timedelta(minutes=1)
    office.casework.reclassify(seen(office, other), private, OFFICER, later)
    said = meanwhile.told(desk, stale)
    assert "same man" not in said
    assert other not in said
    assert "claimed the case" in said
