import { en } from './en.ts';
import { es } from './es.ts';

/** Everything the command line says, in one language. A text that is missing in another does not compile. */
export type Texts = typeof en;

const languages: Record<string, Texts> = { en, es };

/** The texts of RELEVO_LANG; English for a language that is not known. */
export const textsFor = (language: string | undefined): Texts => languages[language ?? 'en'] ?? en;
