import { describe, expect, test } from 'vitest';
import { fetchTalks, httpTalks } from './http-talks.js';
import { onLoopback, simulated } from './run-talk.js';
import { talks } from './talks.js';

describe.each(Object.entries({ net: talks, http: httpTalks, fetch: fetchTalks }))('%s: a simulated process shows what a real one does', (_, ofKind) => {
  test.each(Object.entries(ofKind))('%s', async (_, talk) => {
    const real = await onLoopback(talk);
    expect([...real.client, ...real.server].length).toBeGreaterThan(0);
    expect(await simulated(talk)).toEqual(real);
  });
});
