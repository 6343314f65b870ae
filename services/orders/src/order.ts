import type { Order } from '@anywise/contracts/orders';
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
}

/** Orders as they are stored. What it writes commits with the message that is being handled. */
@injectable()
export class OrderRepository {
  constructor(@inject(SqlTransaction) private readonly sql: SqlTransaction) {}

  /** @param cancellationId the command that cancels it if it is not paid in time. */
  async add(order: Order, cancellationId: string): Promise<void> {
    await this.sql.run(
      `INSERT INTO customer_order
         (order_id, customer_id, amount, currency, status, payment_id, placed_at, cancellation_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      order.orderId,
      order.customerId,
      order.amount,
      order.currency,
      order.status,
      order.paymentId,
      order.placedAt,
      cancellationId,
    );
  }

  /** The command that cancels the order if it is not paid in time. */
  async cancellationOf(orderId: string): Promise<string | undefined> {
    const sql = 'SELECT cancellation_id FROM customer_order WHERE order_id = ?';
    const row = await this.sql.get<{ cancellation_id: string | null }>(sql, orderId);
    return row?.cancellation_id ?? undefined;
  }

  async find(orderId: string): Promise<Order | undefined> {
    const row = await this.sql.get<OrderRow>('SELECT * FROM customer_order WHERE order_id = ?', orderId);
    return row === undefined ? undefined : orderOf(row);
  }

  /** Up to `limit` orders, the newest first, that come after the order called `after`. */
  async list(limit: number, after: string | undefined): Promise<readonly Order[]> {
    const rows = await this.sql.all<OrderRow>(
      `SELECT * FROM customer_order
       WHERE ? IS NULL OR (placed_at, order_id) < (SELECT placed_at, order_id FROM customer_order WHERE order_id = ?)
       ORDER BY placed_at DESC, order_id DESC LIMIT ?`,
      after ?? null,
      after ?? null,
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
