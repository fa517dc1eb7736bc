-- Postings, in versions. The previous Worker has its own compiled in, and reads and writes none of this.

CREATE TABLE postings (
  -- Its name in addresses. It is never given to another posting, so no row is ever deleted.
  slug TEXT PRIMARY KEY,
  -- What people decide. Whether a published posting is scheduled, open or closed follows from its dates.
  state TEXT NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
  -- Since when.
  state_since INTEGER NOT NULL,
  -- The current version; 0 until the first one is written whole.
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE posting_versions (
  slug TEXT NOT NULL REFERENCES postings (slug),
  version INTEGER NOT NULL,
  -- The Markdown file.
  source TEXT NOT NULL,
  -- What `crates/postings` made of it, as JSON, and the number of that format. None: a draft with mistakes, or still to be
  -- compiled.
  compiled TEXT,
  format INTEGER NOT NULL,
  -- When it closes: the end of its last day, or when it was ended by hand before that. None of a draft with mistakes.
  closes_at INTEGER,
  ended_at INTEGER,
  saved_at INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  PRIMARY KEY (slug, version)
) STRICT;

-- Only a version that is still being written, and is not the current one yet, gets more text.
CREATE TRIGGER posting_version_is_final BEFORE UPDATE ON posting_versions
WHEN OLD.version <= (SELECT version FROM postings WHERE slug = OLD.slug) BEGIN
  SELECT RAISE(ABORT, 'a version of a posting is never changed');
END;

-- The version by which an application was judged. None of those that came before there were versions.
ALTER TABLE applications ADD COLUMN posting_version INTEGER;
