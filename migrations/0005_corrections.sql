-- Applications can be corrected, and each keeps the day of deletion that its candidate was told.

-- When it is erased: fixed when it is taken, whatever becomes of its posting. Rows from before get the day of their
-- posting as it is now, and so do those that the previous Worker writes until the new one is deployed; where the cron has
-- not noted that day yet, its next run fills it in.
ALTER TABLE applications ADD COLUMN erase_at INTEGER;

UPDATE applications SET erase_at = (SELECT erased_at FROM tallies WHERE tallies.posting = applications.posting);

CREATE INDEX applications_to_erase ON applications (erase_at);
CREATE INDEX applications_undated ON applications (posting) WHERE erase_at IS NULL;

CREATE TRIGGER application_dated AFTER INSERT ON applications WHEN NEW.erase_at IS NULL BEGIN
  UPDATE applications SET erase_at = (SELECT erased_at FROM tallies WHERE posting = NEW.posting) WHERE id = NEW.id;
END;

-- The latest revision, whose content is in `application`, and when it began to arrive; none means at `received_at`.
ALTER TABLE applications ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;
ALTER TABLE applications ADD COLUMN revised_at INTEGER;
-- How often its e-mail address was corrected. Each time its receipt gets another key.
ALTER TABLE applications ADD COLUMN address_changes INTEGER NOT NULL DEFAULT 0;
-- The application whose page it was sent from, where another person had applied from that page before.
ALTER TABLE applications ADD COLUMN page TEXT;
-- Documents that this revision or an earlier one replaced are deleted.
ALTER TABLE applications ADD COLUMN cleaned_revision INTEGER NOT NULL DEFAULT 1;

CREATE INDEX applications_by_page ON applications (page) WHERE page IS NOT NULL;
CREATE INDEX applications_by_address ON applications (posting, lower(json_extract(application, '$.email')));
CREATE INDEX applications_to_clean ON applications (id) WHERE cleaned_revision < revision;

-- What a correction has replaced.
CREATE TABLE revisions (
  application TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
  revision INTEGER NOT NULL,
  content TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (application, revision)
) STRICT;

-- Of an application: the revision that it tells of.
ALTER TABLE mails ADD COLUMN revision INTEGER NOT NULL DEFAULT 1;

-- The Worker before migration 0004 knows no revisions: it sees the mails of the first one only. A correction takes them
-- out of its outbox where they have not left.
DROP TRIGGER mail_inserted;
DROP TRIGGER mail_updated;
DROP TRIGGER mail_deleted;

CREATE TRIGGER mail_inserted AFTER INSERT ON mails WHEN NEW.kind IN ('staff', 'acknowledgement') AND NEW.revision = 1 BEGIN
  INSERT OR IGNORE INTO outbox (application, letter, due_at) VALUES (NEW.application, NEW.kind, NEW.due_at);
END;

CREATE TRIGGER mail_updated
AFTER UPDATE OF attempts, due_at, leased_until, sent_at, refused_because ON mails
WHEN NEW.application IS NOT NULL AND NEW.revision = 1 BEGIN
  UPDATE outbox SET attempts = NEW.attempts, due_at = NEW.due_at, leased_until = NEW.leased_until,
    possible_duplicate = NEW.possible_duplicate, tried_since = NEW.tried_since, failures = NEW.failures,
    sent_at = NEW.sent_at, refused_because = NEW.refused_because, last_trouble = NEW.last_problem
  WHERE application = NEW.application AND letter = NEW.kind AND attempts <= NEW.attempts
    AND (attempts, due_at, leased_until, sent_at, refused_because)
      IS NOT (NEW.attempts, NEW.due_at, NEW.leased_until, NEW.sent_at, NEW.refused_because);
END;

CREATE TRIGGER mail_deleted AFTER DELETE ON mails WHEN OLD.application IS NOT NULL AND OLD.revision = 1 BEGIN
  DELETE FROM outbox WHERE application = OLD.application AND letter = OLD.kind;
END;
