import { copyFrame, type Frame } from '../execute/execution.js';
import type { SqlRow, SqlValue } from '../types/sql-value.js';
import type { Aggregate } from './aggregates.js';
import type { Expression } from './expression.js';
import type { Relation } from './scope.js';
import { distinctRows, rowKey, sortBy } from './sort.js';

export interface Group {
  /** The first of its rows stands for all of them. */
  readonly frame: Frame;
  readonly members: readonly Frame[];
}

/** Puts frames together by their keys. `isOneGroup`: aggregates without GROUP BY have one group even of no rows. */
export function groupFrames(frames: readonly Frame[], keys: readonly Expression[], base: Frame, isOneGroup: boolean, relations: readonly Relation[]): Group[] {
  if (isOneGroup) {
    const first = frames[0] === undefined ? copyFrame(base) : copyFrame(frames[0]);
    if (frames.length === 0) for (const { slot, fields } of relations) first.rows[slot] = fields.map(() => null);
    return [{ frame: first, members: frames }];
  }
  const groups = new Map<string, Frame[]>();
  const types = keys.map(({ type }) => type);
  for (const frame of frames) {
    const key = rowKey(
      keys.map((expression) => expression.eval(frame)),
      types,
    );
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [frame]);
    else members.push(frame);
  }
  return [...groups.values()].map((members) => ({ frame: copyFrame(members[0] ?? base), members }));
}

export function foldAggregates(aggregates: readonly Aggregate[], members: readonly Frame[]): SqlValue[] {
  return aggregates.map((aggregate) => {
    const { args, filter, order } = aggregate;
    let chosen = filter === undefined ? members : members.filter((frame) => filter.eval(frame) === true);
    if (order.length > 0) {
      const keyed = chosen.map((frame) => ({ frame, keys: order.map(({ by }) => by.eval(frame)) }));
      chosen = sortBy(keyed, order, ({ keys }) => keys).map(({ frame }) => frame);
    }
    let rows: SqlRow[] = chosen.map((frame) => args.map((arg) => arg.eval(frame)));
    if (!aggregate.keepsNulls) rows = rows.filter(([value]) => value !== null);
    const types = args.map(({ type }) => type);
    return aggregate.fold(aggregate.isDistinct ? distinctRows(rows, types) : rows);
  });
}
