import { describe, expect, it } from '@jest/globals';
import express from 'express';
import request from 'supertest';
import type { Checkable, HealthOptions } from '../http/health.js';
import { health } from './health.js';

const about = { service: 'payments', pid: 42 };

function app(check: Checkable['check'], options: HealthOptions = {}) {
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  return { app: express().use(health({ check }, { about, onError, ...options })), errors };
}

const notReady = (...reasons: string[]) => ({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  detail: 'Not ready.',
  reasons,
  ...about,
});

it('says that a process that answers is live, ready or not, and which process it is', async () => {
  const answer = await request(app(async () => ['the store cannot be used']).app).get('/health/live');
  expect([answer.status, answer.body]).toEqual([200, { status: 'live', ...about }]);
  expect(answer.headers['cache-control']).toBe('no-store');
});

describe.each(['/health/ready', '/health'])('at %s a process', (path) => {
  it('is ready when its check finds nothing', async () => {
    const answer = await request(app(async () => []).app).get(path);
    expect([answer.status, answer.body]).toEqual([200, { status: 'ready', ...about }]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('says why it is not ready', async () => {
    const answer = await request(app(async () => ['the store cannot be used', 'the outbox is stuck']).app).get(path);
    expect([answer.status, answer.body]).toEqual([503, notReady('the store cannot be used', 'the outbox is stuck')]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'))],
    [
      'throws',
      () => {
        throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
      },
    ],
  ])('is not ready when its check %s, and keeps the reason to itself', async (_how, check) => {
    const world = app(check);
    const answer = await request(world.app).get(path);
    expect([answer.status, answer.body]).toEqual([503, notReady('the check failed')]);
    expect(world.errors).toEqual([new Error('connect ECONNREFUSED 10.0.0.7:5432')]);
  });

  it('is not ready when its check takes too long', async () => {
    const answer = await request(app(() => new Promise(() => undefined), { timeoutMs: 20 }).app).get(path);
    expect([answer.status, answer.body]).toEqual([503, notReady('the check took longer than 20 ms')]);
  });
});

it.each([
  ['ready', [], 200],
  ['not ready', ['the relay has not moved for 12 s'], 503],
])(
  'says of a process that is %s how many listeners are saturated, and to strangers not which',
  async (_how, reasons, status) => {
    const target = { check: async () => reasons, saturated: () => ['orders/on-payment', 'orders/on-refund'] };
    const answer = await request(express().use(health(target, { about }))).get('/health/ready');
    expect([answer.status, answer.body]).toMatchObject([status, { saturated: 2, ...about }]);
    expect(answer.text).not.toContain('on-payment');
  },
);

it('tells the check how long it may take, and waits for what it finds by then', async () => {
  const check: Checkable['check'] = ({ timeoutMs = Infinity } = {}) =>
    new Promise((resolve) => setTimeout(() => resolve(['the store did not answer']), timeoutMs));
  const answer = await request(app(check, { timeoutMs: 20 }).app).get('/health/ready');
  expect(answer.body).toEqual(notReady('the store did not answer'));
});

it.each([0, -1, Number.NaN, Infinity, 2 ** 31])('refuses to check for %p ms', (timeoutMs) => {
  expect(() => app(async () => [], { timeoutMs })).toThrow('`health()`: `timeoutMs` is ');
});
