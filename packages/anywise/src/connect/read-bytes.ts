import { AnywiseError } from '../core/errors/errors.js';

/** @throws AnywiseError (`INVALID_URL`) if a parameter is not a number of bytes. */
export function readBytes(name: string, value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new AnywiseError(
    'INVALID_URL',
    `\`${name}\` of the URL is not a number of bytes. Write a whole number, such as \`4194304\`.`,
  );
}
