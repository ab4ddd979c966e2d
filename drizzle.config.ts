import { defineConfig } from 'drizzle-kit';

/** `npm run db:generate` writes the SQL of a changed schema; the files are committed and run by `registry/migrate.ts`. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './registry/schema/*.ts',
  out: './registry/migrations',
});
