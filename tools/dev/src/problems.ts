import { portVariable } from '@anywise/service/config';
import { describeOccupant, occupantOf, type Address } from './occupant.js';

export interface Endpoint extends Address {
  readonly slice: string;
}

/** Why a service cannot listen on its port, and what to do; `undefined` if it can. */
export async function portProblem(endpoint: Endpoint): Promise<string | undefined> {
  const { slice, port } = endpoint;
  const occupant = port === 0 ? undefined : await occupantOf(endpoint);
  if (occupant === undefined) return undefined;
  const who = describeOccupant(occupant);
  const isSame = occupant.kind === 'service' && occupant.service === slice;
  return [
    `\`${portVariable(slice)}\`: port ${port} is taken by ${who}.`,
    `${isSame ? 'Is `pnpm dev` running already? ' : ''}Stop it, or set \`${portVariable(slice)}\` to a free port.`,
  ].join(' ');
}

/** Why services cannot all listen on their ports: those that are taken, and those that two of them want. */
export async function portProblems(endpoints: readonly Endpoint[]): Promise<readonly string[]> {
  const found = await Promise.all(endpoints.map(portProblem));
  return [
    ...endpoints.flatMap((endpoint) => sharedPort(endpoint, endpoints)),
    ...found.filter((each) => each !== undefined),
  ];
}

function sharedPort({ slice, port }: Endpoint, endpoints: readonly Endpoint[]): readonly string[] {
  const first = endpoints.find((other) => other.port === port);
  if (port === 0 || first === undefined || first.slice === slice) return [];
  return [
    `\`${portVariable(slice)}\`: port ${port} is also the port of \`${first.slice}\`. ` +
      `Set \`${portVariable(slice)}\` or \`${portVariable(first.slice)}\` to a free port.`,
  ];
}

/** The text to show at the very end. */
export function composeProblems(problems: readonly string[]): string {
  return [
    '',
    '`pnpm dev` stopped:',
    '',
    ...problems.map((problem) => `  ${problem.replaceAll('\n', '\n  ')}`),
    '',
  ].join('\n');
}
