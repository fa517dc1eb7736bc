-- Documents of a form that was refused are held for an hour, so that they need not be chosen again where there is no script.

-- A document that is held. `hold` says for which page and address, and tells neither. The row is written before the
-- document and goes after it, so that what is over is found by a query.
CREATE TABLE held_documents (
  key TEXT PRIMARY KEY,
  hold TEXT NOT NULL,
  document TEXT NOT NULL,
  until INTEGER NOT NULL
) STRICT;

CREATE INDEX held_documents_by_hold ON held_documents (hold, until);
CREATE INDEX held_documents_by_time ON held_documents (until);
