import { expect, it } from '@jest/globals';
import { checkSliceName, checkUseCaseName, kebabOf } from './names.js';

const surroundings = {
  taken: new Map([
    ['orders', '`services/orders`'],
    ['service', '`packages/service`'],
    ['customer-orders', '`services/customer-orders`'],
  ]),
  identifiers: new Set(['app', 'heard', 'OrderPlaced']),
};

it.each(['shipping', 'gift-cards', 'v2', 'a-1', 'orders-2', 'x'.repeat(40)])('takes `%s`', (name) => {
  expect(checkSliceName(name, surroundings)).toBeUndefined();
});

const kebab = 'is not kebab-case: small letters and digits, a letter first, words joined by `-`';

it.each([
  ['Shipping', kebab, 'shipping'],
  ['giftCards', kebab, 'gift-cards'],
  ['gift_cards', kebab, 'gift-cards'],
  ['gift cards', kebab, 'gift-cards'],
  ['-gift--cards-', kebab, 'gift-cards'],
  ['@anywise/gifts', kebab, 'anywise-gifts'],
  ['../gifts', kebab, 'gifts'],
  ['2gifts', kebab, 'gifts'],
  ['Crème', kebab, 'creme'],
  ['', kebab, 'parcels'],
  ['42', kebab, 'parcels'],
  ['Orders', kebab, 'orders-desk'],
  ['x'.repeat(41), 'is longer than 40 letters', 'x'.repeat(40)],
  ['orders', 'is taken by `services/orders`', 'orders-desk'],
  ['service', 'is taken by `packages/service`', 'customer-service'],
  ['fs', 'is the name of a module of Node', 'customer-fs'],
  ['test', 'is the name of a module of Node', 'customer-test'],
  ['class', 'cannot be used: `class` is a word of JavaScript', 'customer-class'],
  ['classes', 'cannot be used: `class` is a word of JavaScript', 'customer-classes'],
  ['dist', 'cannot be used: `dist` is a word of npm and the workspace', 'customer-dist'],
  ['commands', 'cannot be used: `commands` is a word of Anywise', 'customer-commands'],
  ['nul', 'cannot be used: `nul` is a device on Windows', 'customer-nul'],
  ['heard', 'cannot be used: generated code calls something else `heard`', 'customer-heard'],
  ['order-placed', 'cannot be used: generated code calls something else `OrderPlaced`', 'customer-order-placed'],
])('refuses `%s`, says why, and which name to take', (name, wrong, better) => {
  expect(checkSliceName(name, surroundings)).toBe(`\`${name}\` ${wrong}. Take, say, \`${better}\`.`);
  expect(checkSliceName(better, surroundings)).toBeUndefined();
});

it.each([
  ['refund-payment', undefined],
  ['refundPayment', `\`refundPayment\` ${kebab}. Take, say, \`refund-payment\`.`],
  ['delete', '`delete` cannot be used: `delete` is a word of JavaScript. Take, say, `customer-delete`.'],
  ['app', '`app` cannot be used: generated code calls something else `app`. Take, say, `customer-app`.'],
])('checks the name of a use case: %s', (name, problem) => {
  expect(checkUseCaseName(name, surroundings.identifiers)).toBe(problem);
});

it('makes names of any text', () => {
  expect(['HTTPProxy', 'Café au lait', 'a'.repeat(39) + '-b', '!?'].map(kebabOf)).toEqual([
    'httpproxy',
    'cafe-au-lait',
    'a'.repeat(39),
    '',
  ]);
});
