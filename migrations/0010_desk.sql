-- The staff desk: how far the selection has come with each application, what candidates were written, and who did what.

ALTER TABLE applications ADD COLUMN stage TEXT NOT NULL DEFAULT 'received';
-- Name, address, reference and number as a search compares them. None where the previous Worker has written the row since:
-- the desk fills it in before it searches.
ALTER TABLE applications ADD COLUMN folded TEXT;

CREATE INDEX applications_by_stage ON applications (posting, stage, number);
CREATE INDEX applications_by_name ON applications (posting, folded);
CREATE INDEX applications_not_folded ON applications (posting) WHERE folded IS NULL;
CREATE INDEX applications_by_person ON applications (lower(json_extract(application, '$.email')));

-- What colleagues write about an application.
CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  application TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  note TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  written_by TEXT NOT NULL
) STRICT;

CREATE INDEX notes_by_application ON notes (application, written_at);

-- Who did what. The id says what it is about where it may be written only once. An event of an application goes with it;
-- one of the posting stays for as long as there are applications.
CREATE TABLE events (
  id TEXT PRIMARY KEY,
  posting TEXT NOT NULL,
  application TEXT REFERENCES applications (id) ON DELETE CASCADE,
  -- A name of `domain::Deed`.
  what TEXT NOT NULL,
  -- The address of the person; none of a view of a document.
  who TEXT,
  at INTEGER NOT NULL,
  -- What it was done to or with, as JSON.
  detail TEXT
) STRICT;

CREATE INDEX events_by_application ON events (application, at) WHERE application IS NOT NULL;
CREATE INDEX events_by_posting ON events (posting, at) WHERE application IS NULL;

-- Files that staff have sent with messages. The bytes are in R2, once for all who get them.
CREATE TABLE attachments (
  key TEXT PRIMARY KEY,
  file_name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  stored_at INTEGER NOT NULL
) STRICT;

-- What staff write to candidates, as it leaves. The mail 'message/' with this id sends it; its row is not there any more
-- where the message was stopped or replaced.
CREATE TABLE messages (
  id TEXT PRIMARY KEY,
  application TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  body TEXT NOT NULL,
  -- An appointment for a calendar (RFC 5545).
  appointment TEXT,
  attachment TEXT REFERENCES attachments (key),
  -- The stage that was set with it, and the one before, which stopping it brings back. None: it sets no stage.
  stage TEXT,
  stage_before TEXT,
  scheduled_at INTEGER NOT NULL,
  scheduled_by TEXT NOT NULL,
  send_at INTEGER NOT NULL,
  stopped_at INTEGER,
  replaced_at INTEGER
) STRICT;

CREATE INDEX messages_by_application ON messages (application, scheduled_at);
CREATE INDEX messages_by_attachment ON messages (attachment) WHERE attachment IS NOT NULL;
