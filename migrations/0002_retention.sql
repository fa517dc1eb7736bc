-- What outlives an application: its number, that its id is used up, how many there were, and the mails that belong to
-- none. Nothing here names a candidate for longer than it takes to tell staff.

-- From 1 in each posting, without holes: how many there are, and how many there were.
ALTER TABLE applications ADD COLUMN number INTEGER NOT NULL DEFAULT 0;

UPDATE applications SET number = (
  SELECT count(*) FROM applications AS earlier
  WHERE earlier.posting = applications.posting
    AND (earlier.received_at, earlier.id) <= (applications.received_at, applications.id)
);

CREATE UNIQUE INDEX applications_by_number ON applications (posting, number);

-- Ids of applications that may not come (again): withdrawn ones, and those whose documents were found without a row.
-- `receipt` is derived from the key of a withdrawn application's receipt, so that its address still gets an answer.
CREATE TABLE retired (
  id TEXT PRIMARY KEY,
  posting TEXT,
  retired_at INTEGER NOT NULL,
  receipt TEXT UNIQUE
) STRICT;

CREATE INDEX retired_by_posting ON retired (posting);

-- Posting counts: the day of deletion that a posting promised, in case its file is removed earlier, and how many
-- applications were deleted. The previous Worker writes this table, so it keeps its name.
CREATE TABLE tallies (
  posting TEXT PRIMARY KEY,
  erased_at INTEGER,
  erased INTEGER NOT NULL DEFAULT 0,
  withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Cursors: where a task that takes several runs of the cron goes on. The previous Worker writes this table, so it keeps
-- its name.
CREATE TABLE bookmarks (
  task TEXT PRIMARY KEY,
  after TEXT NOT NULL
) STRICT;

-- Mails to staff or the operator. The id says what each is about, so that it is written once, whoever else is at it;
-- `notice` is what it says, as JSON, emptied once it is sent.
CREATE TABLE notices (
  id TEXT PRIMARY KEY,
  posting TEXT,
  day INTEGER,
  notice TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  possible_duplicate INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  refused_because TEXT,
  last_trouble TEXT
) STRICT;

CREATE INDEX notices_pending ON notices (due_at)
  WHERE sent_at IS NULL AND refused_because IS NULL;

CREATE INDEX notices_by_posting ON notices (posting, day);

-- Times in which mails do not leave. One at most has not ended.
CREATE TABLE incidents (
  opened_at INTEGER PRIMARY KEY,
  cause TEXT NOT NULL,
  losing INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  closed_at INTEGER
) STRICT;
