-- The id by which a transport tells later what became of a mail that it took: bounces of mails by the platform's binding.

ALTER TABLE mails ADD COLUMN transport_id TEXT;

CREATE INDEX mails_by_transport_id ON mails (transport_id) WHERE transport_id IS NOT NULL;
