import { expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import { describeWithPostgres, inTestStore } from '../test-support/test-postgres.js';

describeWithPostgres('a scheduled message on PostgreSQL', () => {
  it('that an open transaction cancels blocks nothing, and leaves if that is rolled back', () =>
    inTestStore(async ({ store }) => {
      const scheduling = store.begin({ readOnly: false });
      const due = { delayMs: 0 };
      await scheduling.append({ scheduled: ['a', 'b'].map((id) => ({ envelope: testEnvelope({ id }), due })) });
      await scheduling.commit();
      const cancelling = store.begin({ readOnly: false });
      await expect(cancelling.cancel('a')).resolves.toBe(true);
      const ids = async () => (await store.outbox.sendable(10)).rows.map(({ envelope }) => envelope?.id);
      await expect(ids()).resolves.toEqual(['b']);
      await cancelling.rollback();
      await expect(ids()).resolves.toEqual(['a', 'b']);
    }));

  it('cannot be cancelled once it may leave', () =>
    inTestStore(async ({ store }) => {
      const scheduling = store.begin({ readOnly: false });
      await scheduling.append({ scheduled: [{ envelope: testEnvelope({ id: 'a' }), due: { delayMs: 0 } }] });
      await scheduling.commit();
      await store.outbox.sendable(10);
      const cancelling = store.begin({ readOnly: false });
      await expect(cancelling.cancel('a')).resolves.toBe(false);
      await cancelling.rollback();
    }));
});
