/** Something that cannot be done as asked. Its message says what is wrong and what to do. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  /** @param exitCode 1 if the workspace is in the way, 2 if the command was not understood. */
  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}
