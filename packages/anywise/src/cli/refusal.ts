/** 0 success, 1 nothing matched or it could not be done, 2 wrong usage, 3 the store or the transport cannot be reached or does not exist. */
export type ExitCode = 0 | 1 | 2 | 3;

/** The refusal of a call. Its message tells the user what is wrong, and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly exitCode: Exclude<ExitCode, 0>,
    message: string,
  ) {
    super(message);
  }
}
