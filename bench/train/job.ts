/** What both sides of `bench:train` are told, as JSON in their first argument. */
export interface TrainJob {
  /** Numbers under a header; the column `target` is learnt from the others. */
  csvPath: string;
  modelPath: string;
  rounds: number;
  depth: number;
  learningRate: number;
  threads: number;
}

/** What both sides print. */
export interface TrainFigures {
  /** From opening the CSV file to the saved model, with the code loaded already on both sides. */
  seconds: number;
  loadSeconds: number;
  peakRssMiB: number;
  trainRmse: number;
  rounds: number;
  library: string;
}
