import type { Todo, TodoEvent } from '@anywise/contracts/todos';
import { TodoCompleted, TodoCreated, TodoRenamed } from '@anywise/contracts/todos';
import { describeService, startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from './app.js';

const tea = { title: 'Tea', content: 'green' };

describeService(app, { create: { path: '/todos', body: tea } });

it('creates, renames and completes a todo, and tells what happened to it', async () => {
  await using todos = await startTestService(app);
  const created = await todos.request.post('/todos').send(tea);
  const { todoId } = created.body as Todo;
  const path = `/todos/${todoId}`;
  expect([created.status, created.headers.location]).toEqual([201, path]);
  expect(created.body).toEqual({ todoId: expect.stringMatching(/^[\da-f-]{36}$/), ...tea, isCompleted: false });

  const renamed = await todos.request.post(`${path}/rename`).send({ title: ' Coffee ' });
  expect([renamed.status, renamed.body]).toEqual([200, { todoId, ...tea, title: 'Coffee', isCompleted: false }]);
  for (const _again of [1, 2]) {
    const completed = await todos.request.post(`${path}/complete`).send({});
    expect([completed.status, completed.body]).toEqual([200, { ...renamed.body, isCompleted: true }]);
  }
  const shown = await todos.request.get(path);
  expect([shown.status, shown.body]).toEqual([200, { ...renamed.body, isCompleted: true }]);
  expect((await todos.request.get('/todos')).body).toEqual({ items: [shown.body], nextCursor: null });

  const events = await todos.request.get(`${path}/events`);
  const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown as string;
  expect(events.body).toEqual([
    { version: 1, type: 'todos.todo-created', timestamp, data: { todoId, ownerId: 'ada', ...tea } },
    { version: 2, type: 'todos.todo-renamed', timestamp, data: { todoId, title: 'Coffee' } },
    { version: 3, type: 'todos.todo-completed', timestamp, data: { todoId } },
  ]);
});

it('loses none of many changes at once', async () => {
  await using todos = await startTestService(app);
  const created = await todos.request.post('/todos').send(tea);
  const path = `/todos/${(created.body as Todo).todoId}`;
  const titles = Array.from({ length: 20 }, (_, n) => `title ${n}`);
  const answers = await Promise.all(titles.map((title) => todos.request.post(`${path}/rename`).send({ title })));
  expect(answers.map(({ status }) => status)).toEqual(titles.map(() => 200));
  const events = (await todos.request.get(`${path}/events`)).body as TodoEvent[];
  expect(events.map(({ version }) => version)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
  const { title } = (await todos.request.get(path)).body as Todo;
  expect(events.at(-1)?.data).toMatchObject({ title });
  expect((await todos.request.get('/todos')).body).toMatchObject({ items: [{ title }] });
});

it('tells the other services, in order', async () => {
  await using todos = await startTestService(app);
  const heard: string[] = [];
  const ear = on(TodoCreated, TodoRenamed, TodoCompleted)
    .named('ear')
    .listen(({ type }) => void heard.push(type));
  await todos.join(new MessageRegistry('ear').register(ear));
  const { todoId } = (await todos.request.post('/todos').send(tea)).body as Todo;
  await todos.request.post(`/todos/${todoId}/rename`).send({ title: 'Coffee' });
  await todos.request.post(`/todos/${todoId}/complete`).send({});
  const all = ['todos.todo-created', 'todos.todo-renamed', 'todos.todo-completed'];
  await eventually(() => expect(heard).toEqual(all));
});

it('creates once for one key, and refuses the key for another body', async () => {
  await using todos = await startTestService(app);
  const create = (body: object) => todos.request.post('/todos').set('idempotency-key', 'k-1').send(body);
  const first = await create(tea);
  const again = await create(tea);
  const other = await create({ ...tea, title: 'Coffee' });
  expect(again.body).toEqual(first.body);
  expect([first.status, again.status, other.status]).toEqual([201, 201, 409]);
  expect((await todos.request.get('/todos')).body).toEqual({ items: [first.body], nextCursor: null });
});

it('shows a todo to its user and to support, and to others no more than one that is not there', async () => {
  await using todos = await startTestService(app);
  const bob = await todos.as('bob');
  const support = await todos.as('sue', 'support');
  const { todoId } = (await todos.request.post('/todos').send(tea)).body as Todo;
  expect((await support.get(`/todos/${todoId}`)).status).toBe(200);
  for (const rest of ['', '/events']) {
    const hidden = await bob.get(`/todos/${todoId}${rest}`);
    const missing = await bob.get(`/todos/nothing${rest}`);
    expect([hidden.status, hidden.body]).toEqual([404, missing.body]);
  }
  for (const [action, body] of [['rename', { title: 'x' }] as const, ['complete', {}] as const]) {
    const hidden = await bob.post(`/todos/${todoId}/${action}`).send(body);
    const missing = await bob.post(`/todos/nothing/${action}`).send(body);
    expect([hidden.status, hidden.body]).toEqual([404, missing.body]);
  }
  expect((await bob.get('/todos')).body).toEqual({ items: [], nextCursor: null });
});

it.each<[kind: string, body: object, fields: string[]]>([
  ['nothing', {}, ['title', 'content']],
  ['an empty title', { ...tea, title: ' ' }, ['title']],
  ['a title that is too long', { ...tea, title: 'x'.repeat(201) }, ['title']],
  ['a number for the content', { ...tea, content: 1 }, ['content']],
])('refuses %s, and names what is wrong', async (_kind, body, fields) => {
  await using todos = await startTestService(app);
  const response = await todos.request.post('/todos').send(body);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ errors: fields.map((field) => ({ field })) });
});
