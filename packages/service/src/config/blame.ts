import { AnywiseError } from 'anywise';

/** Says in the error of something that is configured by a variable which variable that is. */
export async function blame<T>(variable: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    if (!AnywiseError.is(error)) throw error;
    throw new AnywiseError(error.code, `\`${variable}\`: ${error.message}`, { cause: error });
  });
}
