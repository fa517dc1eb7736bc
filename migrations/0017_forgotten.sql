-- Postings whose applications are forgotten: what they say is deleted once staff have confirmed that they have it.

-- The latest revision of which staff have confirmed that, and the latest that was forgotten.
ALTER TABLE applications ADD COLUMN confirmed_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE applications ADD COLUMN forgotten_revision INTEGER NOT NULL DEFAULT 0;

CREATE INDEX applications_to_forget ON applications (confirmed_revision) WHERE confirmed_revision > forgotten_revision;
