/** An option that cannot be meant: thrown when an object is made, with one line that says what is wrong and how to mend it. */
export class OptionsError extends TypeError {
  readonly code = 'HOLDFAST_OPTIONS';
  override readonly name = 'OptionsError';
}
