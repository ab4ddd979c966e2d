import { describe, expect, it } from 'vitest';
import { links, routedPath } from './links.ts';

describe('the path of a run', () => {
  it.each([
    ['/v1/runs', '/v1/runs'],
    ['/v1/runs/train/steel-energy/2026-11-21', '/v1/runs/train%2Fsteel-energy%2F2026-11-21'],
    ['/v1/runs/train%2Fsteel-energy%2F2026-11-21', '/v1/runs/train%2Fsteel-energy%2F2026-11-21'],
    ['/v1/runs/train/steel-energy/x/events', '/v1/runs/train%2Fsteel-energy%2Fx/events'],
    ['/v1/runs/train%2Fsteel-energy%2Fx/cancel', '/v1/runs/train%2Fsteel-energy%2Fx/cancel'],
    ['/v1/runs/train/a/b/search/xgboost', '/v1/runs/train%2Fa%2Fb%2Fsearch%2Fxgboost'],
    ['/v1/pipelines/a/b', '/v1/pipelines/a/b'],
  ])('%s is routed as %s', (path, routed) => expect(routedPath(path)).toBe(routed));

  it('is what a link says', () => {
    const id = 'train/steel-energy/2026-11-21';
    expect(links.run(id)).toBe(routedPath(`/v1/runs/${id}`));
  });
});
