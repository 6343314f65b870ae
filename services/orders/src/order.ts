import type { Order } from '@anywise/contracts/orders';
import { seenBy, type User } from '@anywise/service';
import { SqlTransaction } from 'anywise';
import { inject, injectable } from 'inversify';

interface OrderRow {
  readonly order_id: string;
  readonly customer_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Order['status'];
  readonly payment_id: string | null;
  readonly placed_at: string;
  readonly owner_id: string | null;
}

/** An order and its owner: `undefined` for old orders. */
export interface OwnedOrder extends Order {
  readonly ownerId: string | undefined;
}

/** The stored orders. Writes commit with the message being handled. */
@injectable()
export class OrderRepository {
  constructor(@inject(SqlTransaction) private readonly sql: SqlTransaction) {}

  /** @param owner the user who placed it. */
  async add(order: Order, owner: User): Promise<void> {
    await this.sql.run(
      `INSERT INTO customer_order
         (order_id, customer_id, amount, currency, status, payment_id, placed_at, owner_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      order.orderId,
      order.customerId,
      order.amount,
      order.currency,
      order.status,
      order.paymentId,
      order.placedAt,
      owner.id,
    );
  }

  /** The order of any user: for the service's own work. */
  async find(orderId: string): Promise<OwnedOrder | undefined> {
    const row = await this.sql.get<OrderRow>('SELECT * FROM customer_order WHERE order_id = ?', orderId);
    return row === undefined ? undefined : { ...orderOf(row), ownerId: row.owner_id ?? undefined };
  }

  /** The order, if the user may see it. */
  async findFor(user: User, orderId: string): Promise<Order | undefined> {
    const seen = seenBy(user);
    const sql = `SELECT * FROM customer_order WHERE order_id = ? AND ${seen.sql}`;
    const row = await this.sql.get<OrderRow>(sql, orderId, ...seen.values);
    return row === undefined ? undefined : orderOf(row);
  }

  /** Who placed the order, if the user may see it; `null` for an old order, whose owner was not recorded. */
  async ownerFor(user: User, orderId: string): Promise<{ readonly id: string | null } | undefined> {
    const seen = seenBy(user);
    const sql = `SELECT owner_id FROM customer_order WHERE order_id = ? AND ${seen.sql}`;
    const row = await this.sql.get<Pick<OrderRow, 'owner_id'>>(sql, orderId, ...seen.values);
    return row === undefined ? undefined : { id: row.owner_id };
  }

  /** Up to `limit` orders that the user may see, the newest first, from the start or after a given one. */
  async listFor(user: User, limit: number, after: Order | undefined): Promise<readonly Order[]> {
    const seen = seenBy(user);
    const position = after === undefined ? [] : [after.placedAt, after.orderId];
    const rows = await this.sql.all<OrderRow>(
      `SELECT * FROM customer_order WHERE ${seen.sql}
       ${after === undefined ? '' : 'AND (placed_at, order_id) < (?, ?)'}
       ORDER BY placed_at DESC, order_id DESC LIMIT ?`,
      ...seen.values,
      ...position,
      limit,
    );
    return rows.map(orderOf);
  }

  async start(orderId: string, paymentId: string): Promise<void> {
    await this.sql.run(
      `UPDATE customer_order SET status = 'started', payment_id = ? WHERE order_id = ?`,
      paymentId,
      orderId,
    );
  }

  async cancel(orderId: string): Promise<void> {
    await this.sql.run(`UPDATE customer_order SET status = 'cancelled' WHERE order_id = ?`, orderId);
  }
}

function orderOf(row: OrderRow): Order {
  return {
    orderId: row.order_id,
    customerId: row.customer_id,
    amount: row.amount,
    currency: row.currency,
    status: row.status,
    paymentId: row.payment_id,
    placedAt: row.placed_at,
  };
}
