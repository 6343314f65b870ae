import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Container, type BindToFluentSyntax, type ResolutionContext } from 'inversify';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { command } from '../core/message/declare.js';
import { token } from '../core/ports/container.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { inversify, type InversifyAdapter } from './container.js';

class Visit extends command('test.visit', { reply: z.string() }) {}

let made = 0;
class Session {
  readonly name = `session ${++made}`;
  isDisposed = false;

  [Symbol.dispose](): void {
    this.isDisposed = true;
  }
}
class Holder {
  session: Session | undefined;

  constructor(session?: Session) {
    this.session = session;
  }
}
const MakeHolder = token<() => Holder>('MakeHolder');

const visit = on(Visit)
  .inject({ holder: Holder, session: Session })
  .handle(async (_command, _context, { holder, session }) => {
    if (holder.session?.isDisposed === true) throw new Error('was given a session that is over');
    return holder.session === session ? 'same' : 'other';
  });

interface World {
  readonly container: Container;
  readonly adapter: InversifyAdapter;
}

/** A container with a session for each message, made as `bind` says. */
function world(options: object = {}, bind = (to: BindToFluentSyntax<Session>): unknown => to.to(Session)): World {
  const container = new Container({ jitless: false, ...options });
  return { container, adapter: inversify(container).scoped(Session, (to) => void bind(to)) };
}

/** What three visits give, one after the other. */
async function visits({ adapter }: World): Promise<unknown[]> {
  await using bus = await startBus({ items: [visit], container: adapter });
  const outcomes: unknown[] = [];
  for (let sent = 0; sent < 3; sent++) outcomes.push(await bus.send(new Visit()).catch((error: unknown) => error));
  return outcomes;
}

const hold = (context: ResolutionContext): Holder => new Holder(context.get(Session));
const same = ['same', 'same', 'same'];

describe('a factory that asks for a service of the message', () => {
  it('gets it, in the first message as in the later ones', async () => {
    const shop = world();
    shop.container.bind(Holder).toDynamicValue(hold);
    expect(await visits(shop)).toEqual(same);
  });

  it('gets what is itself made by such a factory', async () => {
    const Name = token<string>('Name');
    const shop = world({}, (to) => to.toDynamicValue((context) => (context.get(Name), new Session())));
    shop.adapter.scoped(Name, (to) => void to.toConstantValue('shop'));
    shop.container.bind(Holder).toDynamicValue(hold);
    expect(await visits(shop)).toEqual(same);
  });

  it('gets an asynchronous one if it waits for it', async () => {
    const shop = world({}, (to) => to.toDynamicValue(async () => Promise.resolve(new Session())));
    shop.container.bind(Holder).toDynamicValue(async (context) => new Holder(await context.getAsync(Session)));
    expect(await visits(shop)).toEqual(same);
  });

  it('fails if it does not wait for an asynchronous one, which is disposed of all the same', async () => {
    const sessions: Session[] = [];
    const shop = world({}, (to) =>
      to.toDynamicValue(async () => {
        const session = new Session();
        sessions.push(session);
        return Promise.resolve(session);
      }),
    );
    shop.container.bind(Holder).toDynamicValue(hold);
    for (const outcome of await visits(shop)) expect(String(outcome)).toContain('Unexpected asynchronous service');
    expect(sessions.map(({ isDisposed }) => isDisposed)).toEqual([true, true, true]);
  });

  it.each<[how: string, make: () => Session | Promise<Session>]>([
    [
      'throws',
      () => {
        throw new Error('no sessions today');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('no sessions today'))],
  ])('fails for the reason that the service has, where its making %s', async (_how, make) => {
    const shop = world({}, (to) => to.toDynamicValue(make));
    shop.container.bind(Holder).toDynamicValue(hold);
    for (const outcome of await visits(shop)) expect(outcome).toEqual(new Error('no sessions today'));
  });

  it('may be called in a handler’s constructor, and not after it', async () => {
    const shop = world();
    shop.container.bind(Holder).toResolvedValue((make: () => Holder) => make(), [MakeHolder]);
    shop.container.bind<() => Holder>(MakeHolder).toFactory((context: ResolutionContext) => () => hold(context));
    expect(await visits(shop)).toEqual(same);

    const late = on(Visit)
      .inject({ make: MakeHolder })
      .handle(async (_command, _context, { make }) => make().session?.name ?? 'none');
    const other = world();
    other.container.bind<() => Holder>(MakeHolder).toFactory((context: ResolutionContext) => () => hold(context));
    await using bus = await startBus({ items: [late], container: other.adapter });
    await expect(bus.send(new Visit())).rejects.toMatchObject({ code: 'OUTSIDE_MESSAGE' });
  });
});

describe('a container that makes singletons by default', () => {
  it('makes what belongs to a message anew for each', async () => {
    const shop = world({ defaultScope: 'Singleton' });
    shop.container.bind(Holder).toDynamicValue(hold).inTransientScope();
    expect(await visits(shop)).toEqual(same);
  });

  it('gives each message its own bus', async () => {
    const buses = new Set<Anywise>();
    const shop = world({ defaultScope: 'Singleton' });
    const meet = on(Visit)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        buses.add(anywise);
        return 'met';
      });
    await using bus = await startBus({ items: [meet], container: shop.adapter });
    await bus.send(new Visit());
    await bus.send(new Visit());
    expect(buses.size).toBe(2);
  });
});

describe('a singleton that would keep a service of one message', () => {
  it.each<[how: string, bind: (container: Container) => unknown]>([
    ['a dynamic value', (container) => container.bind(Holder).toDynamicValue(hold).inSingletonScope()],
    [
      'an asynchronous dynamic value',
      (container) =>
        container
          .bind(Holder)
          .toDynamicValue(async (context) => new Holder(await context.getAsync(Session)))
          .inSingletonScope(),
    ],
    [
      'the activation of a class',
      (container) =>
        container
          .bind(Holder)
          .toResolvedValue(() => new Holder(), [])
          .inSingletonScope()
          .onActivation((context, holder) => Object.assign(holder, { session: context.get(Session) })),
    ],
    [
      'the activation of a constant value',
      (container) =>
        container
          .bind(Holder)
          .toConstantValue(new Holder())
          .onActivation((context, holder) => Object.assign(holder, { session: context.get(Session) })),
    ],
    [
      'what a factory keeps',
      (container) => {
        container.bind<() => Holder>(MakeHolder).toFactory((context: ResolutionContext) => {
          const holder = hold(context);
          return () => holder;
        });
        container.bind(Holder).toResolvedValue((make: () => Holder) => make(), [MakeHolder]);
      },
    ],
    [
      'the bus of one message',
      (container) =>
        container
          .bind(Holder)
          .toDynamicValue((context) => new Holder(context.get(Anywise) as never))
          .inSingletonScope(),
    ],
  ])('fails each time: %s', async (_how, bind) => {
    const shop = world();
    bind(shop.container);
    for (const outcome of await visits(shop)) {
      expect(outcome).toMatchObject({
        code: 'INVALID_SETUP',
        message: expect.stringMatching(/is a singleton, but requests/),
      });
    }
  });

  it('fails where it is bound in a parent', async () => {
    const parent = new Container();
    const container = new Container({ parent });
    const adapter = inversify(container).scoped(Session, (to) => void to.to(Session));
    parent.bind(Holder).toDynamicValue(hold).inSingletonScope();
    for (const outcome of await visits({ container, adapter })) expect(outcome).toBeInstanceOf(Error);
  });

  it('says what to do', async () => {
    const shop = world();
    shop.container.bind(Holder).toDynamicValue(hold).inSingletonScope();
    const [outcome] = await visits(shop);
    expect((outcome as Error).message).toMatchInlineSnapshot(
      `"\`Holder\` is a singleton, but requests \`Session\` when it is made, which belongs to one message. Bind \`Holder\` in transient scope, or with \`scoped\` of the adapter."`,
    );
  });
});

describe('a singleton that keeps nothing of a message', () => {
  it('is made once, while a message is handled', async () => {
    let count = 0;
    const shop = world();
    shop.container
      .bind(Holder)
      .toDynamicValue(() => {
        count++;
        return new Holder();
      })
      .inSingletonScope();
    expect(await visits(shop)).toEqual(['other', 'other', 'other']);
    expect(count).toBe(1);
  });
});
