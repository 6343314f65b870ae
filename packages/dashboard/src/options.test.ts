import { describe, expect, it } from '@jest/globals';
import { Anywise, memoryStore, SetupError } from 'anywise';
import { checkDashboardOptions, showsDataByDefault } from './options.js';
import { dashboard, storeSource } from './index.js';

const source = storeSource('orders', memoryStore());
const authorize = () => undefined;

describe('production', () => {
  it.each(['production', 'staging', 'Production', 'prod', '', 'live'])('is what NODE_ENV=%j means', (mode) => {
    expect(() => checkDashboardOptions({}, mode)).toThrow(SetupError);
    expect(() => checkDashboardOptions({ authorize }, mode)).not.toThrow();
    expect(showsDataByDefault(mode)).toBe(false);
  });

  it.each([undefined, 'development', 'test'])('is not what NODE_ENV=%j means', (mode) => {
    expect(() => checkDashboardOptions({}, mode)).not.toThrow();
    expect(showsDataByDefault(mode)).toBe(true);
  });

  it('needs `authorize`, and is told so at once', () => {
    expect(() => checkDashboardOptions({}, 'production')).toThrowErrorMatchingInlineSnapshot(
      `"\`dashboard()\`: \`authorize\` is missing, and \`NODE_ENV\` is "production": say who may see messages and who may replay them"`,
    );
  });
});

it('names every option that is wrong', () => {
  const wrong = { authorize: true, showData: 'yes', base: 'anywise/', sources: [{}], read_only: true };
  expect(() => checkDashboardOptions(wrong as never, 'test')).toThrowErrorMatchingInlineSnapshot(`
    "\`dashboard()\` has 5 problems:
      - \`authorize\` is true, but must be a function
      - \`showData\` is "yes", but must be a boolean
      - \`sources\` is an array, but must be a list of sources, made by \`storeSource(…)\`
      - \`base\` is "anywise/", but must be a path such as \`/anywise\`, without a slash at its end
      - \`read_only\` is not an option. Did you mean \`readOnly\`?"
  `);
});

it('refuses two sources of one name, and none at all', () => {
  expect(() => dashboard([source], { sources: [source] })).toThrow('two sources are called `orders`');
  expect(() => dashboard([])).toThrow('it has no source');
});

it('refuses a bus without a store', () => {
  expect(() => dashboard(new Anywise({ name: 'orders' }))).toThrow('the bus `orders` has no store');
});
