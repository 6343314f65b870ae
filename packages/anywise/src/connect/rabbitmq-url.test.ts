import { expect, it } from '@jest/globals';
import { readRabbitmqUrl } from './rabbitmq-url.js';

it.each([
  ['amqp://localhost', { servers: ['localhost:5672'] }],
  ['amqp://a:5673,b/', { servers: ['a:5673', 'b:5672'] }],
  ['AMQP://[::1]:5672', { servers: ['[::1]:5672'] }],
  ['amqps://a', { servers: ['a:5671'], tls: true }],
  ['amqp://a/%2Fshop%20one', { servers: ['a:5672'], vhost: '/shop one' }],
  ['amqp://ada:s%40cret@a/shop', { servers: ['a:5672'], user: 'ada', password: 's@cret', vhost: 'shop' }],
  ['amqp://ada@a', { servers: ['a:5672'], user: 'ada' }],
  [
    'amqp://a?prefix=shop&replicas=3&manage=false&maxMessageBytes=500000',
    { servers: ['a:5672'], prefix: 'shop', replicas: 3, manage: false, maxMessageBytes: 500_000 },
  ],
])('reads %s', (url, expected) => {
  expect(readRabbitmqUrl(url)).toEqual(expected);
});

it.each([
  'amqp:',
  'amqp://',
  'amqp://ada:s3cret@',
  'amqp://ada:s3cret@a b',
  'amqp://ada:s3cret@a:port',
  'amqp://ada:s3cret@a/one/two',
  'amqp://ada:s3cret%@a',
  'amqp://ada:s3cret@a/%',
  'amqp://ada:s3cret@a?replicas=0',
  'amqp://ada:s3cret@a?replicas=s3cret',
  'amqp://ada:s3cret@a?manage=s3cret',
  'amqp://ada:s3cret@a?s3cret=x',
  'amqp://ada:s3cret@a?maxMessageBytes=s3cret',
  'amqp://ada:/s3cret@a',
  'amqp://ada:?s3cret@a',
])('refuses %s, and does not show it', (url) => {
  let message = '';
  try {
    readRabbitmqUrl(url);
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_URL' });
    ({ message } = error as Error);
  }
  expect(message).not.toBe('');
  expect(message).not.toContain('s3cret');
});
