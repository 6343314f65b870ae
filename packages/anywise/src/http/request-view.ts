/** What a route reads of a request, whatever the framework. */
export interface RequestView<Request> {
  /** The framework's own object, for what users write. */
  readonly request: Request;
  readonly query: object;
  readonly params: object;
  /** `undefined` where there is none. */
  readonly body: unknown;
  header(name: string): string | undefined;
}
