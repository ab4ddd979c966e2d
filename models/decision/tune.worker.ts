import { decide } from './index.ts';

export interface TuneTask {
  costs: number[][];
  probabilities: Float64Array;
  classes: number;
  actual: Float64Array;
}

/** Grid of a weight's logarithm: ±`reach` around 0. */
const stepsPerUnit = 200;
const reach = 10;
const maximumRounds = 20;

export default function tune(task: TuneTask): number[] {
  const even = new Array<number>(task.classes).fill(1);
  const missed = task.costs.map((row) => row.reduce((sum, cost) => sum + cost, 0));
  const dearest = Math.max(...missed);
  const starts = missed.every((cost) => cost > 0) ? [even, missed.map((cost) => cost / dearest)] : [even];
  const found = starts.map((start) => descend(task, start));
  const [best] = found.sort((a, b) => a.cost - b.cost);
  const largest = Math.max(...best.weights);
  const weights = best.weights.map((weight) => weight / largest);
  // Scaling may turn a tie; then the unscaled weights, which were judged, are the better ones.
  return costOf(task, weights) <= best.cost ? weights : best.weights;
}

/** What all rows cost under the weights. */
function costOf({ costs, probabilities, classes, actual }: TuneTask, weights: number[]): number {
  const answered = decide(probabilities, classes, weights);
  let cost = 0;
  for (let row = 0; row < answered.length; row++) cost += costs[actual[row]][answered[row]];
  return cost;
}

/** One weight after another to where the rows cost least, as long as that saves anything. */
function descend(task: TuneTask, start: number[]): { weights: number[]; cost: number } {
  let weights = start;
  let cost = costOf(task, start);
  for (let round = 0; round < maximumRounds; round++) {
    const before = cost;
    for (let k = 0; k < task.classes; k++) {
      const candidate = weights.map((weight, of) => (of === k ? bestWeight(task, weights, k) : weight));
      const candidateCost = costOf(task, candidate);
      if (candidateCost < cost) [weights, cost] = [candidate, candidateCost];
    }
    if (cost >= before) break;
  }
  return { weights, cost };
}

/** The weight of one class that costs least while the others stay; of equally good ones the middle of the longest run. */
function bestWeight(task: TuneTask, weights: number[], k: number): number {
  const { costs, probabilities, classes, actual } = task;
  // savings[i]: what is saved by the rows that answer k once its weight is at least that of cell i.
  const savings = new Float64Array(2 * reach * stepsPerUnit + 1);
  const rest = weights.map((weight, of) => (of === k ? 0 : weight));
  const otherwise = decide(probabilities, classes, rest);
  for (let row = 0; row < otherwise.length; row++) {
    const other = otherwise[row];
    const probability = probabilities[row * classes + k];
    if (probability === 0) continue;
    const threshold = Math.log((probabilities[row * classes + other] * weights[other]) / probability);
    const cell = Math.ceil((threshold + reach) * stepsPerUnit);
    if (cell >= savings.length) continue;
    savings[Math.max(0, cell)] += costs[actual[row]][other] - costs[actual[row]][k];
  }
  return Math.exp(middleOfBest(savings) / stepsPerUnit - reach);
}

/** Where the running sum is largest: the middle of its longest stretch. */
function middleOfBest(savings: Float64Array): number {
  const totals = new Float64Array(savings.length);
  let total = 0;
  let best = Number.NEGATIVE_INFINITY;
  savings.forEach((saved, cell) => {
    total += saved;
    totals[cell] = total;
    best = Math.max(best, total);
  });
  let longest = { start: 0, length: 0 };
  for (let cell = 0; cell < totals.length; ) {
    let end = cell;
    while (end < totals.length && totals[end] === best) end++;
    if (end - cell > longest.length) longest = { start: cell, length: end - cell };
    cell = Math.max(end, cell + 1);
  }
  return longest.start + Math.floor(longest.length / 2);
}
