/** The reason of a lease's aborted signal: the lease ended before it was released. */
export class LeaseLostError extends Error {
  readonly code = 'HOLDFAST_LEASE_LOST';
  override readonly name = 'LeaseLostError';

  constructor(
    readonly key: string,
    /** `expired`: its local end came. `taken`: the store said that the key is no longer ours. */
    readonly reason: 'expired' | 'taken',
  ) {
    super(`the lease of ${JSON.stringify(key)} ${reason === 'expired' ? 'has expired' : 'was lost: the store no longer knows it'}`);
  }
}
