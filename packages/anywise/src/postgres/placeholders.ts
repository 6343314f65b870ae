/** Strings, names, comments and dollar quotes, in which a question mark is no placeholder; then the question marks. */
const token =
  /\b[eE]'(?:[^'\\]|''|\\[^])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|(?<![\w$])\$(\w*)\$[^]*?\$\1\$|\/\*|\?\??/g;
const nullTest = /\s+IS\s+(?:NOT\s+)?NULL\b/iy;

/**
 * Turns `?` placeholders into PostgreSQL's `$1`, `$2`. `??` is the operator `?`. PostgreSQL cannot infer the type of a
 * placeholder that is only compared with NULL, so it becomes text.
 */
export function numberPlaceholders(sql: string): string {
  let count = 0;
  let result = '';
  let from = 0;
  token.lastIndex = 0;
  for (let match = token.exec(sql); match !== null; match = token.exec(sql)) {
    if (match[0] === '/*') {
      token.lastIndex = endOfComment(sql, match.index);
      continue;
    }
    if (!match[0].startsWith('?')) continue;
    result += sql.slice(from, match.index);
    from = token.lastIndex;
    if (match[0] === '??') {
      result += '?';
      continue;
    }
    nullTest.lastIndex = from;
    result += `$${++count}${nullTest.test(sql) ? '::text' : ''}`;
  }
  return result + sql.slice(from);
}

/** Comments nest in PostgreSQL. */
function endOfComment(sql: string, start: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = start;
  let depth = 0;
  for (let match = edge.exec(sql); match !== null; match = edge.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return sql.length;
}
