import { type ArrivedFrame, arrived } from './arrivals.ts';
import { divideGroups, type GroupRule, groupNames } from './group-division.ts';
import { type Division, type Lack, leastNew, sideRows } from './sides.ts';

export interface DivisionTask extends ArrivedFrame {
  /** From this row id on the data is another; absent where no change is known. */
  sinceRowId?: number;
  /** Where all rows of a group belong on one side. */
  groups?: GroupRule;
}

/** The sides by the rules of `divideByArrival`; what there is too little of where they cannot be. */
export function divideRows(task: DivisionTask): Division | Lack {
  const { frame, sinceRowId, groups } = task;
  const about = arrived(task);
  const { rows, idOf, isNew, isTrainOnly } = about;
  const unseen = rows.filter((row) => isNew(row) && !isTrainOnly(row)).map(idOf);
  if (unseen.length < leastNew) return { lacks: 'rows', rows: unseen.length };
  if (groups) return divideGroups(about, groupNames(frame, groups.by), groups.sides, { unseen, sinceRowId });
  const firstTest = unseen.length - sideRows('test', unseen, sinceRowId);
  const test = unseen.slice(firstTest);
  const validation = unseen.slice(firstTest - sideRows('validation', unseen, sinceRowId), firstTest);
  const held = new Set([...test, ...validation]);
  const train = rows.filter(
    (row) => !held.has(idOf(row)) && !(isTrainOnly(row) && idOf(row) > validation[0]),
  );
  return { train: train.map(idOf), fresh: train.filter(isNew).map(idOf), validation, test };
}
