import type { History } from '../../models/history.js';
import type { ConformanceModel } from '../../models/judges/conformance/conformance-model.js';
import type { VisibleEvent } from '../../models/judges/conformance/visible-event.js';

/** The longest prefix of the events that matches, by trying every hidden step at every place, one run after the other. */
export function bruteForceMatch<State>(model: ConformanceModel<State>, all: readonly VisibleEvent[], params: History['params']): number {
  const events = all.filter((event) => model.visible.some((step) => step.shows(event)));
  let longest = 0;
  const goOn = (state: State, matched: number): void => {
    longest = Math.max(longest, matched);
    const event = events[matched];
    if (event === undefined || longest === events.length) return;
    for (const step of model.visible) {
      if (step.shows(event) && step.guards.every((guard) => guard.holds(state, event, event.at))) goOn(step.effect(state, event), matched + 1);
    }
    for (const step of model.hidden) {
      for (const subject of step.subjects(state)) {
        if (step.guards.every((guard) => guard.holds(state, subject, event.at))) goOn(step.effect(state, subject), matched);
      }
    }
  };
  goOn(model.init(params), 0);
  return longest;
}
