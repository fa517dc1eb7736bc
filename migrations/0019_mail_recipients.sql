-- Mails that go to several recipients.

-- What became of a mail at each of several recipients. A mail to one has no rows here.
CREATE TABLE mail_recipients (
  mail TEXT NOT NULL REFERENCES mails (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  transport_id TEXT,
  -- Why they will not get it; NULL where they have it.
  refused_because TEXT,
  PRIMARY KEY (mail, address)
) STRICT, WITHOUT ROWID;

CREATE INDEX mail_recipients_by_transport_id ON mail_recipients (transport_id) WHERE transport_id IS NOT NULL;

-- A mail that all had and that is sent again goes to all of them.
CREATE TRIGGER mails_sent_again AFTER UPDATE OF sent_at ON mails
WHEN OLD.sent_at IS NOT NULL AND OLD.refused_because IS NULL AND NEW.sent_at IS NULL AND NEW.refused_because IS NULL BEGIN
  DELETE FROM mail_recipients WHERE mail = NEW.id;
END;

-- What staff will never get, or not all of them.
DROP INDEX mails_lost;
CREATE INDEX mails_lost ON mails (due_at) WHERE kind = 'staff' AND refused_because IS NOT NULL;
