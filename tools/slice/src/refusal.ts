/** A request that cannot be fulfilled. Its message says what is wrong and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /** @param exitCode 1 if the state of the workspace prevents it, 2 if the command is invalid. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
