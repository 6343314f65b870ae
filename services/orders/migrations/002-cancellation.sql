-- The command that cancels the order if it is not paid in time.
ALTER TABLE customer_order ADD COLUMN cancellation_id TEXT;
