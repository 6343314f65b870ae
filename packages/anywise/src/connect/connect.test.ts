import { describe, expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import { connectStore, connectTransport } from './connect.js';

const store = (url: string) => connectStore(url, { name: 'payments' });

describe('a URL', () => {
  it.each([
    ['memory:', 'memory'],
    ['MEMORY:', 'memory'],
    ['sqlite:.anywise', 'sqlite'],
    ['sqlite:/var/a?synchronous=full&maxMessageBytes=4194304', 'sqlite'],
    ['postgres://host/database', 'postgres'],
    ['postgresql://host/database?schema=other&maxConnections=5', 'postgres'],
  ])('`%s` names the store and the transport `%s`', async (url, name) => {
    await expect(store(url)).resolves.toMatchObject({ name });
    await expect(connectTransport(url)).resolves.toMatchObject({ name });
  });

  it.each(['', '.anywise', '//host/database', ':memory', '1:a'])('`%s` has no scheme', async (url) => {
    for (const connected of [store(url), connectTransport(url)]) {
      expect(await connected.catch(errorText)).toBe(
        'The URL has no scheme. Write one such as `sqlite:.anywise/bus.db`.',
      );
    }
  });

  it.each(['mysql://host', 'constructor:'])('`%s` names nothing that is known', async (url) => {
    const scheme = url.split(':')[0] ?? '';
    const databases = '`sqlite:<path>`, `postgres://<host>/<database>`';
    await expect(store(url)).rejects.toMatchObject({ code: 'INVALID_URL' });
    expect(await store(url).catch(errorText)).toBe(
      `No store is known for \`${scheme}:\`. Use ${databases} or \`memory:\`.`,
    );
    const transports = `${databases}, \`nats://<host>\`, \`amqp://<host>\` or \`memory:\``;
    expect(await connectTransport(url).catch(errorText)).toBe(
      `No transport is known for \`${scheme}:\`. Use ${transports}.`,
    );
  });

  it.each([
    ['sqlite:', '`sqlite:` names no path. Write one such as `sqlite:.anywise/bus.db`.'],
    ['sqlite:?synchronous=full', '`sqlite:` names no path. Write one such as `sqlite:.anywise/bus.db`.'],
    ['sqlite:a?synchronous=off', '`synchronous` of the URL is not known. Use `normal` or `full`.'],
    ['postgres://host/a?prepare=no', '`prepare` of the URL is not known. Use `true` or `false`.'],
    [
      'sqlite:a?maxMessageBytes=1MB',
      '`maxMessageBytes` of the URL is not a number of bytes. Write a whole number, such as `4194304`.',
    ],
    [
      'postgres://host/a?maxMessageBytes=-1',
      '`maxMessageBytes` of the URL is not a number of bytes. Write a whole number, such as `4194304`.',
    ],
  ])('`%s` is refused by its adapter', async (url, text) => {
    expect(await store(url).catch(errorText)).toBe(text);
    expect(await connectTransport(url).catch(errorText)).toBe(text);
  });

  it('with a limit that no transport can have is refused by its transport', async () => {
    for (const url of ['sqlite:a?maxMessageBytes=5', 'postgres://host/a?maxMessageBytes=5']) {
      await expect(connectTransport(url)).rejects.toMatchObject({ code: 'INVALID_SETUP' });
    }
  });
});
