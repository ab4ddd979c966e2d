import type { ContestPolicy, ContestStage } from '../contracts/contest.ts';

/** One step of a contest, in the order in which they are taken. */
export interface ContestStep {
  stage: ContestStage;
  /** Name in the details page. */
  name: string;
  /** Of the traffic, in a canary. */
  share?: number;
  /** Whether the stage begins with this step, and whether the challenger must be shown better to pass it. */
  isFirst: boolean;
  isLast: boolean;
}

const single = (stage: ContestStage): ContestStep => ({ stage, name: stage, isFirst: true, isLast: true });

/** `5 %`, `12.5 %`, `33.3 %`. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** The steps that a policy asks for. A contest without offline stage trusts that it was won before. */
export function planOf({ stages, canary, approval, watch }: ContestPolicy): ContestStep[] {
  const { steps } = canary;
  const canarySteps = steps.map(
    (share, at): ContestStep => ({
      stage: 'canary',
      name: `canary ${percent(share)}`,
      share,
      isFirst: at === 0,
      isLast: at === steps.length - 1,
    }),
  );
  return [
    ...(stages.includes('offline') ? [single('offline')] : []),
    ...(stages.includes('shadow') ? [single('shadow')] : []),
    ...(stages.includes('canary') ? canarySteps : []),
    ...(approval ? [single('approval')] : []),
    single('champion'),
    ...(watch.hours > 0 ? [single('watch')] : []),
  ];
}

/** Whether a won comparison on test rows is not the end of the contest. */
export const goesOn = (policy: ContestPolicy | undefined): boolean =>
  policy !== undefined && planOf(policy).some(({ stage }) => stage !== 'offline' && stage !== 'champion');

/** When a step ends by itself, in hours from the beginning of its stage. */
export function hoursOf(stage: ContestStage, policy: ContestPolicy): number | undefined {
  if (stage === 'shadow') return policy.shadow.atMostHours;
  if (stage === 'canary') return policy.canary.atMostHours;
  if (stage === 'approval') return policy.approval?.deadlineHours;
  return stage === 'watch' ? policy.watch.hours : undefined;
}
