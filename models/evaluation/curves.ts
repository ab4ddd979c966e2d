import { areaUnderRoc, type Ranking } from './ranking.ts';

interface Curve {
  area: number | null;
  points: { x: number; y: number; threshold: number | null }[];
}

const maximumPoints = 200;

/** Rows counted as the class at each threshold: of the class, and of the rest. */
function* hitsByThreshold(
  { order, ends, isClass }: Ranking,
  probabilities: Float64Array,
  classes: number,
  k: number,
): Generator<{ hits: number; falseHits: number; threshold: number }> {
  let [rank, hits, falseHits] = [0, 0, 0];
  for (const end of ends) {
    const threshold = probabilities[order[rank] * classes + k];
    for (; rank < end; rank++) {
      if (isClass[rank] === 1) hits++;
      else falseHits++;
    }
    yield { hits, falseHits, threshold };
  }
}

/** True positive rate over false positive rate, from (0, 0) to (1, 1). */
export function rocCurve(ranking: Ranking, probabilities: Float64Array, classes: number, k: number): Curve {
  const { ofClass, ofRest } = countKinds(ranking);
  const points: Curve['points'] = [{ x: 0, y: 0, threshold: null }];
  for (const { hits, falseHits, threshold } of hitsByThreshold(ranking, probabilities, classes, k))
    points.push({ x: share(falseHits, ofRest), y: share(hits, ofClass), threshold });
  const once = new Int32Array(ranking.order.length).fill(1);
  return { area: areaUnderRoc(ranking, once) ?? null, points: thinned(points, ({ x, y }) => x + y) };
}

/** Precision over recall, from recall 0; the area is the average precision, as scikit-learn has it. */
export function precisionRecallCurve(
  ranking: Ranking,
  probabilities: Float64Array,
  classes: number,
  k: number,
): Curve {
  const { ofClass, ofRest } = countKinds(ranking);
  const points: Curve['points'] = [{ x: 0, y: 1, threshold: null }];
  let area = 0;
  let recall = 0;
  for (const { hits, falseHits, threshold } of hitsByThreshold(ranking, probabilities, classes, k)) {
    const [x, y] = [share(hits, ofClass), hits / (hits + falseHits)];
    area += (x - recall) * y;
    recall = x;
    points.push({ x, y, threshold });
  }
  const isDefined = ofClass > 0 && ofRest > 0;
  return { area: isDefined ? Math.min(1, area) : null, points: thinned(points, ({ x }) => x) };
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

function countKinds({ isClass }: Ranking): { ofClass: number; ofRest: number } {
  const ofClass = isClass.reduce((sum, is) => sum + is, 0);
  return { ofClass, ofRest: isClass.length - ofClass };
}

/** At most 200 points, the first one past each even step along the curve; both ends stay. */
function thinned(
  points: Curve['points'],
  along: (point: Curve['points'][number]) => number,
): Curve['points'] {
  if (points.length <= maximumPoints) return points;
  const last = points.length - 1;
  const step = along(points[last]) / (maximumPoints - 2);
  if (step === 0) return [points[0], points[last]];
  let next = 0;
  return points.filter((point, i) => {
    if (i !== last && along(point) < next) return false;
    next = along(point) + step;
    return true;
  });
}
