import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Disk } from '../../../sim/disk.js';

test('a crash takes from the unsynced tail only, from its end, as many records as it is told to', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(), fc.constant('sync' as const))), fc.nat(), (steps, luck) => {
      const disk = new Disk();
      const written: number[] = [];
      let synced = 0;
      for (const step of steps) {
        if (step === 'sync') {
          disk.sync('log');
          synced = written.length;
        } else {
          disk.append('log', step);
          written.push(step);
        }
      }
      const surviving = luck % (written.length - synced + 1);
      disk.crash((length) => {
        expect(length).toBe(written.length - synced);
        return surviving;
      });
      expect(disk.read('log')).toEqual(written.slice(0, synced + surviving));
      // What a crash has left is on the disk: the next one takes nothing of it.
      disk.crash(() => 0);
      expect(disk.read('log')).toEqual(written.slice(0, synced + surviving));
    }),
  );
});

test('files are apart from each other, a replaced one is synced, a wiped disk is empty', () => {
  const disk = new Disk();
  const records = ['new'];
  disk.append('a', 'old');
  disk.replace('a', records);
  records.push('later');
  disk.append('b', 1);
  disk.crash(() => 0);
  expect([disk.read('a'), disk.read('b'), disk.read('none')]).toEqual([['new'], [], []]);
  disk.wipe();
  expect(disk.read('a')).toEqual([]);
});
