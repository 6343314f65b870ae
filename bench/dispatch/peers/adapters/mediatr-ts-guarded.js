// Behaviours are state of the module and run around every request, so the case with behaviours needs its own process.
import 'reflect-metadata';
import { Mediator, RequestData, pipelineBehavior, requestHandler } from 'mediatr-ts';
import { handle, ran } from '../../src/domain.js';

export default async function mediatrTsGuarded() {
  requestHandler(Ping)(PingHandler);
  for (let count = 0; count < 3; count++) pipelineBehavior()(guard());
  const mediator = new Mediator();

  return {
    send3: [{ name: 'mediatr-ts', note: 'pipeline behaviours', run: (n) => mediator.send(new Ping(n)) }],
  };
}

class Ping extends RequestData {
  constructor(n) {
    super();
    this.n = n;
  }
}

class PingHandler {
  handle(ping) {
    return handle(ping);
  }
}

function guard() {
  return class {
    async handle(_request, next) {
      ran.guards++;
      const reply = await next();
      return reply;
    }
  };
}
