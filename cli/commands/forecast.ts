import { z } from 'zod';
import { RelevoError } from '../../contracts/errors.ts';
import { pathSegment } from '../client/http.ts';
import { pipelineDetailSchema, predictionsSchema } from '../client/schemas.ts';
import type { CommandContext } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { formatNumber } from '../view/format.ts';

const words = {
  en: {
    about: 'about',
    ahead: 'ahead',
    between: (percent: number) => `between (${percent} %)`,
    model: 'model',
    from: (moment: string) => `The last reading is of ${moment}: times in words are relative to it.`,
    setForm: 'column=value, such as Load_Type=Medium_Load',
    setWrong: (text: string) => `--set ${text} is no setting of a column`,
    noForecast: (pipeline: string) => `"${pipeline}" makes no forecasts: ask it with "relevo predict"`,
  },
  es: {
    about: 'sobre',
    ahead: 'antelación',
    between: (percent: number) => `entre (${percent} %)`,
    model: 'modelo',
    from: (moment: string) =>
      `La última lectura es de ${moment}: los tiempos en palabras se cuentan desde ella.`,
    setForm: 'columna=valor, como Load_Type=Medium_Load',
    setWrong: (text: string) => `--set ${text} no fija ninguna columna`,
    noForecast: (pipeline: string) => `"${pipeline}" no hace pronósticos: pregúntale con "relevo predict"`,
  },
};

const forecastDetailSchema = pipelineDetailSchema.extend({
  forecast: z.looseObject({ time: z.string(), everySeconds: z.number() }).optional(),
});
const forecastSchema = predictionsSchema.extend({
  predictions: z.array(
    predictionsSchema.shape.predictions.element.extend({
      forecast: z.looseObject({ at: z.string(), from: z.string(), intervalsAhead: z.number() }),
    }),
  ),
});

/**
 * Asks the champion what is to come: `--at` names a time in the plant's clock, in ISO or in words, `--set` an input
 * that is planned. Several times give several rows.
 */
export async function forecast(
  { terminal, env, api, interrupted }: CommandContext,
  pipeline: string,
  { at, set = [] }: { at: string[]; set?: string[] },
): Promise<ExitCode> {
  const texts = words[env.RELEVO_LANG];
  const planned = set.map((text) => readSetting(text, texts));
  const client = await api();
  const path = `/v1/pipelines/${pathSegment(pipeline)}`;
  const detail = await client.get(path, forecastDetailSchema, interrupted);
  const { forecast: spec, inputs, target } = detail;
  if (spec === undefined)
    throw new RelevoError('REQUEST_INVALID', texts.noForecast(pipeline), { field: 'pipeline' });
  const isNumber = new Set(inputs.flatMap(({ name, kind }) => (kind === 'number' ? [name] : [])));
  const cells = planned.map(([name, text]) => [name, isNumber.has(name) ? numberOr(text) : text]);
  const rows = at.map((moment) => ({ [spec.time]: moment, ...Object.fromEntries(cells) }));
  const answer = await client.post(`${path}/predict`, { rows }, forecastSchema, interrupted);
  terminal.printJson(answer);
  const [first] = answer.predictions;
  const unit = target.unit ? ` (${target.unit})` : '';
  terminal.table(
    [
      { title: texts.about },
      { title: texts.ahead, align: 'right' },
      { title: `${target.name}${unit}`, align: 'right', style: terminal.colors.bold },
      { title: first.interval ? texts.between(100 * first.interval.level) : '', align: 'right' },
      { title: texts.model, style: terminal.colors.dim },
    ],
    answer.predictions.map(({ value, interval, modelVersion, forecast: { at: moment, intervalsAhead } }) => [
      spoken(moment),
      span(intervalsAhead * spec.everySeconds),
      value === undefined ? '–' : formatNumber(value),
      interval ? `${formatNumber(interval.low)} – ${formatNumber(interval.high)}` : '',
      modelVersion,
    ]),
  );
  terminal.note(terminal.notes.dim(texts.from(spoken(first.forecast.from))));
  return exitCodes.ok;
}

/** @throws RelevoError REQUEST_INVALID where the text is no `column=value`. */
function readSetting(text: string, texts: (typeof words)['en']): [string, string] {
  const sign = text.indexOf('=');
  if (sign > 0) return [text.slice(0, sign).trim(), text.slice(sign + 1).trim()];
  throw new RelevoError('REQUEST_INVALID', texts.setWrong(text), {
    field: '--set',
    value: text,
    expected: texts.setForm,
  });
}

/** What is no number stays text, so that the API names it. */
const numberOr = (text: string): number | string =>
  text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

const spoken = (moment: string): string => moment.replace('T', ' ');

/** `15 min`, `10 h`, `6 d 2 h`. */
function span(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  const [days, hours, rest] = [Math.floor(minutes / 1_440), Math.floor(minutes / 60) % 24, minutes % 60];
  const parts = [days && `${days} d`, hours && `${hours} h`, rest && `${rest} min`];
  return parts.filter(Boolean).join(' ');
}
