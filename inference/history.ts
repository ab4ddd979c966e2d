export { historyColumns, historyReach } from './history/columns.ts';
export { expandForecast, forecastColumns, forecastWeights, horizonsOf } from './history/expand.ts';
export { type HistorySeries, lastOrigin, seriesOf } from './history/series.ts';
export { historyTail, parseHistoryTail } from './history/tail.ts';
