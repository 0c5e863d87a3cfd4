import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawScenario } from '../../../../sim/explore/draw-scenario.js';
import { type Finding, findingFromText, findingFromToken, findingToText, findingToToken, looksLikeToken } from '../../../../sim/explore/finding.js';
import { faultKinds } from '../../../../sim/nemesis/faults.js';
import { UserInputError } from '../../../../sim/user-input-error.js';
import { sources, sourceWith } from '../../../support/arbitrary-scenarios.js';

const digests = fc.stringMatching(/^[0-9a-f]{16}$/);
const findings = fc
  .record({
    seed: fc.nat(),
    from: sources,
    property: fc.option(fc.constantFrom('mutual-exclusion', 'stock-conservation')),
    digest: digests,
    checkpoints: fc.array(fc.record({ event: fc.nat(), digest: digests }), { maxLength: 64 }),
    fingerprint: fc.stringMatching(/^[0-9a-f]{12}$/),
  })
  .map(({ seed, from, ...rest }): Finding => ({ scenario: drawScenario(seed, from), ...rest }));

/** As it comes back: digests are cut to eight digits. */
const kept = ({ digest, checkpoints, ...rest }: Finding): Finding => ({
  ...rest,
  digest: digest.slice(0, 8),
  checkpoints: checkpoints.map((mark) => ({ event: mark.event, digest: mark.digest.slice(0, 8) })),
});

const example: Finding = {
  scenario: drawScenario(3, sourceWith({ kinds: faultKinds, withinEnvelope: true })),
  property: 'mutual-exclusion',
  digest: '0123456789abcdef',
  checkpoints: [{ event: 16, digest: 'fedcba9876543210' }],
  fingerprint: 'aaaabbbbcccc',
};
const { scenario: exampleScenario } = example;
const meteor = { kind: 'meteor', atMs: 0, forMs: 1, target: 'c1', strength: 1 };

function problemWith(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(UserInputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

test('what was found comes back from its token, one word, and from its file', () => {
  fc.assert(
    fc.property(findings, (finding) => {
      const token = findingToToken(finding);
      expect(token).toMatch(/^hf1\.[\w.-]+$/);
      expect(looksLikeToken(token)).toBe(true);
      expect(findingFromToken(` ${token}\n`)).toEqual(kept(finding));
      expect(findingFromText(findingToText(finding), 'it')).toEqual(kept(finding));
    }),
    { numRuns: 50 },
  );
});

test('a bare scenario is read as one that nobody has run', () => {
  const finding = findingFromText(JSON.stringify(exampleScenario), 'it');
  expect(finding).toEqual({ scenario: exampleScenario, property: null, digest: '', checkpoints: [], fingerprint: '' });
});

test('a token with any one character changed, lost or added is damaged, and says so', () => {
  const token = findingToToken(example);
  const letters = ['A', 'a', '0', '-', '_', '.', ' ', 'é'];
  for (let at = 0; at < token.length; at++) {
    const [before, from, after] = [token.slice(0, at), token.slice(at), token.slice(at + 1)];
    const damaged = [before + after, ...letters.flatMap((letter) => [before + letter + from, before + letter + after])];
    for (const text of damaged) {
      if (text.trim() !== token) expect(problemWith(() => findingFromToken(text))).toMatch(/^the replay token is damaged: copy it whole/);
    }
  }
});

test.each(['', 'hf1.', 'hf1..', 'hf1.00000000.', 'nonsense'])('%j is no token', (text) => {
  expect(problemWith(() => findingFromToken(text))).toMatch(/^the replay token is damaged/);
});

test('a token that is whole, but of something else, is damaged too', () => {
  const packed = Buffer.from('not deflated').toString('base64url');
  const check = createHash('sha256').update(packed).digest('hex').slice(0, 8);
  expect(problemWith(() => findingFromToken(`hf1.${check}.${packed}`))).toMatch(/^the replay token is damaged/);
});

test.each<[string, (data: Record<string, unknown>) => unknown, RegExp]>([
  ['no scenario', ({ scenario: _, ...rest }) => rest, /^it is damaged: scenario: /],
  ['a wrong version', (data) => ({ ...data, scenario: { ...exampleScenario, version: 2 } }), /^it is not a scenario: version: /],
  [
    'a wrong number',
    (data) => ({ ...data, scenario: { ...exampleScenario, clients: [[{ thinkMs: 0.5 }]] } }),
    /^it is not a scenario: clients\.0\.0\.thinkMs: /,
  ],
  ['no clients', (data) => ({ ...data, scenario: { ...exampleScenario, clients: [] } }), /^it is not a scenario: clients: /],
  ['an unknown fault', (data) => ({ ...data, scenario: { ...exampleScenario, faults: [meteor] } }), /^it is not a scenario: faults\.0\.kind: /],
  ['a field too many', (data) => ({ ...data, extra: 1 }), /^it is damaged: .*extra/],
  ['wrong checkpoints', (data) => ({ ...data, checkpoints: [[16]] }), /^it is damaged: checkpoints\.0/],
  ['a number instead', () => 5, /^it is not a scenario/],
  ['a list instead', () => [], /^it is not a scenario/],
  ['nothing instead', () => null, /^it is not a scenario/],
  ['an object of another kind', () => ({ holdfast: 'other' }), /^it is damaged: holdfast: /],
])('a file with %s is refused in one line that names the place', (_, change, expected) => {
  const text = JSON.stringify(change(JSON.parse(findingToText(example)) as Record<string, unknown>));
  expect(problemWith(() => findingFromText(text, 'it'))).toMatch(expected);
});

test('a file that is not JSON is refused', () => {
  expect(problemWith(() => findingFromText('{ "version": 1', 'a.json'))).toMatch(/^a\.json is not JSON: give a file that holdfast wrote/);
});
