import { OptionsError } from '../../src/base/options-error.js';
import { postgresSchemaSql } from '../../src/inventory/postgres-schema.js';
import { UserInputError } from '../user-input-error.js';
import type { Terminal } from './terminal.js';
import { schemaStore } from './values.js';

export interface SchemaOptions {
  readonly prefix?: string;
}

/** `holdfast schema postgres`: the statements that make our tables, for migrations of the user's own. Returns the exit code. */
export function schema(store: string, { prefix }: SchemaOptions, terminal: Terminal): number {
  schemaStore(store);
  try {
    terminal.print(`BEGIN;\n\n${postgresSchemaSql(prefix)}\nCOMMIT;`);
    return 0;
  } catch (error) {
    if (error instanceof OptionsError) throw new UserInputError(`--${error.message}`);
    throw error;
  }
}
