import { describe, expect, it } from '@jest/globals';
import { LazySignal } from './lazy-signal.js';

describe('a lazy signal', () => {
  it('is aborted for those who ask afterwards, with the first reason', () => {
    const lazy = new LazySignal();
    lazy.abort(new Error('first'));
    lazy.abort(new Error('second'));
    expect(lazy.signal.aborted).toBe(true);
    expect(lazy.signal.reason).toEqual(new Error('first'));
    expect(lazy.reason).toEqual(new Error('first'));
  });

  it('aborts the signal that was asked for before', () => {
    const lazy = new LazySignal();
    const { signal } = lazy;
    expect(signal.aborted).toBe(false);
    lazy.abort(new Error('stop'));
    expect(signal.aborted).toBe(true);
  });

  it('calls each listener once, but for those removed', () => {
    const lazy = new LazySignal();
    const called: string[] = [];
    const removed = (): void => void called.push('removed');
    lazy.addEventListener('abort', () => called.push('kept'));
    lazy.addEventListener('abort', removed);
    lazy.removeEventListener('abort', removed);
    lazy.abort(new Error('stop'));
    lazy.abort(new Error('again'));
    expect(called).toEqual(['kept']);
  });
});
