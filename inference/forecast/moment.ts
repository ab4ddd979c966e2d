import * as en from 'chrono-node/en';
import * as es from 'chrono-node/es';

/** Epoch seconds of a plant's clock, read as if it were UTC. */
const utcMs = (epochSeconds: number): Date => new Date(epochSeconds * 1000);

const isoLocal = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;

/**
 * Reads a moment in the plant's clock: `2019-01-01T10:00`, or in words, `tomorrow at 10:00`, `mañana a las 10:00`.
 * @param nowEpochSeconds what words are relative to: a moment of the last interval that was read.
 * @returns epoch seconds, and whether words were read; undefined where the text says no day or no time of it.
 */
export function readMoment(
  text: string,
  nowEpochSeconds: number,
): { epochSeconds: number; inWords: boolean } | undefined {
  const iso = isoLocal.exec(text.trim());
  if (iso) {
    const epochSeconds = isoSeconds(iso.slice(1).map((part = '0') => Number(part)));
    return epochSeconds === undefined ? undefined : { epochSeconds, inWords: false };
  }
  const epochSeconds = wordsSeconds(text.trim(), nowEpochSeconds);
  return epochSeconds === undefined ? undefined : { epochSeconds, inWords: true };
}

/** Undefined where there is no such day or time, which `Date` would carry over. */
function isoSeconds([year, month, day, hour, minute, second]: number[]): number | undefined {
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  return midnight.getTime() / 1000 + hour * 3_600 + minute * 60 + second;
}

const timeZone = /\b(utc|gmt)\b/i;

function wordsSeconds(text: string, nowEpochSeconds: number): number | undefined {
  if (timeZone.test(text)) return undefined;
  const reference = { instant: utcMs(nowEpochSeconds), timezone: 0 };
  for (const language of [en.casual, es.casual]) {
    const found = language.parse(text, reference, { forwardDate: true });
    const [{ start, end, text: understood } = { start: undefined, end: undefined, text: '' }] = found;
    if (found.length !== 1 || !start?.isCertain('hour') || end || start.get('timezoneOffset')) continue;
    if (understood.length === text.length) return start.date().getTime() / 1000;
  }
  return undefined;
}

/** `2019-01-01T10:00`, with seconds where there are any. */
export const showMoment = (epochSeconds: number): string =>
  utcMs(epochSeconds)
    .toISOString()
    .slice(0, epochSeconds % 60 === 0 ? 16 : 19);
