"""The register of what went to the Ombudsman."""

import sqlite3
from collections.abc import Iterable
from datetime import date

from models.ombudsman import Area, Decision, Referral
from models.store.sqlite.columns import optional_date_to_text, storable, text_to_date


class SqliteOmbudsman:
    """See models.ombudsman.OmbudsmanRegister."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work over a connection whose transaction is open."""
        self._execute = connection.execute

    def add(self, referral: Referral) -> Referral:
        """Keep a new referral."""
        row = self._execute(
            """INSERT INTO referrals (reference, received_on, theirs, area, decision, decided_on)
               VALUES (?,?,?,?,?,?) RETURNING *""",
            (
                referral.reference,
                referral.received_on.isoformat(),
                storable(referral.theirs),
                referral.area,
                referral.decision,
                optional_date_to_text(referral.decided_on),
            ),
        ).fetchone()
        return _referral(row)

    def decide(self, referral: Referral) -> None:
        """Keep the decision that a referral carries."""
        self._execute(
            "UPDATE referrals SET decision=?, decided_on=? WHERE number=?",
            (referral.decision, optional_date_to_text(referral.decided_on), referral.number),
        )

    def of_case(self, reference: str) -> tuple[Referral, ...]:
        """A case's referrals, those received first first."""
        return _referrals(
            self._execute(
                "SELECT * FROM referrals WHERE reference=? ORDER BY received_on, number",
                (reference,),
            )
        )

    def received_between(self, first: date, last: date) -> tuple[Referral, ...]:
        """What was received on these days, in their order."""
        return _referrals(
            self._execute(
                """SELECT * FROM referrals WHERE received_on BETWEEN ? AND ?
                   ORDER BY received_on, number""",
                (first.isoformat(), last.isoformat()),
            )
        )

    def decided_between(self, first: date, last: date) -> tuple[Referral, ...]:
        """What was decided on these days, in their order."""
        return _referrals(
            self._execute(
                """SELECT * FROM referrals WHERE decided_on BETWEEN ? AND ?
                   ORDER BY decided_on, number""",
                (first.isoformat(), last.isoformat()),
            )
        )


def _referrals(rows: Iterable[sqlite3.Row]) -> tuple[Referral, ...]:
    return tuple(_referral(row) for row in rows)


def _referral(row: sqlite3.Row) -> Referral:
    return Referral(
        reference=row["reference"],
        received_on=date.fromisoformat(row["received_on"]),
        theirs=row["theirs"],
        area=Area(row["area"]),
        decision=Decision(row["decision"]) if row["decision"] else None,
        decided_on=text_to_date(row["decided_on"]),
        number=row["number"],
    )
