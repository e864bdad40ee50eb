/** Error of a database connection that could not be opened, or was lost. `code` is the cause. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';

  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}
