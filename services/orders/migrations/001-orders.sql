CREATE TABLE customer_order (
  order_id    TEXT    PRIMARY KEY,
  customer_id TEXT    NOT NULL,
  amount      BIGINT  NOT NULL,
  currency    TEXT    NOT NULL,
  status      TEXT    NOT NULL,
  payment_id  TEXT,
  placed_at   TEXT    NOT NULL
);
CREATE INDEX customer_order_newest ON customer_order (placed_at, order_id);
