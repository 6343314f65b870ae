import { describe, expect, test } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import { health, type Checkable } from './health.js';

const app = (check: Checkable['check'], timeoutMs?: number) =>
  express().use(health({ check }, timeoutMs === undefined ? {} : { timeoutMs }));

const notReady = (...reasons: string[]) => ({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail: 'Not ready.',
  reasons,
});

test('a process that answers is live, ready or not', async () => {
  const answer = await request(app(async () => ['the database is away'])).get('/health/live');
  expect([answer.status, answer.body]).toEqual([200, { status: 'live' }]);
  expect(answer.headers['cache-control']).toBe('no-store');
});

describe('a process', () => {
  test('is ready where its check finds nothing', async () => {
    const answer = await request(app(async () => [])).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready' }]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test('says why it is not ready', async () => {
    const check = async () => ['the database is away', 'the outbox is stuck'];
    const answer = await request(app(check)).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, notReady('the database is away', 'the outbox is stuck')]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['rejects', () => Promise.reject(new Error('no route to host'))],
    [
      'throws',
      () => {
        throw new Error('no route to host');
      },
    ],
  ])('is not ready where its check %s', async (_how, check) => {
    const answer = await request(app(check)).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, notReady('no route to host')]);
  });

  test('is not ready where its check takes too long', async () => {
    const answer = await request(app(() => new Promise(() => undefined), 20)).get('/health/ready');
    expect([answer.status, answer.body]).toEqual([503, notReady('the check took longer than 20 ms')]);
  });
});
