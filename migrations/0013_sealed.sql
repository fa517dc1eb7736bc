-- Applications whose content is kept only as it was encrypted for staff.

-- JSON of `domain::Sealed`: the encrypted mail, the address under a secret of the Worker, and keyed hashes of what was said.
ALTER TABLE applications ADD COLUMN sealed TEXT;
