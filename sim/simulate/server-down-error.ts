/** A server was asked directly while it was down. */
export class ServerDownError extends Error {
  readonly code = 'HOLDFAST_SERVER_DOWN';
  override readonly name = 'ServerDownError';
}

export const isServerDown = (error: unknown): boolean => error instanceof ServerDownError;
