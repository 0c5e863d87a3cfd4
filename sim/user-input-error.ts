/** Input that cannot be meant: an option, a file, a token. One line that says what is wrong and how to mend it; never shown with a stack. */
export class UserInputError extends Error {
  readonly code = 'HOLDFAST_USER_INPUT';
  override readonly name = 'UserInputError';
}
