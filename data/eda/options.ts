export interface EdaOptions {
  /** Where what does not fit in memory is spilled. */
  tempDir?: string;
  signal?: AbortSignal;
}
