import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from '../testing/eventually.js';
import { freePort } from './free-port.js';

/** The script of Debian's `PATH` becomes another user, who may not write to the folders of a test. */
const program = ['/usr/lib/rabbitmq/bin', ...(process.env.PATH ?? '').split(delimiter)]
  .map((folder) => join(folder, 'rabbitmq-server'))
  .find((path) => existsSync(path));

/** Reaches a node without starting another, which takes `rabbitmqctl` seconds. It comes with Erlang. */
const caller = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'erl_call'))
  .find((path) => existsSync(path));

/** Why there is no server for tests; `undefined` if there is one. Where all servers are required, that is an error. */
export function whyNoRabbitmq(): string | undefined {
  if (program !== undefined) return undefined;
  const reason = '`rabbitmq-server` is not installed';
  if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${reason}.`);
  return reason;
}

/** Who may do what. The patterns are those of RabbitMQ's permissions. */
export interface TestUser {
  readonly name: string;
  readonly password: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
}

/** A RabbitMQ server of the tests' own, on a free port, which keeps its data when it is killed. */
export interface RabbitmqServer extends AsyncDisposable {
  readonly port: number;
  readonly place: string;
  /** For the user `guest`. */
  readonly url: string;
  /** `kill -9`, and a new process on the same data. Resolves when it can be used again. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops the process, without ending it, and lets it go on. */
  pause(): void;
  resume(): void;
  /** Runs `rabbitmqctl` on it, and gives what it prints. @param input what it reads. */
  ctl(args: readonly string[], input?: string): Promise<string>;
}

/** How it is set up. */
export interface RabbitmqSetup {
  /** Further lines of its configuration file. */
  readonly configuration?: readonly string[];
  /** Settings in Erlang that have no such line. */
  readonly advanced?: string;
  /** Users besides `guest`. */
  readonly users?: readonly TestUser[];
}

/** A node needs seconds for it, and more on a machine that is busy. */
const startMs = 120_000;

export async function startRabbitmq(setup: RabbitmqSetup = {}): Promise<RabbitmqServer> {
  const { configuration = [], advanced = '[].', users = [] } = setup;
  if (program === undefined) throw new Error('There is no RabbitMQ server to start.');
  const folder = mkdtempSync(join(tmpdir(), 'anywise-rabbitmq-'));
  const [port, distributionPort] = [await freePort(), await freePort()];
  const files = { config: join(folder, 'rabbitmq'), users: join(folder, 'users.json'), env: join(folder, 'env.conf') };
  writeFileSync(files.env, '');
  writeFileSync(join(folder, 'enabled_plugins'), '[].');
  writeFileSync(join(folder, 'advanced.config'), advanced);
  writeFileSync(files.users, JSON.stringify(definitionsOf([guest, ...users])));
  writeFileSync(
    `${files.config}.conf`,
    [`load_definitions = ${files.users}`, 'log.console = false', ...configuration, ''].join('\n'),
  );
  const node = `anywise-${randomBytes(4).toString('hex')}@localhost`;
  const env = {
    ...process.env,
    // The cookie by which nodes and `rabbitmqctl` know each other is in the home folder.
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: files.env,
    RABBITMQ_CONFIG_FILE: files.config,
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_NODENAME: node,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_LOG_BASE: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The process is the server itself, not a shell above it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
  const ctl = join(dirname(program), 'rabbitmqctl');
  let running: ChildProcess | undefined;
  const end = async (): Promise<void> => {
    const ended = running;
    running = undefined;
    if (ended?.kill('SIGKILL') === true) await once(ended, 'exit');
  };
  const evaluate = async (expression: string): Promise<void> => {
    if (caller === undefined) {
      await server.ctl(['eval', expression]);
      return;
    }
    const cookie = readFileSync(join(folder, '.erlang.cookie'), 'utf8');
    const done = promisify(execFile)(caller, ['-sname', node, '-c', cookie, '-e'], { env });
    done.child.stdin?.end(`${expression}\n`);
    const { stdout } = await done;
    // It ends with 0 where the node has refused.
    if (!stdout.startsWith('{ok')) throw new Error(`\`erl_call\` says: ${stdout}`);
  };
  const server: RabbitmqServer = {
    port,
    place: `127.0.0.1:${port}`,
    url: `amqp://guest:guest@127.0.0.1:${port}`,
    async start() {
      const started = spawn(program, [], { env, stdio: 'ignore' });
      running = started;
      await eventually(async () => {
        if (started.exitCode === null) await greets(port);
      }, startMs);
      if (started.exitCode !== null) throw new Error(`The RabbitMQ server has ended with ${started.exitCode}.`);
    },
    async kill() {
      // The server writes half a second later which queues it has: one that was declared right before a kill never answers.
      await evaluate('[dets:sync(Table) || Table <- dets:all()].');
      await end();
    },
    async restart() {
      await server.kill();
      await server.start();
    },
    pause: () => void running?.kill('SIGSTOP'),
    resume: () => void running?.kill('SIGCONT'),
    async ctl(args, input = '') {
      const done = promisify(execFile)(ctl, ['--quiet', ...args], { env });
      done.child.stdin?.end(input);
      return (await done).stdout;
    },
    async [Symbol.asyncDispose]() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

const guest: TestUser = { name: 'guest', password: 'guest', configure: '.*', write: '.*', read: '.*' };

/** @see https://www.rabbitmq.com/docs/definitions */
function definitionsOf(users: readonly TestUser[]): object {
  return {
    vhosts: [{ name: '/' }],
    users: users.map(({ name, password }) => ({
      name,
      password_hash: hashOf(password),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags: [],
      limits: {},
    })),
    permissions: users.map(({ name, configure, write, read }) => ({ user: name, vhost: '/', configure, write, read })),
  };
}

function hashOf(password: string): string {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return Buffer.concat([salt, hash]).toString('base64');
}

/** Whether it answers the header of the protocol, as it does once it has started. */
async function greets(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    socket.write('AMQP\0\0\x09\x01');
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
