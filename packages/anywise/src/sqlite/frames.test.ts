import { describe, expect, it } from '@jest/globals';
import { FrameReader, readHello, writeFrame, type Frame } from './frames.js';

const reader = (): FrameReader => new FrameReader(1_000);

function read(reading: FrameReader, bytes: Buffer): Frame[] {
  reading.add(bytes);
  const frames: Frame[] = [];
  for (let frame = reading.next(); frame !== undefined; frame = reading.next()) frames.push(frame);
  return frames;
}

describe('the frames of a socket', () => {
  const frames: readonly Frame[] = [
    { kind: 'ask', ticket: 'a-1', text: '{"a":"ü€𝄞"}' },
    { kind: 'goodbye', ticket: '', text: '' },
    { kind: 'answer', ticket: 'x'.repeat(255), text: 'x'.repeat(1_000) },
    { kind: 'cancel', ticket: 'a-2', text: '' },
    { kind: 'refuse', ticket: '', text: '\0"\n' },
  ];
  const bytes = Buffer.concat(frames.map(({ kind, ticket, text }) => writeFrame(kind, ticket, text)));

  it('arrive as they were written, whatever is in them', () => {
    expect(read(reader(), bytes)).toEqual(frames);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 64, 1_000])('are put together from pieces of %s bytes', (size) => {
    const reading = reader();
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    );
    expect(pieces.flatMap((piece) => read(reading, piece))).toEqual(frames);
    expect(reading.isWaiting).toBe(false);
  });

  it('wait for the rest of one that is not complete', () => {
    const reading = reader();
    const cancel = writeFrame('cancel', 'a-7');
    expect(read(reading, cancel.subarray(0, -1))).toEqual([]);
    expect(reading.isWaiting).toBe(true);
    expect(read(reading, cancel.subarray(-1))).toEqual([{ kind: 'cancel', ticket: 'a-7', text: '' }]);
  });

  it('may be larger once that was allowed', () => {
    const reading = reader();
    const large = writeFrame('answer', 'a-1', 'x'.repeat(2_000));
    reading.allow(2_000);
    reading.allow(10);
    expect(read(reading, large)).toEqual([{ kind: 'answer', ticket: 'a-1', text: 'x'.repeat(2_000) }]);
  });

  const length = (value: number): Buffer => {
    const frame = Buffer.alloc(6);
    frame.writeUInt32BE(value);
    return frame;
  };
  it.each([
    ['larger than allowed', writeFrame('ask', '', 'x'.repeat(1_256)), 'a frame of 1258 bytes; it must have 2 to 1257'],
    ['of a huge length', length(4_294_967_295), 'a frame of 4294967295 bytes'],
    ['too short for what every frame has', length(1), 'a frame of 1 bytes'],
    ['of no length', length(0), 'a frame of 0 bytes'],
    ['of an unknown kind', Buffer.from([0, 0, 0, 2, 99, 0]), 'the unknown kind 99'],
    ['shorter than its ticket', Buffer.from([0, 0, 0, 3, 1, 2, 65]), 'shorter than its ticket'],
    ['of text in another encoding', Buffer.from([0, 0, 0, 3, 1, 0, 0xff]), 'not UTF-8'],
    ['of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a frame of 1195725856 bytes'],
  ])('are refused if one is %s', (_kind, wrong, text) => {
    expect(() => read(reader(), wrong)).toThrow(text);
  });

  it('are refused before the bytes of one that is too large are kept', () => {
    const large = writeFrame('ask', '', 'x'.repeat(1_256));
    expect(() => read(reader(), large.subarray(0, 4))).toThrow('a frame of 1258 bytes');
  });
});

describe('a greeting', () => {
  it('is read', () => {
    const hello = { protocol: 1, maxMessageBytes: 1_024, types: ['shop.pay'] };
    expect(readHello(JSON.stringify({ ...hello, more: true }))).toEqual(hello);
  });

  it.each(['', '{', 'null', '[]', '7', '{}', '{"protocol":2,"maxMessageBytes":1024,"types":[]}'])(
    'is refused if it is `%s`',
    (text) => expect(() => readHello(text)).toThrow(/not JSON|protocol/),
  );

  it.each([
    { maxMessageBytes: '5' },
    { maxMessageBytes: 1e12 },
    { types: 'all' },
    { types: [1] },
    { types: undefined },
  ])('is refused with %j', (change) => {
    const text = JSON.stringify({ protocol: 1, maxMessageBytes: 1_024, types: [], ...change });
    expect(() => readHello(text)).toThrow('cannot be read');
  });
});
