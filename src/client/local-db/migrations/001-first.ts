/**
 * `loaded_from`: everything people see of the events from this number up to `cursor` is here; 1 means that
 * there is nothing older. Rows below it can exist (a late acknowledgement) and are not shown until history
 * reaches them. A message without `seq` has a row in `outbox` of the same id. `n` only names rows for the
 * full-text index; nothing is ordered by it but unsent messages, by their outbox row's.
 */
export const first = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE member (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, last_seen INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE room (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL, name TEXT NOT NULL, topic TEXT NOT NULL, visibility TEXT NOT NULL,
  is_default INTEGER NOT NULL, created_at INTEGER NOT NULL,
  epoch TEXT NOT NULL, cursor INTEGER NOT NULL, loaded_from INTEGER NOT NULL,
  unread INTEGER NOT NULL, read_seq INTEGER NOT NULL,
  activity INTEGER NOT NULL,
  left_it INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE room_member (
  room TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY (room, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE message (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE, room TEXT NOT NULL, seq INTEGER,
  author TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, reply_to TEXT,
  edited INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX message_by_seq ON message (room, seq) WHERE seq IS NOT NULL;
CREATE INDEX message_unsent ON message (id) WHERE seq IS NULL;

CREATE TABLE reaction (
  message TEXT NOT NULL, emoji TEXT NOT NULL, member TEXT NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY (message, emoji, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  room TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (room, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE, room TEXT NOT NULL,
  kind TEXT NOT NULL, target TEXT, operation TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'failed')), code TEXT, reason TEXT
) STRICT;
CREATE INDEX outbox_by_room ON outbox (room, n);
CREATE INDEX outbox_by_target ON outbox (target) WHERE target IS NOT NULL;

CREATE TABLE read_position (
  room TEXT NOT NULL, member TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE draft (room TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE VIRTUAL TABLE message_text USING fts5 (
  text, content = 'message', content_rowid = 'n', tokenize = "unicode61 remove_diacritics 2"
);
CREATE TRIGGER message_text_insert AFTER INSERT ON message WHEN new.seq IS NOT NULL BEGIN
  INSERT INTO message_text (rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER message_text_delete AFTER DELETE ON message WHEN old.seq IS NOT NULL BEGIN
  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.n, old.text);
END;
CREATE TRIGGER message_text_number AFTER UPDATE OF seq ON message
WHEN old.seq IS NULL AND new.seq IS NOT NULL BEGIN
  INSERT INTO message_text (rowid, text) VALUES (new.n, new.text);
END;
CREATE TRIGGER message_text_change AFTER UPDATE OF text ON message
WHEN old.seq IS NOT NULL AND new.seq IS NOT NULL AND old.text <> new.text BEGIN
  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.n, old.text);
  INSERT INTO message_text (rowid, text) VALUES (new.n, new.text);
END;
`
