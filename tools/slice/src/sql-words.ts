/** Words that SQLite or PostgreSQL do not take for the name of a table. */
export const reservedInSql: ReadonlySet<string> = new Set(
  (
    'add all alter analyse analyze and any array as asc asymmetric authorization autoincrement begin between binary ' +
    'both case cast check collate collation column commit concurrently constraint create cross current_catalog ' +
    'current_date current_role current_schema current_time current_timestamp current_user default deferrable delete ' +
    'desc distinct do drop else end escape except exists false fetch for foreign freeze from full grant group ' +
    'having if ilike in index initially inner insert intersect into is isnull join lateral leading left like limit ' +
    'localtime localtimestamp natural not nothing notnull null offset on only or order outer overlaps placing ' +
    'pragma primary references returning right rollback select session_user set similar some symmetric system_user ' +
    'table tablesample then to trailing transaction trigger true union unique update user using vacuum values ' +
    'variadic verbose view virtual when where window with'
  ).split(' '),
);
