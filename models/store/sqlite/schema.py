"""The tables, as migrations: a new one is added at the end, none is ever changed."""

from secrets import token_bytes

from sqlite_utils import Database, Migrations

from models.store.sqlite.search_tables import LOOKING, NOTES_FOUND, NOTES_KEPT_PRIVATE

MIGRATIONS = Migrations("carebot")

_FIRST = (
    """CREATE TABLE raws (
        sha256 TEXT PRIMARY KEY, content BLOB NOT NULL)""",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, message_id TEXT, content_hash TEXT NOT NULL,
        arrival TEXT NOT NULL, reference TEXT, sender_name TEXT NOT NULL, sender_address TEXT,
        subject TEXT NOT NULL, text TEXT NOT NULL, new_text TEXT NOT NULL, received_at TEXT NOT NULL,
        dated TEXT, source TEXT NOT NULL, rest TEXT NOT NULL, prediction TEXT, taken_in_at TEXT NOT NULL)""",
    "CREATE INDEX messages_sha256 ON messages (sha256)",
    "CREATE INDEX messages_message_id ON messages (message_id)",
    "CREATE INDEX messages_reference ON messages (reference)",
    """CREATE TABLE ledger (
        account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
        sha256 TEXT NOT NULL, arrival TEXT NOT NULL, reason TEXT NOT NULL, booked_at TEXT NOT NULL,
        PRIMARY KEY (account, folder, uidvalidity, uid)) WITHOUT ROWID""",
    "CREATE INDEX ledger_booked_at ON ledger (booked_at)",
    "CREATE TABLE reference_counters (year INTEGER PRIMARY KEY, last INTEGER NOT NULL)",
    """CREATE TABLE cases (
        reference TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL,
        category TEXT NOT NULL, service TEXT, authority TEXT, secondary_authority TEXT,
        flags TEXT NOT NULL, level TEXT, topic TEXT NOT NULL, subject TEXT NOT NULL,
        customer_name TEXT NOT NULL, customer_address TEXT, source TEXT NOT NULL,
        received_at TEXT NOT NULL, holder TEXT, prediction TEXT NOT NULL,
        stage_number INTEGER NOT NULL, respond_by TEXT)""",
    "CREATE INDEX cases_holder ON cases (holder, state)",
    "CREATE INDEX cases_state ON cases (state, respond_by)",
    """CREATE TABLE stages (
        reference TEXT NOT NULL REFERENCES cases, number INTEGER NOT NULL, started_on TEXT NOT NULL,
        acknowledge_by TEXT NOT NULL, respond_by TEXT, acknowledgement_approved_at TEXT,
        acknowledged_at TEXT, answer_approved_at TEXT,
        answered_at TEXT, outcome TEXT, PRIMARY KEY (reference, number)) WITHOUT ROWID""",
    """CREATE TABLE deadlines (
        reference TEXT NOT NULL REFERENCES cases, stage INTEGER NOT NULL, kind TEXT NOT NULL,
        due TEXT NOT NULL, reminded INTEGER,
        PRIMARY KEY (reference, stage, kind)) WITHOUT ROWID""",
    "CREATE INDEX deadlines_due ON deadlines (due)",
    """CREATE TABLE history (
        id INTEGER PRIMARY KEY, reference TEXT NOT NULL REFERENCES cases, version INTEGER NOT NULL,
        event TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL, details TEXT NOT NULL)""",
    "CREATE INDEX history_reference ON history (reference)",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, lane TEXT NOT NULL,
        reference TEXT, payload TEXT NOT NULL, good_until TEXT, state TEXT NOT NULL,
        not_before TEXT NOT NULL, lease_until TEXT, begun INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0, error TEXT, added_at TEXT NOT NULL, ended_at TEXT)""",
    "CREATE INDEX outbox_pending ON outbox (lane, not_before) WHERE state = 'pending'",
    "CREATE INDEX outbox_order ON outbox (reference, lane, id) WHERE state = 'pending'",
    """CREATE TABLE places (
        key TEXT PRIMARY KEY, reference TEXT, channel TEXT NOT NULL, ts TEXT NOT NULL)""",
    "CREATE INDEX places_place ON places (channel, ts)",
    """CREATE TABLE drafts (
        id TEXT PRIMARY KEY, reference TEXT NOT NULL, version INTEGER NOT NULL, officer TEXT NOT NULL,
        letter TEXT NOT NULL, details TEXT NOT NULL, made_at TEXT NOT NULL)""",
    """CREATE TABLE letters (
        message_id TEXT PRIMARY KEY, reference TEXT NOT NULL, kind TEXT NOT NULL,
        recipient TEXT NOT NULL, automatic INTEGER NOT NULL, added_at TEXT NOT NULL)""",
    "CREATE INDEX letters_recipient ON letters (recipient, added_at)",
)


@MIGRATIONS(name="0001_first")
def _first(db: Database) -> None:
    for statement in _FIRST:
        db.execute(statement)


# `content` stands last: what stands behind a large value is slow to reach.
_CONTENTS = (
    """CREATE TABLE contents (
        sha256 TEXT PRIMARY KEY, verdict TEXT NOT NULL, named TEXT NOT NULL DEFAULT '',
        scanned_at TEXT, content BLOB NOT NULL)""",
    "CREATE INDEX contents_not_scanned ON contents (verdict) WHERE verdict = 'not_scanned'",
    """CREATE TABLE attached (
        sha256 TEXT NOT NULL REFERENCES contents, message INTEGER NOT NULL REFERENCES messages,
        PRIMARY KEY (sha256, message)) WITHOUT ROWID""",
)


@MIGRATIONS(name="0002_contents")
def _contents(db: Database) -> None:
    for statement in _CONTENTS:
        db.execute(statement)


# A booking gets a number that people name it by, and room for what it became later. Other bytes at a
# known place (a file that was written anew) are a booking of their own. What was in
# quarantine before has no case of its own; `carebot mailbox` names it.
_BOOK = (
    """CREATE TABLE book (
        number INTEGER PRIMARY KEY, account TEXT NOT NULL, folder TEXT NOT NULL,
        uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL, sha256 TEXT NOT NULL,
        arrival TEXT NOT NULL, reason TEXT NOT NULL, booked_at TEXT NOT NULL,
        became TEXT, became_reference TEXT, overruled_by TEXT, overruled_at TEXT,
        UNIQUE (account, folder, uidvalidity, uid, sha256))""",
    """INSERT INTO book (account, folder, uidvalidity, uid, sha256, arrival, reason, booked_at)
       SELECT * FROM ledger ORDER BY booked_at, account, folder, uidvalidity, uid""",
    "DROP TABLE ledger",
    "ALTER TABLE book RENAME TO ledger",
    "CREATE INDEX ledger_booked_at ON ledger (booked_at)",
    "CREATE INDEX ledger_sha256 ON ledger (sha256)",
    """CREATE TABLE quarantine (
        number INTEGER PRIMARY KEY REFERENCES ledger, sha256 TEXT NOT NULL UNIQUE,
        reference TEXT NOT NULL REFERENCES cases, why TEXT NOT NULL, received_at TEXT NOT NULL,
        quarantined_at TEXT NOT NULL, size INTEGER NOT NULL, tries INTEGER NOT NULL,
        folded INTEGER NOT NULL, state TEXT NOT NULL, ended_at TEXT,
        ended_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX quarantine_open ON quarantine (number) WHERE state = 'open'",
    "CREATE INDEX quarantine_at ON quarantine (quarantined_at)",
    "CREATE TABLE marks (name TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
)


@MIGRATIONS(name="0003_book")
def _book(db: Database) -> None:
    for statement in _BOOK:
        db.execute(statement)


_FETCHING = (
    """CREATE TABLE folders (
        account TEXT NOT NULL, folder TEXT NOT NULL, role TEXT NOT NULL, first_looked_at TEXT NOT NULL,
        looked_at TEXT, waiting INTEGER NOT NULL, oldest_waiting TEXT, error TEXT NOT NULL,
        error_since TEXT, alarmed_at TEXT, PRIMARY KEY (account, folder)) WITHOUT ROWID""",
    """CREATE TABLE troubles (
        account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
        tries INTEGER NOT NULL, first_at TEXT NOT NULL, next_at TEXT NOT NULL, error TEXT NOT NULL,
        PRIMARY KEY (account, folder, uidvalidity, uid)) WITHOUT ROWID""",
    """CREATE TABLE filed (
        account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
        PRIMARY KEY (account, folder, uidvalidity, uid)) WITHOUT ROWID""",
)


@MIGRATIONS(name="0004_fetching")
def _fetching(db: Database) -> None:
    for statement in _FETCHING:
        db.execute(statement)


_ON_PAPER = (
    "ALTER TABLE stages ADD COLUMN extension_approved_at TEXT",
    "ALTER TABLE stages ADD COLUMN extended_to TEXT",
    "ALTER TABLE stages ADD COLUMN to_post TEXT NOT NULL DEFAULT ''",
    """CREATE TABLE papers (
        id TEXT PRIMARY KEY, reference TEXT NOT NULL REFERENCES cases, version INTEGER NOT NULL,
        letter TEXT NOT NULL, kind TEXT NOT NULL, document BLOB NOT NULL, approved_at TEXT NOT NULL,
        posted_on TEXT, withdrawn_at TEXT)""",
    "CREATE INDEX papers_reference ON papers (reference)",
)


@MIGRATIONS(name="0005_on_paper")
def _on_paper(db: Database) -> None:
    for statement in _ON_PAPER:
        db.execute(statement)


# `words_hash` is empty in rows of before: the same words are looked for within a day only.
_THREADS = (
    "CREATE TABLE keys (name TEXT PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID",
    "ALTER TABLE messages ADD COLUMN words_hash TEXT",
    "ALTER TABLE messages ADD COLUMN vouched INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX messages_content ON messages (content_hash) WHERE message_id IS NULL",
    "CREATE INDEX messages_words ON messages (words_hash)",
    "CREATE INDEX letters_reference ON letters (reference)",
    "CREATE INDEX letters_added ON letters (added_at) WHERE automatic",
    "CREATE INDEX cases_customer ON cases (lower(customer_address), topic)",
    """CREATE TABLE departures (
        message_id TEXT PRIMARY KEY, reference TEXT NOT NULL, kind TEXT NOT NULL,
        recipient TEXT NOT NULL, automatic INTEGER NOT NULL, left_at TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX departures_left ON departures (left_at)",
    "CREATE INDEX departures_recipient ON departures (recipient, left_at) WHERE automatic",
    "CREATE INDEX departures_reference ON departures (reference)",
)


@MIGRATIONS(name="0006_threads")
def _threads(db: Database) -> None:
    for statement in _THREADS:
        db.execute(statement)
    db.execute("INSERT INTO keys VALUES ('seal', ?)", (token_bytes(32),))


@MIGRATIONS(name="0007_original")
def _original(db: Database) -> None:
    db.execute("ALTER TABLE cases ADD COLUMN original TEXT")


_LACKING = (
    "ALTER TABLE quarantine ADD COLUMN lacking TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE quarantine ADD COLUMN unfetchable INTEGER NOT NULL DEFAULT 0",
)


@MIGRATIONS(name="0008_lacking")
def _lacking(db: Database) -> None:
    for statement in _LACKING:
        db.execute(statement)


# What an acknowledgement of before promised is not known: nothing is said of it.
@MIGRATIONS(name="0009_promised")
def _promised(db: Database) -> None:
    db.execute("ALTER TABLE stages ADD COLUMN promised TEXT")


@MIGRATIONS(name="0010_readings")
def _readings(db: Database) -> None:
    db.execute("""CREATE TABLE readings (
        account TEXT NOT NULL, folder TEXT NOT NULL, uidvalidity INTEGER NOT NULL, uid INTEGER NOT NULL,
        tries INTEGER NOT NULL, PRIMARY KEY (account, folder, uidvalidity, uid)) WITHOUT ROWID""")


# What may have left in an attempt of before was tried when it was put in, as far as anybody knows.
_TRIES = (
    "ALTER TABLE outbox ADD COLUMN first_tried_at TEXT",
    "ALTER TABLE outbox ADD COLUMN broken_off INTEGER NOT NULL DEFAULT 0",
    "UPDATE outbox SET first_tried_at=added_at WHERE attempts > 0",
)


@MIGRATIONS(name="0011_tries")
def _tries(db: Database) -> None:
    for statement in _TRIES:
        db.execute(statement)


# 0: of letters from before nobody knows.
@MIGRATIONS(name="0012_letters_of_a_stage")
def _letters_of_a_stage(db: Database) -> None:
    db.execute("ALTER TABLE letters ADD COLUMN stage INTEGER NOT NULL DEFAULT 0")


# What a page of health asks at each call, and what is asked of each message that is looked at.
_ASKED_OFTEN = (
    "CREATE INDEX outbox_letter_state ON outbox (state, attempts) WHERE kind = 'letter'",
    "CREATE INDEX outbox_letter_reference ON outbox (reference) WHERE kind = 'letter'",
    "CREATE INDEX history_withheld ON history (at) WHERE event = 'acknowledgement_withheld'",
    "CREATE INDEX attached_message ON attached (message)",
    "CREATE INDEX quarantine_reference ON quarantine (reference)",
)


@MIGRATIONS(name="0013_asked_often")
def _asked_often(db: Database) -> None:
    for statement in _ASKED_OFTEN:
        db.execute(statement)


# What is learned from: without these, each look reads every case's history.
_DECIDED = (
    """CREATE INDEX history_decided ON history (at)
       WHERE event IN ('reclassified', 'answer_approved', 'closed')""",
    "CREATE INDEX history_opened ON history (at) WHERE event = 'opened'",
)


@MIGRATIONS(name="0014_decided")
def _decided(db: Database) -> None:
    for statement in _DECIDED:
        db.execute(statement)


# Cases of before keep no place, and nothing was looked for when they were opened.
_CONTACT = (
    "ALTER TABLE cases ADD COLUMN contact TEXT",
    "DROP INDEX cases_customer",
    "CREATE INDEX cases_customer ON cases (lower(customer_address), topic, received_at)",
    """CREATE TABLE locations (
        place TEXT NOT NULL, topic TEXT NOT NULL, received_at TEXT NOT NULL,
        reference TEXT NOT NULL REFERENCES cases,
        PRIMARY KEY (place, topic, received_at, reference)) WITHOUT ROWID""",
    "CREATE INDEX locations_reference ON locations (reference)",
    "CREATE INDEX locations_received ON locations (received_at)",
)


@MIGRATIONS(name="0015_contact")
def _contact(db: Database) -> None:
    for statement in _CONTACT:
        db.execute(statement)


_CASEWORK = (
    "ALTER TABLE cases ADD COLUMN points TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE cases ADD COLUMN praise TEXT",
    "ALTER TABLE cases ADD COLUMN merged_into TEXT",
)


@MIGRATIONS(name="0016_casework")
def _casework(db: Database) -> None:
    for statement in _CASEWORK:
        db.execute(statement)


# Both dates are local and included; `cover` and `recorded_by` are Slack user ids. `scope` is a list
# of what the home shows beside its reader's own cases, `shown` a hash of the view.
_ABSENCES = (
    """CREATE TABLE absences (
        user TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, cover TEXT,
        recorded_by TEXT NOT NULL, recorded_at TEXT NOT NULL,
        PRIMARY KEY (user, first)) WITHOUT ROWID""",
    "CREATE INDEX absences_last ON absences (last)",
    """CREATE TABLE homes (
        user TEXT PRIMARY KEY, scope TEXT NOT NULL DEFAULT '[]', shown TEXT NOT NULL DEFAULT '',
        opened_at TEXT NOT NULL, published_at TEXT) WITHOUT ROWID""",
)


@MIGRATIONS(name="0017_absences_and_homes")
def _absences_and_homes(db: Database) -> None:
    for statement in _ABSENCES:
        db.execute(statement)


_AGREED = (
    """CREATE TABLE agreed (
        reference TEXT NOT NULL REFERENCES cases, number INTEGER NOT NULL, level TEXT,
        agreed_on TEXT NOT NULL, what TEXT NOT NULL, owner TEXT NOT NULL, due TEXT NOT NULL,
        cause TEXT, lesson TEXT, remedy TEXT, pence INTEGER,
        done_on TEXT, done_by TEXT, note TEXT, reminded INTEGER,
        PRIMARY KEY (reference, number)) WITHOUT ROWID""",
    "CREATE INDEX agreed_due ON agreed (due) WHERE done_on IS NULL",
)


@MIGRATIONS(name="0018_agreed")
def _agreed(db: Database) -> None:
    for statement in _AGREED:
        db.execute(statement)


@MIGRATIONS(name="0019_looking")
def _looking(db: Database) -> None:
    for statement in LOOKING:
        db.execute(statement)


@MIGRATIONS(name="0020_leaving")
def _leaving(db: Database) -> None:
    db.execute("ALTER TABLE stages ADD COLUMN leaving TEXT NOT NULL DEFAULT '[]'")


# `once` is the place of a filed message, or the modal in which a note was written.
_NOTES = (
    """CREATE TABLE notes (
        number INTEGER PRIMARY KEY, once TEXT NOT NULL UNIQUE,
        reference TEXT NOT NULL REFERENCES cases, author TEXT NOT NULL, filed_by TEXT NOT NULL,
        filed_at TEXT NOT NULL, channel TEXT, ts TEXT, thread TEXT, deleted_at TEXT)""",
    "CREATE INDEX notes_reference ON notes (reference)",
    "CREATE INDEX notes_place ON notes (ts, channel) WHERE ts IS NOT NULL",
    """CREATE TABLE note_versions (
        note INTEGER NOT NULL REFERENCES notes, edited TEXT NOT NULL, text TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (note, edited)) WITHOUT ROWID""",
    # Where cards stood before: a case that becomes private is cleared there too.
    """INSERT OR IGNORE INTO places (key, reference, channel, ts)
       SELECT 'former:' || reference || ':' || json_extract(payload, '$.channel') || ':'
           || json_extract(payload, '$.ts'), reference,
           json_extract(payload, '$.channel'), json_extract(payload, '$.ts')
       FROM outbox WHERE kind = 'moved' AND reference IS NOT NULL""",
)


@MIGRATIONS(name="0021_notes")
def _notes(db: Database) -> None:
    for statement in _NOTES:
        db.execute(statement)


_REFERRALS = (
    """CREATE TABLE referrals (
        number INTEGER PRIMARY KEY, reference TEXT NOT NULL REFERENCES cases,
        received_on TEXT NOT NULL, theirs TEXT NOT NULL, area TEXT NOT NULL,
        decision TEXT, decided_on TEXT)""",
    "CREATE INDEX referrals_reference ON referrals (reference)",
    "CREATE INDEX referrals_received ON referrals (received_on)",
    "CREATE INDEX referrals_decided ON referrals (decided_on) WHERE decided_on IS NOT NULL",
)


@MIGRATIONS(name="0022_referrals")
def _referrals(db: Database) -> None:
    for statement in _REFERRALS:
        db.execute(statement)


@MIGRATIONS(name="0023_notes_found")
def _notes_found(db: Database) -> None:
    for statement in NOTES_FOUND:
        db.execute(statement)


@MIGRATIONS(name="0024_counted_from")
def _counted_from(db: Database) -> None:
    db.execute("ALTER TABLE stages ADD COLUMN counted_from TEXT")


# What ended upheld before this was kept, at the level that it can have been then.
_LESSONS_OWED = (
    "ALTER TABLE cases ADD COLUMN lessons_owed TEXT NOT NULL DEFAULT ''",
    """UPDATE cases SET lessons_owed =
        CASE level WHEN 'general_enquiry' THEN level ELSE 'level_one' END
       WHERE EXISTS (SELECT 1 FROM stages s WHERE s.reference = cases.reference
           AND s.number < cases.stage_number AND s.answered_at IS NOT NULL
           AND s.outcome IN ('upheld', 'partly_upheld'))""",
)


@MIGRATIONS(name="0025_lessons_owed")
def _lessons_owed(db: Database) -> None:
    for statement in _LESSONS_OWED:
        db.execute(statement)


@MIGRATIONS(name="0026_notes_kept_private")
def _notes_kept_private(db: Database) -> None:
    for statement in NOTES_KEPT_PRIVATE:
        db.execute(statement)


# Every case that is read is asked for its links.
@MIGRATIONS(name="0027_links")
def _links(db: Database) -> None:
    db.execute(
        """CREATE INDEX history_links ON history (reference)
           WHERE event IN ('linked', 'unlinked')"""
    )


@MIGRATIONS(name="0028_remedies_asked_for")
def _remedies_asked_for(db: Database) -> None:
    db.execute("ALTER TABLE agreed ADD COLUMN referral INTEGER REFERENCES referrals")
