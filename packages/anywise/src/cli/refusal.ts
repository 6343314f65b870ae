/** 0 done, 1 nothing matched or it could not be done, 2 wrong use, 3 the store cannot be reached, or is not there. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Something that is not done as asked. Its message is for the one who asked: what is wrong, and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly exitCode: Exclude<ExitCode, 0>,
    message: string,
  ) {
    super(message);
  }
}
