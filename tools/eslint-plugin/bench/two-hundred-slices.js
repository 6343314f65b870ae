/**
 * What the rules cost on 200 slices of eleven files each: their own time, according to ESLint's statistics.
 * `pnpm --filter @anywise/eslint-plugin bench`
 */
import { ESLint } from 'eslint';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import console from 'node:console';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { parser } from 'typescript-eslint';
import anywise from '../src/index.js';

const SLICES = 200;
const LIMIT_MS = 2000;
const useCases = ['create', 'change', 'cancel', 'get'];

const root = mkdtempSync(join(tmpdir(), 'anywise-bench-'));
try {
  generate();
  const eslint = new ESLint({
    cwd: root,
    stats: true,
    overrideConfigFile: true,
    overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parser } }, ...anywise.configs.recommended],
  });
  const started = performance.now();
  const results = await eslint.lintFiles(['.']);
  const total = performance.now() - started;

  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { stats } of results) {
    for (const pass of stats?.times?.passes ?? []) {
      for (const [rule, { total: time }] of Object.entries(pass.rules ?? {})) {
        times.set(rule, (times.get(rule) ?? 0) + time);
      }
    }
  }
  const own = [...times.values()].reduce((sum, time) => sum + time, 0);
  const problems = results.reduce((sum, { errorCount }) => sum + errorCount, 0);
  console.log(`${results.length} files of ${SLICES} slices, ${problems} problems`);
  for (const [rule, time] of times) console.log(`${time.toFixed(0).padStart(6)} ms  ${rule}`);
  console.log(`${own.toFixed(0).padStart(6)} ms  all rules, of ${total.toFixed(0)} ms that ESLint took`);
  if (problems !== SLICES || own > LIMIT_MS) {
    console.error(`Expected ${SLICES} problems and at most ${LIMIT_MS} ms.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(root, { recursive: true });
}

function generate() {
  write('pnpm-workspace.yaml', 'packages: [packages/*, services/*]\n');
  write('packages/contracts/package.json', JSON.stringify({ name: '@anywise/contracts' }));
  for (let i = 0; i < SLICES; i++) generateSlice(`slice-${i}`, `slice-${(i + 1) % SLICES}`);
}

/**
 * Eleven files of code, of which one imports another slice.
 * @param {string} name
 * @param {string} other
 */
function generateSlice(name, other) {
  const folder = `services/${name}`;
  write(`${folder}/package.json`, JSON.stringify({ name: `@anywise/${name}`, dependencies: { anywise: '1' } }));
  write(`${folder}/tsconfig.json`, JSON.stringify({ extends: '../../tsconfig.base.json', include: ['src'] }));
  write(
    `${folder}/src/model.ts`,
    `import { Sql } from 'anywise';\nexport class Model { constructor(readonly sql: Sql) {} }\n`,
  );
  write(
    `${folder}/src/app.ts`,
    useCases.map((useCase) => `import { ${useCase} } from './${useCase}/handler.js';`).join('\n') +
      `\nexport const app = [${useCases.join(', ')}];\n`,
  );
  write(
    `${folder}/src/main.ts`,
    `import { run } from '@anywise/service';\nimport { app } from './app.js';\nawait run(app);\n`,
  );
  for (const useCase of useCases) {
    write(`${folder}/src/${useCase}/handler.ts`, handler(useCase));
    write(`${folder}/src/${useCase}/handler.test.ts`, test(useCase));
  }
  write(`${folder}/src/create/handler.test.ts`, `${test('create')}import '@anywise/${other}';\n`);
}

/** @param {string} useCase */
function handler(useCase) {
  return `import { randomUUID } from 'node:crypto';
import { Command, type Reply } from '@anywise/contracts';
import { on } from 'anywise';
import { z } from 'zod';
import { Model } from '../model.js';

const schema = z.object({ id: z.string().min(1).max(64), amount: z.number().int().positive(), note: z.string().optional() });

export const ${useCase} = on(Command)
  .inject({ model: Model })
  .handle(async (command, context, { model }): Promise<Reply> => {
    const data = schema.parse(command);
    const rows = [data].map((row) => ({ ...row, id: randomUUID() })).filter(({ amount }) => amount > 0);
    for (const row of rows) await model.sql.run('insert into things (id, amount) values (?, ?)', [row.id, row.amount]);
    return { id: rows[0]?.id ?? data.id, url: new URL('/things', 'https://api.example').href };
  });
`;
}

/** @param {string} useCase */
function test(useCase) {
  return `import { describe, expect, it } from '@jest/globals';
import { app } from '../app.js';
import { ${useCase} } from './handler.js';

describe('${useCase}', () => {
  it('is in the app', () => {
    expect(app).toContain(${useCase});
    expect(JSON.stringify(app.map((handler) => handler.name))).toMatch('${useCase}');
  });
});
`;
}

/**
 * @param {string} file
 * @param {string} text
 */
function write(file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
