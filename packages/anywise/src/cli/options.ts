import { readValues, type Values } from './arguments.js';
import { shownValue } from '../core/errors/shown.js';
import { readDuration } from './duration.js';
import type { OptionName } from './option-table.js';
import { Refusal } from './refusal.js';

/** The options of a call, read and checked. */
export interface Options {
  readonly store: string | undefined;
  /** Where several stores are; empty if none is named, or the command takes one. */
  readonly stores: readonly string[];
  readonly service: string | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly version: number | undefined;
  readonly stream: string | undefined;
  readonly listener: string | undefined;
  readonly source: string | undefined;
  readonly type: string | undefined;
  readonly error: string | undefined;
  readonly key: string | undefined;
  readonly status: string | undefined;
  readonly olderThanMs: number | undefined;
  readonly limit: number;
  readonly after: number | undefined;
  readonly before: number | undefined;
  readonly data: string | undefined;
  readonly dataFile: string | undefined;
  readonly transport: string | undefined;
  readonly modules: readonly string[];
  readonly others: readonly string[];
  readonly apply: boolean;
  readonly unused: boolean;
  readonly all: boolean;
  readonly envelope: boolean;
  readonly replay: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly port: number | undefined;
  readonly readOnly: boolean;
}

const defaultLimit = 50;

/**
 * Reads the arguments after the words of a command.
 *
 * @throws Refusal that lists everything that is wrong.
 */
export function readOptions(
  args: readonly string[],
  allowed: readonly OptionName[],
  repeats?: readonly OptionName[],
): Options {
  const { values, lists, problems } = readValues(args, allowed, repeats);
  const options: Options = {
    store: values.get('store'),
    stores: lists.get('store') ?? [],
    service: values.get('service'),
    id: values.get('id'),
    name: values.get('name'),
    version: readCount('version', 1, values, problems),
    stream: values.get('stream'),
    listener: values.get('listener'),
    source: values.get('source'),
    type: values.get('type'),
    error: values.get('error'),
    key: values.get('key'),
    status: values.get('status'),
    olderThanMs: readAge(values.get('older-than'), problems),
    limit: readCount('limit', 1, values, problems) ?? defaultLimit,
    after: readCount('after', 0, values, problems),
    before: readCount('before', 1, values, problems),
    data: values.get('data'),
    dataFile: values.get('data-file'),
    transport: values.get('transport'),
    modules: lists.get('module') ?? [],
    others: lists.get('other') ?? [],
    apply: values.has('apply'),
    unused: values.has('unused'),
    all: values.has('all'),
    envelope: values.has('envelope'),
    replay: values.has('replay'),
    dryRun: values.has('dry-run'),
    yes: values.has('yes'),
    json: values.has('json'),
    port: readCount('port', 0, values, problems),
    readOnly: values.has('read-only'),
  };
  if (problems.length > 0) throw new Refusal(2, problems.join('\n'));
  return options;
}

function readAge(text: string | undefined, problems: string[]): number | undefined {
  if (text === undefined) return undefined;
  const ms = readDuration(text);
  if (ms === undefined)
    problems.push(`\`--older-than\` is \`${shownValue(text)}\`. Write it as \`90s\`, \`10m\`, \`2h\` or \`7d\`.`);
  return ms;
}

function readCount(name: OptionName, least: number, values: Values, problems: string[]): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  const count = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (count < least)
    problems.push(`\`--${name}\` is \`${shownValue(text)}\`. It must be a whole number, ${least} or more.`);
  return count;
}
