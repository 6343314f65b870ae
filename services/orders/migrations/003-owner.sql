-- The user who placed the order. An order from before has none: only support sees it, and anybody may pay it.
ALTER TABLE customer_order ADD COLUMN owner_id TEXT;
CREATE INDEX customer_order_newest_of_owner ON customer_order (owner_id, placed_at, order_id);
