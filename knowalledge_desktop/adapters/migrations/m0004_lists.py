"""Version 4 of the library: pins, tags, the journal of acts, and search in two stages for any script."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection

UNSPACED_SIGNS = "*[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7ff]*"
"""A GLOB for text with letters of a script that does not space its words, which word search cannot cut."""

_LISTS = """
ALTER TABLE map ADD COLUMN pinned_at REAL;
CREATE INDEX map_shelf ON map(deleted_at, (pinned_at IS NULL), opened_at DESC, created_at DESC);

-- A map can have several tags; each is a collection. `folded` makes two ways of writing it one.
CREATE TABLE map_tag(
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    folded TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY(map_id, folded)
) WITHOUT ROWID;
CREATE INDEX map_tag_folded ON map_tag(folded);

-- What filters ask for, out of the provenance.
ALTER TABLE topic ADD COLUMN made_at REAL AS (json_extract(provenance, '$.created_at')) VIRTUAL;
ALTER TABLE topic ADD COLUMN language TEXT AS (json_extract(provenance, '$.language')) VIRTUAL;
ALTER TABLE explanation ADD COLUMN made_at REAL AS (json_extract(provenance, '$.created_at')) VIRTUAL;
ALTER TABLE explanation ADD COLUMN engine TEXT AS (json_extract(provenance, '$.engine')) VIRTUAL;
-- All that lists and filters want of a text, without reading the text.
CREATE INDEX explanation_facts ON explanation(map_id, topic_id, quality, language, engine, made_at);
CREATE INDEX explanation_language ON explanation(language);
"""

_JOURNAL = """
-- Every act on a map: who did what when, and in `undo` what was there before (what is there afterwards
-- follows from the map as it is now). `pictures` names those that going back would need.
CREATE TABLE act(
    row INTEGER PRIMARY KEY,
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    at REAL NOT NULL,
    reason TEXT NOT NULL,
    about TEXT NOT NULL,
    author TEXT NOT NULL,
    model TEXT NOT NULL,
    told TEXT NOT NULL,
    pictures TEXT NOT NULL,
    undo BLOB NOT NULL
);
CREATE INDEX act_map ON act(map_id, row);
"""

_SEARCH = f"""
DROP TRIGGER topic_added;
DROP TRIGGER topic_gone;
DROP TRIGGER topic_altered;
DROP TABLE topic_words;

-- Titles alone, so that a letter typed walks through titles only.
CREATE VIRTUAL TABLE title_words USING fts5(
    folded, content='topic', content_rowid='row',
    tokenize="unicode61 remove_diacritics 2", prefix='1 2 3');
CREATE VIRTUAL TABLE title_vocabulary USING fts5vocab('title_words', 'row');
CREATE VIRTUAL TABLE topic_words USING fts5(
    summary, note, content='topic', content_rowid='row',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3');

-- Text of scripts without spaces, by three letters each; other text is not in here. The two spaces at the
-- end let its last letters begin three, too.
CREATE VIRTUAL TABLE summary_parts USING fts5(
    text, content='', tokenize='trigram', detail='none');
CREATE VIRTUAL TABLE explanation_parts USING fts5(
    text, content='', tokenize='trigram', detail='none');
CREATE VIRTUAL TABLE title_three USING fts5vocab('topic_parts', 'row');
CREATE VIRTUAL TABLE summary_three USING fts5vocab('summary_parts', 'row');
CREATE VIRTUAL TABLE explanation_three USING fts5vocab('explanation_parts', 'row');

INSERT INTO title_words(title_words) VALUES ('rebuild');
INSERT INTO topic_words(topic_words) VALUES ('rebuild');
INSERT INTO summary_parts(rowid, text)
    SELECT row, summary || ' ' || note || '  ' FROM topic WHERE summary || note GLOB '{UNSPACED_SIGNS}';
INSERT INTO explanation_parts(rowid, text)
    SELECT row, markdown || '  ' FROM explanation WHERE markdown GLOB '{UNSPACED_SIGNS}';

CREATE TRIGGER topic_added AFTER INSERT ON topic BEGIN
    INSERT INTO title_words(rowid, folded) VALUES (new.row, new.folded);
    INSERT INTO topic_words(rowid, summary, note) VALUES (new.row, new.summary, new.note);
    INSERT INTO topic_parts(rowid, folded) VALUES (new.row, new.folded);
    INSERT INTO summary_parts(rowid, text)
        SELECT new.row, new.summary || ' ' || new.note || '  '
        WHERE new.summary || new.note GLOB '{UNSPACED_SIGNS}';
END;
CREATE TRIGGER topic_gone AFTER DELETE ON topic BEGIN
    INSERT INTO title_words(title_words, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO topic_words(topic_words, rowid, summary, note)
        VALUES ('delete', old.row, old.summary, old.note);
    INSERT INTO topic_parts(topic_parts, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO summary_parts(summary_parts, rowid, text)
        SELECT 'delete', old.row, old.summary || ' ' || old.note || '  '
        WHERE old.summary || old.note GLOB '{UNSPACED_SIGNS}';
END;
CREATE TRIGGER topic_renamed AFTER UPDATE OF folded ON topic WHEN old.folded IS NOT new.folded BEGIN
    INSERT INTO title_words(title_words, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO topic_parts(topic_parts, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO title_words(rowid, folded) VALUES (new.row, new.folded);
    INSERT INTO topic_parts(rowid, folded) VALUES (new.row, new.folded);
END;
CREATE TRIGGER topic_retold AFTER UPDATE OF summary, note ON topic
WHEN old.summary IS NOT new.summary OR old.note IS NOT new.note BEGIN
    INSERT INTO topic_words(topic_words, rowid, summary, note)
        VALUES ('delete', old.row, old.summary, old.note);
    INSERT INTO topic_words(rowid, summary, note) VALUES (new.row, new.summary, new.note);
    INSERT INTO summary_parts(summary_parts, rowid, text)
        SELECT 'delete', old.row, old.summary || ' ' || old.note || '  '
        WHERE old.summary || old.note GLOB '{UNSPACED_SIGNS}';
    INSERT INTO summary_parts(rowid, text)
        SELECT new.row, new.summary || ' ' || new.note || '  '
        WHERE new.summary || new.note GLOB '{UNSPACED_SIGNS}';
END;
CREATE TRIGGER explanation_unspaced_added AFTER INSERT ON explanation
WHEN new.markdown GLOB '{UNSPACED_SIGNS}' BEGIN
    INSERT INTO explanation_parts(rowid, text) VALUES (new.row, new.markdown || '  ');
END;
CREATE TRIGGER explanation_unspaced_gone AFTER DELETE ON explanation
WHEN old.markdown GLOB '{UNSPACED_SIGNS}' BEGIN
    INSERT INTO explanation_parts(explanation_parts, rowid, text)
        VALUES ('delete', old.row, old.markdown || '  ');
END;
CREATE TRIGGER explanation_unspaced_altered AFTER UPDATE OF markdown ON explanation
WHEN old.markdown IS NOT new.markdown BEGIN
    INSERT INTO explanation_parts(explanation_parts, rowid, text)
        SELECT 'delete', old.row, old.markdown || '  ' WHERE old.markdown GLOB '{UNSPACED_SIGNS}';
    INSERT INTO explanation_parts(rowid, text)
        SELECT new.row, new.markdown || '  ' WHERE new.markdown GLOB '{UNSPACED_SIGNS}';
END;
"""  # noqa: S608 (only constants)


def migrate(db: Connection) -> None:
    """Add the lists, the journal and the search of version 4."""
    db.script(_LISTS)
    db.script(_JOURNAL)
    db.script(_SEARCH)
