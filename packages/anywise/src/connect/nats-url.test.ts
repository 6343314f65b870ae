import { expect, it } from '@jest/globals';
import { readNatsUrl } from './nats-url.js';

it.each([
  ['nats://localhost', { servers: ['localhost:4222'] }],
  ['nats://a:4222,b:4333/', { servers: ['a:4222', 'b:4333'] }],
  ['NATS://[::1]:4222', { servers: ['[::1]:4222'] }],
  ['tls://a', { servers: ['a:4222'], tls: true }],
  ['nats://ada:s%40cret@a', { servers: ['a:4222'], user: 'ada', password: 's@cret' }],
  ['nats://t0ken@a', { servers: ['a:4222'], token: 't0ken' }],
  [
    'nats://a?prefix=shop&replicas=3&manage=false&maxMessageBytes=500000',
    { servers: ['a:4222'], prefix: 'shop', replicas: 3, manage: false, maxMessageBytes: 500_000 },
  ],
])('reads %s', (url, expected) => {
  expect(readNatsUrl(url)).toEqual(expected);
});

it.each([
  'nats:',
  'nats://',
  'nats://ada:s3cret@',
  'nats://ada:s3cret@a b',
  'nats://ada:s3cret@a:port',
  'nats://ada:s3cret@a/stream',
  'nats://ada:s3cret%@a',
  'nats://ada:s3cret@a?replicas=0',
  'nats://ada:s3cret@a?manage=maybe',
  'nats://ada:s3cret@a?tenant=x',
  'nats://ada:s3cret@a?maxMessageBytes=many',
])('refuses %s, and does not show it', (url) => {
  let message = '';
  try {
    readNatsUrl(url);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_URL' });
    ({ message } = error as Error);
  }
  expect(message).not.toBe('');
  expect(message).not.toContain('s3cret');
});
