import { describe, expect, it } from 'vitest';
import { parseReference, printedName } from './references.ts';

const id = '01234567-89ab-4cde-8f01-23456789abcd';

describe('parseReference', () => {
  it.each([
    [id, { id }],
    ['ink', { name: 'ink', category: undefined, ownerId: undefined }],
    ['style::ink', { name: 'ink', category: 'style', ownerId: undefined }],
    ['collection::ink', { name: 'ink', category: 'collection', ownerId: undefined }],
    ['ada#7::ink', { name: 'ink', category: undefined, ownerId: 7 }],
    ['style::ada#7::ink', { name: 'ink', category: 'style', ownerId: 7 }],
    ['collection::a#b#7::ink', { name: 'ink', category: 'collection', ownerId: 7 }],
    ['ada#7::style::ink', { name: 'ink', category: 'style', ownerId: 7 }],
    ['7::ink', { name: 'ink', category: undefined, ownerId: 7 }],
    ['style', { name: 'style', category: undefined, ownerId: undefined }],
  ])('reads %j', (text, reference) => expect(parseReference(text)).toEqual(reference));

  it.each([
    '',
    'style::',
    'ada::ink',
    'ada#x::ink',
    'ada#99999999999::ink',
    'style::style::ink',
    'style::ada#7::8::ink',
  ])('reads nothing from %j', (text) => expect(parseReference(text)).toBeUndefined());

  it('reads what it prints', () => {
    expect(parseReference(printedName('a#b#7', 'style', 'ink wash'))).toEqual({
      name: 'ink wash',
      category: 'style',
      ownerId: 7,
    });
  });
});
