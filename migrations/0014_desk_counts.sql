-- What the desk counts is kept, not counted: a page of all postings reads a row of each. Triggers keep it, whoever writes.

-- 1 where the candidate was written to: by a message that was not stopped or replaced, or elsewhere, as staff have noted.
ALTER TABLE applications ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE applications ADD COLUMN answered_elsewhere INTEGER NOT NULL DEFAULT 0;

-- Of the applications that are kept: how many there are, and how many are answered.
ALTER TABLE tallies ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tallies ADD COLUMN answered INTEGER NOT NULL DEFAULT 0;

UPDATE applications SET answered = 1
WHERE id IN (SELECT application FROM messages WHERE stopped_at IS NULL AND replaced_at IS NULL);

UPDATE tallies SET
  kept = (SELECT count(*) FROM applications
    WHERE applications.posting = tallies.posting AND id NOT IN (SELECT id FROM retired)),
  answered = (SELECT count(*) FROM applications
    WHERE applications.posting = tallies.posting AND applications.answered = 1 AND id NOT IN (SELECT id FROM retired));

DROP TRIGGER application_numbered;

CREATE TRIGGER application_numbered AFTER INSERT ON applications BEGIN
  INSERT INTO tallies (posting, last_number, kept) VALUES (NEW.posting, NEW.number, 1)
  ON CONFLICT (posting) DO UPDATE SET last_number = max(last_number, excluded.last_number), kept = kept + 1;
END;

-- One that is withdrawn counts no more, although its rows go later.
CREATE TRIGGER application_retired AFTER INSERT ON retired WHEN NEW.posting IS NOT NULL BEGIN
  UPDATE tallies SET kept = kept - 1, answered = answered - (SELECT answered FROM applications WHERE id = NEW.id)
  WHERE posting = NEW.posting AND EXISTS (SELECT 1 FROM applications WHERE id = NEW.id);
END;

DROP TRIGGER application_erased;

CREATE TRIGGER application_erased AFTER DELETE ON applications BEGIN
  UPDATE tallies SET kept = kept - 1, answered = answered - OLD.answered
  WHERE posting = OLD.posting AND OLD.id NOT IN (SELECT id FROM retired);
  UPDATE retired SET erased = 1 WHERE id = OLD.id;
END;

CREATE TRIGGER application_answered AFTER UPDATE OF answered ON applications WHEN NEW.answered != OLD.answered BEGIN
  UPDATE tallies SET answered = answered + NEW.answered - OLD.answered
  WHERE posting = NEW.posting AND NEW.id NOT IN (SELECT id FROM retired);
END;

CREATE TRIGGER message_scheduled AFTER INSERT ON messages BEGIN
  UPDATE applications SET answered = 1 WHERE id = NEW.application AND answered = 0;
END;

CREATE TRIGGER message_taken_back AFTER UPDATE OF stopped_at, replaced_at ON messages BEGIN
  UPDATE applications SET answered = answered_elsewhere OR EXISTS (SELECT 1 FROM messages
    WHERE application = NEW.application AND stopped_at IS NULL AND replaced_at IS NULL)
  WHERE id = NEW.application;
END;

CREATE TRIGGER application_answered_elsewhere AFTER UPDATE OF answered_elsewhere ON applications BEGIN
  UPDATE applications SET answered = NEW.answered_elsewhere OR EXISTS (SELECT 1 FROM messages
    WHERE application = NEW.id AND stopped_at IS NULL AND replaced_at IS NULL)
  WHERE id = NEW.id;
END;
