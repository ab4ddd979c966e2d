import type { Language } from './page.ts';

/** Figures as people of a language write them. A number that is not there is a dash. */
export interface Format {
  /** Four significant digits. */
  number(value: number | null | undefined): string;
  count(value: number): string;
  percent(share: number): string;
  /** `2018-01-01T00:15:00` without its T and without seconds that are 0. */
  moment(iso: string): string;
  /** A length of time in its largest fitting unit. */
  duration(seconds: number): string;
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * The figures of a language. To be kept for a page: making it costs more than using it. Moments stay in their own zone.
 */
export function formatOf(language: Language): Format {
  const significant = new Intl.NumberFormat(language, { maximumSignificantDigits: 4 });
  const scientific = new Intl.NumberFormat(language, { notation: 'scientific', maximumSignificantDigits: 3 });
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 });
  return {
    number(value) {
      if (value === null || value === undefined) return '–';
      const size = Math.abs(value);
      return (size !== 0 && (size < 1e-4 || size >= 1e9) ? scientific : significant).format(value);
    },
    count: (value) => whole.format(value),
    percent: (share) => (share > 0 && share < 1e-4 ? `< ${percent.format(1e-4)}` : percent.format(share)),
    moment: (iso) => iso.replace('T', ' ').replace(/:00$/, ''),
    duration(seconds) {
      const [unit, length] = units.find(([, size]) => seconds >= size) ?? units[3];
      const style = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 1 } as const;
      return new Intl.NumberFormat(language, style).format(seconds / length);
    },
  };
}
