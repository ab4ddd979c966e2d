import type { ArtifactStore } from '../../contracts/artifacts.ts';
import type { GoldenRow } from '../../contracts/contest.ts';
import type { Frame } from '../../contracts/frame.ts';
import { classesOf, type PipelineSpec } from '../../contracts/pipeline.ts';
import type { GuardrailResult } from '../../contracts/runs.ts';
import type { InferenceModel } from '../../inference/session.ts';
import { decide } from '../../models/decision/index.ts';
import { rawColumns } from '../../models/training/columns.ts';
import { type Contender, decisionWeightsOf, withModel } from './answers.ts';

/** Below these a ratio says nothing: nobody notices. */
const freeLatencyMs = 1;
const freeBytes = 10_000_000;
const timedRows = 50;

/** What a model's file must hold: how large it is, how quickly it answers, and what it says to golden rows. */
export async function fileGuardrails(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  frame: Frame,
  challenger: Contender,
  champion: Contender,
): Promise<GuardrailResult[]> {
  const { latencyRatio, sizeRatio, golden, goldenAgreement } = spec.contest.guardrails;
  const [ours, theirs] = [
    await withModel(artifacts, challenger, (model) => latencyMs(model, frame)),
    await withModel(artifacts, champion, (model) => latencyMs(model, frame)),
  ];
  const size = challenger.onnx.bytes / Math.max(1, champion.onnx.bytes);
  const results = [
    atMost('latency', ours / theirs, latencyRatio, ours <= freeLatencyMs),
    atMost('size', size, sizeRatio, challenger.onnx.bytes <= freeBytes),
  ];
  if (golden.length === 0) return results;
  const said = await goldenAnswers(artifacts, spec, challenger, golden);
  const wrong = said.flatMap((isRight, row) => (isRight ? [] : [row]));
  const value = 1 - wrong.length / golden.length;
  return [
    ...results,
    {
      ...{ name: 'golden', passed: value >= goldenAgreement, value, limit: goldenAgreement },
      ...(wrong.length > 0 && { worst: `golden row ${wrong[0] + 1}` }),
    },
  ];
}

const atMost = (name: string, value: number, limit: number, isFree: boolean): GuardrailResult => ({
  name,
  passed: isFree || value <= limit,
  value,
  limit,
});

/** Median of single rows, each asked alone. */
async function latencyMs(model: InferenceModel, frame: Frame): Promise<number> {
  const names = model.inputs.map(({ name }) => name);
  const took: number[] = [];
  for (let row = 0; row < Math.min(timedRows, frame.rows); row++) {
    const columns = rawColumns(frame, names, row, row + 1);
    const startedMs = performance.now();
    await model.answer(columns, 1);
    took.push(performance.now() - startedMs);
  }
  return took.sort((a, b) => a - b)[Math.floor(took.length / 2)];
}

/** Which of the golden rows a contender answers as it should. */
async function goldenAnswers(
  artifacts: ArtifactStore,
  spec: PipelineSpec,
  contender: Contender,
  golden: GoldenRow[],
): Promise<boolean[]> {
  const weights = await decisionWeightsOf(artifacts, contender);
  const classes = classesOf(spec);
  return await withModel(artifacts, contender, async (model) => {
    const columns = Object.fromEntries(
      model.inputs.map(({ name, kind }) => {
        const cells = golden.map(({ row }) => row[name] ?? null);
        return [
          name,
          kind === 'number'
            ? Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)))
            : cells.map((cell) => (cell === null ? '' : String(cell))),
        ];
      }),
    );
    const { prediction, width } = await model.answer(columns, golden.length);
    if (classes.length === 0)
      return golden.map(
        ({ answer, within }, row) => Math.abs(prediction[row * width] - Number(answer)) <= within,
      );
    const answered = decide(prediction, classes.length, weights);
    return golden.map(({ answer }, row) => classes[answered[row]] === String(answer));
  });
}
