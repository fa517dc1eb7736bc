-- Since when a mail has been tried: what decides how long to wait before the next attempt, and when to give up. Empty
-- until the first attempt, and again when somebody has it sent anew.
ALTER TABLE outbox ADD COLUMN tried_since INTEGER;
ALTER TABLE notices ADD COLUMN tried_since INTEGER;

-- How many attempts since then have failed. `attempts` is never reset, because it is also the fence.
ALTER TABLE outbox ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
