import { SpanKind, type Attributes, type SpanOptions } from '@opentelemetry/api';
import { attribute } from './names.js';

/** What the messages of one type have in common. */
export interface Common {
  /** The name of their spans. */
  readonly name: string;
  /** What their spans are made with: what a sampler may ask for. Each adds its own. */
  readonly options: Required<Pick<SpanOptions, 'kind' | 'attributes'>>;
  /** The attributes of their metrics. */
  readonly measured: Attributes;
}

const system = { [attribute.system]: 'anywise' };
/** Names of types that are unknown here come from other services, and there is no end of them. */
const mostKept = 1_000;

/** Makes what messages have in common only once: to make it for each would cost as much as its span. */
export class CommonAttributes {
  readonly #service: string;
  readonly #created = new Map<string, Common>();
  readonly #processed = new Map<string, Map<string, Common>>();
  readonly #sent = new Map<string, Attributes>();

  constructor(service: string) {
    this.#service = service;
  }

  /** Of messages that are created. */
  created(type: string, kind: string): Common {
    const known = this.#created.get(type);
    if (known !== undefined) return known;
    const measured = { ...system, [attribute.operationName]: 'create', [attribute.destination]: type };
    const attributes = { ...measured, [attribute.operationType]: 'create', [attribute.kind]: kind };
    const options = { kind: SpanKind.PRODUCER, attributes };
    return keep(this.#created, type, { name: `create ${type}`, options, measured });
  }

  /** Of messages that a listener handles. */
  processed(listener: string, type: string): Common {
    const ofListener = this.#processed.get(listener) ?? keep(this.#processed, listener, new Map<string, Common>());
    const known = ofListener.get(type);
    if (known !== undefined) return known;
    const measured = {
      ...system,
      [attribute.operationName]: 'process',
      [attribute.destination]: type,
      [attribute.subscription]: listener,
      [attribute.consumerGroup]: this.#service,
    };
    const options = { kind: SpanKind.CONSUMER, attributes: { ...measured, [attribute.operationType]: 'process' } };
    return keep(ofListener, type, { name: `process ${type}`, options, measured });
  }

  /** The attributes of the metrics of messages that are handed to the transport. */
  sent(type: string): Attributes {
    const known = this.#sent.get(type);
    if (known !== undefined) return known;
    return keep(this.#sent, type, { ...system, [attribute.operationName]: 'send', [attribute.destination]: type });
  }
}

function keep<T>(kept: Map<string, T>, key: string, value: T): T {
  if (kept.size < mostKept) kept.set(key, value);
  return value;
}
