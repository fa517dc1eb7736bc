-- Mails to people outside are counted by recipient, so that nobody can have an address sent a mail for each form.

-- A mail that was let through. The recipient is a keyed hash of the mailbox. Forgotten after a day.
CREATE TABLE sendings (
  recipient TEXT NOT NULL,
  mail TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (recipient, mail)
) STRICT;

CREATE INDEX sendings_by_recipient ON sendings (recipient, at);
CREATE INDEX sendings_by_time ON sendings (at);

-- The mail that tells what this one would have said, where its recipient had enough mails. If the other one has not left
-- when this one is due, this one leaves after all.
ALTER TABLE mails ADD COLUMN digest TEXT;

-- What has left since a moment: each run of the cron notes it for a restore.
CREATE INDEX mails_by_time ON mails (sent_at) WHERE sent_at IS NOT NULL;
DROP INDEX mails_sent;

CREATE INDEX mails_by_digest ON mails (digest) WHERE digest IS NOT NULL;
