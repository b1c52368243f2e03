"""Version 1 of the library: maps with topics, links, explanations and places; kept answers; search."""

from __future__ import annotations

from knowalledge_desktop.adapters.library_connection import Connection

_TABLES = """
CREATE TABLE map(
    map_id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    root_id TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    opened_at REAL NOT NULL,
    deleted_at REAL
);

-- `folded` is the title without case, accents and width, for finding; `engine` repeats what
-- the provenance says, for the list of maps.
CREATE TABLE topic(
    row INTEGER PRIMARY KEY,
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    topic_id TEXT NOT NULL,
    parent_id TEXT,
    rank REAL NOT NULL,
    title TEXT NOT NULL,
    folded TEXT NOT NULL,
    summary TEXT NOT NULL,
    relation TEXT NOT NULL,
    edited INTEGER NOT NULL,
    engine TEXT NOT NULL,
    sources TEXT NOT NULL,
    provenance TEXT NOT NULL,
    UNIQUE(map_id, topic_id)
);
CREATE INDEX topic_folded ON topic(folded);
CREATE INDEX topic_parent ON topic(map_id, parent_id);

CREATE TABLE link(
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    link_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    target_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY(map_id, link_id)
) WITHOUT ROWID;

CREATE TABLE explanation(
    row INTEGER PRIMARY KEY,
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    topic_id TEXT NOT NULL,
    level TEXT NOT NULL,
    detail TEXT NOT NULL,
    style TEXT NOT NULL,
    language TEXT NOT NULL,
    quality REAL,
    claims TEXT NOT NULL,
    sources TEXT NOT NULL,
    provenance TEXT NOT NULL,
    markdown TEXT NOT NULL,
    UNIQUE(map_id, topic_id, level, detail, style, language)
);

-- No reference to topic: a place outlives its topic, so that undo finds it again.
CREATE TABLE place(
    map_id TEXT NOT NULL REFERENCES map ON DELETE CASCADE,
    topic_id TEXT NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    pinned INTEGER NOT NULL,
    collapsed INTEGER NOT NULL,
    PRIMARY KEY(map_id, topic_id)
) WITHOUT ROWID;

-- Topic and path are folded: they say which answers may stand in for each other.
CREATE TABLE answer(
    row INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    task TEXT NOT NULL,
    topic TEXT NOT NULL,
    path TEXT NOT NULL,
    language TEXT NOT NULL,
    level TEXT NOT NULL,
    detail TEXT NOT NULL,
    style TEXT NOT NULL,
    created_at REAL NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX answer_about ON answer(task, topic, path, language, created_at);
"""

_SEARCH = """
CREATE VIRTUAL TABLE topic_words USING fts5(
    folded, summary, content='topic', content_rowid='row',
    tokenize="unicode61 remove_diacritics 2", prefix='1 2 3');
CREATE VIRTUAL TABLE topic_parts USING fts5(
    folded, content='topic', content_rowid='row', tokenize='trigram', detail='none');
CREATE VIRTUAL TABLE explanation_words USING fts5(
    markdown, content='explanation', content_rowid='row',
    tokenize="unicode61 remove_diacritics 2", prefix='2 3');

CREATE TRIGGER topic_added AFTER INSERT ON topic BEGIN
    INSERT INTO topic_words(rowid, folded, summary) VALUES (new.row, new.folded, new.summary);
    INSERT INTO topic_parts(rowid, folded) VALUES (new.row, new.folded);
END;
CREATE TRIGGER topic_gone AFTER DELETE ON topic BEGIN
    INSERT INTO topic_words(topic_words, rowid, folded, summary)
        VALUES ('delete', old.row, old.folded, old.summary);
    INSERT INTO topic_parts(topic_parts, rowid, folded) VALUES ('delete', old.row, old.folded);
END;
CREATE TRIGGER topic_altered AFTER UPDATE OF folded, summary ON topic
WHEN old.folded IS NOT new.folded OR old.summary IS NOT new.summary BEGIN
    INSERT INTO topic_words(topic_words, rowid, folded, summary)
        VALUES ('delete', old.row, old.folded, old.summary);
    INSERT INTO topic_parts(topic_parts, rowid, folded) VALUES ('delete', old.row, old.folded);
    INSERT INTO topic_words(rowid, folded, summary) VALUES (new.row, new.folded, new.summary);
    INSERT INTO topic_parts(rowid, folded) VALUES (new.row, new.folded);
END;
CREATE TRIGGER explanation_added AFTER INSERT ON explanation BEGIN
    INSERT INTO explanation_words(rowid, markdown) VALUES (new.row, new.markdown);
END;
CREATE TRIGGER explanation_gone AFTER DELETE ON explanation BEGIN
    INSERT INTO explanation_words(explanation_words, rowid, markdown)
        VALUES ('delete', old.row, old.markdown);
END;
CREATE TRIGGER explanation_altered AFTER UPDATE OF markdown ON explanation
WHEN old.markdown IS NOT new.markdown BEGIN
    INSERT INTO explanation_words(explanation_words, rowid, markdown)
        VALUES ('delete', old.row, old.markdown);
    INSERT INTO explanation_words(rowid, markdown) VALUES (new.row, new.markdown);
END;
"""


def migrate(db: Connection) -> None:
    """Make the tables of version 1 in an empty file."""
    db.script(_TABLES)
    db.script(_SEARCH)
