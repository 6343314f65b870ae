import type { Action, Subject } from './action.js';
import { commonOptions, optionTable, storeOptions, type OptionName } from './option-table.js';

const exitCodes = `Exit codes
  0  done
  1  nothing matched, or it could not be done
  2  wrong use
  3  the store or the transport cannot be reached, or is not there`;

/** Help for all commands. */
export function helpOnAll(subjects: readonly Subject[]): string {
  const overview = subjects.map(({ name, summary, actions }) => `${name}: ${summary}\n${actionLines(actions)}`);
  return `anywise <subject> <action> [options]

Looks after what a service keeps in its store and on a broker, whether the service runs or not.

${overview.join('\n\n')}

Example
  anywise dead-letters list

More on each: \`anywise <subject> --help\`, \`anywise <subject> <action> --help\`. The version: \`anywise --version\`.

${exitCodes}`;
}

export function helpOnSubject({ name, summary, actions }: Subject): string {
  return `anywise ${name} <action> [options]

${sentence(summary)}

${actionLines(actions)}

Example
  anywise ${actions[0]?.example ?? name}

More on each: \`anywise ${name} <action> --help\`.

${exitCodes}`;
}

export function helpOnAction({ name: subject }: Subject, action: Action): string {
  const { name, summary, notes, example } = action;
  return `anywise ${subject} ${name} [options]

${sentence(summary)}${notes === undefined ? '' : `\n${notes}`}

Options
${optionLines(action)}

Example
  anywise ${example}

${exitCodes}`;
}

/** Its own options, and those of every action like it. */
export function optionsOf({ options, storeless = false }: Action): readonly OptionName[] {
  return [...options, ...(storeless ? commonOptions : storeOptions)];
}

function actionLines(actions: readonly Action[]): string {
  return columns(actions.map(({ name, summary }) => [name, summary]));
}

function optionLines(action: Action): string {
  return columns(
    optionsOf(action).map((name) => {
      const option = optionTable[name];
      const repeats = action.repeats?.includes(name) === true ? '; may be repeated' : '';
      return [`--${name}${'value' in option ? ` <${option.value}>` : ''}`, `${option.text}${repeats}`];
    }),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}
