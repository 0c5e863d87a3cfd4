import type { Tree } from './tree.js';

/** Something that the tree promises about itself. */
export interface Rule {
  readonly name: string;
  /** One line for each offender: where it is, what is wrong, and the way out. */
  check(tree: Tree): string[];
}
