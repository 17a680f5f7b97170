"""The tables of the full text of cases and of looks at it, as the migration makes them.

One text for each case, so that words of its messages, its subject and its customer are found
together. Triggers keep it: whoever writes, it is written in the same transaction, and taken out
with what it is made of. What is in a case's text is the view `case_texts`; to let another table into
it, make the view anew and add triggers to that table.
"""

_NO_NOTES = "''"
_LATEST_NOTES = """coalesce((SELECT group_concat(text, char(10)) FROM (SELECT
        (SELECT v.text FROM note_versions v WHERE v.note = n.number ORDER BY v.edited DESC LIMIT 1)
        AS text FROM notes n WHERE n.reference = c.reference AND n.deleted_at IS NULL
        ORDER BY n.number)), '')"""


def _texts(notes: str) -> str:
    # Quotes in a reply are what was there before, letters of ours among them; a form's text is all
    # its fields.
    return f"""CREATE VIEW case_texts AS SELECT s.id, c.reference,
    c.subject || coalesce((SELECT ' ' || group_concat(subject, ' ') FROM (SELECT DISTINCT m.subject
        FROM messages m WHERE m.reference = c.reference AND m.arrival IN ('case', 'reply')
        AND m.subject <> c.subject)), '') AS subject,
    c.customer_name || ' ' || coalesce(c.customer_address, '') || coalesce((
        SELECT ' ' || group_concat(sender, ' ') FROM (SELECT DISTINCT
        m.sender_name || ' ' || coalesce(m.sender_address, '') AS sender FROM messages m
        WHERE m.reference = c.reference AND m.arrival IN ('case', 'reply'))), '') AS customer,
    coalesce((SELECT substr(group_concat(words, char(10)), 1, 200000) FROM (SELECT
        CASE WHEN m.arrival = 'reply' AND m.source = 'email' THEN m.new_text ELSE m.text END AS words
        FROM messages m WHERE m.reference = c.reference AND m.arrival IN ('case', 'reply')
        ORDER BY m.id)), '') AS words,
    {notes} AS notes
    FROM cases c JOIN searchable s ON s.reference = c.reference"""


# What decides who sees it and which is newer stands here too: cases are wide rows.
_SEARCHABLE = """INSERT INTO searchable (reference, received_at, flags)
    SELECT reference, received_at, flags FROM cases"""
_FILL = """INSERT INTO case_words (rowid, reference, subject, customer, words, notes)
    SELECT id, reference, subject, customer, words, notes FROM case_texts"""


def written_anew(reference: str) -> str:
    """The statements of a trigger that write a case's text anew; `reference` is SQL."""
    return f"""
        {_SEARCHABLE} WHERE reference = {reference}
            AND NOT EXISTS (SELECT 1 FROM searchable s WHERE s.reference = {reference});
        DELETE FROM case_words
            WHERE rowid = (SELECT id FROM searchable WHERE reference = {reference});
        {_FILL} WHERE reference = {reference};"""


LOOKING = (
    """CREATE TABLE looks (
        id INTEGER PRIMARY KEY, reference TEXT NOT NULL, actor TEXT NOT NULL, at TEXT NOT NULL,
        how TEXT NOT NULL)""",
    "CREATE INDEX looks_reference ON looks (reference)",
    """CREATE TABLE searchable (
        id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, received_at TEXT NOT NULL,
        flags TEXT NOT NULL)""",
    """CREATE VIRTUAL TABLE case_words USING fts5 (reference, subject, customer, words, notes,
        tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')""",
    _texts(_NO_NOTES),
    f"{_SEARCHABLE} ORDER BY rowid",
    _FILL,
    f"""CREATE TRIGGER case_words_message_added AFTER INSERT ON messages
        WHEN new.reference IS NOT NULL AND new.arrival IN ('case', 'reply')
        BEGIN {written_anew("new.reference")} END""",
    f"""CREATE TRIGGER case_words_message_changed AFTER UPDATE ON messages
        BEGIN {written_anew("old.reference")} {written_anew("new.reference")} END""",
    f"""CREATE TRIGGER case_words_message_gone AFTER DELETE ON messages
        WHEN old.reference IS NOT NULL BEGIN {written_anew("old.reference")} END""",
    f"""CREATE TRIGGER case_words_case_added AFTER INSERT ON cases
        BEGIN {written_anew("new.reference")} END""",
    f"""CREATE TRIGGER case_words_case_changed AFTER UPDATE ON cases
        WHEN old.subject IS NOT new.subject OR old.customer_name IS NOT new.customer_name
        OR old.customer_address IS NOT new.customer_address
        BEGIN {written_anew("new.reference")} END""",
    """CREATE TRIGGER case_words_case_seen AFTER UPDATE ON cases
        WHEN old.flags IS NOT new.flags OR old.received_at IS NOT new.received_at BEGIN
        UPDATE searchable SET flags = new.flags, received_at = new.received_at
            WHERE reference = new.reference; END""",
    """CREATE TRIGGER case_words_case_gone AFTER DELETE ON cases BEGIN
        DELETE FROM case_words
            WHERE rowid = (SELECT id FROM searchable WHERE reference = old.reference);
        DELETE FROM searchable WHERE reference = old.reference; END""",
)

_OF_NOTE = "(SELECT reference FROM notes WHERE number = new.note)"
NOTES_FOUND = (
    "DROP VIEW case_texts",
    _texts(_LATEST_NOTES),
    "DELETE FROM case_words",
    _FILL,
    f"""CREATE TRIGGER case_words_note_said AFTER INSERT ON note_versions
        BEGIN {written_anew(_OF_NOTE)} END""",
    f"""CREATE TRIGGER case_words_note_changed AFTER UPDATE ON notes
        BEGIN {written_anew("new.reference")} END""",
    f"""CREATE TRIGGER case_words_note_gone AFTER DELETE ON notes
        BEGIN {written_anew("old.reference")} END""",
)

# A note written while a flag kept the case private is not for whoever finds the case without it.
# Which flags do that is a setting, so that every flag counts.
_FLAGS_SINCE = """(SELECT json_group_array(value) FROM (
    SELECT f.value FROM notes n JOIN cases c USING (reference), json_each(c.flags) f
        WHERE n.number = note_versions.note
    UNION SELECT f.value FROM notes n JOIN history h USING (reference), json_each(
        '["' || replace(json_extract(h.details, '$.flags_was'), ', ', '","') || '"]') f
        WHERE n.number = note_versions.note AND h.at >= note_versions.at))"""
_NOTES_WITH_THEIR_FLAGS = """coalesce((SELECT group_concat(v.text, char(10))
    FROM notes n JOIN note_versions v ON v.note = n.number
        AND v.edited = (SELECT max(l.edited) FROM note_versions l WHERE l.note = n.number)
    WHERE n.reference = c.reference AND n.deleted_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM json_each(v.flags) f
        WHERE f.value NOT IN (SELECT value FROM json_each(c.flags)))), '')"""
NOTES_KEPT_PRIVATE = (
    "ALTER TABLE note_versions ADD COLUMN flags TEXT NOT NULL DEFAULT '[]'",
    f"UPDATE note_versions SET flags = {_FLAGS_SINCE}",
    "DROP VIEW case_texts",
    _texts(_NOTES_WITH_THEIR_FLAGS),
    "DELETE FROM case_words",
    _FILL,
    "DROP TRIGGER case_words_note_said",
    f"""CREATE TRIGGER case_words_note_said AFTER INSERT ON note_versions BEGIN
        UPDATE note_versions SET flags = (SELECT flags FROM cases WHERE reference = {_OF_NOTE})
            WHERE note = new.note AND edited = new.edited;
        {written_anew(_OF_NOTE)} END""",
    f"""CREATE TRIGGER case_words_notes_seen AFTER UPDATE ON cases
        WHEN old.flags IS NOT new.flags
        AND EXISTS (SELECT 1 FROM notes WHERE reference = new.reference)
        BEGIN {written_anew("new.reference")} END""",
)
