/** A connection to the database that could not be made, or ended. `code` tells how. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';

  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}
