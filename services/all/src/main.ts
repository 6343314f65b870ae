import { app as orders } from '@anywise/orders/app';
import { app as payments } from '@anywise/payments/app';
import { runTogether } from '@anywise/service';
import { app as todos } from '@anywise/todos/app';

await runTogether([orders, payments, todos]);
