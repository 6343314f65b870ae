import { describe, expect, it } from '@jest/globals';
import { isKnownDead, nameOf } from './lease-holder.js';
import { startOf, type HolderFacts } from './process-facts.js';

const facts: HolderFacts = {
  bootId: 'boot-1',
  machineId: 'machine-1',
  namespace: 'pid:[4026531836]',
  pid: 42,
  look: (pid) => (pid === 42 ? '1000' : 'gone'),
};
const holder = nameOf(facts, 'bus');

/** What another process sees: the same, except for what is given. */
const seenBy = (change: Partial<HolderFacts>): boolean => isKnownDead(holder, { ...facts, pid: 7, ...change });
const none = (): string => 'gone';

describe('a holder', () => {
  it('is named by its machine, boot, namespace, process and bus', () => {
    expect(holder).toBe('boot-1|machine-1|pid:[4026531836]|42|1000|bus');
  });

  it.each<[why: string, change: Partial<HolderFacts>]>([
    ['no process has its id', { look: none }],
    ['its id belongs to a process that began later', { look: () => '2000' }],
    ['it is an earlier process with the id of the one that asks', { pid: 42, look: () => '2000' }],
  ])('is known to be dead where %s', (_why, change) => {
    expect(seenBy(change)).toBe(true);
  });

  it.each<[why: string, change: Partial<HolderFacts>]>([
    ['its process runs', {}],
    ['it is another bus of the same process', { pid: 42 }],
    ['the machine was started again, or is another with the same name', { bootId: 'boot-2', look: none }],
    ['the machine is another', { machineId: 'machine-2', look: none }],
    ['it is in another container', { namespace: 'pid:[4026532999]', look: none }],
    ['the boot cannot be told', { bootId: undefined, look: none }],
    ['the namespace cannot be told', { namespace: undefined, look: none }],
    ['its process has an id in use, but cannot be looked at', { look: () => undefined }],
  ])('is not known to be dead where %s', (_why, change) => {
    expect(seenBy(change)).toBe(false);
  });

  it.each<[what: string, own: Partial<HolderFacts>]>([
    ['boot', { bootId: undefined }],
    ['namespace', { namespace: undefined }],
    ['start', { look: () => undefined }],
  ])('that could not tell its %s is never known to be dead', (_what, own) => {
    const name = nameOf({ ...facts, ...own }, 'bus');
    expect(isKnownDead(name, { ...facts, ...own, look: none })).toBe(false);
    expect(isKnownDead(name, { ...facts, look: none })).toBe(false);
  });

  it.each(['', 'elsewhere', 'host/pid:[4026531836]|42|1764198000000|bus', 'boot-1|machine-1|pid:[4026531836]|0|1|bus'])(
    'with a name of another form is not known to be dead: %p',
    (name) => {
      expect(isKnownDead(name, { ...facts, look: none })).toBe(false);
    },
  );
});

describe('the start of a process', () => {
  const rest = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 563643 20';

  it.each([
    [`42 (node) S ${rest}`, '563643'],
    [`42 (a) R 1 (b c)) S ${rest}`, '563643'],
    [`42 (node) Z ${rest}`, 'gone'],
    [`42 (node) X ${rest}`, 'gone'],
    ['', undefined],
    [undefined, undefined],
  ])('is read from %p as %p', (stat, start) => {
    expect(startOf(stat)).toBe(start);
  });
});
