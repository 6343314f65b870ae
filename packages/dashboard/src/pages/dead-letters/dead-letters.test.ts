import { describe, expect, it } from '@jest/globals';
import { memoryStore, type DeadLetters } from 'anywise';
import { eventually } from 'anywise/testing';
import { hiddenFields, openDashboard, textOf } from '../../test-support/dashboard.js';
import { PaymentCreated } from '../../test-support/shop.js';

const listener = 'orders/on-payment-created';

describe('dead letters', () => {
  it('are grouped by what failed, with what they hold up', async () => {
    await using opened = await openDashboard();
    for (const order of ['o-1', 'o-2', 'o-3']) opened.shop.poison.add(order);
    await opened.pay(['o-1', 'o-2', 'o-3'], 1251);
    await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-1', amount: 7, currency: 'EUR' }));
    const groups = await opened.read('/dead-letters');
    expect(groups).toMatch(/^Dead letters 3 messages given up, in 1 group/);
    expect(groups).toContain(
      'The ledger answered … for order …. 3 payments.payment-created → orders/on-payment-created',
    );
    expect(groups).toContain('its keys: 1 message');
    const { text } = await opened.server.ask('/dead-letters');
    expect(text).toContain('<title>(3) Dead letters · Anywise</title>');
  });

  it('of a group are listed from its link, and shown one by one', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 1251);
    const { text } = await opened.server.ask('/dead-letters');
    const [, address = ''] = /<a class="error" href="([^"]*)"/.exec(text) ?? [];
    const list = await opened.server.ask(address.replaceAll('&amp;', '&'));
    expect(textOf(list.text)).toContain(
      'payments.payment-created o-1 The ledger answered 505 for order 4711. 1 its key',
    );
    const [, letter = ''] = /href="(\/dead-letters\/letter[^"]*)"/.exec(list.text) ?? [];
    const shown = await opened.read(letter.replaceAll('&amp;', '&'));
    expect(shown).toContain('1 attempt, holds up key o-1 (nothing waits yet)');
    expect(shown).toContain('The ledger answered 505 for order 4711.');
    expect(shown).toContain('"amount": 1251');
    expect(shown).toContain(`it is ${listener}:/orders:`);
    expect(shown).toContain('TerminalError');
  });

  it('that are gone say so', async () => {
    await using opened = await openDashboard();
    const { status, text } = await opened.server.ask(`/dead-letters/letter?service=orders&listener=a&source=/b&id=c`);
    expect(status).toBe(404);
    expect(textOf(text)).toContain('`a` has no dead letter c. It was replayed or discarded.');
    expect((await opened.server.ask('/dead-letters/letter?service=orders')).status).toBe(400);
    expect((await opened.server.ask('/dead-letters?service=nobody&listener=a')).status).toBe(404);
    expect((await opened.server.ask('/dead-letters?service=orders&listener=a&after=1x')).status).toBe(400);
    expect(await opened.read('/dead-letters')).toContain('No dead letters.');
  });

  it('show what they carry as text, whatever it is', async () => {
    await using opened = await openDashboard();
    const orderId = '</script><script>alert(1)</script>"\'><img src=x onerror=alert(2)>\u001b[2J\u202e';
    opened.shop.poison.add(orderId);
    await opened.pay([orderId]);
    const letter = await opened.firstLetter();
    for (const path of [
      '/',
      '/dead-letters',
      `/dead-letters?service=orders&listener=${encodeURIComponent(listener)}`,
      `/dead-letters/letter?${letter}`,
      `/dead-letters/edit?${letter}`,
      `/dead-letters/edit?${letter}&as=json`,
      `/dead-letters/bulk?${letter}&action=replay`,
      `/dead-letters?service=orders&error=${encodeURIComponent(orderId)}`,
    ]) {
      const { status, text } = await opened.server.ask(path);
      expect([path, status]).toEqual([path, 200]);
      expect(text.replaceAll(/<script src="[^"]*" defer><\/script>/g, '')).not.toMatch(/<\/?script|<img src=x/);
      expect(textOf(text)).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u);
    }
  });
});

describe('a replay', () => {
  it('of one letter by two people at once is one', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const form = Object.fromEntries(await opened.firstLetter());
    opened.shop.poison.clear();
    const answers = await Promise.all([1, 2].map(() => opened.server.ask('/dead-letters/letter', { form })));
    const said = answers.map(({ text }) => /<h1>([^<]*)/.exec(text)?.[1]).sort();
    expect(said).toEqual(['Nothing was replayed', 'Replayed']);
    await eventually(() => expect(opened.shop.handled).toEqual(['o-1 1250']));
    expect((await opened.server.ask('/dead-letters/letter', { form })).text).toContain('Nothing was replayed');
  });

  it('of many leaves out those that die after the preview', async () => {
    await using opened = await openDashboard();
    for (const order of ['o-1', 'o-2', 'o-3']) opened.shop.poison.add(order);
    await opened.pay(['o-1', 'o-2']);
    const address = `/dead-letters/bulk?service=orders&listener=${encodeURIComponent(listener)}&action=replay`;
    const preview = await opened.server.ask(address);
    expect(textOf(preview.text)).toContain('Replay 2 dead letters?');
    const form = hiddenFields(preview.text);
    await opened.pay(['o-3']);
    opened.shop.poison.clear();
    const { text } = await opened.server.ask('/dead-letters/bulk', { form });
    expect(textOf(text)).toContain(
      '2 dead letters replayed The database says: 2 of 2 replayed. 1 dead letter of this kind is left',
    );
    await eventually(() => expect(opened.shop.handled.length).toBe(2));
    expect(await opened.store.deadLetters.count({})).toBe(1);
    const again = await opened.server.ask('/dead-letters/bulk', { form });
    expect(textOf(again.text)).toContain('Nothing was replayed');
  });

  it('of many leaves out one that arrived before the preview and dies after it', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    // It waits behind the first, and dies once that is gone.
    await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-1', amount: 2, currency: 'EUR' }));
    const address = `/dead-letters/bulk?service=orders&listener=${encodeURIComponent(listener)}&action=replay`;
    const form = hiddenFields((await opened.server.ask(address)).text);
    await opened.store.deadLetters.discard({});
    await eventually(async () => expect(await opened.store.deadLetters.count({})).toBe(1));
    const { text } = await opened.server.ask('/dead-letters/bulk', { form });
    expect(textOf(text)).toContain('Nothing was replayed The database says: 0 of 1 replayed.');
    expect(await opened.store.deadLetters.count({})).toBe(1);
  });
});

describe('a discard', () => {
  it('happens only once its number is typed', async () => {
    await using opened = await openDashboard();
    for (const order of ['o-1', 'o-2']) opened.shop.poison.add(order);
    await opened.pay(['o-1', 'o-2']);
    const address = `/dead-letters/bulk?service=orders&listener=${encodeURIComponent(listener)}&action=discard`;
    const form = hiddenFields((await opened.server.ask(address)).text);
    for (const typed of ['', '1', '02', 'all', undefined]) {
      const refused = await opened.server.ask('/dead-letters/bulk', {
        form: { ...form, ...(typed !== undefined && { typed }) },
      });
      expect(refused.status).toBe(409);
      expect(textOf(refused.text)).toContain('Nothing was discarded.');
    }
    expect(await opened.store.deadLetters.count({})).toBe(2);
    const { text } = await opened.server.ask('/dead-letters/bulk', { form: { ...form, typed: ' 2 ' } });
    expect(textOf(text)).toContain('2 dead letters discarded');
    expect(await opened.store.deadLetters.count({})).toBe(0);
  });
});

describe('an edit', () => {
  it('is refused with each field that the contract refuses, and keeps what was typed', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const page = await opened.server.ask(`/dead-letters/edit?${await opened.firstLetter()}`);
    const form = { ...hiddenFields(page.text), 'field.amount': '-7', 'field.currency': 'XYZ', then: 'replay' };
    const { status, text } = await opened.server.ask('/dead-letters/edit', { form });
    expect(status).toBe(422);
    expect(textOf(text)).toContain('Nothing was saved. amount: Too small');
    expect(text).toContain('value="XYZ"');
    const wrong = await opened.server.ask('/dead-letters/edit', { form: { ...form, 'field.amount': 'much' } });
    expect(textOf(wrong.text)).toContain('amount: is not a number');
    expect(await opened.store.deadLetters.list({}, { limit: 1 })).toMatchObject([{ original: undefined }]);
  });

  it('that fits is replayed with the new data, and what came is kept', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const letter = await opened.firstLetter();
    const page = await opened.server.ask(`/dead-letters/edit?${letter}`);
    const saved = await opened.server.ask('/dead-letters/edit', {
      form: { ...hiddenFields(page.text), 'field.orderId': 'o-1', 'field.amount': '900', then: 'save' },
    });
    expect(saved.status).toBe(303);
    expect(await opened.read(String(saved.headers.location))).toContain('- "amount": 1250,+ "amount": 900,');
    opened.shop.poison.clear();
    const json = await opened.server.ask(`/dead-letters/edit?${letter}&as=json`);
    const data = { orderId: 'o-1', amount: 901, currency: 'USD', lines: [{ sku: 'A', count: 1 }] };
    const { text } = await opened.server.ask('/dead-letters/edit', {
      form: { ...hiddenFields(json.text), json: JSON.stringify(data), then: 'replay' },
    });
    expect(textOf(text)).toContain('Saved and replayed');
    await eventually(() => expect(opened.shop.handled).toEqual(['o-1 901']));
  });

  it('does not overwrite in silence what another has edited', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const page = await opened.server.ask(`/dead-letters/edit?${await opened.firstLetter()}`);
    const fields = hiddenFields(page.text);
    await opened.server.ask('/dead-letters/edit', { form: { ...fields, 'field.amount': '1', then: 'save' } });
    const { status, text } = await opened.server.ask('/dead-letters/edit', {
      form: { ...fields, 'field.amount': '2', then: 'save' },
    });
    expect(status).toBe(422);
    expect(textOf(text)).toContain('Someone else has edited it in the meantime.');
    const [letter] = await opened.store.deadLetters.list({}, { limit: 1 });
    expect(letter?.json).toContain('"amount":1,');
    await opened.server.ask('/dead-letters/edit', {
      form: { ...hiddenFields(text), 'field.amount': '2', then: 'save' },
    });
    const [last] = await opened.store.deadLetters.list({}, { limit: 1 });
    expect(last?.json).toContain('"amount":2,');
  });

  it('by two people at once is one', async () => {
    const store = memoryStore();
    const { deadLetters } = store;
    // As that of a database, which takes its time.
    const list: DeadLetters['list'] = async (...asked) => {
      const letters = await deadLetters.list(...asked);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return letters;
    };
    const slow = new Proxy(deadLetters, {
      get: (of, name) => (name === 'list' ? list : (Reflect.get(of, name) as (typeof of)['edit']).bind(of)),
    });
    await using opened = await openDashboard({}, { ...store, deadLetters: slow });
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const page = await opened.server.ask(`/dead-letters/edit?${await opened.firstLetter()}`);
    const fields = hiddenFields(page.text);
    const answers = await Promise.all(
      ['1', '2', '3'].map((amount) =>
        opened.server.ask('/dead-letters/edit', { form: { ...fields, 'field.amount': amount, then: 'save' } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422, 422]);
  });

  it('keeps what no field of a form can show', async () => {
    await using opened = await openDashboard();
    const orderId = 'o\u001b[2J\u202e"\r\n\t<b>';
    opened.shop.poison.add(orderId);
    await opened.pay([orderId]);
    const page = await opened.server.ask(`/dead-letters/edit?${await opened.firstLetter()}`);
    const [, shown = ''] = /name="field.orderId"[^>]*>([^<]*)<\/textarea>/.exec(page.text) ?? [];
    const form = { ...hiddenFields(page.text), 'field.orderId': textOf(shown), 'field.amount': '7', then: 'save' };
    expect((await opened.server.ask('/dead-letters/edit', { form })).status).toBe(303);
    const [letter] = await opened.store.deadLetters.list({}, { limit: 1 });
    expect(JSON.parse(letter?.json ?? '')).toMatchObject({ data: { orderId, amount: 7 } });
  });

  it('of what is no JSON or nested too deep, or of a letter that is gone, changes nothing', async () => {
    await using opened = await openDashboard();
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const page = await opened.server.ask(`/dead-letters/edit?${await opened.firstLetter()}&as=json`);
    const form = { ...hiddenFields(page.text), json: '{', then: 'save' };
    for (const json of ['{', '', '['.repeat(20_000) + ']'.repeat(20_000)]) {
      const { status, text } = await opened.server.ask('/dead-letters/edit', { form: { ...form, json } });
      expect(status).toBe(422);
      expect(textOf(text)).toContain('Nothing was saved.');
    }
    await opened.store.deadLetters.discard({});
    expect((await opened.server.ask('/dead-letters/edit', { form })).status).toBe(404);
  });
});

describe('a viewer without a right', () => {
  const paths = (letter: URLSearchParams) =>
    [
      ['replay', '/dead-letters/letter', Object.fromEntries(letter)],
      [
        'replay',
        '/dead-letters/bulk',
        { ...Object.fromEntries(letter), action: 'replay', upTo: '99', at: '1', count: '1' },
      ],
      [
        'discard',
        '/dead-letters/bulk',
        { ...Object.fromEntries(letter), action: 'discard', upTo: '99', at: '1', count: '1', typed: '1' },
      ],
      ['edit', '/dead-letters/edit', { ...Object.fromEntries(letter), as: 'json', json: '{}', then: 'save' }],
      ['replay', '/dead-letters/edit', { ...Object.fromEntries(letter), as: 'json', json: '{}', then: 'replay' }],
    ] as const;

  it.each([
    ['may only look', { authorize: () => ({ user: 'ada' }) }],
    ['has no rights by name', { authorize: () => ({ user: 'ada', may: [] }) }],
    ['may act where all is read-only', { authorize: () => ({ user: 'ada', may: 'act' as const }), readOnly: true }],
    ['is at this machine, which is read-only', { readOnly: true }],
  ])('sees no button, and is refused at every form, if one %s', async (_who, options) => {
    await using opened = await openDashboard(options);
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const letter = await opened.firstLetter();
    const { text } = await opened.server.ask(`/dead-letters/letter?${letter}`);
    expect(text).not.toMatch(/method="post"|dead-letters\/(?:edit|bulk)/);
    expect((await opened.server.ask('/')).text).not.toContain('/dead-letters/bulk');
    for (const [, path, form] of paths(letter)) expect((await opened.server.ask(path, { form })).status).toBe(403);
    for (const path of ['edit', 'bulk']) {
      expect((await opened.server.ask(`/dead-letters/${path}?${letter}&action=replay`)).status).toBe(403);
    }
    expect(await opened.store.deadLetters.count({})).toBe(1);
  });

  it.each(['replay', 'edit', 'discard'] as const)('has the others: with %s alone', async (right) => {
    await using opened = await openDashboard({ authorize: () => ({ user: 'ada', may: [right] }) });
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const letter = await opened.firstLetter();
    for (const [needs, path, form] of paths(letter)) {
      if (needs === right) continue;
      expect([path, (await opened.server.ask(path, { form })).status]).toEqual([path, 403]);
    }
    expect(await opened.store.deadLetters.list({}, { limit: 1 })).toMatchObject([{ original: undefined }]);
  });
});

describe('data', () => {
  it('that is hidden is on no page, and cannot be edited', async () => {
    await using opened = await openDashboard({ showData: false });
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 987_654);
    const letter = await opened.firstLetter();
    for (const path of [
      '/',
      '/dead-letters',
      `/dead-letters/letter?${letter}`,
      `/dead-letters/bulk?${letter}&action=replay`,
    ]) {
      expect((await opened.server.ask(path)).text).not.toContain('987654');
    }
    const { status, text } = await opened.server.ask(`/dead-letters/edit?${letter}`);
    expect([status, text.includes('987654')]).toEqual([403, false]);
  });

  it('that is redacted is shown so, and cannot be edited', async () => {
    const redact = (_type: string, data: unknown) => ({ ...(data as object), amount: 'withheld' });
    await using opened = await openDashboard({ redact });
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1'], 987_654);
    const letter = await opened.firstLetter();
    const { text } = await opened.server.ask(`/dead-letters/letter?${letter}`);
    expect(textOf(text)).toContain('"amount": "withheld"');
    expect(text).not.toContain('987654');
    expect((await opened.server.ask(`/dead-letters/edit?${letter}`)).status).toBe(403);
  });
});
