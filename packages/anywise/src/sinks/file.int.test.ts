import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { MessageContext } from '../core/message/context.js';
import { parseEnvelope } from '../core/message/envelope.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { fileSink } from './file.js';

class Paid extends event('payments.paid', { data: type<{ readonly id: string }>(), entityId: ({ id }) => id }) {}

const paid = (...ids: readonly string[]): Paid[] => ids.map((id) => new Paid({ id }));
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const idsIn = (path: string): unknown[] => linesOf(path).map((line) => parseEnvelope(line).subject);

/** Gives the path of a file in a folder that is not there yet. */
function withFile(work: (path: string) => Promise<void>): Promise<void> {
  return inTempFolder((folder) => work(join(folder, 'logs/audit.jsonl')));
}

describe('a file sink', () => {
  it('makes the file at the first event, and appends one envelope a line', () =>
    withFile(async (path) => {
      const sink = fileSink(path);
      expect(existsSync(path)).toBe(false);
      await sink.sink(paid('a'));
      await sink.sink(paid('b', 'c'));
      await sink.sink([]);
      expect(idsIn(path)).toEqual(['a', 'b', 'c']);
    }));

  it('keeps line ends within an event in one line', () =>
    withFile(async (path) => {
      await fileSink(path).sink(paid('one\ntwo\u2028three'));
      expect(idsIn(path)).toEqual(['one\ntwo\u2028three']);
    }));

  it('writes calls that overlap in the order in which they were made', () =>
    withFile(async (path) => {
      const sink = fileSink(path, { fsync: true });
      const ids = Array.from({ length: 50 }, (_, n) => `${n}`);
      await Promise.all(paid(...ids).map((one) => sink.sink(one)));
      expect(idsIn(path)).toEqual(ids);
    }));

  it('begins a new line after half a line', () =>
    withFile(async (path) => {
      await fileSink(path).sink(paid('a'));
      appendFileSync(path, '{"specversion":"1.0","id":"ha');
      const sink = fileSink(path);
      await sink.sink(paid('b'));
      await sink.sink(paid('c'));
      const lines = linesOf(path);
      expect(lines).toHaveLength(4);
      expect(lines.filter((_, n) => n !== 1).map((line) => parseEnvelope(line).subject)).toEqual(['a', 'b', 'c']);
    }));

  it('goes on in a new file where the old one was moved away', () =>
    withFile(async (path) => {
      const sink = fileSink(path);
      await sink.sink(paid('a'));
      renameSync(path, `${path}.1`);
      await sink.sink(paid('b'));
      expect([idsIn(`${path}.1`), idsIn(path)]).toEqual([['a'], ['b']]);
    }));

  it('says why it cannot write, and can when the cause is gone', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'file/audit.jsonl');
      writeFileSync(join(folder, 'file'), '');
      const sink = fileSink(path);
      const error: unknown = await sink.sink(paid('a')).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      expect(String(error).replaceAll(folder, '<folder>')).toMatchInlineSnapshot(
        `"AnywiseError: The file sink \`<folder>/file/audit.jsonl\` could not be written (ENOTDIR: not a directory, open '<folder>/file/audit.jsonl'). Check that the disk has room and that its folder can be written."`,
      );
      renameSync(join(folder, 'file'), join(folder, 'away'));
      mkdirSync(join(folder, 'file'));
      await sink.sink(paid('a'));
      expect(idsIn(path)).toEqual(['a']);
    }));

  it('finishes what it writes when it is closed, and takes no more', () =>
    withFile(async (path) => {
      const sink = fileSink(path);
      const written = sink.sink(paid('a'));
      await sink.close();
      expect(idsIn(path)).toEqual(['a']);
      await written;
      await sink.close();
      await expect(sink.sink(paid('b'))).rejects.toMatchObject({ code: 'NOT_RUNNING', retryable: true });
    }));

  it('does not write events whose caller has given up', () =>
    withFile(async (path) => {
      const signal = AbortSignal.abort(new Error('the lease was lost'));
      await expect(fileSink(path).sink(paid('a'), new MessageContext({ signal }))).rejects.toThrow('lease was lost');
      expect(existsSync(path)).toBe(false);
    }));
});
