-- The user who made the payment. A payment from before has none: only support sees it.
ALTER TABLE payment ADD COLUMN owner_id TEXT;
CREATE INDEX payment_newest_of_owner ON payment (owner_id, created_at, payment_id);
