import { seededRandom } from '../random.ts';

/** Which features are known in each of `count` subsets (row-major, 0 or 1), and how much each subset weighs. */
export interface Coalitions {
  count: number;
  known: Uint8Array;
  weights: Float64Array;
}

/**
 * Subsets of `features` features for kernel SHAP (Lundberg & Lee 2017; the scheme of shap's `KernelExplainer`): sizes
 * are taken whole, the smallest and the largest first, as long as `samples` lasts, each subset with its complement;
 * the rest is drawn at random by the kernel's weights. Where `samples` reaches 2^features − 2 there is nothing random.
 * @param features at least 2.
 */
export function chooseCoalitions(features: number, samples: number, seed: number): Coalitions {
  const most = features < 31 ? 2 ** features - 2 : Number.POSITIVE_INFINITY;
  const budget = Math.min(samples, most);
  const sizes = kernelOfSizes(features);
  const chosen = new Map<string, { known: Uint8Array; weight: number }>();
  let left = budget;
  let whole = 0;
  for (; whole < sizes.length; whole++) {
    const { size, isPaired, weight } = sizes[whole];
    const subsets = combinations(features, size) * (isPaired ? 2 : 1);
    const restWeight = sum(sizes.slice(whole).map((entry) => entry.weight));
    if ((left * weight) / restWeight / subsets < 1 - 1e-8) break;
    left -= subsets;
    for (const members of subsetsOf(features, size)) {
      const known = maskOf(features, members);
      put(chosen, known, weight / subsets);
      if (isPaired) put(chosen, complement(known), weight / subsets);
    }
  }
  if (whole < sizes.length) drawRest(chosen, features, sizes.slice(whole), left, seed);
  return pack(features, [...chosen.values()]);
}

interface SizeWeight {
  size: number;
  /** Whether complements have another size, so that each subset stands for two. */
  isPaired: boolean;
  /** Share of the kernel's weight. */
  weight: number;
}

function kernelOfSizes(features: number): SizeWeight[] {
  const sizes = Array.from({ length: Math.ceil((features - 1) / 2) }, (_, i) => {
    const size = i + 1;
    const isPaired = size !== features - size;
    return { size, isPaired, weight: ((isPaired ? 2 : 1) * (features - 1)) / (size * (features - size)) };
  });
  const total = sum(sizes.map(({ weight }) => weight));
  return sizes.map((entry) => ({ ...entry, weight: entry.weight / total }));
}

/** Draws subsets with replacement; what is drawn twice weighs twice, and together they weigh what is left. */
function drawRest(
  chosen: Map<string, { known: Uint8Array; weight: number }>,
  features: number,
  sizes: SizeWeight[],
  samples: number,
  seed: number,
): void {
  const random = seededRandom(seed, 'coalitions', features);
  const total = sum(sizes.map(({ weight }) => weight));
  const drawn = new Map<string, { known: Uint8Array; weight: number }>();
  const order = Array.from({ length: features }, (_, feature) => feature);
  for (let draws = 0, rounds = 0; draws < samples && rounds < 4 * samples; rounds++) {
    const { size, isPaired } = pick(sizes, random.next() * total);
    random.shuffle(order);
    const known = maskOf(features, order.slice(0, size));
    const before = drawn.size;
    put(drawn, known, 1);
    if (isPaired) put(drawn, complement(known), 1);
    draws += drawn.size - before;
  }
  const times = sum([...drawn.values()].map(({ weight }) => weight));
  for (const { known, weight } of drawn.values()) put(chosen, known, (weight * total) / times);
}

function pick(sizes: SizeWeight[], at: number): SizeWeight {
  let passed = 0;
  for (const entry of sizes) {
    passed += entry.weight;
    if (at < passed) return entry;
  }
  return sizes[sizes.length - 1];
}

function* subsetsOf(features: number, size: number): Generator<number[]> {
  const members = Array.from({ length: size }, (_, i) => i);
  while (true) {
    yield members;
    let place = size - 1;
    while (place >= 0 && members[place] === features - size + place) place--;
    if (place < 0) return;
    members[place]++;
    for (let i = place + 1; i < size; i++) members[i] = members[i - 1] + 1;
  }
}

function maskOf(features: number, members: number[]): Uint8Array {
  const known = new Uint8Array(features);
  for (const member of members) known[member] = 1;
  return known;
}

const complement = (known: Uint8Array): Uint8Array => known.map((bit) => 1 - bit);

function put(
  subsets: Map<string, { known: Uint8Array; weight: number }>,
  known: Uint8Array,
  weight: number,
): void {
  const key = known.join('');
  const found = subsets.get(key);
  if (found) found.weight += weight;
  else subsets.set(key, { known, weight });
}

function pack(features: number, chosen: { known: Uint8Array; weight: number }[]): Coalitions {
  const known = new Uint8Array(chosen.length * features);
  for (const [i, subset] of chosen.entries()) known.set(subset.known, i * features);
  return { count: chosen.length, known, weights: Float64Array.from(chosen, ({ weight }) => weight) };
}

function combinations(of: number, size: number): number {
  let product = 1;
  for (let i = 0; i < size; i++) product = (product * (of - i)) / (i + 1);
  return Math.round(product);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
