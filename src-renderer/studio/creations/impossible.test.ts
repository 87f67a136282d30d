import { describe, expect, it } from 'vitest';
import { tinyModel } from '#ui/testing/create-core.ts';
import { workerOf } from '#ui/testing/values.ts';
import { impossibleCause, waitsForOwnWorker } from './impossible.ts';

const input = { model: tinyModel.name };
const idle = { ...tinyModel, workers: 0 };

describe('impossibleCause', () => {
  it('names the own worker when it is paused', () => {
    expect(impossibleCause(input, { models: [idle], worker: workerOf({ state: 'paused' }) })).toBe(
      'worker_stopped',
    );
  });

  it('names the settings when the model has workers', () => {
    expect(impossibleCause(input, { models: [tinyModel], worker: workerOf() })).toBe(
      'no_worker_for_settings',
    );
  });

  it('names the model when only others have workers', () => {
    const other = { ...tinyModel, name: 'Other' };
    expect(impossibleCause(input, { models: [other], worker: workerOf() })).toBe('no_worker_for_model');
  });

  it('blames nothing when it knows too little', () => {
    expect(impossibleCause(input, { models: undefined, worker: undefined })).toBe('NoAvailableWorker');
    expect(impossibleCause(input, { models: [], worker: workerOf() })).toBe('NoAvailableWorker');
  });
});

describe('waitsForOwnWorker', () => {
  it('holds while the own worker is paused and no other is known', () => {
    const paused = { models: [tinyModel], worker: workerOf({ state: 'paused' }) };
    expect(waitsForOwnWorker(input, paused)).toBe(true);
    expect(waitsForOwnWorker(input, { ...paused, models: [{ ...tinyModel, workers: 2 }] })).toBe(false);
    expect(waitsForOwnWorker(input, { ...paused, models: [{ ...tinyModel, isLocal: false }] })).toBe(false);
    expect(waitsForOwnWorker(input, { ...paused, worker: workerOf() })).toBe(false);
  });
});
