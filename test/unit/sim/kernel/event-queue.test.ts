import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue, type SimEvent } from '../../../../sim/kernel/event-queue.js';

const eventAt = (time: number, seq: number, due = time): SimEvent => ({
  time,
  due,
  seq,
  incarnation: null,
  kind: 'test',
  handler: () => undefined,
  payload: undefined,
  cancelled: false,
});

const inOrder = (events: readonly SimEvent[]): SimEvent[] =>
  [...events].sort((one, other) => one.time - other.time || one.due - other.due || one.seq - other.seq);

const drained = (queue: EventQueue): SimEvent[] => {
  const events: SimEvent[] = [];
  for (let event = queue.pop(); event !== undefined; event = queue.pop()) events.push(event);
  return events;
};

/** Few different times, so that ties are common. */
const times = fc.array(fc.tuple(fc.nat(8), fc.nat(8)).map(([time, earlier]) => ({ time, due: Math.max(0, time - earlier) })));

test('pops by time, then by the time that it was due, then in order of scheduling, whatever was popped in between', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          times.map((push) => ({ push })),
          fc.constant('pop' as const),
        ),
      ),
      (steps) => {
        const queue = new EventQueue();
        let model: SimEvent[] = [];
        let seq = 0;
        for (const step of steps) {
          if (step === 'pop') {
            model = inOrder(model);
            expect(queue.pop()).toBe(model.shift());
          } else {
            for (const { time, due } of step.push) {
              const event = eventAt(time, seq++, due);
              queue.push(event);
              model.push(event);
            }
          }
          expect(queue.size).toBe(model.length);
        }
        expect(drained(queue)).toEqual(inOrder(model));
      },
    ),
  );
});

test('keeps the order when events get another time', () => {
  fc.assert(
    fc.property(times, fc.nat(8), (list, now) => {
      const queue = new EventQueue();
      const events = list.map(({ time, due }, seq) => eventAt(time, seq, due));
      for (const event of events) queue.push(event);
      queue.retime((event) => {
        if (event.due < event.time) event.time = now;
      });
      expect(drained(queue)).toEqual(inOrder(events));
    }),
  );
});
