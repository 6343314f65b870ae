import { AnywiseError } from 'anywise';

/** Names the variable in the error of something that it configures. */
export async function blame<T>(variable: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!AnywiseError.is(error)) throw error;
    throw new AnywiseError(error.code, `\`${variable}\`: ${error.message}`, { cause: error });
  });
}
