import { expect, it } from '@jest/globals';
import type { TopologyPart, TopologyReport } from '../../core/ports/topology.js';
import { reportText, unusedText } from './topology-text.js';

const place = 'broker:5672';
const part = (name: string, given: Partial<TopologyPart> = {}): TopologyPart => {
  return { kind: 'queue', name, state: 'present', settings: {}, problems: [], ...given };
};
const report: TopologyReport = {
  place,
  parts: [
    part('shop', { kind: 'exchange', state: 'missing', settings: { type: 'topic', durable: true } }),
    part('shop.orders', { state: 'different', problems: ['it is not durable'] }),
    part('event.orders.placed', { kind: 'binding', queue: 'shop.orders', state: 'unknown' }),
  ],
  commands: ['make shop'],
  notes: ['Bindings are not shown.'],
};

it('a report has a line for each part, what is wrong, and what to do', () => {
  expect(reportText(report, { width: undefined, applied: false })).toMatchInlineSnapshot(`
    "What services need at broker:5672:
    STATE      KIND      NAME                                SETTINGS
    missing    exchange  shop                                type=topic durable=true
    different  queue     shop.orders
    unknown    binding   shop.orders <- event.orders.placed
    The queue \`shop.orders\`: it is not durable.
    Bindings are not shown.
    To make what is missing, run this again with \`--apply\`, or let an administrator run:
      make shop"
  `);
});

it('a report after the attempt to make everything leaves the rest to an administrator', () => {
  const text = reportText(report, { width: undefined, applied: true });
  expect(text).toContain('What is missing could not be made. Let an administrator run:\n  make shop');
  expect(text).not.toContain('--apply');
});

it('a report on what is complete gives no command', () => {
  const text = reportText({ place, parts: [part('shop')], commands: [], notes: [] }, { width: 80, applied: false });
  expect(text).toBe('What services need at broker:5672:\nSTATE    KIND   NAME  SETTINGS\npresent  queue  shop');
});

it('unused things have a line each, and the command that deletes them', () => {
  const unused = [
    { kind: 'queue', name: 'shop.mail', service: 'mail', waiting: 7, command: 'delete shop.mail' },
  ] as const;
  expect(unusedText({ place, unused, notes: ['Looked at `shop.mail`.'] }, undefined)).toMatchInlineSnapshot(`
    "Unused at broker:5672:
    KIND   SERVICE  WAITING  NAME
    queue  mail     7        shop.mail
    Looked at \`shop.mail\`.
    If such a service is gone for good, an administrator deletes what it left, and what waits in it:
      delete shop.mail"
  `);
});

it('nothing unused is said with what was looked at', () => {
  const text = unusedText({ place, unused: [], notes: ['Looked at `shop.mail`.'] }, undefined);
  expect(text).toBe('Nothing without a reader was found at broker:5672.\nLooked at `shop.mail`.');
});
