-- Applications that were sent from a shared computer.

-- NULL for others. Until when the latest address of the receipt that was opened would have worked, 0 where none was.
ALTER TABLE applications ADD COLUMN shared_opened INTEGER;
