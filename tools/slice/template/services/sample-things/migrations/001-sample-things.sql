CREATE TABLE sample_thing (
  sample_thing_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX sample_thing_newest ON sample_thing (created_at, sample_thing_id);
