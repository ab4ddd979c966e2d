import { z } from 'zod';

/** `refuse` the row; `impute`: the model takes the cell for missing; `flag`: as impute, and the answer says so. */
const treatment = z.enum(['refuse', 'impute', 'flag']).default('refuse');

/** What becomes of a row that is asked about with cells that the model did not learn from. */
export const servingPolicySchema = z.strictObject({
  /** A required column has no value. Optional columns may always lack theirs. */
  missing: treatment,
  /** A category column has a value that is none of its own. */
  unseen: treatment,
});
export type ServingPolicy = z.infer<typeof servingPolicySchema>;

const refuseBoth: ServingPolicy = { missing: 'refuse', unseen: 'refuse' };

/** Of a pipeline; versions of before there was such a policy refuse. */
export const servingPolicyOf = ({ serving }: { serving?: ServingPolicy | undefined }): ServingPolicy =>
  serving ?? refuseBoth;
