/** The time by the database's clock, in milliseconds. */
export const now = `CAST(unixepoch('subsec') * 1000 AS INTEGER)`;
