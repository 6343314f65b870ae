import { expect, it } from '@jest/globals';
import { clashInSlice } from './clashes.js';
import { checkSliceName, checkUseCaseName, kebabOf } from './names.js';

const surroundings = {
  taken: new Map([
    ['orders', 'a slice `orders`'],
    ['service', 'the package `packages/service`'],
    ['customer-orders', 'a slice `customer-orders`'],
  ]),
  clash: clashInSlice,
};

it.each([
  'shipping',
  'gift-cards',
  'v2',
  'a-1',
  'orders-2',
  'x'.repeat(40),
  'x',
  'model-s',
  'plan-b',
  'users',
  'groups',
  'selects',
  'tables',
  'views',
  'bodies',
  'data',
  'logs',
  'news',
  'items-2',
  'statuses',
  'keys',
  'buses',
  'documents',
  'sessions',
])('takes `%s`', (name) => {
  expect(checkSliceName(name, surroundings)).toBeUndefined();
});

const kebab = 'is not kebab-case: lower-case letters and digits, starting with a letter, words joined by `-`';

it.each([
  ['Shipping', kebab, 'shipping'],
  ['giftCards', kebab, 'gift-cards'],
  ['gift_cards', kebab, 'gift-cards'],
  ['gift cards', kebab, 'gift-cards'],
  ['-gift--cards-', kebab, 'gift-cards'],
  ['@anywise/gifts', kebab, 'customer-anywise-gifts'],
  ['@shop/gifts', kebab, 'shop-gifts'],
  ['../gifts', kebab, 'gifts'],
  ['2gifts', kebab, 'gifts'],
  ['Crème', kebab, 'creme'],
  ['', kebab, 'parcels'],
  ['42', kebab, 'parcels'],
  ['Orders', kebab, 'orders-desk'],
  ['x'.repeat(41), 'is longer than 40 letters', 'x'.repeat(40)],
  ['orders', 'is taken: there is a slice `orders` already', 'orders-desk'],
  ['service', 'is taken: there is the package `packages/service` already', 'customer-service'],
  ['fs', 'is the name of a Node module', 'customer-fs'],
  ['test', 'is the name of a Node module', 'customer-test'],
  ['class', 'cannot be used: `class` is a word of JavaScript', 'customer-class'],
  ['classes', 'cannot be used: `class` is a word of JavaScript', 'customer-classes'],
  ['default', 'cannot be used: `default` is a word of JavaScript', 'customer-default'],
  ['dist', 'cannot be used: `dist` is a word of npm and the workspace', 'customer-dist'],
  ['events', 'is the name of a Node module', 'customer-events'],
  ['event', 'cannot be used: `event` is a word of Anywise', 'customer-event'],
  ['commands', 'cannot be used: `commands` is a word of Anywise', 'customer-commands'],
  ['health', 'cannot be used: `health` is a word of Anywise', 'customer-health'],
  ['nul', 'cannot be used: `nul` is a device on Windows', 'customer-nul'],
  ['maps', 'cannot be used: `Map` is a global of JavaScript', 'customer-maps'],
  ['requests', 'cannot be used: `Request` is a global of JavaScript', 'customer-requests'],
  ['bus', 'is the name of the file that the services share, `bus.db`', 'customer-bus'],
  ['sqlite-files', 'begins with `sqlite-`, which is reserved', 'customer-sqlite-files'],
  ['heard', 'cannot be used: the code would have two things called `heard`', 'customer-heard'],
  ['order', 'cannot be used: the code would have two things called `order_id`', 'customer-order'],
  ['z', 'cannot be used: the code would have two things called `z`', 'customer-z'],
  ['apps', 'cannot be used: the code would have two things called `app.ts`', 'customer-apps'],
  ['pages', 'cannot be used: the code would have two things called `Page`', 'customer-pages'],
])('refuses `%s`, says why, and suggests another', (name, wrong, better) => {
  expect(checkSliceName(name, surroundings)).toBe(`\`${name}\` ${wrong}. Try \`${better}\`.`);
  expect(checkSliceName(better, surroundings)).toBeUndefined();
});

it.each([
  ['refund-payment', undefined],
  ['x'.repeat(60), undefined],
  ['x'.repeat(61), `\`${'x'.repeat(61)}\` is longer than 60 letters. Try \`${'x'.repeat(40)}\`.`],
  ['refundPayment', `\`refundPayment\` ${kebab}. Try \`refund-payment\`.`],
  ['delete', '`delete` cannot be used: `delete` is a word of JavaScript. Try `customer-delete`.'],
  ['app', '`app` cannot be used: the code would have two things called `app`. Try `customer-app`.'],
])('checks the name of a use case: %s', (name, problem) => {
  expect(checkUseCaseName(name, (each) => (each === 'app' ? 'app' : undefined))).toBe(problem);
});

it('makes names of any text', () => {
  expect(['HTTPProxy', 'Café au lait', 'a'.repeat(39) + '-b', '!?'].map(kebabOf)).toEqual([
    'httpproxy',
    'cafe-au-lait',
    'a'.repeat(39),
    '',
  ]);
});
