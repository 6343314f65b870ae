import { expect, it } from '@jest/globals';
import { Writable } from 'node:stream';
import { writeTogether } from './write-together.js';

/** A socket that shows what leaves it together. */
function socket() {
  const left: string[] = [];
  const made = new Writable({
    write: (chunk, _encoding, done) => {
      left.push(String(chunk));
      done();
    },
    writev: (chunks, done) => {
      left.push(chunks.map(({ chunk }) => String(chunk)).join());
      done();
    },
  });
  writeTogether(made);
  return { socket: made, left };
}

const turn = (): Promise<void> => new Promise(setImmediate);

it('sends what one turn of the event loop writes in one write, in order', async () => {
  const { socket: made, left } = socket();
  for (const text of ['a', 'b', 'c']) made.write(text);
  expect(left).toEqual([]);
  await turn();
  made.write('d');
  await turn();
  expect(left).toEqual(['a,b,c', 'd']);
});

it('tells each writer when its bytes have left, and how full the socket is', async () => {
  const { socket: made } = socket();
  const done: string[] = [];
  made.write('a', () => done.push('a'));
  made.write('b', 'utf8', () => done.push('b'));
  await turn();
  expect(done).toEqual(['a', 'b']);
  expect(made.write('x'.repeat(made.writableHighWaterMark))).toBe(false);
});

it('sends the rest before it ends', async () => {
  const { socket: made, left } = socket();
  made.write('a');
  made.end('b');
  await turn();
  expect(left.join()).toBe('a,b');
});
