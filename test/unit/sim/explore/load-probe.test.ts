import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { probeModule } from '../../../../sim/explore/load-probe.js';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-probe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function moduleWith(text: string): string {
  const file = join(folder, `m${text.length}.mjs`);
  writeFileSync(file, text);
  return file;
}

test('a module that computes for ever at its top level is bad input, not a hang', async () => {
  const file = moduleWith('for (;;);');
  await expect(probeModule(file, 1_500)).rejects.toThrow(`${file} computes without end while it is loaded`);
});

test.each(['export default 1;', 'throw new Error("no");', 'process.exit(3);', 'export default await new Promise(() => {});'])(
  'what ends, however it does, is left to the loader: %s',
  async (text) => {
    await probeModule(moduleWith(text), 20_000);
  },
);
