import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runNode } from '../../../support/node-world.js';

test('a manifest of an installed package is read at once, in both ways; nothing else is', async () => {
  const path = fileURLToPath(new URL('../../../../node_modules/ioredis/package.json', import.meta.url));
  const names: unknown[] = [];
  const { end } = await runNode({
    client: async () => {
      names.push((JSON.parse(await fs.promises.readFile(path, 'utf8')) as { name: string }).name);
      fs.readFile(path, 'utf8', (error, text) => names.push(error, (JSON.parse(text) as { name: string }).name));
      fs.readFile(path.replace('ioredis', 'no-such-package'), 'utf8', (error) => names.push(error?.code));
    },
  });
  expect(end).toEqual({ kind: 'idle' });
  expect(names).toEqual(['ioredis', null, 'ioredis', 'ENOENT']);
});
