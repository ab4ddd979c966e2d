import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { ForecastMoment } from '../../inference/forecast/request.ts';
import { isWholeAnswer } from '../../inference/whole.ts';
import type { ModelVersion } from '../../registry/types.ts';
import type { Answers } from './answers.ts';
import { type RowFlags, rowFlagger } from './rows/flags.ts';

type Writer = (answers: Answers, row: number) => string;

/**
 * Compiles how one row's answer of a version is written: the same JSON as `JSON.stringify` of
 * `{id, value, interval?, modelVersion, synthetic?}`, or with `label` and `probabilities` where it tells classes
 * apart, without the objects. A forecast says when it is about; a row that was imputed, where the pipeline flags it.
 */
export function answerWriter({ spec, version, synthetic }: ModelVersion) {
  const tail = `,"modelVersion":"${version}"${synthetic ? ',"synthetic":true' : ''}}`;
  const write = spec.task === 'classification' ? classWriter(spec) : valueWriter(spec);
  const flagsOf = rowFlagger(spec);
  return (answers: Answers, row: number, id: string, asked: unknown, moment?: ForecastMoment): string =>
    `{"id":"${id}",${write(answers, row)}${about(moment)}${flagsOf === undefined ? '' : flagged(flagsOf(asked))}${tail}`;
}

const flagged = (flags: RowFlags | undefined): string =>
  flags === undefined ? '' : `,"flags":${JSON.stringify(flags)}`;

/** When a forecast is about, and from when it knows. */
const about = (moment: ForecastMoment | undefined): string =>
  moment === undefined ? '' : `,"forecast":${JSON.stringify(moment)}`;

function valueWriter(spec: PipelineSpec): Writer {
  const level = spec.interval?.level;
  return ({ values, interval }, row) =>
    interval === undefined
      ? `"value":${values[row]}`
      : `"value":${values[row]},"interval":{"low":${interval[2 * row]},"high":${interval[2 * row + 1]},"level":${level}}`;
}

function classWriter(spec: PipelineSpec): Writer {
  const keys = classesOf(spec).map((name) => JSON.stringify(name));
  return ({ values, width, labels }, row) => {
    const probabilities = keys.map((key, k) => `${key}:${values[row * width + k]}`).join(',');
    return `"label":${JSON.stringify(labels?.[row])},"probabilities":{${probabilities}}`;
  };
}

/** Whether every number of the row's answer is finite. */
export const isAnswered = ({ values, width, interval }: Answers, row: number): boolean =>
  isWholeAnswer(values, width, interval, row);
