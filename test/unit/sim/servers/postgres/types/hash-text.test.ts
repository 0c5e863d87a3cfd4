import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashText, hashTextExtended } from '../../../../../../sim/servers/postgres/types/hash-text.js';

/** Text, `hashtext`, and `hashtextextended` with the seeds 0, 42 and -7000000000, as PostgreSQL 15 gives them. */
const OF_THE_SERVER = [
  ['', -1477818771, -6939563903564495251n, 6158832220375811857n, 9092461265075627948n],
  ['a', 1075015857, 3591986179850072241n, 6942402718208252407n, -4922770728736023464n],
  ['item', -2035515104, -3313718131625787104n, 1266311188610390651n, -7072873743948943793n],
  ['holdfast_schema', 1382470696, 462225129102300200n, -1893885089278697466n, 5263337391463397172n],
  ['twelve bytes', 652846557, -7123776401673968163n, -3214413002113393671n, 8248971748846984746n],
  ['thirteen byte', -1367827268, -1147533121609491268n, -8197236019281013695n, 6083323109765777717n],
  ['żółć 🛒 and a longer text of some forty bytes', -1224153879, -3059743593476856599n, -2760335762301244626n, -2205981390454965275n],
  ['xxxxxxxxxxxxxxxxxxxxxxx', 597544042, 815588739347500138n, -377355628259178002n, -6453605360390248461n],
  ['xxxxxxxxxxxxxxxxxxxxxxxx', 1380215333, 8354420297927256613n, 6785036526874657954n, 3412443276606772205n],
] as const;

test.each(OF_THE_SERVER)('%j has the hashes that the server gives it', (text, plain, unseeded, seeded, negative) => {
  expect(hashText(text)).toBe(plain);
  expect([hashTextExtended(text, 0n), hashTextExtended(text, 42n), hashTextExtended(text, -7_000_000_000n)]).toEqual([unseeded, seeded, negative]);
});

test('without a seed the low half of the long hash is the short one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(BigInt.asIntN(32, hashTextExtended(text, 0n))).toBe(BigInt(hashText(text)));
    }),
  );
});
