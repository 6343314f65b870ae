import type { Payment } from '@anywise/contracts/payments';
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

/** Payments as they are stored. What it writes commits with the message that is being handled. */
@injectable()
export class PaymentRepository {
  constructor(@inject(SqlTransaction) private readonly sql: SqlTransaction) {}

  async add(payment: Payment): Promise<void> {
    await this.sql.run(
      'INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)',
      payment.paymentId,
      payment.orderId,
      payment.amount,
      payment.currency,
      payment.status,
      payment.rejection,
      payment.createdAt,
    );
  }

  async find(paymentId: string): Promise<Payment | undefined> {
    const row = await this.sql.get<PaymentRow>('SELECT * FROM payment WHERE payment_id = ?', paymentId);
    return row === undefined ? undefined : paymentOf(row);
  }

  /** Up to `limit` payments, the newest first, that come after the payment called `after`. */
  async list(limit: number, after: string | undefined): Promise<readonly Payment[]> {
    const rows = await this.sql.all<PaymentRow>(
      `SELECT * FROM payment
       WHERE ? IS NULL OR (created_at, payment_id) < (SELECT created_at, payment_id FROM payment WHERE payment_id = ?)
       ORDER BY created_at DESC, payment_id DESC LIMIT ?`,
      after ?? null,
      after ?? null,
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
