// A service with its dashboard, to be killed: `node killed-service.ts <URL of its store>` tells its address.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dashboard } from '../index.js';
import { openShop } from './shop.js';
import { connectShopStore } from './stores.js';

const [url = ''] = process.argv.slice(2);
const { bus } = openShop(await connectShopStore(url));
await bus.start();
const server = createServer(dashboard(bus)).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
