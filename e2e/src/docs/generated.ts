import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { workspace, type Page } from './pages.js';

/**
 * A page whose generated parts say what they should: each is between `<!-- generated: <name> -->` and
 * `<!-- /generated -->`.
 *
 * @throws Error where a part has no place on the page, or the other way round.
 */
export async function withGenerated({ path, text }: Page, parts: ReadonlyMap<string, string>): Promise<Page> {
  const missing = new Set(parts.keys());
  const filled = text.replace(
    /(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- \/generated -->)/g,
    (_whole, begin: string, name: string, end: string) => {
      const part = parts.get(name);
      if (part === undefined) throw new Error(`${path} has a place for \`${name}\`, which nothing generates.`);
      missing.delete(name);
      return `${begin}\n${part}\n\n${end}`;
    },
  );
  if (missing.size > 0) {
    const names = [...missing].map((name) => `\`<!-- generated: ${name} -->\``).join(', ');
    throw new Error(`${path} has no place for what is generated: ${names}, followed by \`<!-- /generated -->\`.`);
  }
  const filepath = join(workspace, path);
  return { path, text: await format(filled, { ...(await resolveConfig(filepath)), filepath }) };
}
