-- Applications, and their mails.

CREATE TABLE applications (
  id TEXT PRIMARY KEY,
  reference TEXT NOT NULL UNIQUE,
  posting TEXT NOT NULL,
  language TEXT NOT NULL,
  origin TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  application TEXT NOT NULL
) STRICT;

CREATE INDEX applications_by_posting ON applications (posting, received_at);

CREATE TABLE outbox (
  application TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  letter TEXT NOT NULL CHECK (letter IN ('staff', 'acknowledgement')),
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  leased_until INTEGER NOT NULL DEFAULT 0,
  possible_duplicate INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  refused_because TEXT,
  last_trouble TEXT,
  PRIMARY KEY (application, letter)
) STRICT;

-- The sweep's question: what is neither sent nor refused?
CREATE INDEX outbox_pending ON outbox (due_at)
  WHERE sent_at IS NULL AND refused_because IS NULL;
