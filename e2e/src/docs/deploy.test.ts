import { describe, expect, it } from '@jest/globals';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Service } from 'kubernetes-models/v1/Service';
import { parse, parseAllDocuments } from 'yaml';
import { blocksOf, readPage } from './pages.js';

const page = readPage('docs/how-to/deploy.md');
const [manifests = '', hook = ''] = blocksOf(page)
  .filter(({ language }) => language === 'yaml')
  .map(({ lines }) => lines.join('\n'));
const [deployment, service] = parseAllDocuments(manifests).map((document) => document.toJS() as unknown);

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly [Container];
}

const { spec: pod } = (deployment as { spec: { template: { spec: Pod } } }).spec.template;
const [container] = pod.containers;
const valueOf = (name: string): string | undefined => container.env.find((each) => each.name === name)?.value;

/** The seconds that the steps of stopping take at most, by the table of the page: `5 000` and `3 s`. */
const stopping = (/## Stop it([^#]*)/.exec(page.text)?.[1] ?? '')
  .split('\n')
  .flatMap((row) => /\| (?:(\d+) 000|.*\| (\d+) s )/.exec(row)?.slice(1).find(Boolean) ?? [])
  .map(Number);

describe('the example for Kubernetes', () => {
  it('fits the schemas of Kubernetes, with the pause before the signal, too', () => {
    new Deployment(deployment as never).validate();
    new Service(service as never).validate();
    const { containers } = parse(hook) as { containers: readonly [object] };
    const hooked = structuredClone(deployment) as { spec: { template: { spec: { containers: object[] } } } };
    Object.assign(hooked.spec.template.spec.containers[0] ?? {}, { ...containers[0], name: 'payments' });
    new Deployment(hooked as never).validate();
  });

  it('asks what a service answers, at the port that it is given', () => {
    expect(container.livenessProbe.httpGet).toEqual({ path: '/health/live', port: 'http' });
    expect(container.readinessProbe.httpGet).toEqual({ path: '/health/ready', port: 'http' });
    expect(container.ports).toEqual([{ name: 'http', containerPort: Number(valueOf('PAYMENTS_PORT')) }]);
    expect(service).toMatchObject({ spec: { ports: [{ targetPort: 'http' }] } });
  });

  it('sets only variables that services have', () => {
    const known = readPage('packages/service/README.md').text;
    const names = container.env.map(({ name }) => name.replace(/^PAYMENTS_/, '<SLICE>_'));
    expect(names.filter((name) => !known.includes(`\`${name}\``))).toEqual([]);
  });

  it('kills no pod that still stops', () => {
    expect(stopping).toEqual([5, 15, 5, 3]);
    const [pause = NaN] = stopping;
    expect(Number(valueOf('READINESS_DRAIN_MS'))).toBe(pause * 1_000);
    const needed = stopping.reduce((sum, seconds) => sum + seconds, 0);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(needed);
    // With the hook instead, the pause is that of the hook.
    expect(parse(hook)).toMatchObject({ containers: [{ lifecycle: { preStop: { sleep: { seconds: pause } } } }] });
  });
});
