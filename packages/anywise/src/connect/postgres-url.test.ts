import { describe, expect, it } from '@jest/globals';
import { readPostgresUrl } from './postgres-url.js';

describe('a PostgreSQL URL', () => {
  it('keeps for the driver what is not of this library', () => {
    expect(
      readPostgresUrl(
        'postgres://ada:s%20s@db:5433/shop?sslmode=require&schema=late&prepare=false&maxConnections=40&maxMessageBytes=2048&statementTimeoutMs=60000&listenUrl=postgres%3A%2F%2Fada%3As%2520s%40direct%2Fshop%3Fsslmode%3Drequire',
      ),
    ).toEqual({
      url: 'postgres://ada:s%20s@db:5433/shop?sslmode=require',
      listenUrl: 'postgres://ada:s%20s@direct/shop?sslmode=require',
      schema: 'late',
      prepare: false,
      maxConnections: 40,
      maxMessageBytes: 2048,
      statementTimeoutMs: 60_000,
    });
    expect(readPostgresUrl('postgresql:///shop')).toEqual({
      url: 'postgresql:///shop',
      listenUrl: undefined,
      schema: undefined,
      prepare: true,
      maxConnections: undefined,
      maxMessageBytes: undefined,
      statementTimeoutMs: undefined,
    });
  });

  it.each([
    [
      'postgres://ada:se#cret@[db/shop',
      'The URL of the PostgreSQL database cannot be read. Write `postgres://user:password@host:5432/database`, with special characters percent-encoded.',
    ],
    ['postgres://db/shop?schema=', '`schema=` is empty. Leave it out for the default.'],
    ['postgres://db/shop?prepare=no', '`prepare` of the URL is not known. Use `true` or `false`.'],
    [
      'postgres://db/shop?maxConnections=0',
      '`maxConnections` of the URL is not a valid number of connections. Use a whole number from 2.',
    ],
    [
      'postgres://db/shop?statementTimeoutMs=50',
      '`statementTimeoutMs=50` is not a valid time. Use a whole number of milliseconds from 100.',
    ],
    ...['', 'direct%2Fshop', 'mysql%3A%2F%2Fdirect', 'postgres%3A%2F%2Fada%3Ase%23cret%40%5Bdb'].map((listenUrl) => [
      `postgres://db/shop?listenUrl=${listenUrl}`,
      '`listenUrl` cannot be read. Write `postgres://user:password@host:5432/database`, percent-encoded as a whole where it is part of another URL.',
    ]),
  ])('that says %s is refused, and not shown', (url, message) => {
    expect(() => readPostgresUrl(url)).toThrow(message);
  });
});
