/** pg-mem tells the code of few errors; of others, its words. */
const BY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^relation ".*" does not exist/, '42P01'],
  [/^column ".*" does not exist/, '42703'],
  [/function .* does not exist/, '42883'],
  [/^relation ".*" already exists/, '42P07'],
  [/check constraint/, '23514'],
  [/not-null constraint/, '23502'],
  [/failed to parse/, '42601'],
  [/Not supported/, '0A000'],
];

/** PostgreSQL's code for an error that pg-mem threw, and its first line. */
export function pgMemSqlstate(error: unknown): { readonly sqlstate: string; readonly message: string } {
  const text = error instanceof Error ? error.message : String(error);
  const [message = ''] = text.replace(/^ERROR: /, '').split('\n');
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  const sqlstate = typeof code === 'string' ? code : (BY_WORDS.find(([words]) => words.test(message))?.[1] ?? 'XX000');
  return { sqlstate, message };
}
