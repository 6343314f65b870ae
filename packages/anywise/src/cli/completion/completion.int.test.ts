import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { runHere } from '../../test-support/cli.js';
import { optionsOf } from '../help.js';
import { subjects } from '../subjects.js';

const runProgram = promisify(execFile);

/** What Bash offers behind each of the lines: words, or `files`. */
async function offered(lines: readonly string[]): Promise<readonly string[]> {
  const { output } = await runHere(['completion', 'bash']);
  const script = `
    source <(printf '%s' "$COMPLETION")
    compopt() { COMPREPLY=(files); }
    while IFS= read -r line; do
      IFS=' ' read -ra COMP_WORDS <<< "\${line//=/ = }"
      [[ $line == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
      _anywise
      echo "\${COMPREPLY[*]}"
    done <<< "$LINES_TYPED"`;
  const env = { ...process.env, COMPLETION: output, LINES_TYPED: lines.join('\n') };
  const { stdout } = await runProgram('bash', ['--noprofile', '--norc', '-c', script], { env });
  return stdout.split('\n').slice(0, -1);
}

describe('in Bash', () => {
  it.each([
    { line: 'anywise dead', words: 'dead-letters' },
    { line: 'anywise --v', words: '--version' },
    { line: 'anywise dead-letters ', words: 'list show replay edit discard --help' },
    { line: 'anywise dead-letters re', words: 'replay' },
    { line: 'anywise sagas list --s', words: '--status --store --service' },
    { line: 'anywise sagas list --store sqlite:data --st', words: '--status --store' },
    { line: 'anywise sagas list --status ', words: 'early running ended' },
    { line: 'anywise sagas list --status e', words: 'early ended' },
    { line: 'anywise sagas list --status=', words: 'early running ended' },
    { line: 'anywise sagas list --status=r', words: 'running' },
    { line: 'anywise sagas list --key ', words: '' },
    { line: 'anywise projections rebuild todos.todo-list --v', words: '--version' },
    { line: 'anywise dead-letters edit --data-file ', words: 'files' },
    { line: 'anywise describe ', words: 'files' },
    { line: 'anywise topology src/orders.ts src/pay', words: 'files' },
    { line: 'anywise topology src/orders.ts --a', words: '--apply' },
    { line: 'anywise topology --apply ', words: '--module --transport --apply --unused --other --json --help' },
    { line: 'anywise dashboard --r', words: '--read-only' },
    { line: 'anywise dead-leters ', words: '' },
  ])('`$line` may go on with: $words', async ({ line, words }) => {
    await expect(offered([line])).resolves.toEqual([words]);
  });

  it('every subject, action and option is completed', async () => {
    const commands = subjects.flatMap((subject) => subject.actions.map((action) => ({ subject, action })));
    const typed = ['anywise ', ...commands.map(({ subject, action }) => `anywise ${subject.name} ${action.name} `)];
    const [first, ...options] = (await offered(typed)).map((words) => words.split(' '));
    expect(first).toEqual([
      ...subjects.map(({ name }) => name),
      ...['describe', 'topology', 'dashboard', '--help', '--version'],
    ]);
    expect(options).toEqual(commands.map(({ action }) => optionsOf(action).map((name) => `--${name}`)));
  });
});

describe('the script', () => {
  it.each(['bash', 'zsh', 'fish'])('for %s is the answer, and needs no store', async (shell) => {
    const { exitCode, output, errors } = await runHere(['completion', shell]);
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    const { output: json } = await runHere(['completion', shell, '--json']);
    expect(JSON.parse(json)).toEqual({ service: null, shell, script: output });
  });

  it('for another shell is refused, with the shells that are known', async () => {
    await expect(runHere(['completion', 'powershell'])).resolves.toEqual({
      exitCode: 2,
      output: '',
      errors:
        '`anywise completion powershell` is not known.\nAfter `anywise completion` comes `bash`, `zsh`, `fish`.\n',
    });
  });
});
