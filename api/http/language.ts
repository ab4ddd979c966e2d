import { accepts } from 'hono/accepts';
import type { Bilingual } from '../../contracts/pipeline.ts';
import type { ApiContext } from '../openapi.ts';

/** Picks texts for people in the language that the client asked for, English otherwise. */
export function languageOf(c: ApiContext): (text: Bilingual) => string {
  const language = accepts(c, { header: 'Accept-Language', supports: ['en', 'es'], default: 'en' });
  c.header('content-language', language);
  return (text) => (language === 'es' ? text.es : text.en);
}
