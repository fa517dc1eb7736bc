-- Applications by e-mail.

-- A mail that came in. Its bytes are in R2 under 'incoming/' and the id, until `erased`.
CREATE TABLE incoming (
  id TEXT PRIMARY KEY,
  received_at INTEGER NOT NULL,
  envelope_from TEXT NOT NULL,
  envelope_to TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- Somebody may be processing it until then, or a queue message is expected to come by then.
  leased_until INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  -- What became of it: 'applied', 'incomplete', 'forwarded' or 'duplicate'. Empty until it is processed.
  outcome TEXT,
  -- A hash of Message-ID, body and proved sender: the same mail twice has the same one.
  identity TEXT,
  posting TEXT,
  -- The proved sender's address, in lower case.
  sender TEXT,
  -- What was wrong with it, as codes.
  problems TEXT,
  -- The Message-ID of our answer.
  answer TEXT,
  -- What it says of the application to come, as JSON.
  draft TEXT,
  -- The application that it became.
  application TEXT,
  -- When its bytes go at the latest.
  erase_at INTEGER,
  erased INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX incoming_pending ON incoming (leased_until) WHERE outcome IS NULL;
CREATE INDEX incoming_by_identity ON incoming (identity) WHERE identity IS NOT NULL;
CREATE INDEX incoming_by_answer ON incoming (answer) WHERE answer IS NOT NULL;
CREATE INDEX incoming_by_sender ON incoming (sender, posting, received_at) WHERE sender IS NOT NULL;
CREATE INDEX incoming_to_erase ON incoming (outcome) WHERE outcome IS NOT NULL AND erased = 0;
CREATE INDEX incoming_by_arrival ON incoming (received_at) WHERE erased = 1;

-- The mail that came in of which this one tells.
ALTER TABLE mails ADD COLUMN incoming TEXT;
CREATE INDEX mails_by_incoming ON mails (incoming) WHERE incoming IS NOT NULL;

-- The Message-ID of the mail by which an application came; an empty text where that had none. None for the form.
ALTER TABLE applications ADD COLUMN mail TEXT;
