CREATE TABLE payment (
  payment_id TEXT    PRIMARY KEY,
  order_id   TEXT    NOT NULL,
  amount     BIGINT  NOT NULL,
  currency   TEXT    NOT NULL,
  status     TEXT    NOT NULL,
  rejection  TEXT,
  created_at TEXT    NOT NULL
);
CREATE INDEX payment_newest ON payment (created_at, payment_id);
