import { app as orders } from '@anywise/orders/app';
import { app as payments } from '@anywise/payments/app';
import { runTogether } from '@anywise/service';

await runTogether([orders, payments]);
