import { readFileSync } from 'node:fs';
import { AnywiseError } from '../core/errors/errors.js';
import { shownValue } from '../core/errors/shown.js';
import type { Store } from '../core/ports/store.js';
import type { Action } from './action.js';
import { shortcuts, takesModules } from './bus/shortcuts.js';
import { bus } from './bus/subject.js';
import { helpOnAction, helpOnAll, helpOnSubject, optionsOf } from './help.js';
import { didYouMean } from '../core/errors/nearest.js';
import { openStore, type OpenStore } from './open-store.js';
import { readOptions } from './options.js';
import { projections } from './projections/subject.js';
import { Refusal, type ExitCode } from './refusal.js';
import { subjects } from './subjects.js';
import { whoRuns } from './who.js';
import { print, type Terminal } from './terminal.js';
import { visibleJson } from './visible.js';

/** Runs the command in the arguments, and returns the exit code. Only rejects for a bug in the command itself. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await dispatch(args, terminal);
  } catch (error) {
    if (!(error instanceof Refusal) && !AnywiseError.is(error)) throw error;
    print(terminal.errors, error.message);
    return exitCodeOf(error);
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, second, ...rest] = expanded(args);
  if (first === '--version' || first === '-V') return version(terminal);
  if (first === undefined || isHelp(first)) return help(helpOnAll(subjects), first, terminal);
  const subject = find(first, subjects, 'anywise');
  if (second === undefined || isHelp(second)) return help(helpOnSubject(subject), second, terminal);
  const action = find(second, subject.actions, `anywise ${subject.name}`);
  const asked = rest.find(isHelp);
  if (asked !== undefined) return help(helpOnAction(subject, action), asked, terminal);
  return perform(action, rest, terminal);
}

/**
 * `anywise describe <path> …` is short for `anywise bus describe --module <path> …`, and `topology` likewise;
 * `anywise dashboard …` for `anywise bus dashboard …`, and `anywise projections rebuild <name>` for `… rebuild --name <name>`.
 */
function expanded(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  if (first === projections.name) return withName(args);
  const shortcut = shortcuts.find(({ name }) => name === first);
  if (shortcut === undefined) return args;
  const end = takesModules(shortcut) ? rest.findIndex((word) => word.startsWith('-')) : 0;
  const paths = rest.slice(0, end === -1 ? rest.length : end);
  return [bus.name, shortcut.name, ...paths.flatMap((path) => ['--module', path]), ...rest.slice(paths.length)];
}

function withName(args: readonly string[]): readonly string[] {
  const [subject = '', action = '', name, ...rest] = args;
  return name === undefined || name.startsWith('-') ? args : [subject, action, '--name', name, ...rest];
}

async function perform(action: Action, args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const options = readOptions(args, optionsOf(action), action.repeats);
  const opened: OpenStore[] = [];
  const open = async (): Promise<Store> => {
    const found = await openStore(options, terminal);
    opened.push(found);
    return found.store;
  };
  try {
    const {
      exitCode,
      json,
      text,
      isAnswer = exitCode === 0,
    } = await action.run({ options, terminal, who: whoRuns(), open });
    const [{ service } = { service: null }] = opened;
    if (options.json) terminal.output.write(`${visibleJson({ service, ...json })}\n`);
    else print(isAnswer ? terminal.output : terminal.errors, text);
    return exitCode;
  } finally {
    for (const { store } of opened) await store.close();
  }
}

function version({ output }: Terminal): ExitCode {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  print(output, (JSON.parse(manifest) as { readonly version: string }).version);
  return 0;
}

/** Requested help is an answer; help in place of a missing word is an error. */
function help(text: string, asked: string | undefined, { output, errors }: Terminal): ExitCode {
  print(asked === undefined ? errors : output, text);
  return asked === undefined ? 2 : 0;
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

function find<Named extends { readonly name: string }>(word: string, known: readonly Named[], before: string): Named {
  const found = known.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const names = known.map(({ name }) => name);
  const words = names.map((name) => `\`${name}\``).join(', ');
  throw new Refusal(
    2,
    `\`${before} ${shownValue(word)}\` is not known.${didYouMean(word, names)}\nAfter \`${before}\` comes ${words}.`,
  );
}

function exitCodeOf(error: Refusal | AnywiseError): ExitCode {
  if (error instanceof Refusal) return error.exitCode;
  if (error.code === 'UNAVAILABLE') return 3;
  return error.code === 'INVALID_URL' ? 2 : 1;
}
