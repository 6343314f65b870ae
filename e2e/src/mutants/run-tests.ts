import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface JestResult {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The outcome of the tests of a file. */
export interface Outcome {
  readonly passed: number;
  /** The full name of the first test that failed. */
  readonly failed: string | undefined;
}

/**
 * Runs the tests of one file of a workspace.
 *
 * @param file relative to the workspace, `<package>/src/<path>`.
 * @param titles parts of the titles of the tests to run; none means all tests.
 * @throws if no test could run: then none has noticed anything.
 */
export async function runTests(workspace: string, file: string, titles: readonly string[]): Promise<Outcome> {
  const [packageFolder = '', path = ''] = file.split(/\/(?=src\/)/);
  const scratch = mkdtempSync(join(tmpdir(), 'anywise-jest-'));
  const result = join(scratch, 'result.json');
  try {
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
        join(workspace, 'node_modules/jest/bin/jest.js'),
        ...[
          '--ci',
          '--runInBand',
          '--forceExit',
          '--testTimeout',
          '15000',
          '--json',
          '--outputFile',
          result,
          '--testNamePattern',
          titles.map((title) => title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'),
          '--runTestsByPath',
          path,
        ],
      ],
      { cwd: join(workspace, packageFolder), stdio: 'ignore', timeout: 900_000, killSignal: 'SIGKILL' },
    );
    await once(child, 'close');
    return outcomeOf(JSON.parse(readFileSync(result, 'utf8')) as JestResult, file);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function outcomeOf({ numPassedTests, testResults }: JestResult, file: string): Outcome {
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed === undefined && numPassedTests === 0) {
    throw new Error(`No test of \`${file}\` ran:\n${testResults.map(({ message }) => message).join('\n')}`);
  }
  return { passed: numPassedTests, failed: failed?.fullName };
}
