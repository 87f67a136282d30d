import { describe, expect, it } from 'vitest';
import { creationOf, imageOf } from '#ui/testing/values.ts';
import { stageSubject } from './stage-subject.ts';

const old = imageOf({ id: 'i1', createdAt: 10 });
const fresh = imageOf({ id: 'i2', createdAt: 20 });

describe('stageSubject', () => {
  it('begins with nothing', () => {
    expect(stageSubject([], [], undefined)).toEqual({ kind: 'nothing' });
  });

  it('shows the request that is being made before those that wait', () => {
    const waiting = creationOf({ id: 'c2', state: 'waiting' });
    const working = creationOf({ id: 'c1', state: 'working' });
    expect(stageSubject([waiting, working], [fresh], undefined)).toEqual({
      kind: 'creation',
      creation: working,
    });
    expect(stageSubject([waiting], [fresh], undefined)).toEqual({ kind: 'creation', creation: waiting });
  });

  it('shows the newest picture when nothing runs', () => {
    const done = creationOf({ state: 'done', imageIds: ['i2'] });
    expect(stageSubject([done], [fresh, old], undefined)).toEqual({ kind: 'image', image: fresh });
  });

  it('shows a failure that came after the newest picture, but no request that one cancelled', () => {
    const failed = creationOf({ state: 'failed', createdAt: 30 });
    expect(stageSubject([failed], [fresh], undefined)).toEqual({ kind: 'creation', creation: failed });
    expect(stageSubject([{ ...failed, createdAt: 15 }], [fresh], undefined).kind).toBe('image');
    expect(stageSubject([{ ...failed, state: 'cancelled' }], [fresh], undefined).kind).toBe('image');
  });

  it('keeps what was chosen as long as it is there', () => {
    const working = creationOf();
    expect(stageSubject([working], [fresh, old], { kind: 'image', id: 'i1' })).toEqual({
      kind: 'image',
      image: old,
    });
    expect(stageSubject([working], [fresh], { kind: 'image', id: 'i1' }).kind).toBe('creation');
    const done = creationOf({ state: 'done', imageIds: ['i2'] });
    expect(stageSubject([done], [fresh], { kind: 'creation', id: 'c1' })).toEqual({
      kind: 'image',
      image: fresh,
    });
  });
});
