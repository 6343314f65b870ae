import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, '.github/workflows');
const { packageManager, scripts, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** @typedef {{ run?: string, uses?: string, with?: Readonly<Record<string, unknown>> }} Step */
/** @typedef {Readonly<Record<string, string>>} Permissions */
/**
 * @typedef {object} Job
 * @property {readonly Step[]} [steps]
 * @property {string} [uses]
 * @property {string} [needs]
 * @property {number} [timeout-minutes]
 * @property {Permissions} [permissions]
 * @property {{ matrix: { node: readonly number[] } }} [strategy]
 */
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const { jobs, permissions } = /** @type {{ jobs: Readonly<Record<string, Job>>, permissions: Permissions }} */ (
    parse(text)
  );
  return { file, text, jobs: Object.entries(jobs).map(([name, job]) => ({ name, ...job })), permissions };
});

describe.each(workflows)('the workflow $file', ({ file, text, jobs, permissions }) => {
  const steps = jobs.flatMap((job) => job.steps ?? []);
  const commands = steps
    .flatMap((step) => [step.run, step.with?.version, step.with?.publish])
    .filter((each) => typeof each === 'string');

  it('uses the pnpm of this workspace', () => {
    const used = [...text.matchAll(/pnpm@[\d.]+/g)].map(([name]) => name);
    expect(new Set(used)).toEqual(used.length > 0 ? new Set([packageManager]) : new Set());
  });

  it('runs scripts that there are', () => {
    const known = new Set([...Object.keys(scripts), 'install', 'exec']);
    const named = commands.flatMap((command) =>
      [...command.matchAll(/\bpnpm(?:@[\d.]+)? ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    const files = commands.filter((command) => command.startsWith('.'));
    expect(files.filter((named) => !existsSync(join(root, named)))).toEqual([]);
  });

  it('takes actions at a version, and workflows that there are', () => {
    const used = [...steps, ...jobs].flatMap(({ uses }) => uses ?? []);
    expect(used.filter((uses) => !uses.startsWith('./') && !/@(v\d+|[0-9a-f]{40})$/.test(uses))).toEqual([]);
    expect(used.filter((uses) => uses.startsWith('./') && !existsSync(join(root, uses)))).toEqual([]);
  });

  it('may write only where it publishes, and ends some day', () => {
    const writing = jobs.filter((job) => Object.values(job.permissions ?? permissions).includes('write'));
    const expected = { 'release.yml': ['release'], 'site.yml': ['site'], 'test.yml': [] };
    expect({ [file]: writing.map(({ name }) => name) }).toEqual({ [file]: expected[/** @type {'test.yml'} */ (file)] });
    expect(Object.values(permissions)).not.toContain('write');
    expect(jobs.filter((job) => job.uses === undefined && job['timeout-minutes'] === undefined)).toEqual([]);
  });
});

it('release nothing that the tests have not passed', () => {
  const release = workflows.find(({ file }) => file === 'release.yml')?.jobs ?? [];
  expect(release.find(({ uses }) => uses === './.github/workflows/test.yml')?.name).toBe('test');
  expect(release.find(({ name }) => name === 'release')?.needs).toBe('test');
});

it('test every Node from the oldest that is supported', () => {
  const [oldest] = /\d+/.exec(engines.node) ?? [];
  const tested = workflows.flatMap(({ jobs }) => jobs).flatMap((job) => job.strategy?.matrix.node ?? []);
  expect(tested).toEqual([Number(oldest), 22, 24, 26]);
});
