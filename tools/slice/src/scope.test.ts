import { expect, it } from '@jest/globals';
import { inScope, packageOf } from './scope.js';
import { createWorkspace } from './testing/workspace.js';

const text = `import { orders } from '@anywise/contracts/orders';
import { run } from '@anywise/service';
{ "name": "@anywise/shipping", "anywise": "workspace:*", "@anywise/dev": "workspace:*", "@anywise/contracts": "workspace:*" }
{ "@anywise/source": "./src/app.ts" } [variables](../../packages/service/README.md#environment)`;

it('changes nothing where Anywise itself is developed', () => {
  using workspace = createWorkspace();
  expect(inScope(workspace.root, text)).toBe(text);
  expect(packageOf(workspace.root, 'shipping')).toBe('@anywise/shipping');
});

it('gives the packages of another workspace its scope, and takes ours from npm', () => {
  using workspace = createWorkspace(new Map([['packages/contracts/package.json', '{ "name": "@shop/contracts" }']]));
  expect(packageOf(workspace.root, 'shipping')).toBe('@shop/shipping');
  expect(inScope(workspace.root, text)).toBe(`import { orders } from '@shop/contracts/orders';
import { run } from '@anywise/service';
{ "name": "@shop/shipping", "anywise": "catalog:", "@anywise/dev": "catalog:", "@shop/contracts": "workspace:*" }
{ "@anywise/source": "./src/app.ts" } [variables](https://www.npmjs.com/package/@anywise/service#environment)`);
});
