-- One outbox for every kind of mail, and the number of an application without counting.
--
-- Until the new Worker is deployed, and where it is taken back, the previous one reads and writes `outbox` and `notices`.
-- Triggers copy each change of these to `mails` and each change of `mails` to these, so that both see the same and one
-- claim holds for both. A later migration drops the triggers and the two tables.

CREATE TABLE mails (
  -- Its kind and what it is about: 'staff/' with the id of the application, 'report/' with posting and day. So it is
  -- written once, whoever else writes it.
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  -- The application that it belongs to, and with which it goes.
  application TEXT REFERENCES applications (id) ON DELETE CASCADE,
  posting TEXT,
  -- Of a report, counted from 1970-01-01. The previous Worker counts from the closing, in `notices`; its reports get the
  -- day on which they were due.
  day INTEGER,
  -- What a mail without an application says, as JSON; emptied once it is sent.
  payload TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  -- A queue message is expected to come by then.
  queued_until INTEGER NOT NULL DEFAULT 0,
  -- Somebody may be sending it until then.
  leased_until INTEGER NOT NULL DEFAULT 0,
  possible_duplicate INTEGER NOT NULL DEFAULT 0,
  tried_since INTEGER,
  failures INTEGER NOT NULL DEFAULT 0,
  sent_at INTEGER,
  refused_because TEXT,
  last_problem TEXT
) STRICT;

CREATE INDEX mails_by_application ON mails (application) WHERE application IS NOT NULL;
CREATE INDEX mails_by_posting ON mails (posting, due_at) WHERE application IS NULL;
CREATE INDEX mails_by_day ON mails (posting, day) WHERE day IS NOT NULL;
CREATE INDEX mails_sent ON mails (sent_at) WHERE application IS NOT NULL AND sent_at IS NOT NULL;

-- Mails of applications, which the sweep queues, by when somebody may claim them. A mail that is being sent, or whose
-- queue message is on its way, does not stand before those that wait.
CREATE INDEX mails_pending ON mails (max(due_at, leased_until, queued_until), due_at, kind DESC, id)
  WHERE application IS NOT NULL AND sent_at IS NULL AND refused_because IS NULL;
-- Mails of no application, which the cron sends.
CREATE INDEX notices_to_send ON mails (due_at)
  WHERE application IS NULL AND sent_at IS NULL AND refused_because IS NULL;
-- What staff lack, and what they will never get.
CREATE INDEX mails_not_forwarded ON mails (posting, refused_because) WHERE kind = 'staff' AND sent_at IS NULL;
CREATE INDEX mails_lost ON mails (due_at)
  WHERE kind = 'staff' AND sent_at IS NULL AND refused_because IS NOT NULL;

INSERT INTO mails (id, kind, application, posting, attempts, due_at, leased_until, possible_duplicate, tried_since,
  failures, sent_at, refused_because, last_problem)
SELECT letter || '/' || outbox.application, letter, outbox.application, posting, attempts, due_at, leased_until,
  possible_duplicate, tried_since, failures, sent_at, refused_because, last_trouble
FROM outbox JOIN applications ON applications.id = outbox.application;

INSERT INTO mails (id, kind, posting, day, payload, attempts, due_at, leased_until, possible_duplicate, tried_since,
  sent_at, refused_because, last_problem)
SELECT id, substr(id, 1, instr(id, '/') - 1), posting, iif(day IS NULL, NULL, due_at / 86400000), notice, attempts,
  due_at, leased_until, possible_duplicate, tried_since, sent_at, refused_because, last_trouble
FROM notices;

CREATE TRIGGER outbox_inserted AFTER INSERT ON outbox BEGIN
  INSERT OR IGNORE INTO mails (id, kind, application, posting, due_at)
  SELECT NEW.letter || '/' || NEW.application, NEW.letter, NEW.application, posting, NEW.due_at
  FROM applications WHERE id = NEW.application;
END;

-- `attempts` fences: what the new Worker has claimed since is not overwritten.
CREATE TRIGGER outbox_updated AFTER UPDATE ON outbox BEGIN
  UPDATE mails SET attempts = NEW.attempts, due_at = NEW.due_at, leased_until = NEW.leased_until,
    possible_duplicate = NEW.possible_duplicate, tried_since = NEW.tried_since, failures = NEW.failures,
    sent_at = NEW.sent_at, refused_because = NEW.refused_because, last_problem = NEW.last_trouble
  WHERE id = NEW.letter || '/' || NEW.application AND attempts <= NEW.attempts;
END;

CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox BEGIN
  DELETE FROM mails WHERE id = OLD.letter || '/' || OLD.application;
END;

CREATE TRIGGER notices_inserted AFTER INSERT ON notices BEGIN
  INSERT OR IGNORE INTO mails (id, kind, posting, day, payload, due_at)
  VALUES (NEW.id, substr(NEW.id, 1, instr(NEW.id, '/') - 1), NEW.posting,
    iif(NEW.day IS NULL, NULL, NEW.due_at / 86400000), NEW.notice, NEW.due_at);
END;

CREATE TRIGGER notices_updated AFTER UPDATE ON notices BEGIN
  UPDATE mails SET payload = NEW.notice, attempts = NEW.attempts, due_at = NEW.due_at,
    leased_until = NEW.leased_until, possible_duplicate = NEW.possible_duplicate, tried_since = NEW.tried_since,
    sent_at = NEW.sent_at, refused_because = NEW.refused_because, last_problem = NEW.last_trouble
  WHERE id = NEW.id AND attempts <= NEW.attempts;
END;

CREATE TRIGGER notices_deleted AFTER DELETE ON notices BEGIN
  DELETE FROM mails WHERE id = OLD.id;
END;

CREATE TRIGGER mail_inserted AFTER INSERT ON mails WHEN NEW.kind IN ('staff', 'acknowledgement') BEGIN
  INSERT OR IGNORE INTO outbox (application, letter, due_at) VALUES (NEW.application, NEW.kind, NEW.due_at);
END;

-- The last condition ends the exchange: what one trigger has copied, the other finds there.
CREATE TRIGGER mail_updated
AFTER UPDATE OF attempts, due_at, leased_until, sent_at, refused_because ON mails WHEN NEW.application IS NOT NULL BEGIN
  UPDATE outbox SET attempts = NEW.attempts, due_at = NEW.due_at, leased_until = NEW.leased_until,
    possible_duplicate = NEW.possible_duplicate, tried_since = NEW.tried_since, failures = NEW.failures,
    sent_at = NEW.sent_at, refused_because = NEW.refused_because, last_trouble = NEW.last_problem
  WHERE application = NEW.application AND letter = NEW.kind AND attempts <= NEW.attempts
    AND (attempts, due_at, leased_until, sent_at, refused_because)
      IS NOT (NEW.attempts, NEW.due_at, NEW.leased_until, NEW.sent_at, NEW.refused_because);
END;

CREATE TRIGGER mail_deleted AFTER DELETE ON mails WHEN OLD.application IS NOT NULL BEGIN
  DELETE FROM outbox WHERE application = OLD.application AND letter = OLD.kind;
END;

CREATE TRIGGER notice_inserted AFTER INSERT ON mails WHEN NEW.kind IN ('withdrawal', 'report', 'alert') BEGIN
  INSERT OR IGNORE INTO notices (id, posting, day, notice, due_at)
  VALUES (NEW.id, NEW.posting, NEW.day, NEW.payload, NEW.due_at);
END;

CREATE TRIGGER notice_updated
AFTER UPDATE OF attempts, due_at, leased_until, sent_at, refused_because ON mails WHEN NEW.application IS NULL BEGIN
  UPDATE notices SET notice = NEW.payload, attempts = NEW.attempts, due_at = NEW.due_at,
    leased_until = NEW.leased_until, possible_duplicate = NEW.possible_duplicate, tried_since = NEW.tried_since,
    sent_at = NEW.sent_at, refused_because = NEW.refused_because, last_trouble = NEW.last_problem
  WHERE id = NEW.id AND attempts <= NEW.attempts
    AND (attempts, due_at, leased_until, sent_at, refused_because)
      IS NOT (NEW.attempts, NEW.due_at, NEW.leased_until, NEW.sent_at, NEW.refused_because);
END;

CREATE TRIGGER notice_deleted AFTER DELETE ON mails WHEN OLD.application IS NULL BEGIN
  DELETE FROM notices WHERE id = OLD.id;
END;

-- The latest number that was given in each posting. The trigger keeps it for whoever writes an application, the previous
-- Worker too, which counts.
ALTER TABLE tallies ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;

INSERT INTO tallies (posting, last_number)
SELECT posting, count(*) FROM applications WHERE true GROUP BY posting
ON CONFLICT (posting) DO UPDATE SET last_number = excluded.last_number;

UPDATE tallies SET last_number = last_number + erased + withdrawn;

CREATE TRIGGER application_numbered AFTER INSERT ON applications BEGIN
  INSERT INTO tallies (posting, last_number) VALUES (NEW.posting, NEW.number)
  ON CONFLICT (posting) DO UPDATE SET last_number = max(last_number, excluded.last_number);
END;

-- What is to be erased is looked up by both.
CREATE INDEX retired_orphans ON retired (retired_at) WHERE posting IS NULL;

-- Whether the rows of a withdrawn application are gone: the cron looks for those that are still there.
ALTER TABLE retired ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

UPDATE retired SET erased = 1 WHERE id NOT IN (SELECT id FROM applications);

CREATE INDEX retired_not_erased ON retired (id) WHERE posting IS NOT NULL AND erased = 0;

CREATE TRIGGER application_erased AFTER DELETE ON applications BEGIN
  UPDATE retired SET erased = 1 WHERE id = OLD.id;
END;

CREATE INDEX incidents_open ON incidents (opened_at) WHERE closed_at IS NULL;
