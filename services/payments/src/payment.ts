import type { Payment } from '@anywise/contracts/payments';
import { seenBy, type User } from '@anywise/service';
import { SqlTransaction } from 'anywise';
import { inject, injectable } from 'inversify';

interface PaymentRow {
  readonly payment_id: string;
  readonly order_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: Payment['status'];
  readonly rejection: string | null;
  readonly created_at: string;
}

/** The stored payments. Writes commit with the message being handled. */
@injectable()
export class PaymentRepository {
  constructor(@inject(SqlTransaction) private readonly sql: SqlTransaction) {}

  /** @param owner the user who made it. */
  async add(payment: Payment, owner: User): Promise<void> {
    await this.sql.run(
      `INSERT INTO payment (payment_id, order_id, amount, currency, status, rejection, created_at, owner_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      payment.paymentId,
      payment.orderId,
      payment.amount,
      payment.currency,
      payment.status,
      payment.rejection,
      payment.createdAt,
      owner.id,
    );
  }

  /** The payment, if the user may see it. */
  async findFor(user: User, paymentId: string): Promise<Payment | undefined> {
    const seen = seenBy(user);
    const sql = `SELECT * FROM payment WHERE payment_id = ? AND ${seen.sql}`;
    const row = await this.sql.get<PaymentRow>(sql, paymentId, ...seen.values);
    return row === undefined ? undefined : paymentOf(row);
  }

  /** The payment that a user made for an order: the newest, or the newest of those that were not rejected. */
  async findOf(orderId: string, ownerId: string | null): Promise<Payment | undefined> {
    const row = await this.sql.get<PaymentRow>(
      `SELECT * FROM payment WHERE order_id = ? AND ${ownerId === null ? 'owner_id IS NULL' : 'owner_id = ?'}
       ORDER BY CASE status WHEN 'rejected' THEN 1 ELSE 0 END, created_at DESC, payment_id DESC LIMIT 1`,
      orderId,
      ...(ownerId === null ? [] : [ownerId]),
    );
    return row === undefined ? undefined : paymentOf(row);
  }

  /** Up to `limit` payments that the user may see, the newest first, from the start or after a given one. */
  async listFor(user: User, limit: number, after: Payment | undefined): Promise<readonly Payment[]> {
    const seen = seenBy(user);
    const position = after === undefined ? [] : [after.createdAt, after.paymentId];
    const rows = await this.sql.all<PaymentRow>(
      `SELECT * FROM payment WHERE ${seen.sql}
       ${after === undefined ? '' : 'AND (created_at, payment_id) < (?, ?)'}
       ORDER BY created_at DESC, payment_id DESC LIMIT ?`,
      ...seen.values,
      ...position,
      limit,
    );
    return rows.map(paymentOf);
  }

  async reject(paymentId: string, reason: string): Promise<void> {
    await this.sql.run(`UPDATE payment SET status = 'rejected', rejection = ? WHERE payment_id = ?`, reason, paymentId);
  }
}

function paymentOf(row: PaymentRow): Payment {
  return {
    paymentId: row.payment_id,
    orderId: row.order_id,
    amount: row.amount,
    currency: row.currency,
    status: row.status,
    rejection: row.rejection,
    createdAt: row.created_at,
  };
}
