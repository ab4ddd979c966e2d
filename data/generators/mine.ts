import type { GeneratorInput } from './index.ts';
import { writeLines } from './lines.ts';
import { createNormal, createRandom, draw, pick } from './random.ts';

/** Litres of a cycle as the generator makes them, by feature of the pipeline `mine-fuel`; the rest is noise. */
export const fuelCoefficients = {
  intercept: 5,
  /** Per kilometre without load. */
  emptyKm: 4.5,
  /** Per kilometre that the grade adds, in equivalent flat haul. */
  emptyClimbKm: 3,
  tonneKm: 0.03,
  fullClimbKm: 9,
  queueMinutes: 0.9,
  /** Per °C. */
  temperature: 0.15,
  /** Per level of training, 1 to 5. */
  operatorLevel: -1.2,
};
/** Standard deviation of what the coefficients leave open. */
export const noiseLitres = 4;
const litresPerGallon = 3.785411784;

const excavators = ['PAB05', 'PAB06', 'PAB08', 'PAB10', 'PAB11', 'PAB12', 'PHK13', 'PHK15'];
const dumps: [string, string][] = [
  ['PRIM', 'Chancador'],
  ['PRIM DOS', 'Chancador'],
  ['BSF_3570_EST_SUR', 'Botadero'],
  ['BSF_3590_LIX', 'Botadero'],
  ['STK_3600_PRIM', 'Stock'],
];
const start = Date.UTC(2022, 10, 7, 8) / 1000;

interface Cycle {
  id: number;
  truck: string;
  excavator: string;
  face: string;
  origin: string;
  dump: [string, string];
  assignedAt: number;
  seconds: Record<
    'expectedEmpty' | 'expectedFull' | 'empty' | 'queue' | 'spot' | 'load' | 'full' | 'dumpQueue' | 'dump',
    number
  >;
  metres: Record<'empty' | 'full' | 'emptyFlat' | 'fullFlat', number>;
  tonnes: number;
  temperature: number;
  operatorLevel: number;
  litres: number;
}

const tables: Record<
  string,
  { header: string; lines(cycles: Iterable<Cycle>, seed: number): Iterable<string> }
> = {
  dispatch: {
    header:
      'Id_x,Truck,Excav_x,PrevDumpLoc,LoadLocation,DumpLocation,DumpLocationUnit,Tonnage_x,AssignTimestamp_x,EmptyTimestamp,' +
      'ExpectedEmptyTravelDuration,EmptyTravelDuration,QueueTime_x,SpotTime_x,LoadingTime,ExpectedFullTravelDuration,FullTravelDuration,' +
      'QueueTime_y,DumpingTime,Dist_empty(m),Dist_full(m),EFH_empty(m),EFH_full(m)',
    lines: dispatchLines,
  },
  refuels: { header: 'truck,ended_at,quantity,unit', lines: refuelLines },
  sensors: { header: 'truck,sent_at,payload', lines: sensorLines },
};

/**
 * Load-haul-dump cycles of a pit's trucks, as the tables `dispatch`, `refuels` (gallons and litres mixed) and `sensors`
 * (JSON messages, three a cycle, with the fuel since the last one); `rows` counts the cycles. Litres follow
 * `fuelCoefficients`. Synthetic: no truck drove them.
 */
export async function generateMine({ path, rows, seed, table, signal }: GeneratorInput): Promise<void> {
  const { header, lines } = tables[table ?? 'dispatch'];
  await writeLines(path, header, lines(cyclesOf(rows, seed), seed), signal);
}

const iso = (seconds: number): string =>
  new Date(1000 * Math.round(seconds)).toISOString().slice(0, 19).replace('T', ' ');
const busySeconds = ({ seconds: s }: Cycle): number =>
  s.empty + s.queue + s.spot + s.load + s.full + s.dumpQueue + s.dump;

function* dispatchLines(cycles: Iterable<Cycle>): Generator<string> {
  for (const cycle of cycles) {
    const { seconds: s, metres: m, dump } = cycle;
    yield [
      ...[cycle.id, cycle.truck, cycle.excavator, cycle.origin, cycle.face, ...dump, cycle.tonnes],
      ...[iso(cycle.assignedAt), iso(cycle.assignedAt + busySeconds(cycle))],
      ...[s.expectedEmpty, s.empty, s.queue, s.spot, s.load, s.expectedFull, s.full, s.dumpQueue, s.dump],
      ...[m.empty, m.full, m.emptyFlat, m.fullFlat],
    ].join(',');
  }
}

const written = (litres: number, inGallons: boolean): [string, string] =>
  inGallons ? [(litres / litresPerGallon).toFixed(4), 'gal'] : [litres.toFixed(3), 'L'];

/** A truck is filled up when it has burnt some 3,000 litres; the older pumps count in gallons. */
function* refuelLines(cycles: Iterable<Cycle>, seed: number): Generator<string> {
  const random = createRandom(seed ^ 0x3c6ef372);
  const burnt = new Map<string, number>();
  for (const cycle of cycles) {
    const litres = (burnt.get(cycle.truck) ?? 0) + cycle.litres;
    burnt.set(cycle.truck, litres > 3000 ? 0 : litres);
    if (litres > 3000)
      yield [
        cycle.truck,
        iso(cycle.assignedAt + busySeconds(cycle)),
        ...written(litres, random() < 0.3),
      ].join(',');
  }
}

/** Messages at the face, on the way and at the dump; every third truck reports gallons. */
function* sensorLines(cycles: Iterable<Cycle>, seed: number): Generator<string> {
  const random = createRandom(seed ^ 0x5be0cd19);
  const normal = createNormal(random);
  for (const cycle of cycles) {
    const shares = [0.25, 0.35, 0.4];
    const inGallons = Number(cycle.truck.slice(3)) % 3 === 0;
    for (const [k, share] of shares.entries()) {
      const [used, unit] = written(cycle.litres * share, inGallons);
      const payload = {
        fuel: { used: Number(used), unit },
        vibration: { rms_mm_s: Number((4 + 0.6 * k + 0.5 * normal()).toFixed(2)) },
        ambient_c: cycle.temperature,
        operator: { level: cycle.operatorLevel },
      };
      const sentAt = cycle.assignedAt + ((k + 1) / shares.length) * busySeconds(cycle);
      yield [cycle.truck, iso(sentAt), `"${JSON.stringify(payload).replaceAll('"', '""')}"`].join(',');
    }
  }
}

/** Cycle after cycle, truck by truck; the trucks work side by side. */
function* cyclesOf(rows: number, seed: number): Generator<Cycle> {
  const trucks = Math.min(57, Math.max(10, Math.round(rows / 180)));
  for (let truck = 0; truck < trucks; truck++) {
    const count = Math.floor(((truck + 1) * rows) / trucks) - Math.floor((truck * rows) / trucks);
    yield* truckCycles(
      `CDH${51 + truck}`,
      Math.floor((truck * rows) / trucks),
      count,
      seed ^ Math.imul(truck + 1, 0x9e3779b1),
    );
  }
}

function* truckCycles(truck: string, firstId: number, count: number, seed: number): Generator<Cycle> {
  const random = createRandom(seed);
  const normal = createNormal(random);
  let assignedAt = start + 3600 * random();
  let origin = pick(dumps, random)[0];
  let operatorLevel = 3;
  for (let k = 0; k < count; k++) {
    if (k % 16 === 0) operatorLevel = 1 + draw([0.1, 0.2, 0.35, 0.25, 0.1], random);
    const cycle = driven(
      { id: firstId + k + 1, truck, origin, assignedAt: Math.round(assignedAt), operatorLevel },
      random,
      normal,
    );
    yield cycle;
    origin = cycle.dump[0];
    assignedAt = cycle.assignedAt + busySeconds(cycle) + (random() < 0.05 ? 1800 * random() : 0);
  }
}

function driven(
  begun: Pick<Cycle, 'id' | 'truck' | 'origin' | 'assignedAt' | 'operatorLevel'>,
  random: () => number,
  normal: () => number,
): Cycle {
  const excavator = pick(excavators, random);
  const dump = pick(dumps, random);
  const depth = 1 + excavators.indexOf(excavator) / 4;
  const emptyKm = (2.5 + 1.1 * depth) * Math.exp(0.3 * normal());
  const fullKm = (2.2 + 0.9 * depth + 0.7 * dumps.indexOf(dump)) * Math.exp(0.25 * normal());
  const emptyClimb = 0.2 * emptyKm * random();
  const fullClimb = fullKm * (0.08 + 0.35 * random());
  const hour = (begun.assignedAt % 86_400) / 3600;
  const slow = (hour < 6 ? 1.08 : 1) * (1.1 - 0.025 * begun.operatorLevel);
  const seconds = {
    expectedEmpty: Math.round(150 * emptyKm),
    expectedFull: Math.round(190 * fullKm + 120 * fullClimb),
    empty: Math.round(150 * emptyKm * slow * Math.exp(0.12 * normal())),
    queue:
      random() < 0.45 ? Math.round(-260 * Math.log(1 - random()) * (excavator === 'PAB10' ? 1.6 : 1)) : 0,
    spot: Math.round(40 + 40 * random()),
    load: Math.round(90 + 90 * random()),
    full: Math.round((190 * fullKm + 260 * fullClimb) * slow * Math.exp(0.1 * normal())),
    dumpQueue:
      random() < 0.5 ? Math.round(-(dump[1] === 'Chancador' ? 200 : 90) * Math.log(1 - random())) : 0,
    dump: Math.round(45 + 35 * random()),
  };
  const metres = {
    empty: Math.round(1000 * emptyKm),
    full: Math.round(1000 * fullKm),
    emptyFlat: Math.round(1000 * (emptyKm + emptyClimb)),
    fullFlat: Math.round(1000 * (fullKm + fullClimb)),
  };
  const tonnes = Math.round(Math.min(345, Math.max(180, 295 + 28 * normal())));
  const temperature =
    Math.round(10 * (12 + 9 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + 2 * normal())) / 10;
  const cycle = {
    ...begun,
    excavator,
    face: `F-${excavator}`,
    dump,
    seconds,
    metres,
    tonnes,
    temperature,
    litres: 0,
  };
  return { ...cycle, litres: Math.max(10, litresOf(cycle) + noiseLitres * normal()) };
}

function litresOf({ metres: m, seconds, tonnes, temperature, operatorLevel }: Cycle): number {
  const c = fuelCoefficients;
  return (
    c.intercept +
    (c.emptyKm * m.empty) / 1000 +
    (c.emptyClimbKm * (m.emptyFlat - m.empty)) / 1000 +
    (c.tonneKm * tonnes * m.full) / 1000 +
    (c.fullClimbKm * (m.fullFlat - m.full)) / 1000 +
    (c.queueMinutes * (seconds.queue + seconds.dumpQueue)) / 60 +
    c.temperature * temperature +
    c.operatorLevel * operatorLevel
  );
}
