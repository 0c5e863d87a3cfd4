import { expect, test } from 'vitest';
import { ScramExchange, scramVerifier } from '../../../../../sim/wire/postgres/scram-exchange.js';

/** The example of RFC 7677, where the user's name is not the star that PostgreSQL's clients send. */
const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const CLIENT = 'rOprNGfwEbeRWgbNEkqO';
const SERVER = '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
const LAST = `c=biws,r=${CLIENT}${SERVER},p=`;
const PROOF = 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';

const begun = (password = 'pencil'): ScramExchange => {
  const exchange = new ScramExchange(scramVerifier(password, salt), SERVER);
  expect(exchange.first(`n,,n=user,r=${CLIENT}`)).toBe(`r=${CLIENT}${SERVER},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`);
  return exchange;
};

test('the example of RFC 7677', () => {
  expect(begun().last(LAST + PROOF)).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

test('a wrong password', () => {
  expect(begun('pencils').last(LAST + PROOF)).toBeUndefined();
});

test('passwords that look alike are the same, as far as SASLprep goes', () => {
  const keyOf = (password: string): Buffer => scramVerifier(password, salt).storedKey;
  expect(keyOf('a\u00a0b\u00adc')).toEqual(keyOf('a bc'));
  expect(keyOf('e\u0301\ufb01')).toEqual(keyOf('\u00e9fi'));
  expect(keyOf('a')).not.toEqual(keyOf('b'));
});

test.each([
  ['channel binding', 'p=tls-unique,,n=u,r=x'],
  ["somebody else's name", 'n,a=b,n=u,r=x'],
  ['a comma in the nonce', 'n,,r=x'],
  ['nothing', ''],
])('what is no beginning: %s', (_, text) => {
  expect(() => new ScramExchange(scramVerifier('p', salt), SERVER).first(text)).toThrow('malformed SCRAM message');
});

test.each([
  [`c=biws,r=${CLIENT},p=${PROOF}`, 'invalid SCRAM response'],
  [`c=eSws,r=${CLIENT}${SERVER},p=${PROOF}`, 'invalid SCRAM response'],
  [`${LAST}AAAA`, 'invalid SCRAM response'],
  [`c=biws,r=${CLIENT}${SERVER}`, 'malformed SCRAM message'],
])('what is no end: %s', (text, complaint) => {
  expect(() => begun().last(text)).toThrow(complaint);
});
