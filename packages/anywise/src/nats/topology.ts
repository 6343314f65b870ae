import type { JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { AnywiseError } from '../core/errors/errors.js';
import { apiCodeOf } from './client.js';
import type { Names } from './names.js';

/** How the streams are made. */
export interface TopologyOptions {
  readonly names: Names;
  readonly replicas: number;
  readonly retentionMs: number;
  readonly maxBytes: number;
  readonly manage: boolean;
}

const streamNotFound = 10_059;
const duplicateWindowMs = 120_000;

const nanos = (ms: number): number => ms * 1_000_000;

export type WantedStream = Pick<StreamConfig, 'name' | 'subjects'> & Partial<StreamConfig>;

export function streamsOf(options: Omit<TopologyOptions, 'manage'>): readonly WantedStream[] {
  const { names, replicas, retentionMs, maxBytes } = options;
  const shared = { storage: 'file', num_replicas: replicas, allow_direct: true } as const;
  return [
    {
      ...shared,
      name: names.stream,
      subjects: names.streamSubjects,
      // By age and size, not by interest, which would drop what has no subscriber at the moment.
      retention: 'limits',
      max_age: nanos(retentionMs),
      max_bytes: maxBytes,
      // A full stream refuses messages, which wait in the outbox. The other policy deletes unread ones.
      discard: 'new',
      duplicate_window: nanos(Math.min(duplicateWindowMs, retentionMs)),
    },
    { ...shared, name: names.positions, subjects: names.positionSubjects, max_msgs_per_subject: 1 },
  ] as readonly WantedStream[];
}

/**
 * Makes the streams that are missing, and looks at those that are there. Their age, size and replicas are up to the
 * operator of the server.
 *
 * @throws AnywiseError (`UNAVAILABLE`) where one is missing and may not be made, or cannot serve as one.
 */
export async function ensureStreams(manager: JetStreamManager, options: TopologyOptions): Promise<void> {
  const missing: WantedStream[] = [];
  for (const wanted of streamsOf(options)) {
    const found = await findStream(manager, wanted.name);
    if (found !== undefined) expectUsable(found, wanted);
    else if (options.manage) await manager.streams.add(wanted);
    else missing.push(wanted);
  }
  if (missing.length > 0) throw areMissing(missing);
}

export async function findStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (apiCodeOf(error) === streamNotFound) return undefined;
    throw error;
  }
}

function expectUsable(found: StreamConfig, wanted: WantedStream): void {
  const problems = problemsOf(found, wanted);
  if (problems.length === 0) return;
  throw new AnywiseError(
    'UNAVAILABLE',
    `The NATS stream \`${wanted.name}\` cannot be used: ${problems.join('; ')}. Change it, or use another \`prefix\`.`,
  );
}

/** Why a stream that is there cannot serve as the one that is wanted. */
export function problemsOf(found: StreamConfig, wanted: WantedStream): readonly string[] {
  const problems: string[] = [];
  const lacking = wanted.subjects.filter((subject) => !found.subjects.includes(subject));
  if (lacking.length > 0)
    problems.push(`it lacks the subjects ${lacking.map((subject) => `\`${subject}\``).join(', ')}`);
  if (found.storage !== wanted.storage)
    problems.push(`its storage is \`${found.storage}\` instead of \`${wanted.storage}\``);
  if (found.retention !== 'limits') problems.push(`its retention is \`${found.retention}\` instead of \`limits\``);
  if (wanted.discard !== undefined && found.discard !== wanted.discard) {
    problems.push(`its discard policy is \`${found.discard}\` instead of \`${wanted.discard}\``);
  }
  if (!found.allow_direct) problems.push('it does not allow direct access');
  return problems;
}

function areMissing(streams: readonly WantedStream[]): AnywiseError {
  const names = streams.map(({ name }) => `\`${name}\``).join(' and ');
  const text = streams.length === 1 ? `The NATS stream ${names} is missing` : `The NATS streams ${names} are missing`;
  const commands = streams.map((stream) => `  ${commandFor(stream)}`).join('\n');
  return new AnywiseError(
    'UNAVAILABLE',
    `${text}, and \`manage\` is \`false\`. Let an administrator run:\n${commands}`,
  );
}

/** What makes a stream with the command line of NATS: https://github.com/nats-io/natscli */
export function commandFor(wanted: WantedStream): string {
  const { name, subjects, num_replicas: replicas = 1, max_msgs_per_subject: last } = wanted;
  const { max_age: age = 0, max_bytes: bytes = -1, duplicate_window: window = 0 } = wanted;
  const seconds = (nanos: number): string => `${Math.ceil(nanos / 1_000_000_000)}s`;
  const options =
    last === undefined
      ? `--retention limits --discard new --max-age ${seconds(age)} --max-bytes ${bytes} --dupe-window ${seconds(window)}`
      : `--max-msgs-per-subject ${last}`;
  return `nats stream add ${name} --subjects '${subjects.join(',')}' --storage file --replicas ${replicas} ${options} --allow-direct --defaults`;
}
