import { type ArrivedFrame, arrived } from './arrivals.ts';
import { divideGroups, type GroupRule, groupNames } from './group-division.ts';
import { type Change, type Division, type Lack, leastNew, sideRows } from './sides.ts';

export interface DivisionTask extends ArrivedFrame {
  /** Absent where no change is known. */
  change?: Change;
  /** Where all rows of a group belong on one side. */
  groups?: GroupRule;
}

/** The sides by the rules of `divideByArrival`; what there is too little of where they cannot be. */
export function divideRows(task: DivisionTask): Division | Lack {
  const { frame, change, groups } = task;
  const about = arrived(task);
  const { rows, idOf, isNew, isTrainOnly } = about;
  const unseen = rows.filter((row) => isNew(row) && !isTrainOnly(row)).map(idOf);
  if (unseen.length < leastNew) return { lacks: 'rows', rows: unseen.length };
  if (groups) return divideGroups(about, groupNames(frame, groups.by), groups.sides, { unseen, change });
  const firstTest = unseen.length - sideRows('test', unseen, change);
  const test = unseen.slice(firstTest);
  const validation = unseen.slice(firstTest - sideRows('validation', unseen, change), firstTest);
  const held = new Set([...test, ...validation]);
  const train = rows.filter(
    (row) => !held.has(idOf(row)) && !(isTrainOnly(row) && idOf(row) > validation[0]),
  );
  return { train: train.map(idOf), fresh: train.filter(isNew).map(idOf), validation, test };
}
