import { askEvidently } from './evidently.ts';
import { checkOf, comparison, drifted } from './scenarios.ts';

export type PowerResult = {
  change: string;
  reference: number;
  current: number;
  runs: number;
  /** Share of checks that called the drifted column drifted. */
  found: number;
  /** Share of checks that called any other column drifted as well. */
  wrongColumn: number;
  evidently: { runs: number; found: number };
}[];

/** How often drifts of stated size are found in one of twenty columns. */
export async function measurePower(runs: number, peerRuns: number): Promise<PowerResult> {
  const result: PowerResult = [];
  for (const { change, shape } of drifted) {
    const about = change.number ? 0 : shape.numbers;
    let [found, wrongColumn] = [0, 0];
    for (let seed = 1; seed <= runs; seed++) {
      const { columns } = await checkOf(comparison(shape, seed, change), shape.current);
      found += Number(columns[about].verdict === 'drift');
      wrongColumn += Number(columns.some(({ verdict }, i) => i !== about && verdict === 'drift'));
    }
    const peer = await askEvidently(
      shape,
      Array.from({ length: peerRuns }, (_, i) => comparison(shape, i + 1, change)),
    );
    result.push({
      change: change.name,
      reference: shape.reference,
      current: shape.current,
      runs,
      found: found / runs,
      wrongColumn: wrongColumn / runs,
      evidently: { runs: peerRuns, found: peer.drifted.filter((count) => count > 0).length / peerRuns },
    });
  }
  return result;
}
