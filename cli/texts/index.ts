import { en } from './en.ts';
import { es } from './es.ts';

/** Everything the command line says, in one language. A text that is missing in another does not compile. */
export type Texts = typeof en;

const languages = { en, es };

/** The texts of RELEVO_LANG. */
export const textsFor = (language: keyof typeof languages): Texts => languages[language];
