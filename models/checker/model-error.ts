/** A model that cannot be checked as it is written, with what is wrong in one line. */
export class ModelError extends Error {
  readonly code = 'HOLDFAST_MODEL';
  override readonly name = 'ModelError';
}
