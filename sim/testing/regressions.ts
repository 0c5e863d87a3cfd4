import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Plan, planShape } from '../simulate/plan.js';
import { UserInputError } from '../user-input-error.js';
import { readableJson } from './readable-json.js';

const ABOUT = 'Runs that once failed. simTest repeats them before it tries new seeds. Commit this file; when a test gets another name, rename its entry here.';

const entryShape = z.strictObject({
  /** What broke when it was found, for the reader. */
  found: z.string(),
  /** Whether each of its faults was needed then. */
  isSmallest: z.boolean(),
  plan: planShape.omit({ name: true }),
});

const shape = z.strictObject({
  holdfast: z.literal('regressions'),
  about: z.string(),
  /** By the full name of the test. */
  tests: z.record(z.string(), z.array(entryShape)),
});

type Contents = z.infer<typeof shape>;

/** A test may be called `constructor`. */
const entriesOf = ({ tests }: Contents, name: string): Contents['tests'][string] => (Object.hasOwn(tests, name) ? (tests[name] ?? []) : []);

/** A run that once failed, as it is kept. */
export interface Regression {
  readonly found: string;
  readonly isSmallest: boolean;
  readonly plan: Plan;
}

/** `shop.test.ts` has `shop.test.regressions.json`. */
export const regressionsPath = (testFile: string): string => `${testFile.replace(/\.[cm]?[jt]sx?$/, '')}.regressions.json`;

/** The runs of a test file that once failed: in a file beside it, which people read, edit and commit. */
export class Regressions {
  constructor(
    /** Of the file itself. */
    readonly path: string,
  ) {}

  static beside(testFile: string): Regressions {
    return new Regressions(regressionsPath(testFile));
  }

  /** As somebody in the working directory would write it. */
  get shownPath(): string {
    return relative(process.cwd(), this.path) || this.path;
  }

  /** Those of a test. Throws a `UserInputError` when the file is damaged. */
  of(test: string): readonly Regression[] {
    return entriesOf(this.read(), test).map(({ plan, ...rest }) => ({ ...rest, plan: { ...plan, name: test } }));
  }

  /** The tests that it has entries of. */
  get names(): readonly string[] {
    return Object.keys(this.read().tests);
  }

  /** Adds one, unless it is there. Nobody ever sees a half-written file. */
  add({ plan: { name, ...plan }, ...rest }: Regression): 'added' | 'there' {
    const contents = this.read();
    const known = entriesOf(contents, name);
    if (known.some((entry) => isDeepStrictEqual(entry.plan, plan))) return 'there';
    const tests = { ...contents.tests, [name]: [...known, { ...rest, plan }] };
    const draft = `${this.path}.${process.pid}.tmp`;
    try {
      writeFileSync(draft, `${readableJson({ ...contents, tests })}\n`);
      renameSync(draft, this.path);
    } finally {
      rmSync(draft, { force: true });
    }
    return 'added';
  }

  private read(): Contents {
    const text = this.text();
    if (text === null) return { holdfast: 'regressions', about: ABOUT, tests: {} };
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      throw this.damaged((error as Error).message, error);
    }
    const result = shape.safeParse(data);
    if (result.success) return result.data;
    const issue = result.error.issues[0];
    throw this.damaged(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong shape'}`, result.error);
  }

  private text(): string | null {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new UserInputError(`${this.shownPath} cannot be read: ${(error as Error).message}`, { cause: error });
    }
  }

  private damaged(how: string, cause: unknown): UserInputError {
    return new UserInputError(`${this.shownPath} is damaged (${how.replace(/\s*\n\s*/g, ' ')}): mend it, take it from version control, or delete it`, {
      cause,
    });
  }
}
