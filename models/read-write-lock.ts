import { atMostOne, defineFormalModel, strong, system, weak } from './checker/define-model.js';
import { choice, each, flag, ids, maybe, range } from './checker/shape.js';

/** Many readers or one writer. A writer that waits may hold back new readers; if it does not, readers may keep it out for ever. */
export const readWriteLock = defineFormalModel({
  name: 'read-write-lock',
  describe: 'Many readers or one writer. Unless a waiting writer holds new readers back, readers who come and go can keep it out for ever.',
  params: { R: range(1, 16), W: range(1, 16), PREFER_WRITERS: flag },
  rows: [
    { params: { R: 2, W: 2, PREFER_WRITERS: true }, holds: ['NoReadWhileWriting', 'OneWriter', 'GoesOn', 'WriterComes'], violated: { ReaderComes: null } },
    { params: { R: 2, W: 1, PREFER_WRITERS: false }, holds: ['NoReadWhileWriting', 'OneWriter', 'GoesOn', 'ReaderComes'], violated: { WriterComes: null } },
  ],
  system({ R, W, PREFER_WRITERS }) {
    const readers = ids(R);
    const writers = ids(W);
    return system({
      state: {
        reader: each(readers, choice('idle', 'waiting', 'reading')),
        writer: each(writers, choice('idle', 'waiting', 'writing')),
        // Who has the lock exclusively.
        exclusive: maybe(writers),
      },
      actions: {
        AskToRead: { for: [readers], when: (s, r) => s.reader[r] === 'idle', then: (s, r) => void (s.reader[r] = 'waiting') },
        AskToWrite: { for: [writers], when: (s, w) => s.writer[w] === 'idle', then: (s, w) => void (s.writer[w] = 'waiting') },
        Read: {
          for: [readers],
          when: (s, r) => s.reader[r] === 'waiting' && s.exclusive === 0 && !(PREFER_WRITERS && writers.some((w) => s.writer[w] === 'waiting')),
          then: (s, r) => void (s.reader[r] = 'reading'),
          fair: strong(),
        },
        Write: {
          for: [writers],
          when: (s, w) => s.writer[w] === 'waiting' && s.exclusive === 0 && readers.every((r) => s.reader[r] !== 'reading'),
          then(s, w) {
            s.writer[w] = 'writing';
            s.exclusive = w;
          },
          fair: strong(),
        },
        StopReading: { for: [readers], when: (s, r) => s.reader[r] === 'reading', then: (s, r) => void (s.reader[r] = 'idle'), fair: weak() },
        StopWriting: {
          for: [writers],
          when: (s, w) => s.writer[w] === 'writing',
          then(s, w) {
            s.writer[w] = 'idle';
            s.exclusive = 0;
          },
          fair: weak(),
        },
      },
      always: {
        NoReadWhileWriting: (s) => readers.every((r) => s.reader[r] !== 'reading') || writers.every((w) => s.writer[w] !== 'writing'),
        OneWriter: (s) => atMostOne(writers, (w) => s.writer[w] === 'writing'),
      },
      deadlockFree: 'GoesOn',
      leadsTo: {
        WriterComes: { for: [writers], from: (s, w) => s.writer[w] === 'waiting', to: (s, w) => s.writer[w] === 'writing' },
        ReaderComes: { for: [readers], from: (s, r) => s.reader[r] === 'waiting', to: (s, r) => s.reader[r] === 'reading' },
      },
      mutants: {
        'a writer does not look for readers': {
          breaks: 'NoReadWhileWriting',
          actions: { Write: { when: (s, w) => s.writer[w] === 'waiting' && s.exclusive === 0 } },
        },
        'a writer does not look for writers': {
          breaks: 'OneWriter',
          actions: { Write: { when: (s, w) => s.writer[w] === 'waiting' && readers.every((r) => s.reader[r] !== 'reading') } },
        },
        'the lock is not given back': {
          breaks: 'GoesOn',
          actions: { StopWriting: { then: (s, w) => void (s.writer[w] = 'waiting') }, StopReading: { when: () => false } },
        },
      },
    });
  },
});
