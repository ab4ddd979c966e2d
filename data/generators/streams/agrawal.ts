import type { ConceptProcess } from './concepts.ts';

export interface Person {
  salary: number;
  commission: number;
  age: number;
  elevel: number;
  car: number;
  zipcode: number;
  hvalue: number;
  hyears: number;
  loan: number;
}

const between = (value: number, low: number, high: number): boolean => low <= value && value <= high;

/** The one of three that the age asks for: below 40, below 60, above. */
const byAge = <T>(age: number, young: T, middle: T, old: T): T =>
  age < 40 ? young : age < 60 ? middle : old;

const inBand = (age: number, amount: number): boolean => {
  const low = byAge(age, 50_000, 75_000, 25_000);
  return between(amount, low, low + 50_000);
};

const inLevels = ({ age, elevel }: Person): boolean =>
  byAge(age, elevel <= 1, between(elevel, 1, 3), elevel >= 2);

const bySalary = (person: Person): boolean => {
  const { age, salary } = person;
  const low = inLevels(person) ? byAge(age, 25_000, 50_000, 50_000) : byAge(age, 50_000, 75_000, 25_000);
  return between(salary, low, low + 50_000);
};

/** As river's, whose outer bands no salary reaches: below 60 they leave one class. */
const byLoan = ({ age, salary, loan }: Person): boolean => {
  const inside = inBand(age, salary);
  if (age < 40) return inside ? between(loan, 100_000, 300_000) : between(salary, 200_000, 400_000);
  if (age < 60) return inside ? salary >= 200_000 && loan <= 400_000 : between(salary, 300_000, 500_000);
  return inside ? between(loan, 300_000, 500_000) : between(loan, 75_000, 300_000);
};

const income = ({ salary, commission }: Person): number => (2 * (salary + commission)) / 3;
const equity = ({ hyears, hvalue }: Person): number => (hyears >= 20 ? (hvalue * (hyears - 20)) / 10 : 0);

/** Whether the class is 1, by each of the ten functions. */
export const agrawalRules: readonly ((person: Person) => boolean)[] = [
  ({ age }) => age < 40 || age >= 60,
  ({ age, salary }) => inBand(age, salary),
  inLevels,
  bySalary,
  byLoan,
  ({ age, salary, commission }) => inBand(age, salary + commission),
  (person) => income(person) - person.loan / 5 - 20_000 <= 1,
  (person) => income(person) - 5000 * person.elevel - 20_000 <= 1,
  (person) => income(person) - 5000 * person.elevel - person.loan / 5 - 10_000 <= 1,
  (person) => income(person) - 5000 * person.elevel + equity(person) / 5 - 10_000 <= 1,
];

function drawPerson(random: () => number): Person {
  const whole = (low: number, high: number) => low + Math.floor((high - low + 1) * random());
  const salary = 20_000 + 130_000 * random();
  const commission = salary >= 75_000 ? 0 : 10_000 + 75_000 * random();
  const [age, elevel, car, zipcode] = [whole(20, 80), whole(0, 4), whole(1, 20), whole(0, 8)];
  const hvalue = (8 - zipcode) * 100_000 * (0.5 + random());
  const [hyears, loan] = [whole(1, 30), 500_000 * random()];
  return { salary, commission, age, elevel, car, zipcode, hvalue, hyears, loan };
}

/** Ten rules about who gets a loan, four of them here, each giving way to the next over some hundred rows. */
export const agrawal: ConceptProcess = {
  columns: ['salary', 'commission', 'age', 'elevel', 'car', 'zipcode', 'hvalue', 'hyears', 'loan', 'y'],
  reference:
    'Agrawal et al. 1993, Database Mining: A Performance Perspective; river 0.23 datasets.synth.Agrawal',
  schedule: [0, 1, 3, 6],
  width: 500,
  start: (random) => (rule) => {
    const person = drawPerson(random);
    return [...Object.values(person), agrawalRules[rule](person) ? 1 : 0];
  },
};
