// Nest's microservices over NATS. Its decorators are called as functions, as this is JavaScript.
import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { firstValueFrom } from 'rxjs';
import { natsPlace } from '../../src/urls.js';
import { replyTo } from '../../src/remote/subject.js';

/** @type {import('../../src/remote/subject.js').RemoteSubject} */
export default {
  async asker(url) {
    const { servers, prefix } = natsPlace(url);
    const client = ClientProxyFactory.create({ transport: Transport.NATS, options: { servers: [servers] } });
    await client.connect();
    return {
      ask: (request) => firstValueFrom(client.send(`${prefix}.get-payment`, request)),
      close: async () => client.close(),
    };
  },

  async responder(url) {
    const { servers, prefix } = natsPlace(url);
    class Payments {
      get(request) {
        return replyTo(request);
      }
    }
    const method = Object.getOwnPropertyDescriptor(Payments.prototype, 'get');
    MessagePattern(`${prefix}.get-payment`)(Payments.prototype, 'get', method);
    Controller()(Payments);
    class App {}
    Module({ controllers: [Payments] })(App);
    const app = await NestFactory.createMicroservice(App, {
      transport: Transport.NATS,
      options: { servers: [servers], queue: 'payments' },
      logger: false,
    });
    await app.listen();
    return { close: () => app.close() };
  },
};
