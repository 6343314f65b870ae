CREATE TABLE sample_thing (
  sample_thing_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL,
  created_at TEXT NOT NULL
);
