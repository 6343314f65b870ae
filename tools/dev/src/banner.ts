import type { ServiceConfig } from '@anywise/service';
import { shownUrl } from '@anywise/service/config';

/** What the banner says about a service. */
type Place = Pick<ServiceConfig, 'slice' | 'port' | 'storeUrl' | 'transportUrl'>;

/** Says where everything is, and how to try it with this token; without one, tokens come from elsewhere. @param dashboard where it is. */
export function composeBanner(services: readonly Place[], token: string | undefined, dashboard?: string): string {
  const places = new Map(services.map(({ slice, port }) => [slice, `http://127.0.0.1:${port}`]));
  const orders = places.get('orders');
  for (const { storeUrl, transportUrl } of services) {
    places.set('store', shownUrl(storeUrl));
    places.set('transport', shownUrl(transportUrl));
  }
  if (dashboard !== undefined) places.set('dashboard', dashboard);
  const width = Math.max(...[...places.keys()].map((name) => name.length));
  const lines = [
    'Everything is ready.',
    '',
    ...[...places].map(([name, url]) => `  ${name.padEnd(width)}  ${url}`),
    '',
    ...(orders === undefined || token === undefined
      ? []
      : ['Place an order:', '', `  ${placeOrder(orders, token)}`, '']),
    ...(token === undefined ? [] : ['Another token: pnpm --silent dev:token [user]']),
    'Stop: Ctrl-C',
  ];
  return `\n${lines.join('\n')}\n\n`;
}

function placeOrder(orders: string, token: string): string {
  const order = JSON.stringify({ customerId: 'c-1', amount: 1250, currency: 'EUR' });
  const headers = `-H 'authorization: Bearer ${token}' -H 'content-type: application/json'`;
  return `curl -s -X POST ${orders}/orders ${headers} -d '${order}'`;
}
