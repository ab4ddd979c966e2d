import { z } from 'zod';

/** Lengths and counts are those of MLflow's own server. */
export const maxima = {
  batchMetrics: 1_000,
  batchParams: 100,
  batchTags: 100,
  page: 50_000,
  paramValue: 6_000,
  tagValue: 8_000,
  registryTagValue: 100_000,
  key: 250,
} as const;

/** Clients send an int64 as a number or, by protobuf's rule, as a text. */
export const int = z.union([
  z.number().int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/, 'a whole number')
    .transform(Number)
    .pipe(z.number().int()),
]);
export const moment = int.refine((ms) => ms >= 0, 'a moment in milliseconds, not below 0');

const special = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};
/** Any double; what JSON has no number for is a text. */
export const double = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform((name) => special[name]),
  z
    .string()
    .max(40)
    .refine((text) => text.trim() !== '' && Number.isFinite(Number(text)), 'a number')
    .transform(Number),
]);

const nameRule = /^[/\w.\- :]{1,250}$/;
/** The name of a metric, parameter or tag: no path that leads elsewhere when it is taken for a file's. */
export const key = z
  .string()
  .regex(nameRule, "at most 250 letters, digits and any of '_', '-', '.', ' ', ':', '/'")
  .refine(
    (name) => name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    'a name that is no path to elsewhere',
  );
export const id = z.string().min(1).max(256);
export const optionalId = z.string().max(256).optional();
/** Absent where it is empty, as unset fields of a message are. */
export const optionalText = (max: number) =>
  z
    .string()
    .max(max)
    .nullish()
    .transform((text) => text || undefined);
export const tagKey = z.string().min(1).max(maxima.key);
export const tagValue = z.string().max(maxima.tagValue).default('');

/** A list of `{ key, value }` as a record; the last value of a key counts. */
export const texts = (valueLength: number, count: number, name: z.ZodString | typeof key = tagKey) =>
  z
    .array(z.object({ key: name, value: z.string().max(valueLength).default('') }))
    .max(count, `at most ${count}`)
    .nullish()
    .transform((list) => Object.fromEntries((list ?? []).map((one) => [one.key, one.value])));

/** A list of at most `count`; one alone stands for a list of one, as in a query, and none for an empty list. */
export const list = <S extends z.ZodType>(item: S, count: number) =>
  z
    .union([z.array(item).max(count, `at most ${count}`), item.transform((one) => [one])])
    .nullish()
    .transform((items) => items ?? []);

const viewTypes = {
  ACTIVE_ONLY: ['active'],
  DELETED_ONLY: ['deleted'],
  ALL: ['active', 'deleted'],
} as const;
const viewNames = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const;
/** By name, or by its number in the protocol. */
export const viewType = z
  .union([z.enum(viewNames), int.pipe(z.number().min(1).max(3)).transform((n) => viewNames[n - 1])])
  .default('ACTIVE_ONLY')
  .transform((name) => viewTypes[name]);

/** What every search takes. */
export const searchFields = (defaultResults: number, maxResults: number = maxima.page) => ({
  filter: z.string().nullish(),
  order_by: list(z.string().max(1_000), 20),
  max_results: int.pipe(z.number().min(1).max(maxResults, `at most ${maxResults}`)).default(defaultResults),
  page_token: optionalText(200),
});
/** A search as the registry has it. */
export const searchOf = (given: {
  filter?: string | null;
  order_by: string[];
  max_results: number;
  page_token?: string;
}) => ({
  filter: given.filter ?? '',
  orderBy: given.order_by,
  maxResults: given.max_results,
  ...(given.page_token === undefined ? {} : { pageToken: given.page_token }),
});

/** A record as protobuf has maps: a list of `{ key, value }`, which `texts` reads. */
export const pairs = (record: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(record).map(([name, value]) => ({ key: name, value }));

/** A number as protobuf's JSON has it. */
export const doubleJson = (value: number): number | string =>
  Number.isFinite(value) ? value : String(value);
