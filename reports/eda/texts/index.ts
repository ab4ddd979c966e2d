import type { Language } from '../../page.ts';
import { en, type Texts } from './en.ts';
import { es } from './es.ts';

export type { Texts };

const texts: Record<Language, Texts> = { en, es };
/** Every text is there in every language: what lacks one does not compile. */
export const textsOf = (language: Language): Texts => texts[language];
