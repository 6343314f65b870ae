import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { runHere } from '../test-support/cli.js';

describe('help', () => {
  it.each([
    { args: ['--help'], first: 'anywise <subject> <action> [options]' },
    { args: ['-h'], first: 'anywise <subject> <action> [options]' },
    { args: ['dead-letters', '--help'], first: 'anywise dead-letters <action> [options]' },
    { args: ['outbox', 'retry', '--help'], first: 'anywise outbox retry [options]' },
    { args: ['inbox', 'status', '--colour', '-h'], first: 'anywise inbox status [options]' },
  ])('is an answer to $args', async ({ args, first }) => {
    const { exitCode, output, errors } = await runHere(args);
    expect({ exitCode, errors, first: output.split('\n')[0] }).toEqual({ exitCode: 0, errors: '', first });
  });

  it.each([
    { args: [], first: 'anywise <subject> <action> [options]' },
    { args: ['dead-letters'], first: 'anywise dead-letters <action> [options]' },
  ])('stands in for the word that is missing after $args', async ({ args, first }) => {
    const { exitCode, output, errors } = await runHere(args);
    expect({ exitCode, output, first: errors.split('\n')[0] }).toEqual({ exitCode: 2, output: '', first });
  });

  it('on everything names every action and exit code', async () => {
    const { output } = await runHere(['--help']);
    expect(output).toMatchInlineSnapshot(`
      "anywise <subject> <action> [options]

      Looks after what a service keeps in its store and on a broker, whether the service runs or not.

      dead-letters: messages that a listener could not handle
        list     lists dead letters, the oldest first
        show     shows dead letters in full: data, error, and what waits for them
        replay   retries dead letters, with all their attempts restored
        edit     changes the data of a dead letter, and keeps the original
        discard  gives up on dead letters for good; messages behind them continue

      outbox: messages that have yet to leave the service
        status   counts the messages that have yet to leave
        parked   lists messages that could not be sent, the oldest first
        retry    retries parked messages
        discard  deletes a parked message for good, so that it is never sent

      scheduled: delayed commands that are not due yet
        list    lists delayed commands, the next due first
        cancel  cancels a delayed command for good, so that it is never handled
        run     makes a delayed command due now

      inbox: messages that listeners have yet to handle
        status  counts the messages that each listener has yet to handle

      processes: the processes that work for a service
        list  lists who works for a service, what waits for it in the transport, and how wrong clocks are

      projections: read models, which are made from the events of entities
        list     lists the versions and generations of each, and how far they are behind
        rebuild  fills the tables of one again from the first event on, beside those that are read
        drop     deletes the tables of one that is no longer read
        faults   lists the events that could not be taken in, and why
        retry    has parked events tried again, and then those that wait for them
        skip     leaves parked events out for good, and has those that wait for them taken in

      sagas: processes that wait for events and for the clock
        list   lists sagas, those that changed last first
        show   shows a saga in full: its state, what it waits for, and each step with what it caused
        retry  retries the dead letters of a saga, with all their attempts restored
        end    ends a saga for good, and cancels its timeouts

      actions: who replayed, edited, discarded, retried, cancelled and ran messages by hand
        list  lists what was done by hand, here and on the dashboard, the newest first

      store: the tables in which a service keeps its messages
        migrate  brings the tables of a store up to date, as a starting service does

      bus: what a service is made of, what it needs of a transport, and what is stuck in it
        describe   lists the messages that a service knows, what handles and hears them, and what is made from its events
        topology   compares what services need of a broker with what is there, and makes what is missing
        dashboard  shows what is stuck, since when, why and what to press, on a page of this machine

      completion: what a shell completes after \`anywise\`
        bash  prints the completion for Bash
        zsh   prints the completion for Zsh
        fish  prints the completion for fish

      Example
        anywise dead-letters list

      More on each: \`anywise <subject> --help\`, \`anywise <subject> <action> --help\`. The version: \`anywise --version\`.

      Exit codes
        0  done
        1  nothing matched, or it could not be done
        2  wrong use
        3  the store or the transport cannot be reached, or is not there
      "
    `);
  });

  it('on an action names its options and an example', async () => {
    const { output } = await runHere(['dead-letters', 'edit', '--help']);
    expect(output).toMatchInlineSnapshot(`
      "anywise dead-letters edit [options]

      Changes the data of a dead letter, and keeps the original.
      Without \`--data\` and \`--data-file\` it opens your editor, $VISUAL or $EDITOR.

      Options
        --id <id>           the message with this id
        --listener <name>   dead letters of this listener
        --source <uri>      dead letters from this sender, such as \`/payments\`
        --data <json>       the new data
        --data-file <path>  a file with the new data; \`-\` reads the standard input
        --envelope          replace the whole envelope, not only \`data\`
        --replay            replay it at once
        --store <url>       where the stores are; default: $ANYWISE_STORE, else \`sqlite:<workspace>/.anywise\`
        --service <name>    whose store; needed if there are several
        --json              print one JSON document
        --help              print this help; also \`-h\`

      Example
        anywise dead-letters edit --id 0b6f7f0e-3f0c-4c59-9a39-2f6f6a1c2f11 --data '{"amount":1250}' --replay

      Exit codes
        0  done
        1  nothing matched, or it could not be done
        2  wrong use
        3  the store or the transport cannot be reached, or is not there
      "
    `);
  });

  it.each(
    ['list', 'show', 'replay', 'edit', 'discard']
      .map((action) => ['dead-letters', action])
      .concat(
        ['status', 'parked', 'retry', 'discard'].map((action) => ['outbox', action]),
        ['list', 'cancel'].map((action) => ['scheduled', action]),
        [['inbox', 'status']],
      ),
  )('on %s %s has an example of it', async (subject, action) => {
    const { output } = await runHere([subject, action, '--help']);
    expect(output).toContain(`Example\n  anywise ${subject} ${action}`);
  });
});

it.each(['--version', '-V'])('%s is answered with the version of the package', async (option) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  await expect(runHere([option])).resolves.toEqual({ exitCode: 0, output: `${version}\n`, errors: '' });
});

describe('wrong use', () => {
  it.each([
    {
      args: ['dead-leters', 'list'],
      errors:
        '`anywise dead-leters` is not known. Did you mean `dead-letters`?\nAfter `anywise` comes `dead-letters`, `outbox`, `scheduled`, `inbox`, `processes`, `projections`, `sagas`, `actions`, `store`, `bus`, `completion`.\n',
    },
    {
      args: ['outbox', 'stats'],
      errors:
        '`anywise outbox stats` is not known. Did you mean `status`?\nAfter `anywise outbox` comes `status`, `parked`, `retry`, `discard`.\n',
    },
    { args: ['outbox', 'status', '--limit', '3'], errors: '`--limit` is not an option here.\n' },
    {
      args: ['dead-letters', 'discard', '--id', 'm-1'],
      errors: 'This cannot be undone. There is no terminal to ask on, so confirm with `--yes`.\n',
    },
    { args: ['dead-letters', 'edit', '--data', '5'], errors: 'Name the message with `--id`.\n' },
    {
      args: ['dead-letters', 'edit', '--id', 'm-1'],
      errors: 'Pass the new data with `--data` or `--data-file`, or set $EDITOR and run this on a terminal.\n',
    },
    {
      args: ['dead-letters', 'edit', '--id', 'm-1', '--data', '5', '--data-file', '-'],
      errors: 'Give either `--data` or `--data-file`, not both.\n',
    },
    { args: ['outbox', 'retry'], errors: 'Select messages with either `--id` or `--all`.\n' },
    {
      args: ['outbox', 'retry', '--id', 'm-1', '--all'],
      errors: 'Select messages with either `--id` or `--all`.\n',
    },
    { args: ['outbox', 'discard', '--yes'], errors: 'Name the message with `--id`.\n' },
    {
      args: ['inbox', 'status', '--store', 'memory:'],
      errors: 'A store in memory lives and dies with its process. Name one such as `sqlite:.anywise`.\n',
    },
    {
      args: ['inbox', 'status', '--store', 'mysql://root:secret@host'],
      errors: 'No store is known for `mysql:`. Name one such as `sqlite:.anywise`.\n',
    },
    {
      args: ['inbox', 'status', '--store', 'data'],
      errors: 'The URL of the store is not of the form `<scheme>:<where>`. Name one such as `sqlite:.anywise`.\n',
    },
  ])('such as $args has exit code 2', async ({ args, errors }) => {
    await expect(runHere(args)).resolves.toEqual({ exitCode: 2, output: '', errors });
  });

  it.each(['replay', 'discard'])('is to %s without saying which', async (action) => {
    const { exitCode, errors } = await runHere(['dead-letters', action]);
    expect({ exitCode, errors }).toEqual({ exitCode: 2, errors: expect.stringContaining('or use `--all`') });
  });
});
