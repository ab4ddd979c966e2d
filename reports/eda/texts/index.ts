import type { Language } from '../../page.ts';
import { en, type Texts } from './en.ts';
import { es } from './es.ts';

export type { Texts };

const texts: Record<Language, Texts> = { en, es };
/** The texts of a language; one that lacks a text does not compile. */
export const textsOf = (language: Language): Texts => texts[language];
