/** What one request may ask of the API. Beyond any of these the answer is a 4xx that names the limit. */
export const limits = {
  /** Body of a prediction. */
  predictBodyBytes: 8 * 1024 * 1024,
  /** Body of any other request. */
  bodyBytes: 256 * 1024,
  /** Rows of one prediction request. */
  rows: 10_000,
  /** Outcomes of one request, and its body. */
  outcomes: 5_000,
  outcomesBodyBytes: 2 * 1024 * 1024,
  /** Lists and objects within one another, in any body but a prediction's, whose rows are flat. */
  jsonDepth: 64,
  /** Payloads of one call to the codec. */
  codecBodyBytes: 4 * 1024 * 1024,
  /** A call of MLflow's REST API, and a file that is uploaded through it. */
  mlflowBodyBytes: 4 * 1024 * 1024,
  artifactBytes: 4 * 1024 * 1024 * 1024,
  /** A file of rows to predict in a run of its own. */
  batchBytes: 1024 * 1024 * 1024,
  /** Faults that one answer lists. */
  issues: 20,
  /** Requests under way at once, the bytes of their bodies, and how far the event loop may fall behind for seconds. */
  requestsUnderWay: 2_000,
  bytesUnderWay: 256 * 1024 * 1024,
  loopDelayMs: 1_000,
  /** A client has this long to send its headers, and its whole request unless that is a file. */
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** Of each so many bytes of a file a client may make the server wait so long. */
  uploadPace: { bytes: 64 * 1024, withinMs: 10_000 },
  keepAliveTimeoutMs: 65_000,
  /** A call to Temporal, and how long a short workflow's result is waited for before the answer is 202. */
  temporalTimeoutMs: 5_000,
  /** Who answers readiness within this is prompt, and who is silent for the second is away. */
  pingMs: 1_000,
  silentMs: 5_000,
  shortResultMs: 10_000,
  /** How long the answer to a question that a workflow works out is waited for. */
  answerTimeoutMs: 60_000,
  /** Rows of one explanation. */
  explainedRows: 100,
} as const;

/** What a client is told to wait where a retry may help. */
export const retryAfterSeconds = 2;
