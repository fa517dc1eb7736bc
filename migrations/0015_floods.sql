-- A flood of mails from one sender is told of in one mail.

-- A keyed hash of whom the mail says it is from, and whether that is proved. None where the previous Worker has read it.
ALTER TABLE incoming ADD COLUMN author TEXT;
-- The mail that tells of this one and of others, and what the list there calls it.
ALTER TABLE incoming ADD COLUMN flood TEXT;
ALTER TABLE incoming ADD COLUMN subject TEXT;

CREATE INDEX incoming_by_author ON incoming (author, received_at) WHERE author IS NOT NULL;
CREATE INDEX incoming_by_flood ON incoming (flood, received_at) WHERE flood IS NOT NULL;
